"""One-time codes against the vectors of the two RFCs, which other people made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.privacy import totp

SECRET = b"12345678901234567890"
AT = datetime(2026, 11, 25, 3, 0, 10, tzinfo=UTC)

# RFC 4226, appendix D.
COUNTED = ("755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489")
# RFC 6238, appendix B, the rows of SHA-1: seconds since 1970 -> eight digits.
TIMED = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}


@pytest.mark.parametrize(("counter", "code"), list(enumerate(COUNTED)))
def test_code_is_that_of_rfc_4226(counter: int, code: str) -> None:
    """Ten counters, six digits."""
    assert totp.code(SECRET, counter) == code


@pytest.mark.parametrize(("seconds", "code"), list(TIMED.items()))
def test_code_is_that_of_rfc_6238(seconds: int, code: str) -> None:
    """Six moments from 1970 to 2603, eight digits; six digits are the end of the same number."""
    step = totp.step_of(datetime.fromtimestamp(seconds, UTC))
    assert totp.code(SECRET, step, digits=8) == code
    assert totp.code(SECRET, step) == code[2:]


@pytest.mark.parametrize(("steps_off", "known"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_code_of_the_neighbouring_step_is_known_and_no_other(steps_off: int, known: bool) -> None:
    """A clock may be half a minute off, not more."""
    typed = totp.code(SECRET, totp.step_of(AT) + steps_off)
    expected = totp.step_of(AT) + steps_off if known else None
    assert totp.matching_step(SECRET, typed, at=AT) == expected


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "\u0661" * 6, "\ud800", "abcdef"])
def test_what_is_no_code_matches_nothing(typed: str) -> None:
    """Digits of other scripts and broken text included."""
    assert totp.matching_step(SECRET, typed, at=AT) is None


def test_a_step_lasts_thirty_seconds() -> None:
    """From its first moment to the last before the next."""
    begin = datetime.fromtimestamp(totp.step_of(AT) * 30, UTC)
    assert totp.step_of(begin) == totp.step_of(begin + timedelta(seconds=29.999))
    assert totp.step_of(begin + timedelta(seconds=30)) == totp.step_of(begin) + 1


def test_uri_holds_what_an_app_needs() -> None:
    """Who, whose, and the secret in base32 without spaces."""
    parts = urlsplit(totp.uri(SECRET, login="wren.f"))
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/Interlude:wren.f")
    assert parse_qs(parts.query) == {
        "secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"],
        "issuer": ["Interlude"],
        "algorithm": ["SHA1"],
        "digits": ["6"],
        "period": ["30"],
    }
    assert totp.as_text(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
