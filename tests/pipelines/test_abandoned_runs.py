"""Runs whose process is gone are closed; all others are left alone."""

import os
import platform
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from pipelines import abandoned_runs
from pipelines.abandoned_runs import PROCESS_TAG, close_abandoned, process_tags
from pipelines.event_log import open_instance
from pipelines.run_history import forget_old_runs

STARTED, FAILURE = dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.FAILURE
RUN = "0b5c3d2e-0000-0000-0000-000000000001"


def gone() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return process.pid


def status_after(tags: dict[str, str], status: dg.DagsterRunStatus = STARTED) -> dg.DagsterRunStatus:
    with dg.DagsterInstance.ephemeral() as instance:
        create_run_for_test(instance, "nightly", run_id=RUN, status=status, tags=tags)
        close_abandoned(instance)
        run = instance.get_run_by_id(RUN)
        assert run is not None
        return run.status


def test_the_run_of_this_process_is_left_alone() -> None:
    assert status_after(process_tags(RUN)) == STARTED


def test_a_process_that_ended_has_abandoned_its_run() -> None:
    assert status_after({PROCESS_TAG: f"{gone()} 1@b {RUN}"}) == FAILURE
    assert status_after({PROCESS_TAG: str(gone())}) == FAILURE  # as earlier versions wrote it
    assert (
        status_after({PROCESS_TAG: f"{gone()} 1@b {RUN}"}, dg.DagsterRunStatus.NOT_STARTED)
        == dg.DagsterRunStatus.NOT_STARTED
    )


def test_another_process_of_the_same_number_does_not_hide_it() -> None:
    assert status_after({PROCESS_TAG: f"{os.getpid()} 1@00000000 {RUN}"}) == FAILURE
    assert status_after({PROCESS_TAG: str(os.getpid())}) == STARTED


def test_a_process_of_another_machine_is_not_ours_to_judge() -> None:
    assert status_after({PROCESS_TAG: f"{gone()} 1@b {RUN} no-machine-of-ours"}) == STARTED
    assert status_after({PROCESS_TAG: f"{gone()} 1@b {RUN} {platform.node()}"}) == FAILURE


def test_the_mark_of_the_run_that_it_was_made_again_of_says_nothing() -> None:
    assert status_after({PROCESS_TAG: f"{gone()} 1@b {RUN[:-1]}2"}) == STARTED


@pytest.mark.parametrize(
    ("there", "seconds", "after"),
    [(False, 61, FAILURE), (False, 30, STARTED), (True, 61, STARTED), (None, 61, STARTED)],
)
def test_a_run_without_a_mark_goes_with_its_code_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool | None, seconds: int, after: dg.DagsterRunStatus
) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            assert tz is UTC
            return datetime.now(UTC) + timedelta(seconds=seconds)

    monkeypatch.setattr(abandoned_runs, "datetime", Later)
    path = tmp_path / "server"
    with socket.socket(socket.AF_UNIX) as server:
        if there:
            server.bind(str(path))
            server.listen()
        told = (
            '{"host": "elsewhere", "port": 4000}' if there is None else f'{{"host": "localhost", "socket": "{path}"}}'
        )
        assert status_after({".dagster/grpc_info": told}) == after


@pytest.mark.parametrize("content", [b"garbage" * 2000, b"SQLite format 3\0" + b"\0" * 50])
def test_a_run_whose_events_are_damaged_is_closed_and_forgotten_too(tmp_path: Path, content: bytes) -> None:
    with open_instance(tmp_path) as instance:
        dead, other = f"{RUN[:-1]}2", f"{RUN[:-1]}3"
        for run_id in (dead, other):
            mark = {PROCESS_TAG: f"{gone()} 1@b {run_id}"}
            create_run_for_test(instance, "nightly", run_id=run_id, status=STARTED, tags=mark)
    file = tmp_path / "history" / "runs" / f"{dead}.db"
    file.write_bytes(content)
    with open_instance(tmp_path) as instance:
        assert close_abandoned(instance) == 2
        assert [run.status for run in instance.get_runs()] == [FAILURE, FAILURE]
        assert file.with_name(f"{dead}.db.damaged").read_bytes() == content
        assert instance.all_logs(dead)
    file.write_bytes(content)
    with open_instance(tmp_path) as instance:
        assert forget_old_runs(instance, datetime.now(UTC) + timedelta(days=99), 30) == 2
        assert instance.get_runs() == []
    assert not [path.name for path in file.parent.iterdir() if not path.name.startswith("index")]


def test_events_that_are_locked_are_not_damaged_and_no_night_waits_for_them(tmp_path: Path) -> None:
    with open_instance(tmp_path) as instance:
        create_run_for_test(instance, "nightly", run_id=RUN, status=STARTED, tags={PROCESS_TAG: f"{gone()} 1@b {RUN}"})
    file = tmp_path / "history" / "runs" / f"{RUN}.db"
    file.mkdir()  # cannot be opened
    with open_instance(tmp_path) as instance:
        assert close_abandoned(instance) == 0
        assert [run.status for run in instance.get_runs()] == [STARTED]
    file.rmdir()
    with open_instance(tmp_path) as instance:
        assert close_abandoned(instance) == 1
