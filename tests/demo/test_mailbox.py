"""The demo's mailbox: real SMTP in, a list out."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from tests.handoff.processes import free_port, process, wait_until

MAIL = EmailMessage()
MAIL["From"], MAIL["To"], MAIL["Subject"] = "a@example.org", "b@example.org", "Alert <b>X</b>"
MAIL["Message-ID"] = "<one@example.org>"
MAIL.set_content("Some words, ñ.\n\nhttp://localhost:8001/episodes/1\n")


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A running mailbox: its address and its SMTP port."""
    port, smtp_port = free_port(), free_port()
    env = {"MAILBOX_PORT": str(port), "MAILBOX_SMTP_PORT": str(smtp_port)}
    folder: Path = tmp_path_factory.mktemp("mailbox")
    url = f"http://127.0.0.1:{port}"
    with process("-m", "bot.demo.mailbox", folder=folder, smtp_port=smtp_port, env=env):
        wait_until(lambda: _answers(url), what="the mailbox answers")
        yield url, smtp_port


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").json() == {"status": "ok", "parts": {}}
    except httpx.HTTPError:
        return False


def test_a_mail_by_smtp_is_listed_as_json_and_on_the_page(mailbox: tuple[str, int]) -> None:
    """In order, with its id, and escaped where a person reads it."""
    url, smtp_port = mailbox
    assert "Nothing has arrived yet." in httpx.get(url).text
    with smtplib.SMTP("127.0.0.1", smtp_port) as smtp:
        smtp.send_message(MAIL)
    [mail] = httpx.get(f"{url}/messages").json()
    assert (mail["id"], mail["from"], mail["to"], mail["subject"]) == (
        "one@example.org", "a@example.org", ["b@example.org"], "Alert <b>X</b>",
    )  # fmt: skip
    assert mail["text"].startswith("Some words, ñ.")
    assert "Message-ID: <one@example.org>" in mail["source"]
    page = httpx.get(url)
    assert "Alert &lt;b&gt;X&lt;/b&gt;" in page.text
    assert '<a href="http://localhost:8001/episodes/1">' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_the_page_has_its_style_sheet(mailbox: tuple[str, int]) -> None:
    """Served beside it, as the page's own policy wants."""
    url, _ = mailbox
    assert httpx.get(f"{url}/mailbox.css").headers["content-type"].startswith("text/css")
