"""Staff, clients, how they sign in, what they agreed to."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.records import NotFound, Store, StoreError, consents, people, signing
from bot.records.people import LoginTaken
from bot.records.schema import clients, devices, invites, sign_ins
from tests.records.practice import AT, MINUTE, Practice, add_client, add_staff, processes


def test_a_login_is_one_account_however_it_is_typed(store: Store, practice: Practice) -> None:
    """Capitals and spaces around it do not make a second account, and none that nobody can sign in to."""
    with store.write() as tx:
        person_id = add_staff(tx, " Owner ")
        found = people.staff_by_login(tx, "OWNER")
        assert found is not None
        assert (found.id, found.login, found.roles) == (person_id, "owner", ("therapist", "on_call"))
        with pytest.raises(LoginTaken, match=r"^the login 'owner' is taken; choose another$"):
            add_staff(tx, "oWNER")
        assert people.staff_by_login(tx, "nobody") is None
        assert [one.login for one in people.all_staff(tx)] == ["oncall", "owner", "therapist"]
        with pytest.raises(NotFound, match="no staff account nowhere"):
            people.staff(tx, "nowhere")


def test_a_clients_name_is_sealed_and_found(store: Store, practice: Practice) -> None:
    """No plain column holds it; a therapist's clients come by name; nobody else's are among them."""
    with store.write() as tx:
        add_client(tx, practice.therapist_id, "zoe Example")
        add_client(tx, practice.therapist_id, "Bo Example")
        add_client(tx, practice.on_call_id, "Cy Elsewhere")
        names = [one.name for one in people.clients_of(tx, practice.therapist_id)]
        assert names == ["Ada Example", "Bo Example", "zoe Example"]
        assert "Example" not in repr(tx.all(select(clients)))


def test_a_changed_profile_keeps_what_was_not_named(store: Store, practice: Practice) -> None:
    """Sealed and plain fields alike; an unknown field or client is refused."""
    with store.write() as tx:
        changed = people.set_client(tx, practice.client_id, at=AT, name="Al", language="es", address="usted")
        assert (changed.name, changed.language, changed.address, changed.phone) == ("Al", "es", "usted", "555-0100")
        assert people.set_client(tx, practice.client_id, at=AT, tool_name="Kite").name == "Al"
        assert people.set_client(tx, practice.client_id, at=AT) == people.client(tx, practice.client_id)
        with pytest.raises(ValueError, match=r"^a client has no field \['password'\]; there are"):
            people.set_client(tx, practice.client_id, at=AT, password="x")
        with pytest.raises(NotFound, match="no client nowhere"):
            people.set_client(tx, "nowhere", at=AT, name="x")


@pytest.mark.fault(47)
def test_an_invite_works_once_and_not_after_its_end(store: Store, practice: Practice) -> None:
    """Used, expired and unknown are one answer."""
    with store.write() as tx:
        signing.create_invite(tx, client_id=practice.client_id, token_hash="a", expires_at=AT + MINUTE, at=AT)
        signing.create_invite(tx, client_id=practice.client_id, token_hash="b", expires_at=AT + MINUTE, at=AT)
        assert signing.use_invite(tx, "a", at=AT) == practice.client_id
        assert signing.use_invite(tx, "a", at=AT) is None
        assert signing.use_invite(tx, "b", at=AT + MINUTE) is None
        assert signing.use_invite(tx, "unknown", at=AT) is None
        assert [row.used_at for row in tx.all(select(invites).order_by(invites.c.token_hash))] == [AT, None]


_USE = """
import sys; from pathlib import Path
from bot.records import signing
from tests.records.practice import AT, open_at
keyring, store = open_at(Path(sys.argv[1]), busy_timeout_s=60)
used = 0
for number in range(25):
    with store.write() as tx: used += signing.use_invite(tx, f"invite {number}", at=AT) is not None
