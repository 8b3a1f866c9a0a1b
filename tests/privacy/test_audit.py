"""The chain of who looked at what: whatever is altered, removed or inserted is found and named (I8)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, text, update

from bot.privacy import audit
from bot.privacy.audit import Verdict
from bot.records import Store, Tx, audit_rows
from bot.records.schema import audit as table
from bot.records.schema import audit_head
from tests.records.practice import AT, processes

ROWS = 7


def note(tx: Tx, number: int = 0) -> int:
    """One look."""
    return audit.note(
        tx, actor="person", action="read_brief", client_id="client", target=None, data={"n": number}, at=AT
    )


@pytest.fixture
def chain(store: Store) -> Store:
    """A store with seven looks."""
    with store.write() as tx:
        assert [note(tx, number) for number in range(ROWS)] == [1, 2, 3, 4, 5, 6, 7]
    return store


def verdict(store: Store) -> Verdict:
    """What the walk says."""
    with store.read() as tx:
        return audit.verify(tx)


def tamper(store: Store, change: Callable[[Tx], object]) -> None:
    """Changes rows as somebody would who can write to the file: the triggers that refuse it are gone first."""
    with store.write() as tx:
        for trigger in ("audit_refuses_update", "audit_refuses_delete"):
            tx.connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
        change(tx)


def test_a_whole_chain_verifies(chain: Store) -> None:
    """Every row counted; an empty chain is whole as well; a chain longer than one reading too."""
    assert verdict(chain) == Verdict(rows=ROWS, broken=None, reason="")
    with chain.write() as tx:
        for number in range(1000):
            note(tx, number)
    assert verdict(chain) == Verdict(rows=ROWS + 1000, broken=None, reason="")


def test_an_empty_chain_verifies(store: Store) -> None:
    """Nobody looked yet."""
    assert verdict(store) == Verdict(rows=0, broken=None, reason="")


@pytest.mark.parametrize(
    "values",
    [
        {"actor": "somebody else"},
        {"action": "nothing"},
        {"client_id": "another"},
        {"client_id": None},
        {"target": "x"},
        {"data": {"n": 99}},
        {"data": []},
        {"at": AT.replace(microsecond=1)},
        {"previous": "0" * 64},
        {"digest": "0" * 64},
        {"digest": "é" * 64},
        {"digest": ""},
    ],
)
def test_an_altered_row_is_named(chain: Store, values: dict[str, object]) -> None:
    """Any column of a row in the middle."""
    tamper(chain, lambda tx: tx.run(update(table).where(table.c.seq == 4).values(**values)))
    assert verdict(chain) == Verdict(rows=3, broken=4, reason="altered")


@pytest.mark.parametrize("column", ["at", "data"])
def test_a_row_made_unreadable_is_named(chain: Store, column: str) -> None:
    """What is no time or no JSON any more does not end the walk with an error of ours."""
    tamper(chain, lambda tx: tx.connection.execute(text(f"UPDATE audit SET {column} = 'nonsense' WHERE seq = 4")))
    assert verdict(chain) == Verdict(rows=3, broken=4, reason="altered")


@pytest.mark.parametrize(("removed", "broken"), [(1, 1), (4, 4), (ROWS, ROWS)])
def test_a_removed_row_is_named(chain: Store, removed: int, broken: int) -> None:
    """The first, one in the middle, and the last, which only the noted end betrays."""
    tamper(chain, lambda tx: tx.run(delete(table).where(table.c.seq == removed)))
    assert verdict(chain) == Verdict(rows=broken - 1, broken=broken, reason="missing")


def test_a_row_removed_with_the_others_moved_up_is_named(chain: Store) -> None:
    """Numbers without a gap do not help: the digest before does not fit."""

    def close_the_gap(tx: Tx) -> None:
        tx.run(delete(table).where(table.c.seq == 4))
        for seq in (5, 6, 7):
            tx.run(update(table).where(table.c.seq == seq).values(seq=seq - 1))

    tamper(chain, close_the_gap)
    assert verdict(chain) == Verdict(rows=3, broken=4, reason="altered")


@pytest.mark.parametrize("seq", [-3, 0, ROWS + 1])
def test_an_inserted_row_is_named(chain: Store, seq: int) -> None:
    """A row before the first, where no walk from 1 would meet it, or after the last."""

    def insert_one(tx: Tx) -> None:
        copied = {**tx.need(table.select().where(table.c.seq == ROWS), "row")._mapping, "seq": seq}
        tx.run(insert(table).values(**copied))

    tamper(chain, insert_one)
    assert verdict(chain).broken == seq


def test_a_forged_row_that_the_head_was_moved_to_is_named(chain: Store) -> None:
    """Without the practice's key nobody can make the digest that the next row needs."""

    def forge(tx: Tx) -> None:
        last = tx.need(table.select().where(table.c.seq == ROWS), "row")
        forged = {**last._mapping, "seq": ROWS + 1, "previous": last.digest, "digest": "f" * 64}
        tx.run(insert(table).values(**forged))
        tx.run(update(audit_head).values(seq=ROWS + 1, digest="f" * 64))

    tamper(chain, forge)
    assert verdict(chain) == Verdict(rows=ROWS, broken=ROWS + 1, reason="altered")


