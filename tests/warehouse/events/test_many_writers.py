"""Several processes at once, and processes that are killed: the chain is whole, nothing half written, nothing lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.warehouse.events.conftest import KEY, draft
from warehouse.events.store import open_events

WRITERS, APPENDS, AT_ONCE = 4, 50, 3
APPENDER = """
import sys
from datetime import date
from warehouse.events.event import Draft
from warehouse.events.store import open_events
from warehouse.keys import Key

address, who, appends, at_once = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
print("ready", flush=True)
sys.stdin.readline()
store = open_events(address, Key(b"k" * 32))
for place in range(appends):
    said = [Draft("verdict", "c", "f", date(2026, 9, 22), who, "test", {"place": place, "part": n}) for n in range(at_once)]
    written = store.append(said)
    print(written[-1].seq, flush=True)
"""


def appender(address: str, who: str, appends: int, at_once: int) -> "subprocess.Popen[str]":
    words = [sys.executable, "-W", "error", "-c", APPENDER, address, who, str(appends), str(at_once)]
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_many_processes_append_at_once(address: str) -> None:
    # None of them finds a store: who is first makes it.
    processes = [appender(address, f"w{number}", APPENDS, 1) for number in range(WRITERS)]
    for process in processes:
        go(process)
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0
    store = open_events(address, KEY)
    events = store.read()
    assert store.verify() is None
    assert [event.seq for event in events] == list(range(1, WRITERS * APPENDS + 1))
    for number in range(WRITERS):
        assert [event.payload["place"] for event in events if event.by == f"w{number}"] == list(range(APPENDS))


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_kill_leaves_whole_transactions_alone(address: str, tmp_path: Path) -> None:
    told = 0
    # Killed while the store is being made, and then while it is being written to.
    for attempt, (lines, delay) in enumerate([(0, 0.1), (0, 0.5), (1, 0.0), (2, 0.011), (3, 0.023), (1, 0.002)]):
        process = appender(address, f"w{attempt}", 10_000, AT_ONCE)
        go(process)
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(lines)]
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        said += process.communicate()[0].split()
        told = max([told, *map(int, said)])
        store = open_events(address, KEY)
        assert store.verify() is None
        events = store.read()
        assert len(events) % AT_ONCE == 0
        assert len(events) >= told  # what a process was told to be recorded is recorded
        told = len(events)
    assert open_events(address, KEY).append([draft()])[0].seq == told + 1
    assert told >= 7 * AT_ONCE
    for path in (tmp_path / "events").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name
