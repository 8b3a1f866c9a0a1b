"""The second factor: sealed, proved before it counts, each code once, and gone when it is taken away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.privacy import audit, second_factor, totp
from bot.privacy.keys import Keyring
from bot.records import Store, StoreDamaged, audit_rows, second_factors, signing
from bot.records.schema import recovery_codes
from bot.records.schema import second_factors as second_factors_table
from bot.records.second_factors import SecondFactor
from tests.records.practice import AT, Practice

STEP = timedelta(seconds=totp.STEP_S)


def enrolled(store: Store, practice: Practice) -> tuple[bytes, tuple[str, ...]]:
    """The on-call person enrols at AT; the secret that their app has, and the recovery codes."""
    with store.write() as tx:
        secret = second_factor.offer(tx, practice.on_call_id, "sign-in")
        typed = totp.code(secret, totp.step_of(AT))
        codes = second_factor.enrol(tx, practice.on_call_id, "sign-in", typed, at=AT)
    assert codes is not None
    return secret, codes


def found(store: Store, practice: Practice) -> SecondFactor:
    """The row that is kept."""
    with store.read() as tx:
        kept = second_factors.second_factor(tx, practice.on_call_id)
    assert kept is not None
    return kept


def actions(store: Store) -> list[str]:
    """What the audit says happened; its chain verifies."""
    with store.read() as tx:
        assert audit.verify(tx).broken is None
        return [row.action for row in audit_rows.rows_after(tx, 0)]


def test_offer_is_the_same_for_one_sign_in_and_another_for_any_other(store: Store, practice: Practice) -> None:
    """A page that is loaded again shows what was scanned; whoever saw another sign-in's offer knows nothing."""
    with store.read() as tx:
        offers = [second_factor.offer(tx, who, sign_in) for who in ("a", "b") for sign_in in ("1", "1", "2")]
    assert len(set(offers)) == 4
    assert {len(offer) for offer in offers} == {20}


def test_nothing_is_kept_before_a_code_proves_the_app(store: Store, practice: Practice) -> None:
    """A wrong code, and the right code of another sign-in's offer."""
    with store.write() as tx:
        other = totp.code(second_factor.offer(tx, practice.on_call_id, "other"), totp.step_of(AT))
        for typed in ("000000", other, ""):
            assert second_factor.enrol(tx, practice.on_call_id, "sign-in", typed, at=AT) is None
        assert not second_factor.is_on(tx, practice.on_call_id)


def test_secret_is_sealed_and_bound_to_its_owner(store: Store, practice: Practice, keyring: Keyring) -> None:
    """In no form in the row; put under another account, or altered in one bit, it opens no more."""
    secret, _ = enrolled(store, practice)
    sealed = found(store, practice).sealed
    for form in (secret, totp.as_text(secret).replace(" ", "").encode(), secret.hex().encode()):
        assert form not in sealed
    assert keyring.unseal("second factor", sealed, owner=practice.on_call_id) == secret
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for purpose, what, owner in (
        ("second factor", sealed, practice.therapist_id),
        ("another purpose", sealed, practice.on_call_id),
        ("second factor", changed, practice.on_call_id),
        ("second factor", b"", practice.on_call_id),
    ):
        with pytest.raises(StoreDamaged, match="was altered; restore the newest backup"):
            keyring.unseal(purpose, what, owner=owner)


def test_what_is_sealed_twice_looks_different(keyring: Keyring) -> None:
    """Equal secrets cannot be told from their rows."""
    assert keyring.seal("x", b"same", owner="a") != keyring.seal("x", b"same", owner="a")


def test_altered_secret_lets_nobody_in(store: Store, practice: Practice) -> None:
    """A row that somebody exchanged is a fault and no way in."""
    secret, _ = enrolled(store, practice)
    with store.write() as tx:
        tx.run(update(second_factors_table).values(sealed=tx.keyring.seal("second factor", secret, owner="other")))
    with pytest.raises(StoreDamaged), store.write() as tx:
        second_factor.accept(tx, practice.on_call_id, totp.code(secret, totp.step_of(AT) + 1), at=AT + STEP)


