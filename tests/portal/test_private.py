"""What the staff sees of a client: what was shared, as text, and that somebody looked (I5, I8; row 40)."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from pathlib import Path

import pytest
from jinja2 import meta, nodes
from sqlalchemy import select, text

from bot.portal import contexts
from bot.portal.rendering import environment
from bot.privacy import audit
from bot.records import appointments, audit_rows, contacts, conversations, summaries
from bot.records.schema import audit as audit_table
from tests import doors
from tests.gateway.stories import summary_lines, summary_of
from tests.portal.conftest import Browser, Door, text_of

SCRIPT = "<script>alert(1)</script>"
ATTRIBUTE = '" onmouseover="alert(1)'
TEMPLATE = "{{ 7 * 7 }}{% raw %}"
NOT_SHARED = "canary otter on the ice"
TAKEN_OUT = "canary lynx in the snow"
SHARED = "the heron came back"


@pytest.fixture(scope="module")
def wren(door: Door) -> Browser:
    """The therapist."""
    return door.browser(door.people.wren)


@pytest.fixture
def client(door: Door) -> str:
    """A client of Wren's who has said, kept, taken out and shared different things."""
    client_id = doors.enrol(door.store, door.people.wren, f"Al {SCRIPT}")
    summary_of(door.store, client_id, [NOT_SHARED])
    summary_id = summary_of(door.store, client_id, [SHARED, TAKEN_OUT, ATTRIBUTE, TEMPLATE, SCRIPT])
    with door.store.write() as tx:
        at = doors.now()
        conversation_id = conversations.conversation_of(tx, client_id, at=at).id
        conversations.add_message(
            tx, conversation_id, message_id="a" * 24 + client_id[:8], role="client", text=NOT_SHARED, at=at
        )
        body = summaries.summary(tx, summary_id).body
        kept = [line for line in body["lines"] if line["text"] != TAKEN_OUT]
        summaries.share(tx, summary_id, body={**body, "lines": kept, "title": SCRIPT}, at=at)
    return client_id


def pages(door: Door, client_id: str) -> dict[str, str]:
    """Everything that anybody of the staff can open, as somebody who may."""
    episode_id = door.alert(client_id, "I will do it tonight")
    opened = {}
    for login in doors.STAFF:
        browser = door.browser(getattr(door.people, login))
        for path in ("/", "/practice", "/audit", f"/clients/{client_id}", f"/episodes/{episode_id}"):
            opened[f"{login} {path}"] = browser.get(path).text
        browser.post(f"/episodes/{episode_id}/open", {"reason": "to see"})
        opened[f"{login} opened"] = browser.get(f"/episodes/{episode_id}").text
    return opened


def test_what_was_not_shared_is_on_no_page_of_anybody(door: Door, client: str) -> None:
    """Neither the conversation, nor a summary that was kept, nor the line that was taken out (I5)."""
    opened = pages(door, client)
    assert SHARED in opened[f"wren /clients/{client}"]
    for name, page in opened.items():
        assert NOT_SHARED not in page, name
        assert TAKEN_OUT not in page, name
        if not name.startswith("wren"):
            assert SHARED not in page, name


def test_what_is_hidden_again_is_gone_from_the_page(door: Door, wren: Browser, client: str) -> None:
    """From the next look on."""
    assert SHARED in wren.get(f"/clients/{client}").text
    with door.store.write() as tx:
        (shared,) = summaries.shared_of(tx, client, doors.now() - timedelta(days=1))
        summaries.unshare(tx, shared.summary_id, at=doors.now())
    assert SHARED not in wren.get(f"/clients/{client}").text


def test_what_was_shared_before_the_last_appointment_is_not_new(door: Door, wren: Browser, client: str) -> None:
    """The page begins at the last appointment."""
    with door.store.write() as tx:
        appointments.add(tx, client_id=client, starts_at=doors.now(), at=doors.now())
    page = wren.get(f"/clients/{client}")
    assert 'class="entry"' not in page.text


@pytest.mark.fault(40)
def test_what_a_client_wrote_is_text_and_nothing_else(door: Door, client: str) -> None:
    """Markup, attributes and template code from a name, a summary and an alert come out escaped on every page."""
    episode_id = door.alert(client, f"tonight {SCRIPT} {ATTRIBUTE} {TEMPLATE}")
    wren = door.browser(door.people.wren)
    seen = [wren.get(path).text for path in ("/", f"/clients/{client}", f"/episodes/{episode_id}")]
    for page in seen:
        assert "<script" not in page
        assert 'onmouseover="' not in page
        assert "49" not in re.sub(r"\d\d:\d\d", "", text_of_page(page))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in seen[0]
    assert "{{ 7 * 7 }}{% raw %}" in seen[1]
    assert "<mark>tonight &lt;script&gt;" in seen[2]


