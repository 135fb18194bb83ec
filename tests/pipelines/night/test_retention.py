"""Retention on a warehouse: what it finds and needs, what goes from the disk, the record of it, and kills in between."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from shutil import copytree

import polars as pl
import pytest

from pipelines.domain.retention import Kind, Periods, Stored, retention_plan
from pipelines.night.retention import AUDIT_FILE, retain
from pipelines.night.stored_rows import CHINA, stored_rows
from tests.pipelines.literal_publication import land, literal_manifest, literal_tables
from tests.small_disk import small_disk
from warehouse.errors import DiskFullError, WarehouseError
from warehouse.publication import REMOVED, current, publish, read_manifest, read_published, sweep
from warehouse.session import Vault
from warehouse.snapshots import SnapshotStore
from warehouse.tables import NightTables

TODAY = date(2026, 9, 22)
OLD = TODAY - timedelta(days=200)
WHEN = datetime(2026, 9, 22, 3, 0, tzinfo=CHINA)
KEPT = Periods({Kind.RAW: 90, Kind.WORKING: 30, Kind.PUBLISHED: 120, Kind.HELD: 90, Kind.WORKBOOKS: 90}, 2)
pytestmark = pytest.mark.parametrize("night_vault", ["open"], indirect=True)  # a key makes no difference here
Land = Callable[..., None]
Publish = Callable[..., Path]


def aged(path: Path, day: date) -> None:
    """Let a file, or everything below a folder, be last written on a day."""
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=CHINA).timestamp()
    for one in [path, *path.rglob("*")] if path.is_dir() else [path, path.with_suffix(".json")]:
        os.utime(one, (moment, moment))


def used(feed: str, day: date, checksum: str) -> dict[str, object]:
    """A manifest's entry of a feed."""
    return {feed: {"status": "fresh", "snapshots": [{"snapshot_date": day.isoformat(), "checksum": checksum}]}}


def found(vault: Vault, kept: Periods = KEPT, **ages: int) -> dict[str, Stored]:
    return {one.name: one for one in stored_rows(vault, ages or {"vehicle": 35}, kept, TODAY)}


def going(vault: Vault, kept: Periods = KEPT) -> list[str]:
    return [one.name for one, _ in retention_plan(found(vault, kept).values(), kept, TODAY).goes]


