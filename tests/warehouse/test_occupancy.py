"""One process at a time changes a warehouse: told plainly, waited for, and let go however the holder ends."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse.occupancy import LOCK, Occupant, WarehouseBusyError, occupant, occupied

HOLDER = """
import sys
from pathlib import Path
from warehouse.occupancy import Occupant, occupied
with occupied(Path(sys.argv[1]), Occupant("the night of 2026-09-22", "0b5c3d2e-aaaa")):
    print("in", flush=True)
    sys.stdin.read()
"""
BY = Occupant("the release of 0b5c3d2e")


@pytest.fixture
def holder(tmp_path: Path, repository: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds the warehouse."""
    words = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(repository)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in\n"
        yield process
        process.kill()


def test_who_does_not_wait_is_told_who_is_at_work(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    with pytest.raises(WarehouseBusyError) as told, occupied(tmp_path, BY):
        pytest.fail("it is held")
    assert "the night of 2026-09-22 has been running since 20" in str(told.value)
    assert f"(run 0b5c3d2e, process {holder.pid}); " in str(told.value)
    assert "wait until it ends" in str(told.value)
    who = occupant(tmp_path)
    assert who is not None
    assert (who.doing, who.pid) == ("the night of 2026-09-22", holder.pid)


def test_who_waits_is_told_once_and_comes_in_when_the_holder_is_killed(
    tmp_path: Path, holder: "subprocess.Popen[str]"
) -> None:
    told: list[str] = []

    def tell(message: str) -> None:
        told.append(message)
        threading.Timer(0.5, holder.kill).start()

    with occupied(tmp_path, BY, tell):
        assert holder.wait() == -signal.SIGKILL
        who = occupant(tmp_path)
        assert who is not None
        assert (who.doing, who.pid) == (BY.doing, os.getpid())
    [message] = told
    assert message.startswith("waiting: the night of 2026-09-22 has been running since ")
    assert occupant(tmp_path) is None


def test_a_process_may_enter_again_and_the_last_one_lets_go(tmp_path: Path) -> None:
    with occupied(tmp_path, BY):
        with occupied(tmp_path / ".." / tmp_path.name, Occupant("a part of it")):
            assert occupant(tmp_path) is not None
        who = occupant(tmp_path)
        assert who is not None
        assert who.doing == BY.doing
    assert occupant(tmp_path) is None
    assert (tmp_path / LOCK).read_bytes() == b""
    assert (tmp_path / LOCK).stat().st_mode & 0o777 == 0o600


def test_an_error_lets_go_too(tmp_path: Path) -> None:
    with pytest.raises(KeyError), occupied(tmp_path, BY):
        raise KeyError
    assert occupant(tmp_path) is None


def test_looking_makes_nothing(tmp_path: Path) -> None:
    assert occupant(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
