"""No value of a person leaves the data files: not in logs, messages, reports, pages, Dagster's storage or file names."""

import errno
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from connectors.inbox import Delivery
from pipelines.cli import main
from pipelines.discretion import UnexpectedFailure, discreet
from pipelines.night import landing
from pipelines.night.judging import last_night
from pipelines.night.matching import match_feed
from tests.nights.canaries import CANARIES, cells_of, everything_told, found_in, stands_in
from tests.nights.conftest import Messy, Place
from tests.nights.district import CAR, DRIVER, NEXT, WORKER
from tests.nights.driver import District
from warehouse.errors import WarehouseError


@pytest.fixture
def place(messy_night: Messy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A copy of the messy district after its night, for the command line in this process."""
    here = Place(tmp_path / "place")
    shutil.copytree(messy_night[0].root, here.root, symlinks=True)
    monkeypatch.chdir(here.root / "cwd")
    monkeypatch.setenv("TMPDIR", str(here.root / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    return here


@pytest.mark.parametrize("canary", [CANARIES[0], DRIVER.name, CAR])
def test_the_search_finds_what_is_hidden(tmp_path: Path, canary: str) -> None:
    with closing(sqlite3.connect(tmp_path / "runs.db")) as con, con:
        con.execute("CREATE TABLE events (body TEXT)")
        con.execute("INSERT INTO events VALUES (?)", ("x" * 5000 + canary,))
    (tmp_path / f"of {canary}.log").write_text("nothing", encoding="utf-8")
    (tmp_path / "escaped.json").write_text(ascii(canary), encoding="utf-8")
    (tmp_path / "data.parquet").write_text(canary, encoding="utf-8")
    places = {
        Path(place.split(" (")[0]).name for place, found in found_in(everything_told(tmp_path)) if found == canary
    }
    assert {"file names", "runs.db", "escaped.json"} <= places
    assert "data.parquet" not in places
    assert any(stands_in(canary, cell) for cell in cells_of(tmp_path / "runs.db"))


def test_a_night_where_everything_goes_wrong_tells_of_nobody(messy_night: Messy) -> None:
    place, output, complaints = messy_night
    told = everything_told(place.warehouse, *(place.root / name for name in ("tmp", "home", "cwd")))
    assert any("dagster" in name and name.endswith("(cells)") for name in told)
    assert any(name.endswith(".html") for name in told)
    assert found_in(told | {"standard output": output, "standard error": complaints}) == []


def test_what_went_wrong_was_told_all_the_same(messy_night: Messy) -> None:
    _, output, complaints = messy_night
    for words in ("business 2026-08-25: expected at most 2.00%", "property 2026-09-20", "expected a column 参保状态"):
        assert words in complaints.decode()
        assert words in output.decode()
    assert "Warning" not in complaints.decode()
    assert "Traceback" not in complaints.decode()


def test_the_data_files_do_hold_them(messy_night: Messy) -> None:
    """Else the search would have been in vain: each kind of value was read and kept."""
    place, _, _ = messy_night
    current = place.warehouse / "published" / "current"
    findings = pl.read_parquet(current / "findings.parquet")
    assert WORKER.id_number in findings.get_column("id_number")
    assert CAR in "".join(findings.get_column("record_key"))
    held = everything_told(place.warehouse / "snapshots", but=())
    assert len({canary for _, canary in found_in(held)}) > len(CANARIES) // 2


def test_nothing_is_left_behind_and_everything_is_the_owners_alone(messy_night: Messy) -> None:
    place, _, _ = messy_night
    assert [path for name in ("tmp", "home", "cwd") for path in (place.root / name).rglob("*")] == []
    assert not list((place.warehouse / "tmp").iterdir())
    assert stat.S_IMODE(place.warehouse.stat().st_mode) == 0o700
    open_files = [
        path.relative_to(place.warehouse)
        for path in place.warehouse.rglob("*")
        if path.is_file() and path.stat().st_mode & 0o077 and path.parts[-2:] and "dagster" not in path.parts
    ]
    assert open_files == []


def break_a_rule(_place: Place, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """A disk hesitates, another is full, and rules of ours fail and quote values, as Polars does."""
    hesitated: list[str] = []
    real = landing.find_deliveries

    def on_a_bad_disk(inbox: Path, feed: str, as_of: date) -> list[Delivery]:
        # Once when the run is planned, once when the feed is landed.
        if feed == "business" and len(hesitated) < 2:
            hesitated.append(feed)
            raise OSError(errno.EIO, "Input/output error", f"{DRIVER.name}.csv")
        if feed == "property":
            raise OSError(errno.ENOSPC, "No space left on device", f"{DRIVER.name}.csv")
        return real(inbox, feed, as_of)

    def failing(*_: object, **__: object) -> pl.DataFrame:
        raise pl.exceptions.InvalidOperationError(f"conversion failed for {CANARIES}") from ValueError(DRIVER.name)

    monkeypatch.setattr(landing, "find_deliveries", on_a_bad_disk)
    monkeypatch.setattr("pipelines.discretion.SECONDS_BETWEEN", 0)
    monkeypatch.setattr("pipelines.night.engine.judge_feed", failing)
    # What may recover was tried again and went on; what does not was told at once.
    return "InvalidOperationError at ", "✓ business ", "the disk is full"


def take_the_folder_away(place: Place, _monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Where the night's tables should be, there is a file."""
    shutil.rmtree(place.warehouse / "nights")
    (place.warehouse / "nights").write_text("", encoding="utf-8")
    return ("NotADirectoryError",)


@pytest.mark.parametrize("harm", [break_a_rule, take_the_folder_away])
def test_a_night_that_fails_tells_of_nobody_and_publishes_nothing(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    harm: Callable[[Place, pytest.MonkeyPatch], tuple[str, ...]],
) -> None:
    before = (place.warehouse / "published" / "current").resolve()
    told_why = harm(place, monkeypatch)
    assert main(place.nightly(NEXT)) == 1
    output, complaints = capfd.readouterr()
    for words in told_why:
        assert words in complaints
    assert "The night failed by an error of ours; the previous publication stays." in complaints
    assert (place.warehouse / "published" / "current").resolve() == before
    assert len({path.name for path in (place.warehouse / "published").iterdir()} - {"nights.json"}) == 2
    told = everything_told(place.warehouse, *(place.root / name for name in ("tmp", "home", "cwd")))
    told |= {"standard output": output.encode(), "standard error": complaints.encode(), "logs": caplog.text.encode()}
    assert found_in(told) == []
    accounts = [path.read_text(encoding="utf-8") for path in (place.warehouse / "accounts").iterdir()]
    assert all("## 怎么办 What to do" in text for text in accounts)
    assert any(told_why[0] in text for text in accounts)


def test_a_damaged_snapshot_is_named_and_quotes_nothing(district: District) -> None:
    night = district.open()
    [snapshot] = (district.warehouse / "snapshots" / "vehicle").glob("*.duckdb")
    content = snapshot.read_bytes()
    half = len(content) // 2
    snapshot.write_bytes(content[:8192] + b"\xff" * (half - 8192) + content[half:])
    with pytest.raises((WarehouseError, UnexpectedFailure)) as failed, discreet():
        match_feed(night, "vehicle")
    assert found_in({"message": str(failed.value).encode()}) == []
    assert "restore it" in str(failed.value)
    assert failed.value.__suppress_context__


def test_a_damaged_publication_is_named_and_quotes_nothing(district: District) -> None:
    path = (district.warehouse / "published" / "current").resolve() / "findings.parquet"
    path.write_bytes(path.read_bytes()[:-40])
    night = district.open(NEXT)
    with pytest.raises(WarehouseError, match="DuckDB reported") as failed, discreet():
        last_night(night, pl.DataFrame())
    assert found_in({"message": str(failed.value).encode()}) == []