@pytest.fixture(scope="module")
def three_nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three deliveries of vehicles, three nights: the first one by the first delivery, the last one by the last.

    A warehouse to be copied: making it takes longer than any test.
    """
    made = Vault(tmp_path_factory.mktemp("retention") / "warehouse", None, threads=1, memory_limit="500MB")
    days = (OLD, OLD + timedelta(30), TODAY - timedelta(1))
    for place, day in enumerate(days):
        checksum = f"{place}{place}" * 8
        land(made, "vehicle", day, checksum, [])
        aged(made.root / "snapshots" / "vehicle" / f"{day}-{checksum[:12]}.duckdb", day)
        manifest = literal_manifest() | {"feeds": used("vehicle", day, checksum)}
        folder = publish(made, day + timedelta(1), f"night{place}00", literal_tables(), manifest).folder
        aged(folder, day + timedelta(1))
        tables = NightTables(made, day + timedelta(1), "caojie-2024")
        tables.write("cases", read_published(made, folder, "cases").select("case_id"))
        aged(tables.folder, day + timedelta(1))
        books = made.root / "workbooks" / folder.name
        books.mkdir(parents=True)
        (books / "解放碑街道.xlsx").write_bytes(b"x" * 100)
        aged(books, day + timedelta(1))
    return made.root


@pytest.fixture
def vault(night_vault: Vault, three_nights: Path) -> Vault:
    """A copy of the warehouse of three nights, with the days of its files."""
    copytree(three_nights, night_vault.root, symlinks=True)
    return night_vault


def test_the_last_use_is_the_last_night_that_used_it(vault: Vault, published_night: Publish) -> None:
    first = f"snapshots/vehicle/{OLD}-{'00' * 6}"
    assert found(vault)[first].last_used == OLD + timedelta(1)
    folder = published_night(OLD + timedelta(9), run_id="again000", feeds=used("vehicle", OLD, "00" * 8))
    aged(folder, OLD + timedelta(20))  # run late: that it was run counts, not its date alone
    assert found(vault)[first].last_used == OLD + timedelta(20)
    # A night that landed it and never came to an end used it too.
    tables = NightTables(vault, OLD + timedelta(2), "caojie-2024")
    one = {"snapshot_date": OLD.isoformat(), "checksum": "00" * 8}
    tables.write_facts("landing_vehicle", {"feed": "vehicle", "used": [one]})
    aged(tables.folder, OLD + timedelta(40))
    assert found(vault)[first].last_used == OLD + timedelta(40)


def test_a_snapshot_that_no_night_used_counts_from_its_landing(vault: Vault, landed: Land) -> None:
    landed("business", OLD, "bb" * 8, [])
    path = vault.root / "snapshots" / "business" / f"{OLD}-{'bb' * 6}.duckdb"
    aged(path, TODAY - timedelta(7))
    name = path.with_suffix("").relative_to(vault.root).as_posix()
    assert found(vault, business=35)[name].last_used == TODAY - timedelta(7)


def test_what_was_landed_again_as_a_second_name_counts_from_that_day(vault: Vault, landed: Land) -> None:
    landed("business", OLD, "bb" * 8, [])
    store = SnapshotStore(vault)
    [first] = store.list("business")
    aged(first.path, OLD)
    store.land_again(first, OLD + timedelta(60))
    again = first.path.with_name(first.path.name.replace(str(OLD), str(OLD + timedelta(60))))
    os.utime(again.with_suffix(".json"), (WHEN.timestamp(), WHEN.timestamp()))
    name = again.with_suffix("").relative_to(vault.root).as_posix()
    assert found(vault, business=35)[name].last_used == TODAY
    assert found(vault, business=35)[first.path.with_suffix("").relative_to(vault.root).as_posix()].last_used == OLD


def test_a_night_of_a_date_to_come_takes_nothing_from_the_next_one(
    vault: Vault, landed: Land, published_night: Publish
) -> None:
    """Somebody tried a date years ahead: there every snapshot is too old. Tonight's is not."""
    landed("business", OLD, "bb" * 8, [])
    name = f"snapshots/business/{OLD}-{'bb' * 6}"
    aged(vault.root / f"{name}.duckdb", OLD)
    published_night(TODAY + timedelta(1000), run_id="tried000", feeds={})
    assert found(vault, business=200)[name].needed_for == "the next night needs it"


def test_an_account_of_an_early_version_tells_its_one_snapshot(vault: Vault, published_night: Publish) -> None:
    told = {"vehicle": {"status": "fresh", "snapshot_date": OLD.isoformat(), "checksum": "00" * 8}, "ship": {}}
    folder = published_night(OLD + timedelta(9), run_id="early000", feeds=told)
    aged(folder, OLD + timedelta(9))
    assert found(vault)[f"snapshots/vehicle/{OLD}-{'00' * 6}"].last_used == OLD + timedelta(9)


def test_what_the_next_night_needs_stays(vault: Vault, landed: Land) -> None:
    landed("business", OLD, "bb" * 8, [])
    name = f"snapshots/business/{OLD}-{'bb' * 6}"
    aged(vault.root / f"{name}.duckdb", OLD)
    assert found(vault, business=200)[name].needed_for == "the next night needs it"
    assert found(vault, business=199)[name].needed_for == ""  # too old for any night from today on
    assert found(vault, vehicle=35)[name].needed_for == "the next night needs it"  # its contract is not known here


def test_what_the_newest_night_of_each_profile_uses_stays(vault: Vault, published_night: Publish) -> None:
    first = f"snapshots/vehicle/{OLD}-{'00' * 6}"
    folder = published_night(
        OLD + timedelta(5), run_id="other000", profile="other", feeds=used("vehicle", OLD, "00" * 8)
    )
    aged(folder, OLD + timedelta(5))
    assert found(vault)[first].needed_for == "the newest night of other uses it"


