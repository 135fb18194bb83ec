"""Every test of the event store runs on SQLite and on a real PostgreSQL."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from warehouse.events.event import Draft
from warehouse.events.store import EventStore, open_events
from warehouse.keys import Key

NIGHT = date(2026, 9, 22)
KEY = Key(b"k" * 32)


def draft(note: str = "", **more: object) -> Draft:
    given = {
        "kind": "verdict",
        "case_id": "c1",
        "finding_id": "f1",
        "known_after": NIGHT,
        "by": "王小明",
        "origin": "test",
    }
    return Draft(**(given | {"payload": {"note": note}} | more))


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store may be made that is not there yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/events/events.db"
    return request.getfixturevalue("postgres").new_address()


@pytest.fixture(params=[None, KEY], ids=["plain", "sealed"])
def key(request: pytest.FixtureRequest) -> Key | None:
    return request.param


@pytest.fixture
def open_store(address: str, key: Key | None) -> Callable[[], EventStore]:
    return lambda: open_events(address, key)


@pytest.fixture
def store(open_store: Callable[[], EventStore]) -> EventStore:
    return open_store()