def text_of_page(page: str) -> str:
    """Without ids, which may hold any digits."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


@pytest.mark.fault(40)
def test_what_colleagues_write_is_escaped_as_well(door: Door, client: str) -> None:
    """A reason and a note."""
    episode_id = door.alert(client)
    wren = door.browser(door.people.wren)
    wren.post(f"/episodes/{episode_id}/open", {"reason": SCRIPT})
    wren.post(f"/episodes/{episode_id}/close", {"outcome": "not_a_crisis", "note": SCRIPT})
    page = wren.get(f"/episodes/{episode_id}").text
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 2


def test_every_look_leaves_a_row_and_the_chain_verifies(door: Door, client: str) -> None:
    """List, brief, alert with and without words, answer and closing: who, what, whose (I8)."""
    episode_id = door.alert(client)
    with door.store.read() as tx:
        before, _ = audit_rows.head(tx)
    wren, jo = door.browser(door.people.wren), door.browser(door.people.jo)
    wren.get("/")
    wren.get(f"/clients/{client}")
    jo.get(f"/episodes/{episode_id}")
    jo.post(f"/episodes/{episode_id}/open", {"reason": "to see"})
    jo.get(f"/episodes/{episode_id}")
    wren.get(f"/episodes/{episode_id}")
    jo.post(f"/episodes/{episode_id}/answer", {"next_step": "calling_now"})
    jo.post(f"/episodes/{episode_id}/close", {"outcome": "reached_and_safe"})
    with door.store.read() as tx:
        rows = audit_rows.rows_after(tx, before)
        assert audit.verify(tx).broken is None
    people = {door.people.wren: "wren", door.people.jo: "jo"}
    assert [(people[row.actor], row.action, row.client_id) for row in rows] == [
        ("wren", "read_list", None),
        ("wren", "read_brief", client),
        ("jo", "read_alert", client),
        ("jo", "break_glass", client),
        ("jo", "read_episode", client),
        ("wren", "read_episode", client),
        ("jo", "acknowledge", client),
        ("jo", "close_episode", client),
    ]
    with door.store.read() as tx:
        assert "to see" not in repr(tx.all(select(audit_table.c.data)))


def test_a_look_that_cannot_be_noted_is_not_had(
    door: Door, client: str, wren: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a row no page: the words stay closed when the audit cannot be written."""

    def broken(*_given: object, **_named: object) -> int:
        raise RuntimeError

    monkeypatch.setattr(audit, "note", broken)
    page = wren.get(f"/clients/{client}")
    assert page.status_code == 500
    assert SHARED not in page.text


def test_the_audit_page_says_where_the_chain_breaks(door: Door, client: str, wren: Browser) -> None:
    """An altered row is named, rows after it are not shown, and a row made unreadable is no fault of the page."""
    sam = door.browser(door.people.sam)
    wren.get(f"/clients/{client}")
    whole = sam.get("/audit")
    assert "read_brief" in whole.text
    with door.store.write() as tx:
        last, _ = audit_rows.head(tx)
        sql = "SELECT sql FROM sqlite_master WHERE name = 'audit_refuses_update'"
        trigger = tx.connection.execute(text(sql)).scalar_one()
        (at,) = tx.connection.execute(text(f"SELECT at FROM audit WHERE seq = {last}")).one()
        tx.connection.execute(text("DROP TRIGGER audit_refuses_update"))
        tx.connection.execute(text(f"UPDATE audit SET at = 'nonsense' WHERE seq = {last}"))
    try:
        broken = sam.get("/audit")
        assert broken.status_code == 200
        assert f"{last}" in text_of(broken)
        assert 'class="flag"' in broken.text
    finally:
        with door.store.write() as tx:
            tx.connection.execute(text(f"UPDATE audit SET at = '{at}' WHERE seq = {last}"))
            tx.connection.execute(text(trigger))
    assert 'class="flag"' not in sam.get("/audit").text


# --- contexts -----------------------------------------------------------------------------------------------

CONTEXTS = {
    "accounts.html": contexts.AccountsPage,
    "code.html": contexts.CodePage,
    "enrol.html": contexts.EnrolPage,
    "welcome.html": contexts.WelcomePage,
    "sign_in.html": contexts.SignInPage,
    "second_step.html": contexts.SecondStepPage,
    "enrol_factor.html": contexts.EnrolFactorPage,
    "own_factor.html": contexts.OwnFactorPage,
    "recovery_codes.html": contexts.RecoveryCodesPage,
    "sign_ins.html": contexts.SignInsPage,
    "today.html": contexts.TodayPage,
    "client.html": contexts.ClientPage,
    "episode.html": contexts.EpisodePage,
    "practice.html": contexts.PracticePage,
    "live.html": contexts.LivePage,
    "incidents.html": contexts.IncidentsPage,
    "drill.html": contexts.DrillPage,
    "audit.html": contexts.AuditPage,
    "message.html": contexts.MessagePage,
}
# What every page has besides its context; see `rendering.page`.
COMMON = {"t", "lang", "staff", "when", "clock"}


