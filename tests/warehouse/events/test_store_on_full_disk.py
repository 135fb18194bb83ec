"""A disk that fills up under the event store: what was recorded stays, what could not be is told, none is half there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.small_disk import PLENTY, SmallDisk, small_disk
from tests.warehouse.events.conftest import draft
from warehouse.errors import EventStoreError
from warehouse.events.store import EventStore, open_events
from warehouse.keys import Key

KB = 1024
SAID = "张三说房子是他哥哥的"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as mounted:
        yield mounted


def store_on(disk: SmallDisk, key: Key | None) -> EventStore:
    return open_events(f"sqlite:///{disk.folder}/events/events.db", key)


def test_a_store_that_finds_no_room_is_whole_or_not_there(disk: SmallDisk, key: Key | None) -> None:
    """The first event makes the store. With a little more room each time it comes further; what is left must open."""
    told: list[str] = []
    for pages in range(80):
        disk.leave(pages * 4 * KB)
        try:
            store_on(disk, key).append([draft(SAID)])
        except EventStoreError as error:
            told.append(str(error))
        else:
            break
        assert not list(disk.folder.rglob("*.part-*"))
    assert 5 < len(told) < 80
    assert all("the disk is full: free space on it" in one and SAID not in one for one in told)
    disk.leave(PLENTY)
    store = store_on(disk, key)
    assert [event.payload["note"] for event in store.read()] == [SAID]
    assert store.verify() is None


@pytest.mark.parametrize("pages", [0, 4, 10, 40])
def test_what_was_recorded_stays_and_the_rest_is_recorded_later(disk: SmallDisk, key: Key | None, pages: int) -> None:
    store_on(disk, key).append([draft("first")])
    many = [draft(SAID * 300, finding_id=f"f{number}") for number in range(60)]
    disk.leave(pages * 4 * KB)
    with pytest.raises(EventStoreError, match="the disk is full: free space on it") as caught:
        store_on(disk, key).append(many)
    assert SAID not in str(caught.value)
    disk.leave(PLENTY)
    store = store_on(disk, key)
    assert [event.payload["note"] for event in store.read()] == ["first"]
    assert len(store.append(many)) == 60
    assert len(store.read()) == 61
    assert store.verify() is None