def test_a_head_that_does_not_fit_is_named(chain: Store) -> None:
    """Turned back, or with another digest."""
    tamper(chain, lambda tx: tx.run(update(audit_head).values(seq=5)))
    assert verdict(chain) == Verdict(rows=ROWS, broken=6, reason="not noted")
    tamper(chain, lambda tx: tx.run(update(audit_head).values(seq=ROWS, digest="0" * 64)))
    assert verdict(chain) == Verdict(rows=ROWS, broken=ROWS + 1, reason="not noted")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(1, ROWS + 1)))
def test_rows_in_another_order_never_verify(chain: Store, order: list[int]) -> None:
    """Every order but the written one is found."""
    with chain.read() as tx:
        rows = audit_rows.rows_after(tx, 0)

    def reorder(tx: Tx) -> None:
        tx.run(delete(table))
        for seq, index in enumerate(order, start=1):
            values = {name: getattr(rows[index - 1], name) for name in type(rows[0]).__slots__}
            tx.run(insert(table).values(**{**values, "seq": seq}))

    tamper(chain, reorder)
    assert (verdict(chain).broken is None) == (list(order) == list(range(1, ROWS + 1)))

    def restore(tx: Tx) -> None:
        tx.run(delete(table))
        for row in rows:
            tx.run(insert(table).values(**{name: getattr(row, name) for name in type(row).__slots__}))

    tamper(chain, restore)


_NOTE = """
import sys; from pathlib import Path
from tests.privacy.test_audit import note
from tests.records.practice import open_at
keyring, store = open_at(Path(sys.argv[1]), busy_timeout_s=60)
for _ in range(40):
    with store.write() as tx: note(tx)
"""


def test_three_processes_write_one_chain(tmp_path: Path, store: Store) -> None:
    """Looks from gateway, portal and worker at once: no number twice, no fork."""
    processes(_NOTE, tmp_path, [[]] * 3)
    assert verdict(store) == Verdict(rows=120, broken=None, reason="")


def test_another_practices_key_does_not_verify_it(chain: Store, tmp_path: Path) -> None:
    """The chain is bound to the practice's key and not only to itself."""
    from bot.privacy.keys import open_keyring
    from bot.privacy.practice_key import make_practice_key

    make_practice_key(tmp_path / "other.key")
    other = open_keyring(f"sqlcipher:///{tmp_path}/other.db", tmp_path / "other.key")
    with chain.read() as tx:
        foreign = Tx(connection=tx.connection, keyring=other, writable=False)
        assert audit.verify(foreign).broken == 1
    other.close()