print(used)
"""


@pytest.mark.fault(47)
def test_of_two_people_with_one_link_one_comes_in(tmp_path: Path, store: Store, practice: Practice) -> None:
    """Two processes use the same 25 invites: each is used once."""
    with store.write() as tx:
        for number in range(25):
            signing.create_invite(
                tx, client_id=practice.client_id, token_hash=f"invite {number}", expires_at=AT + MINUTE, at=AT
            )
    assert sum(int(line) for line in processes(_USE, tmp_path, [[], []])) == 25


def test_a_sign_in_is_good_at_its_door_until_it_ends(store: Store, practice: Practice) -> None:
    """Another door, an expired and an ended one are none; a later end can be set while it lasts."""
    with store.write() as tx:
        device_id = signing.add_device(tx, practice.client_id, "canary phone", AT)
        assert "canary" not in repr(tx.all(select(devices)))
        sign_in_id = signing.create_sign_in(
            tx, person_id=practice.client_id, door="client", device_id=device_id, token_hash="a",
            expires_at=AT + MINUTE, at=AT,
        )  # fmt: skip
        found = signing.sign_in_by_hash(tx, "a", "client", at=AT)
        assert found is not None
        assert (found.id, found.person_id, found.device_id) == (sign_in_id, practice.client_id, device_id)
        assert signing.sign_in_by_hash(tx, "a", "staff", at=AT) is None
        assert signing.sign_in_by_hash(tx, "a", "client", at=AT + MINUTE) is None
        signing.touch_sign_in(tx, sign_in_id, at=AT + MINUTE, expires_at=AT + timedelta(hours=1))
        touched = signing.sign_in_by_hash(tx, "a", "client", at=AT + MINUTE)
        assert touched is not None
        assert touched.last_seen_at == AT + MINUTE
        signing.end_sign_in(tx, "a", at=AT)
        assert signing.sign_in_by_hash(tx, "a", "client", at=AT) is None
        signing.touch_sign_in(tx, sign_in_id, at=AT, expires_at=AT + timedelta(days=1))
        assert signing.sign_in_by_hash(tx, "a", "client", at=AT) is None


def test_all_sign_ins_of_a_person_end_together(store: Store, practice: Practice) -> None:
    """Those of others stay."""
    with store.write() as tx:
        for token_hash, person_id in (("a", practice.client_id), ("b", practice.client_id), ("c", practice.on_call_id)):
            signing.create_sign_in(
                tx, person_id=person_id, door="staff", device_id=None, token_hash=token_hash,
                expires_at=AT + MINUTE, at=AT,
            )  # fmt: skip
        assert signing.end_sign_ins(tx, practice.client_id, at=AT) == 2
        assert signing.end_sign_ins(tx, practice.client_id, at=AT) == 0
        assert [row.token_hash for row in tx.all(select(sign_ins)) if row.ended_at is None] == ["c"]


def test_a_token_hash_is_taken_once(store: Store, practice: Practice) -> None:
    """Two sign-ins can never share a token."""
    with pytest.raises(StoreError), store.write() as tx:
        for _ in range(2):
            signing.create_sign_in(
                tx, person_id=practice.client_id, door="client", device_id=None, token_hash="a",
                expires_at=AT + MINUTE, at=AT,
            )  # fmt: skip


def test_the_newest_answer_to_each_purpose_counts(store: Store, practice: Practice) -> None:
    """A withdrawal is an answer; purposes not named keep theirs; what was never asked was never agreed to."""
    with store.write() as tx:
        assert consents.state(tx, practice.client_id) == {}

        def give(**purposes: bool) -> None:
            consents.give(tx, practice.client_id, purposes=purposes, text_version="v", language="en", at=AT)

        give(keep_entries=True, share_summaries=True)
        give(share_summaries=False)
        given = {name: one.given for name, one in consents.state(tx, practice.client_id).items()}
        assert given == {"keep_entries": True, "share_summaries": False}
        with pytest.raises(ValueError, match=r"^no such purpose: \['advertising'\]; there are"):
            give(advertising=True)