def test_what_goes_and_what_stays_behind(vault: Vault) -> None:
    before = going(vault)
    old = [f"snapshots/vehicle/{OLD}-{'00' * 6}", f"snapshots/vehicle/{OLD + timedelta(30)}-{'11' * 6}"]
    assert [one for one in before if one.startswith("snapshots")] == old
    assert [one for one in before if one.startswith("nights")] == [f"nights/{OLD + timedelta(1)}/caojie-2024"]
    assert [one for one in before if one.startswith("published")] == [f"published/{OLD + timedelta(1)}-night000"]
    assert len([one for one in before if one.startswith("workbooks")]) == 2
    reports = len(SnapshotStore(vault).reports("vehicle"))
    plan = retention_plan(found(vault).values(), KEPT, TODAY)
    removed = retain(vault, plan, KEPT, "somebody", WHEN)
    assert (len(removed.things), removed.size) == (len(before), plan.bytes_freed)
    assert going(vault) == []
    # Load reports and dates stay; the rows have gone, and a delivery of them would be landed again.
    store = SnapshotStore(vault)
    assert len(store.reports("vehicle")) == reports
    assert len(store.dates("vehicle")) == 3
    assert len(store.list("vehicle")) == 1
    assert store.find("vehicle", OLD, "00" * 8) is None
    gone = vault.root / "published" / f"{OLD + timedelta(1)}-night000"
    assert read_manifest(gone)["run_id"] == "night000"
    assert json.loads((gone / REMOVED).read_bytes())["why"] == "last used 199 days ago, kept for 120"
    with pytest.raises(WarehouseError, match=r"tables of the night .* were removed by retention"):
        read_published(vault, gone, "findings")
    now = current(vault)
    assert now is not None
    assert read_published(vault, now, "findings").height == 4


def test_the_proof_of_deletion_names_dates_and_checksums(vault: Vault) -> None:
    retain(vault, retention_plan(found(vault).values(), KEPT, TODAY), KEPT, "somebody", WHEN)
    begun, done = map(json.loads, (vault.root / AUDIT_FILE).read_text().splitlines())
    assert (begun["phase"], done["phase"], done["by"]) == ("begun", "done", "somebody")
    assert begun["things"] == done["things"]
    assert done["counts"] == {"raw": 2, "working": 1, "published": 1, "held": 0, "workbooks": 2}
    assert done["things"][0] == {
        "name": f"snapshots/vehicle/{OLD}-{'00' * 6}",
        "last_used": (OLD + timedelta(1)).isoformat(),
        "checksum": "00" * 8,
    }
    # Nothing more to do: nothing more to tell.
    retain(vault, retention_plan(found(vault).values(), KEPT, TODAY), KEPT, "somebody", WHEN)
    assert len((vault.root / AUDIT_FILE).read_text().splitlines()) == 2


def test_nothing_is_told_to_be_gone_that_could_not_be_removed(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path, *, ignore_errors: bool = False) -> None:
        if not ignore_errors:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("warehouse.removal.shutil.rmtree", refuse)
    with pytest.raises(WarehouseError, match=r"workbooks/.* could not be removed \(Permission denied\)"):
        retain(vault, retention_plan(found(vault).values(), KEPT, TODAY), KEPT, "somebody", WHEN)
    _, stopped = map(json.loads, (vault.root / AUDIT_FILE).read_text().splitlines())
    assert (stopped["phase"], stopped["counts"]["workbooks"], stopped["counts"]["raw"]) == ("stopped", 0, 2)


def test_published_nights_stay_for_ever_where_no_period_is_set(vault: Vault) -> None:
    unset = Periods({**KEPT.days, Kind.PUBLISHED: None}, 2)
    assert not [one for one in going(vault, unset) if one.startswith("published")]


def test_a_night_by_which_an_open_case_was_handed_out_stays(vault: Vault) -> None:
    first = OLD + timedelta(1)
    states = pl.DataFrame(
        {
            "dispatched_on": [first, OLD, None],
            "state": ["待核查", "归档", "待下发"],
            "closed_reason": [None, None, None],
        },
        schema={"dispatched_on": pl.Date, "state": pl.String, "closed_reason": pl.String},
    )
    publish(vault, TODAY, "states00", {"case_states": states}, {"profile": "caojie-2024"})
    assert found(vault)[f"published/{first}-night000"].needed_for == "open cases were handed out by it"
    assert not [one for one in going(vault) if one.startswith("published")]


@pytest.mark.parametrize("account", [b"{", b"[]", b"{}", b'{"as_of": "soon", "profile": "caojie-2024"}'])
def test_a_night_whose_account_cannot_be_read_stays(vault: Vault, account: bytes) -> None:
    folder = vault.root / "published" / f"{OLD + timedelta(1)}-night000"
    (folder / "manifest.json").write_bytes(account)
    aged(folder, OLD)
    assert found(vault)[f"published/{folder.name}"].needed_for == "its account cannot be read: restore it"


