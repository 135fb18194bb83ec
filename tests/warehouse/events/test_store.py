"""The event store: what is appended is read, once, in order, or not at all."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.warehouse.events.conftest import KEY, NIGHT, draft
from warehouse.errors import EventStoreError, WarehouseKeyError
from warehouse.events.event import GENESIS, Draft, Head
from warehouse.events.store import EventStore, Reader, open_events
from warehouse.keys import Key


def test_a_store_that_is_not_there_has_no_events_and_is_not_made_by_reading(
    store: EventStore, open_store: Callable[[], EventStore], tmp_path: Path
) -> None:
    assert store.read() == []
    assert store.head() == Head(0, GENESIS)
    assert store.verify() is None
    assert store.extent().events == 0
    assert store.transact(lambda reader: [draft()] if reader.read() else []) == []
    assert open_store().read() == []
    assert list(tmp_path.iterdir()) == []


def test_what_is_appended_is_read_back_by_another_store(
    store: EventStore, open_store: Callable[[], EventStore]
) -> None:
    before = datetime.now(UTC)
    said = {"结论": "属实-可豁免", "amount": "12.30", "months": [1, None, True], "nested": {"b": 1, "a": "\u0000'\""}}
    written = store.append(
        [draft(payload=said), draft(kind="reviewed", finding_id=None, known_after=date(2026, 9, 23))]
    )
    read = open_store().read()
    assert read == written
    first, second = read
    assert (first.seq, second.seq) == (1, 2)
    assert (first.previous, second.previous) == (GENESIS, first.digest)
    assert first.payload == said
    assert (first.kind, first.case_id, first.finding_id, first.known_after) == ("verdict", "c1", "f1", NIGHT)
    assert (first.by, first.origin, second.finding_id) == ("王小明", "test", None)
    assert before <= first.at <= second.at <= before + timedelta(minutes=1)
    assert first.at.tzinfo is not None
    assert store.head() == Head(2, second.digest)
    assert store.verify() is None


def test_reading_selects_by_night_kind_case_and_finding(store: EventStore) -> None:
    store.append(
        [
            draft("1"),
            draft("2", kind="reviewed", known_after=date(2026, 9, 23)),
            draft("3", case_id="c2", finding_id="f2", known_after=date(2026, 9, 21)),
            draft("4", case_id=None, finding_id=None, kind="dispatched"),
        ]
    )

    def notes(**wanted: object) -> str:
        return "".join(event.payload["note"] for event in store.read(**wanted))

    assert notes() == "1234"
    # A night takes into account what was known after nights before it: the day itself is too late.
    assert notes(known_before=date(2026, 9, 22)) == "3"
    assert notes(known_before=date(2026, 9, 23)) == "134"
    assert notes(known_before=date(2026, 9, 24)) == "1234"
    assert notes(kinds=["reviewed", "dispatched"]) == "24"
    assert notes(kinds=[]) == ""
    assert notes(case_id="c1") == "12"
    assert notes(finding_id="f2") == "3"
    assert notes(findings=["f2", "f9"]) == "34"
    assert notes(findings=[f"f{place}" for place in range(1_200)]) == "1234"
    assert notes(findings=["f1"], kinds=["verdict"]) == "1"
    assert notes(findings=[]) == "4"
    assert notes(case_id="c1", kinds={"verdict"}, known_before=date(2026, 9, 23)) == "1"
    assert store.head(date(2026, 9, 22)).seq == 3
    assert store.head(date(2026, 9, 21)) == Head()


def test_the_same_mark_is_written_once(store: EventStore, open_store: Callable[[], EventStore]) -> None:
    first, again, other = store.append([draft("a", dedupe="x"), draft("b", dedupe="x"), draft("c")])
    assert again == first
    assert other.seq == 2
    later = open_store().append([draft("d", dedupe="x"), draft("e", dedupe="y"), draft("c")])
    assert later[0] == first
    assert [event.seq for event in later] == [1, 3, 4]
    assert [event.payload["note"] for event in store.read()] == ["a", "c", "e", "c"]


def test_more_marks_than_fit_one_statement(store: EventStore) -> None:
    drafts = [draft(dedupe=f"m{place}") for place in range(1_201)]
    first = store.append(drafts)
    assert store.append(drafts) == first
    assert store.head().seq == 1_201


def test_a_decision_sees_what_stands_and_nothing_comes_between(store: EventStore) -> None:
    store.append([draft("1")])

    def answer(reader: Reader) -> list[Draft]:
        return [draft(f"after {len(reader.read(finding_id='f1'))} at {reader.head().seq}")]

    assert [event.payload["note"] for _ in range(2) for event in store.transact(answer)] == [
        "after 1 at 1",
        "after 2 at 2",
    ]


def test_all_or_none(store: EventStore) -> None:
    store.append([draft("1")])

    class NotAllowedError(Exception):
        pass

    def fails(_: Reader) -> list[Draft]:
        raise NotAllowedError

    with pytest.raises(NotAllowedError):
        store.transact(fails)
    with pytest.raises(EventStoreError, match="must be JSON"):
        store.append([draft("2"), draft(payload={"on": NIGHT})])
    with pytest.raises(EventStoreError, match="kind must be"):
        store.append([draft("3"), draft(kind="Verdict")])
    assert [event.payload["note"] for event in store.read()] == ["1"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": ""},
        {"kind": "a" * 41},
        {"kind": "a b"},
        {"case_id": ""},
        {"case_id": "王"},
        {"finding_id": "a b"},
        {"finding_id": "a\x00"},
        {"dedupe": "x" * 201},
        {"known_after": datetime(2026, 9, 22, tzinfo=UTC)},
        {"known_after": "2026-09-22"},
        {"payload": {"a": float("nan")}},
        {"payload": {"a": {1, 2}}},
        {"payload": {"a": "\ud800"}},
        {"payload": {(1, 2): "a"}},
        {"by": object()},
    ],
)
def test_what_cannot_be_stored_is_refused_without_being_quoted(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(EventStoreError, match="must be") as told:
        open_events(f"sqlite:///{tmp_path}/events.db", None).append([draft("secret", **wrong)])
    assert "secret" not in str(told.value)
    assert "王" not in str(told.value)


def test_another_key_no_key_and_a_key_too_many_are_told(address: str) -> None:
    open_events(address, KEY).append([draft()])
    for other in (None, Key(b"x" * 32)):
        store = open_events(address, other)
        with pytest.raises(WarehouseKeyError, match="HEDUI_KEY_FILE"):
            store.read()
        with pytest.raises(WarehouseKeyError, match="HEDUI_KEY_FILE"):
            store.append([draft()])
        # Whether the chain holds is anybody's business.
        assert store.verify() is None
        assert store.head().seq == 1


def test_a_key_for_a_store_without_one_is_told(address: str) -> None:
    open_events(address, None).append([draft()])
    with pytest.raises(WarehouseKeyError, match="not encrypted"):
        open_events(address, KEY).read()


def test_nothing_said_can_be_read_without_the_key(tmp_path: Path) -> None:
    folder = tmp_path / "events"
    open_events(f"sqlite:///{folder}/events.db", KEY).append([draft("张三的收入")])
    stored = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"verdict" in stored
    for said in ("张三", "王小明", "test"):
        assert said.encode() not in stored


def test_neither_a_draft_nor_a_store_shows_what_is_private(store: EventStore) -> None:
    (event,) = store.append([draft("张三")])
    for shown in (repr(draft("张三")), repr(event), repr(store)):
        assert "张三" not in shown
        assert "王小明" not in shown