@pytest.mark.fault(47)
def test_a_code_is_taken_once(store: Store, practice: Practice) -> None:
    """Neither again, nor one of an earlier step after it, nor the one that enrolled."""
    secret, _ = enrolled(store, practice)
    here = totp.step_of(AT)
    later = AT + 2 * STEP
    tried = [(here, AT), (here + 2, later), (here + 2, later), (here + 1, later), (here + 3, later), (here + 3, later)]
    with store.write() as tx:
        answers = [second_factor.accept(tx, practice.on_call_id, totp.code(secret, step), at=at) for step, at in tried]
    assert answers == [None, "app", None, None, "app", None]
    assert actions(store).count("second_factor_refused") == 4


def test_a_code_is_read_as_apps_show_it(store: Store, practice: Practice) -> None:
    """With a space in the middle."""
    secret, _ = enrolled(store, practice)
    code = totp.code(secret, totp.step_of(AT) + 1)
    with store.write() as tx:
        assert second_factor.accept(tx, practice.on_call_id, f" {code[:3]} {code[3:]}\n", at=AT + STEP) == "app"


@pytest.mark.fault(47)
def test_a_recovery_code_works_once_and_for_its_owner_alone(store: Store, practice: Practice) -> None:
    """Eight of them, stored as hashes; typed in small letters too; how many are left is noted."""
    _, codes = enrolled(store, practice)
    assert len(set(codes)) == second_factor.RECOVERY_CODES == 8
    with store.write() as tx:
        assert second_factor.accept(tx, practice.therapist_id, codes[0], at=AT) is None
        typed = codes[0].lower().replace("-", " ")
        assert second_factor.accept(tx, practice.on_call_id, typed, at=AT) == "recovery"
        assert second_factor.accept(tx, practice.on_call_id, codes[0], at=AT) is None
        assert second_factors.recovery_codes_left(tx, practice.on_call_id) == 7
        stored = repr(tx.all(select(recovery_codes)))
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]
    assert "use_recovery_code" in actions(store)


def test_new_recovery_codes_end_the_earlier_ones(store: Store, practice: Practice) -> None:
    """A list that was left somewhere is worthless then."""
    _, codes = enrolled(store, practice)
    with store.write() as tx:
        new = second_factor.new_recovery_codes(tx, practice.on_call_id, at=AT)
        assert second_factor.accept(tx, practice.on_call_id, codes[1], at=AT) is None
        assert second_factor.accept(tx, practice.on_call_id, new[1], at=AT) == "recovery"


def test_second_enrolment_does_not_replace_the_first(store: Store, practice: Practice) -> None:
    """Who holds an open browser cannot put an app of their own in its place."""
    enrolled(store, practice)
    kept = found(store, practice)
    with store.write() as tx:
        typed = totp.code(second_factor.offer(tx, practice.on_call_id, "other"), totp.step_of(AT))
        assert second_factor.enrol(tx, practice.on_call_id, "other", typed, at=AT) is None
    assert found(store, practice) == kept


def test_what_is_taken_away_is_gone_with_the_sign_ins(store: Store, practice: Practice) -> None:
    """Secret, recovery codes, sign-ins; said in the audit; a second time changes nothing."""
    secret, codes = enrolled(store, practice)
    with store.write() as tx:
        signing.create_sign_in(
            tx, person_id=practice.on_call_id, door="staff", device_id=None, token_hash="a", expires_at=AT + STEP, at=AT
        )
        assert second_factor.take_away(tx, practice.on_call_id, by=practice.therapist_id, at=AT)
        assert signing.sign_ins_of(tx, practice.on_call_id, "staff", at=AT) == []
        for typed in (codes[0], totp.code(secret, totp.step_of(AT) + 1)):
            assert second_factor.accept(tx, practice.on_call_id, typed, at=AT) is None
        assert not second_factor.take_away(tx, practice.on_call_id, by=practice.therapist_id, at=AT)
    assert actions(store).count("take_second_factor") == 1