def test_a_held_night_waits_until_a_later_one_is_published(vault: Vault) -> None:
    area = vault.root / "held"
    area.mkdir()
    for day in (OLD, OLD + timedelta(1), OLD + timedelta(2), TODAY + timedelta(1)):
        folder = area / f"{day}-held0000"
        folder.mkdir()
        (folder / "manifest.json").write_text(json.dumps({"as_of": day.isoformat(), "profile": "caojie-2024"}))
        (folder / "findings.parquet").write_bytes(b"rows")
        aged(folder, OLD)
    told = {one.name: one.needed_for for one in found(vault).values() if one.kind == Kind.HELD}
    assert told[f"held/{TODAY + timedelta(1)}-held0000"] != ""
    assert told[f"held/{OLD}-held0000"] == ""


@pytest.mark.parametrize("name", ["snapshots", "published", "nights", "workbooks"])
def test_killed_at_any_removal_the_next_time_finishes(vault: Vault, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every single removal fails in turn, as if the process had died there: what stands is whole or will go."""
    plan = retention_plan(found(vault).values(), KEPT, TODAY)
    some = [one for one, _ in plan.goes if one.name.startswith(name)]
    unlink, rename = Path.unlink, Path.rename
    left = [0]

    def failing(path: Path, *more: object, **options: object) -> object:
        if path.is_relative_to(vault.root / name) and ".part-" not in path.name:
            left[0] -= 1
            if left[0] < 0:
                raise PermissionError(13, "Permission denied")
        return (rename if more else unlink)(path, *more, **options)

    monkeypatch.setattr(Path, "unlink", failing)
    monkeypatch.setattr(Path, "rename", failing)
    for allowed in range(20):
        left[0] = allowed
        with suppress(WarehouseError):
            retain(vault, retention_plan(found(vault).values(), KEPT, TODAY), KEPT, "somebody", WHEN)
        if left[0] >= 0:
            break
    assert allowed > 0
    assert some
    assert going(vault) == []
    sweep(vault)
    assert not [path for path in vault.root.rglob("*") if ".part-" in path.name]


def test_a_disk_without_a_byte_left_is_helped_all_the_same(vault: Vault, tmp_path: Path) -> None:
    """Working tables make room for the record; without any nothing goes that no record would tell of."""
    with small_disk(tmp_path / "disk") as disk:
        full = Vault(Path(copytree(vault.root, disk.folder / "warehouse", symlinks=True)))
        plan = retention_plan(found(full).values(), KEPT, TODAY)
        without = replace(plan, goes=tuple(one for one in plan.goes if one[0].kind != Kind.WORKING))
        disk.leave(0)
        with pytest.raises(DiskFullError, match="which needs a few kilobytes for its record"):
            retain(full, without, KEPT, "somebody", WHEN)
        assert retention_plan(found(full).values(), KEPT, TODAY) == plan
        assert not (full.root / AUDIT_FILE).exists() or (full.root / AUDIT_FILE).read_bytes() == b""
        assert len(retain(full, plan, KEPT, "somebody", WHEN).things) == len(plan.goes)
        phases = [json.loads(line)["phase"] for line in (full.root / AUDIT_FILE).read_text().splitlines()]
        assert (phases, going(full)) == (["begun", "done"], [])


def test_a_second_name_of_a_snapshot_is_another_snapshot(vault: Vault) -> None:
    """The same delivery under a later date may share its file: one name goes, the other still reads."""
    folder = vault.root / "snapshots" / "vehicle"
    old, new = folder / f"{OLD}-{'00' * 6}", folder / f"{TODAY}-{'00' * 6}"
    os.link(old.with_suffix(".duckdb"), new.with_suffix(".duckdb"))
    told = old.with_suffix(".json").read_text().replace(OLD.isoformat(), TODAY.isoformat())
    new.with_suffix(".json").write_text(told)
    plan = retention_plan(found(vault).values(), KEPT, TODAY)
    assert f"snapshots/vehicle/{OLD}-{'00' * 6}" in [one.name for one, _ in plan.goes]
    freed = sum(file.size for one, _ in plan.goes if "00" * 6 not in one.name for file in one.files)
    assert plan.bytes_freed == freed
    retain(vault, plan, KEPT, "somebody", WHEN)
    assert [one.snapshot_date for one in SnapshotStore(vault).list("vehicle")] == [TODAY - timedelta(1), TODAY]
