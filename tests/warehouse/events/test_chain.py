"""Whatever is changed in the database is refused by it, or found by the chain, and named."""
# ruff: noqa: S608  the SQL is these tests' own

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.events.conftest import KEY, draft
from warehouse.errors import EventStoreError
from warehouse.events.address import EventAddress
from warehouse.events.chain import StoredEvent, digest_of, encoded
from warehouse.events.connection import engine_of
from warehouse.events.event import Head
from warehouse.events.store import EventStore
from warehouse.keys import Key

Tamper = Callable[..., None]


def moved(*places: tuple[int, int]) -> list[str]:
    return [f"UPDATE events SET seq = {to} WHERE seq = {of}" for of, to in places]


VALUES = st.one_of(st.none(), st.text(), st.binary(), st.integers(), st.floats(allow_nan=False))


@pytest.fixture
def key() -> Key:
    """The chain is over what is stored: that it is sealed makes no difference."""
    return KEY


@pytest.fixture
def tamper(address: str, store: EventStore) -> Tamper:
    """Change the database as one who owns it can: the triggers taken off first."""
    store.append([draft(str(place), dedupe=f"m{place}") for place in range(1, 6)])
    engine = engine_of(EventAddress.read(address))

    def change(*statements: str, watched: bool = False) -> None:
        with engine.begin() as connection:
            if not watched and engine.dialect.name == "postgresql":
                connection.execute(sa.text("ALTER TABLE events DISABLE TRIGGER USER"))
            elif not watched:
                for name in (
                    connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
                ):
                    connection.execute(sa.text(f"DROP TRIGGER {name}"))
            for statement in statements:
                connection.execute(sa.text(statement))

    return change


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET kind = 'other' WHERE seq = 3",
        "UPDATE events_key SET mark = 'other'",
        "DELETE FROM events WHERE seq = 5",
        "DELETE FROM events",
        "DELETE FROM events_key",
    ],
)
def test_the_database_itself_refuses_change(tamper: Tamper, store: EventStore, statement: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        tamper(statement, watched=True)
    assert store.verify() is None
    assert len(store.read()) == 5


@pytest.mark.parametrize("same", ["seq", "event_id", "dedupe", "digest"])
def test_nothing_is_replaced_by_inserting(tamper: Tamper, store: EventStore, address: str, same: str) -> None:
    columns = [name for name in StoredEvent._fields if name != same]
    new = {"seq": "6", "event_id": "'x'", "dedupe": "'x'", "digest": "'x'"}
    chosen = ", ".join(new.get(name, name) for name in columns)
    insert = "INSERT OR REPLACE INTO" if address.startswith("sqlite") else "INSERT INTO"
    with pytest.raises(sa.exc.DBAPIError):
        tamper(
            f"{insert} events ({', '.join(columns)}, {same}) SELECT {chosen}, {same} FROM events WHERE seq = 2",
            watched=True,
        )
    assert store.verify() is None


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_postgresql_refuses_to_be_emptied(tamper: Tamper, store: EventStore) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        tamper("TRUNCATE events", watched=True)
    assert len(store.read()) == 5


@pytest.mark.parametrize("column", [name for name in StoredEvent._fields if name not in {"seq", "content", "previous"}])
def test_every_edited_column_is_found(tamper: Tamper, store: EventStore, column: str) -> None:
    tamper(f"UPDATE events SET {column} = 'json2' WHERE seq = 3")
    broken = store.verify()
    assert broken is not None
    assert (broken.seq, broken.what) == (3, "edited")
    with pytest.raises(EventStoreError, match="event 3 was changed"):
        store.read()


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_content_of_another_type_is_found(tamper: Tamper, store: EventStore) -> None:
    tamper("UPDATE events SET content = 'text' WHERE seq = 4")
    broken = store.verify()
    assert broken is not None
    assert (broken.seq, broken.what) == (4, "edited")


def test_edited_content_is_found(tamper: Tamper, store: EventStore, address: str) -> None:
    other = "x'7b7d'" if address.startswith("sqlite") else "'\\x7b7d'::bytea"
    tamper(f"UPDATE events SET content = {other} WHERE seq = 4")
    broken = store.verify()
    assert broken is not None
    assert (broken.seq, broken.what) == (4, "edited")


@pytest.mark.parametrize(
    ("statements", "seq", "what"),
    [
        (["UPDATE events SET finding_id = NULL WHERE seq = 2"], 2, "edited"),
        (["DELETE FROM events WHERE seq = 2"], 2, "missing"),
        (["DELETE FROM events WHERE seq IN (2, 3)"], 2, "missing"),
        (["DELETE FROM events WHERE seq = 1"], 1, "missing"),
        # The gap closed by counting anew.
        (["DELETE FROM events WHERE seq = 2", *moved((3, 2), (4, 3), (5, 4))], 2, "edited"),
        (moved((2, 9), (3, 2), (9, 3)), 2, "reordered"),
        (["UPDATE events SET seq = seq + 10"], 1, "missing"),
    ],
)
def test_what_is_wrong_is_named_by_place_and_kind(
    tamper: Tamper, store: EventStore, statements: list[str], seq: int, what: str
) -> None:
    tamper(*statements)
    broken = store.verify()
    assert broken is not None
    assert (broken.seq, broken.what) == (seq, what)
    assert str(seq) in broken.detail


def test_an_event_rewritten_with_its_digest_breaks_the_link_to_the_next(
    tamper: Tamper, store: EventStore, address: str
) -> None:
    with engine_of(EventAddress.read(address)).begin() as connection:
        row = StoredEvent(*connection.execute(sa.text("SELECT * FROM events WHERE seq = 3")).one())
    tamper(f"UPDATE events SET kind = 'reviewed', digest = '{digest_of(row._replace(kind='reviewed'))}' WHERE seq = 3")
    broken = store.verify()
    assert broken is not None
    assert (broken.seq, broken.what) == (3, "edited")


def test_an_end_cut_off_is_found_by_what_a_night_took_into_account(tamper: Tamper, store: EventStore) -> None:
    seen = [Head(), store.head(), Head(store.read()[1].seq, store.read()[1].digest)]
    assert store.verify(seen) is None
    tamper("DELETE FROM events WHERE seq > 3")
    assert store.verify() is None
    broken = store.verify(seen)
    assert broken is not None
    assert (broken.seq, broken.what) == (4, "truncated")
    assert "5 events" in broken.detail
    tamper("DELETE FROM events")
    emptied = store.verify(seen)
    assert emptied is not None
    assert (emptied.seq, emptied.what) == (1, "truncated")


def test_a_chain_written_anew_is_found_by_what_a_night_took_into_account(tamper: Tamper, store: EventStore) -> None:
    seen = store.head()
    tamper("DELETE FROM events WHERE seq = 5")
    store.append([draft("another")])
    assert store.verify() is None
    broken = store.verify([seen])
    assert broken is not None
    assert (broken.seq, broken.what) == (5, "rewritten")


def test_what_a_night_took_into_account_is_looked_up_without_a_walk(tamper: Tamper, store: EventStore) -> None:
    seen = [Head(event.seq, event.digest) for event in store.read()]
    assert store.missing([]) is None
    assert store.missing([Head(), *seen]) is None
    assert store.missing([seen[1], Head(2, "0" * 64)]) == Head(2, "0" * 64)
    tamper("DELETE FROM events WHERE seq > 3")
    assert store.missing(seen[:3]) is None
    assert store.missing(reversed(seen)) == seen[3]


def test_a_store_that_is_gone_is_found_too(store: EventStore) -> None:
    assert store.missing([Head(), Head(7, "a" * 64)]) == Head(7, "a" * 64)
    broken = store.verify([Head(7, "a" * 64)])
    assert broken is not None
    assert (broken.seq, broken.what) == (1, "truncated")


@given(st.lists(VALUES, max_size=4), st.lists(VALUES, max_size=4))
def test_other_values_give_other_bytes(left: list[object], right: list[object]) -> None:
    same = [(type(one), one) for one in left] == [(type(one), one) for one in right]
    assert (encoded(*left) == encoded(*right)) == same


def test_a_digest_never_changes_with_the_program() -> None:
    row = StoredEvent(
        1, "e", "2026-09-22T08:30:00.000000Z", "verdict", "c", None, "2026-09-21", None, "json", b"{}", "0" * 64, ""
    )
    assert digest_of(row) == "37c9265cb0c316544d4c9ae48d599d324eb19cac23ccc756a0319e410f1aaebc"