def test_every_template_has_its_context() -> None:
    """Neither a page without a dataclass nor a dataclass without a page."""
    assert set(environment().list_templates()) == {*CONTEXTS, "base.html"}


@pytest.mark.parametrize("template", CONTEXTS)
def test_a_template_uses_the_fields_of_its_context_and_all_of_them(template: str) -> None:
    """What is not shown does not reach the page, and what is shown is declared."""
    loader = environment().loader
    assert loader is not None
    parsed = environment().parse(loader.get_source(environment(), template)[0])
    macros = {macro.name for macro in parsed.find_all(nodes.Macro)}
    used = meta.find_undeclared_variables(parsed) - COMMON - macros
    assert used == {field.name for field in dataclasses.fields(CONTEXTS[template])}


def test_no_template_switches_escaping_off() -> None:
    """Neither a filter nor a block."""
    for path in (Path(contexts.__file__).parent / "templates").glob("*.html"):
        assert not re.search(r"\|\s*safe\b|autoescape|Markup", path.read_text("utf-8")), path.name


# --- practice -----------------------------------------------------------------------------------------------


def test_the_owner_changes_the_hours_and_others_read_them(door: Door) -> None:
    """Kept, audited, shown to every colleague; only the owner has the form."""
    sam, jo = door.browser(door.people.sam), door.browser(door.people.jo)
    form = {f"{name}_{day}": "" for day in range(7) for name in ("opens", "closes")}
    form |= {"opens_0": "09:00", "closes_0": "17:00", "opens_6": "00:00", "closes_6": "24:00", "holidays": "2026-12-25"}
    assert sam.post("/practice/coverage", form).headers["location"] == "/practice?saved=true"
    with door.store.read() as tx:
        found = contacts.coverage(tx)
        last, _ = audit_rows.head(tx)
        (row,) = audit_rows.rows_after(tx, last - 1)
    assert found.hours == ((0, "09:00", "17:00"), (6, "00:00", "24:00"))
    assert [day.isoformat() for day in found.holidays] == ["2026-12-25"]
    assert (row.actor, row.action, row.data) == (door.people.sam, "change_coverage", {"days": 2, "holidays": 1})
    page = jo.get("/practice").text
    assert "09:00" in page
    assert 'name="opens_' not in page


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"opens_1": "09:00"}, "hours"),
        ({"opens_1": "17:00", "closes_1": "09:00"}, "hours"),
        ({"opens_1": "9:00", "closes_1": "17:00"}, "hours"),
        ({"opens_1": "09:00", "closes_1": "24:01"}, "hours"),
        ({"opens_1": "24:00", "closes_1": "24:00"}, "hours"),
        ({"opens_1": "<b>", "closes_1": "<b>"}, "hours"),
        ({"holidays": "25 December"}, "holidays"),
        ({"holidays": "2026-02-30"}, "holidays"),
    ],
)
def test_hours_that_are_none_change_nothing(door: Door, change: dict[str, str], fault: str) -> None:
    """The fault is named, and what was declared stays."""
    with door.store.read() as tx:
        before = contacts.coverage(tx)
    answer = door.browser(door.people.sam).post("/practice/coverage", change)
    assert answer.headers["location"] == f"/practice?fault={fault}"
    assert 'role="alert"' in door.browser(door.people.sam).get(answer.headers["location"]).text
    with door.store.read() as tx:
        assert contacts.coverage(tx) == before


def test_addresses_that_hold_secrets_are_not_shown(door: Door) -> None:
    """A webhook's address lets whoever reads it write to it; e-mail and telephone are what they are."""
    with door.store.write() as tx:
        contact = contacts.contacts(tx)[0]
        contacts.add_channel(
            tx, contact_id=contact.id, kind="webhook", address="https://hooks.example/canary-secret", position=9
        )
    for person in (door.people.robin, door.people.sam):
        page = door.browser(person).get("/practice").text
        assert "canary-secret" not in page
        assert "hooks.example" in page
        assert "jo@example.org" in page


def test_a_summary_line_is_shown_by_its_kind(door: Door, wren: Browser, client: str) -> None:
    """Own words in quotation marks, under the question that they answer."""
    page = wren.get(f"/clients/{client}").text
    (line, *_) = summary_lines([SHARED], doors.now())
    assert f"<dt>{line['label']}</dt>" in page
    assert f'<dd class="words">“{SHARED}”</dd>' in page
