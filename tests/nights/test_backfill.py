"""A backfill as the web interface starts it: a real daemon, nights in the order of their dates, one killed in between."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from shutil import copy

import dagster as dg
import pytest

from pipelines.abandoned_runs import PROCESS_TAG
from pipelines.cli import main
from tests.nights.conftest import Place
from tests.nights.district import AS_OF, deliver, deliver_all, literal_rows
from tests.nights.driver import PROFILE
from tests.nights.test_web_interface import free_port

NIGHTS = [AS_OF + timedelta(days=n) for n in range(3)]
PATIENCE = 900
LAUNCH = """
mutation($wanted: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $wanted) { __typename ... on PythonError { message } }
}"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An inbox in which something changes from night to night."""
    made = Place(tmp_path / "place")
    deliver_all(made.root / "inbox")
    deliver(made.root / "inbox", "vehicle", literal_rows()["vehicle"][1:], day=NIGHTS[2])
    for folder in ("cwd", "tmp", "home"):
        (made.root / folder).mkdir()
    (made.root / "cwd" / "hedui.toml").write_text("workbooks = false\nthreads = 1\n", encoding="utf-8")
    return made


@dataclass(frozen=True)
class Interface:
    """A running `hedui ui`: where it answers, its process, what it writes."""

    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    def until(self, what: Callable[[], object]) -> None:
        """Wait for something while the process lives."""
        deadline = time.monotonic() + PATIENCE
        while not what():
            said = self.log.read_text(encoding="utf-8", errors="replace")[-4000:]
            assert self.process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.3)

    def launch(self, dates: list[date]) -> None:
        """Start a backfill as the pages do."""
        selector = {"repositoryName": "__repository__", "repositoryLocationName": "hedui"}
        wanted = {
            "selector": {"partitionSetName": "nightly_partition_set", "repositorySelector": selector},
            "partitionNames": [str(one) for one in dates],
        }
        body = json.dumps({"query": LAUNCH, "variables": {"wanted": wanted}}).encode()
        address = f"http://127.0.0.1:{self.port}/graphql"
        asked = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310
            told = json.load(answer)
        assert told["data"]["launchPartitionBackfill"]["__typename"] == "LaunchBackfillSuccess", told


@contextmanager
def interface(place: Place) -> Iterator[Interface]:
    """`hedui ui` while this lasts."""
    port, log = free_port(), place.root / "ui.log"
    words = place.told("ui", "--inbox", place.root / "inbox", "--profile", PROFILE, "--port", port)
    command = [sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main())", *words]
    quiet = place.environment() | {"PYTHONWARNINGS": "ignore"}
    with (
        log.open("wb") as out,
        subprocess.Popen(command, env=quiet, cwd=place.root / "cwd", stdout=out, stderr=out) as process,
    ):
        running = Interface(port, process, log)
        try:
            running.until(lambda: b"hedui is at http" in log.read_bytes())
            yield running
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


Runs = Callable[[], dict[str, dg.DagsterRun]]


@contextmanager
def runs_of(place: Place) -> Iterator[Runs]:
    """Gives the newest run of each date, as it stands each time; opened once, for it is asked some times a second."""
    with dg.DagsterInstance.from_config(str(place.warehouse / "dagster")) as instance:
        yield lambda: {run.tags["dagster/partition"]: run for run in reversed(instance.get_runs())}


def published(place: Place) -> dict[str, bytes]:
    """The tables of all nights: date and name → bytes."""
    files = (place.warehouse / "published").glob("2026-*/*.parquet")
    return {f"{path.parent.name[:10]}/{path.name}": path.read_bytes() for path in files}


def test_nights_of_a_backfill_are_those_of_the_command_line_though_one_is_killed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = map(str, NIGHTS)

    def kill_second(runs: Runs) -> bool:
        run = runs().get(second)
        mark = run.tags.get(PROCESS_TAG) if run else None
        if mark:
            os.kill(int(mark.split()[0]), signal.SIGKILL)
        return bool(mark)

    def all_ended(runs: Runs) -> bool:
        found = runs()
        return len(found) == len(NIGHTS) and all(run.is_finished for run in found.values())

    with interface(place) as running, runs_of(place) as runs:
        running.launch(NIGHTS)
        running.until(lambda: kill_second(runs))
        running.until(lambda: all_ended(runs))
        after = {day: run.status.value for day, run in runs().items()}
    assert after == {first: "SUCCESS", second: "FAILURE", third: "SUCCESS"}
    assert {name[:10] for name in published(place)} == {first, third}

    # The same nights by the command line, come to the same; finding ids are made with the warehouse's secret.
    monkeypatch.chdir(place.root / "cwd")
    by_hand = Place(place.root.parent / "by_hand")
    by_hand.warehouse.mkdir(parents=True, mode=0o700)
    for file in ("warehouse.json", "identity.key"):
        copy(place.warehouse / file, by_hand.warehouse)
    nightly = by_hand.told("nightly", "--inbox", place.root / "inbox", "--profile", PROFILE)
    for day in (first, third):
        assert main([*nightly, "--from", day, "--to", day]) == 0
    told = published(place)
    assert told.keys() == published(by_hand).keys()
    assert [name for name, content in published(by_hand).items() if content != told[name]] == []

    # The night that was killed is run again, and takes nothing away from a later one.
    assert main(place.nightly(second)) == 0
    assert {name[:10] for name in published(place)} == {first, second, third}
    assert (place.warehouse / "published" / "current").resolve().name.startswith(third)
