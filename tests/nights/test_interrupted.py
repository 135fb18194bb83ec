"""Nights that are killed: the last publication stays whole, the next run is clean, readers keep what they opened."""

import signal
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import dagster as dg
import duckdb
import pytest

from pipelines.cli import main
from tests.nights.conftest import Messy, Place
from tests.nights.crash_points import told
from tests.nights.district import AS_OF, NEXT, deliver, roster_rows
from tests.nights.driver import District
from warehouse.files import PART
from warehouse.publication import current, read_published, sweep

READER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
count = lambda: con.execute("SELECT count(*), min(as_of) FROM findings").fetchall()
print(count(), flush=True)
for _ in sys.stdin:
    print(count(), flush=True)
"""


def run_steps(district: District, repository: Path, *steps: str) -> list[list[str]]:
    """Run steps in a process of its own; what each told, its end last."""
    command = [sys.executable, "-m", "tests.nights.crash_points", district.inbox.parent, repository, NEXT, *steps]
    done = subprocess.run(
        list(map(str, command)), cwd=repository, capture_output=True, text=True, check=False, timeout=300
    )
    assert (done.returncode, done.stderr) == (0, "")
    told: list[list[str]] = [[]]
    for line in done.stdout.splitlines():
        told[-1].append(line)
        if line.startswith("ended"):
            told.append([])
    assert told.pop() == []
    return told


def leftovers(root: Path) -> list[str]:
    """What is half written below a folder."""
    return [path.name for path in root.rglob("*") if PART.search(path.name)]


@pytest.fixture
def reader(district: District):
    """Another process that holds the first night's tables open."""
    path = district.warehouse / "published" / "current" / "cases.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.stdin.close()


def test_killed_at_any_moment_of_landing_and_publishing_the_last_night_stays(
    district: District, repository: Path, reader: "subprocess.Popen[str]"
) -> None:
    seen = reader.stdout.readline()
    assert seen.startswith("[(6, ")
    deliver(district.inbox, "roster", [*roster_rows(), roster_rows()[0] | {"家庭编号": "QX9107709"}], day=NEXT)
    landing, computing, publishing = run_steps(district, repository, "land:kill", "compute", "publish:kill")
    [*kills, last] = landing
    assert last == "ended 0"
    assert len(kills) == 4  # the snapshot, its load report; what has landed then is not read again
    assert {line.split()[-1] for line in kills} == {"intact"}

    assert computing == ["ended 0"]
    [*kills, last] = publishing
    assert last == "ended 0"
    # The folder, the index of nights, then the link: until that has moved, readers see the night before.
    assert [line.split()[-1] for line in kills] == [*["intact"] * 5, "CHANGED"]

    # What was left half written is found and removed; the run that was not killed is as if nothing had happened.
    assert leftovers(district.warehouse)
    vault = district.open(NEXT).vault
    sweep(vault)
    assert leftovers(district.warehouse) == []
    folder = current(vault)
    assert folder is not None
    counts = read_published(vault, folder, "rule_counts")
    assert set(counts.get_column("households_in_scope")) == {7}

    # Who had the night before open has it still; who opens now has the new one.
    reader.stdin.write("\n")
    reader.stdin.flush()
    assert reader.stdout.readline() == seen
    with duckdb.connect(district.warehouse / "published" / "current" / "cases.duckdb", read_only=True) as con:
        assert con.execute("SELECT DISTINCT as_of FROM findings").fetchall() == [(NEXT,)]


def test_a_night_killed_in_the_middle_is_closed_and_a_past_night_is_run_after_it(
    messy_night: Messy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path / "place")
    copytree(messy_night[0].root, place.root, symlinks=True)
    before = told(place.warehouse / "published" / "current")
    with place.start(place.nightly(NEXT)) as night:
        for line in night.stderr:
            if "roster" in line.decode():
                break
        night.kill()
        assert night.wait() == -signal.SIGKILL
    assert told(place.warehouse / "published" / "current") == before
    assert statuses(place) == ["STARTED", "SUCCESS"]

    # The partition of a day in the past, by the job: it is published beside the current night, which stays.
    past = AS_OF.replace(day=21)
    deliver(place.root / "inbox", "roster", roster_rows(), day=past)
    monkeypatch.chdir(tmp_path)
    assert main(place.nightly(past)) == 0
    assert told(place.warehouse / "published" / "current") == before
    assert len(list((place.warehouse / "published").glob(f"{past}-*"))) == 1
    assert leftovers(place.warehouse) == []
    assert statuses(place) == ["SUCCESS", "FAILURE", "SUCCESS"]


def statuses(place: Place) -> list[str]:
    """How Dagster's runs stand, the newest first."""
    with dg.DagsterInstance.from_config(str(place.warehouse / "dagster")) as instance:
        return [run.status.value for run in instance.get_runs()]
