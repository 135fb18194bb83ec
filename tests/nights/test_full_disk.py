"""Disks that fill up in every stage of a night: a plain error, an untouched publication, nothing half written."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import duckdb
import pytest

from pipelines.night.publishing import gates, publish_night
from pipelines.night.stages import compute, land_all
from tests.nights.conftest import Messy, Place
from tests.nights.crash_points import told
from tests.nights.district import NEXT, deliver, roster_rows
from tests.nights.driver import District, Done
from tests.nights.test_interrupted import leftovers
from tests.small_disk import PLENTY, SmallDisk, small_disk
from warehouse.errors import DiskFullError

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
    "publish": (lambda night: publish_night(night, "crowded", gates(night)), (0, 64 * KB, 600 * KB)),
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
