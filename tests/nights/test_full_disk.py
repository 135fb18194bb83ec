"""Disks that fill up in every stage of a night: a plain error, an untouched publication, nothing half written."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import duckdb
import pytest

from pipelines.night.stages import compute, land_all, publish
from pipelines.workbooks.handing_out import Destination
from pipelines.workbooks.queue_books import Declarations, Wish, write_queue_books
from tests.nights.conftest import Messy, Place
from tests.nights.crash_points import told
from tests.nights.district import NEXT, deliver, roster_rows
from tests.nights.driver import District, Done
from tests.nights.test_interrupted import leftovers
from tests.small_disk import PLENTY, SmallDisk, small_disk
from warehouse.errors import DiskFullError, WarehouseError

KB, MB = 1 << 10, 1 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as mounted:
        yield mounted


@pytest.fixture
def on_disk(first_night: tuple[District, Done], disk: SmallDisk) -> District:
    """The district after its first night, on a small disk, with a roster to land."""
    district = first_night[0].copied_to(disk.folder)
    deliver(district.inbox, "roster", [*roster_rows(), roster_rows()[0] | {"家庭编号": "QX9107709"}], day=NEXT)
    return district


def test_too_little_room_is_told_before_anything_is_written(on_disk: District, disk: SmallDisk) -> None:
    current = on_disk.warehouse / "published" / "current"
    before, snapshots = told(current), sorted(on_disk.warehouse.rglob("snapshots/**/*"))
    disk.leave(6 * MB)
    with pytest.raises(DiskFullError) as caught:
        on_disk.run(NEXT)
    message = str(caught.value)
    assert f"roster {NEXT}: expected about 13 MB free" in message
    assert "found 6 MB; nothing was written" in message
    assert "hedui retain would free nothing" in message
    assert told(current) == before
    assert sorted(on_disk.warehouse.rglob("snapshots/**/*")) == snapshots
    disk.leave(PLENTY)
    assert on_disk.run(NEXT).publication.is_current


STAGES = {
    "land": (land_all, (0, 64 * KB, 300 * KB)),
    "compute": (compute, (0, 32 * KB, 128 * KB)),
    "publish": (lambda night: publish(night, "crowded"), (0, 64 * KB, 600 * KB)),
}
"""A stage, and how much room it finds, time after time: the more there is, the further it comes."""


def test_a_disk_that_fills_in_the_middle_of_any_stage(
    on_disk: District, disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = on_disk.warehouse / "published" / "current"
    before = told(current)
    # Somebody else's files fill the disk after it was asked how much is free.
    monkeypatch.setattr("pipelines.night.room.free_bytes", lambda _root: 1 << 40)
    for act, rooms in STAGES.values():
        for free in rooms:
            disk.leave(free)
            with pytest.raises(DiskFullError, match=r"the disk is full \(.* MB free\).*hedui retain --dry-run"):
                act(on_disk.open(NEXT))
            assert told(current) == before
            assert leftovers(on_disk.warehouse) == []
        disk.leave(PLENTY)
        act(on_disk.open(NEXT))
    assert told(current)[0].startswith(str(NEXT))
    with duckdb.connect(current / "cases.duckdb", read_only=True) as con:
        assert con.execute("SELECT DISTINCT households_in_scope FROM rule_counts").fetchall() == [(7,)]


def test_workbooks_that_find_no_room_hand_nothing_out(first_night: tuple[District, Done], disk: SmallDisk) -> None:
    """With a little more room each time they come further; the events of handing out are what comes last."""
    district = first_night[0].copied_to(disk.folder)
    night, published = district.open(), district.warehouse / "published" / "current"
    before, declared = (
        told(published),
        Declarations((Path(os.environ["HEDUI_FEEDS_DIRS"]),), (district.repository / "data" / "policy",)),
    )
    books = district.warehouse / "workbooks" / first_night[1].publication.folder.name

    def write(processes: int) -> int:
        wish = Wish(Destination(books), datetime.now(UTC), "hedui", "workbooks", processes=processes)
        return write_queue_books(night.vault, published.resolve(), night.events, declared, wish).dispatched

    complaints = []
    for place in range(20):
        disk.leave(place * 80 * KB)
        try:
            handed_out = write(processes=1 if place == 0 else 0)
        except WarehouseError as error:
            complaints.append(f"{type(error).__name__}: {error}")
        else:
            break
        assert told(published) == before
        assert leftovers(district.warehouse) == []
    assert 1 < len(complaints) < 20
    assert complaints[0].startswith("DiskFullError: writing workbooks: the disk is full")
    assert all("the disk is full" in one for one in complaints), complaints
    assert complaints[-1].startswith("EventStoreError: recording events")
    # What came too far to be undone was not handed out: the next time did that, once.
    cases = [event.case_id for event in night.events.read(kinds=["dispatched"])]
    assert len(cases) == len(set(cases)) == handed_out > 0
    disk.leave(PLENTY)
    assert write(processes=0) == 0
    assert night.events.verify() is None


def test_the_command_line_says_that_the_disk_is_full(messy_night: Messy, disk: SmallDisk) -> None:
    place = Place(disk.folder / "place")
    copytree(messy_night[0].root, place.root, symlinks=True)
    before = told(place.warehouse / "published" / "current")
    deliver(place.root / "inbox", "roster", roster_rows(), day=NEXT)
    seen = []
    for free in (0, 1 * MB, PLENTY):
        disk.leave(free)
        with place.start(place.nightly(NEXT)) as night:
            _, complaints = night.communicate(timeout=300)
        seen.append((night.returncode, complaints.decode()))
        if free < PLENTY:
            assert told(place.warehouse / "published" / "current") == before
            assert "Traceback" not in complaints.decode()
    assert [code for code, _ in seen] == [1, 1, 0], seen
    assert all("disk" in complaint and "hedui retain" in complaint for _, complaint in seen[:2]), seen
    assert leftovers(place.warehouse) == []
    assert told(place.warehouse / "published" / "current")[0].startswith(str(NEXT))
