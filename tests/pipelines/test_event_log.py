"""The event log of the command line: other code, the same files."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.storage.event_log import SqliteEventLogStorage

from pipelines.event_log import KeptEventLog, open_instance
from warehouse.events.connection import sqlite_engine
from warehouse.events.event import Draft
from warehouse.events.store import open_events

NORMAL, FULL = 1, 2


@dg.asset
def something() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"dagster/row_count": 3})


@dg.asset_check(asset=something)
def is_right() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


def test_what_it_writes_dagsters_own_storage_reads(tmp_path: Path) -> None:
    with open_instance(tmp_path) as instance:
        assert isinstance(instance.event_log_storage, KeptEventLog)
        result = dg.materialize([something, is_right], instance=instance)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert isinstance(instance.event_log_storage, SqliteEventLogStorage)
        assert not isinstance(instance.event_log_storage, KeptEventLog)
        [run] = instance.get_runs()
        assert (run.run_id, run.status) == (result.run_id, dg.DagsterRunStatus.SUCCESS)
        assert len(instance.all_logs(run.run_id)) == len(result.all_events) + 2  # the run's first and last
        event = instance.get_latest_materialization_event(dg.AssetKey("something"))
        assert event is not None
        assert event.asset_materialization is not None
        assert event.asset_materialization.metadata["dagster/row_count"].value == 3


def test_only_files_with_a_write_ahead_log_are_flushed_less_often(tmp_path: Path) -> None:
    """Without one a power cut could leave the file itself torn; the states of runs and people's verdicts are flushed."""
    with open_instance(tmp_path) as instance:
        run_id = dg.materialize([something], instance=instance).run_id
        for shard in (run_id, "index"):
            with instance.event_log_storage._connect(shard) as connection:
                assert flushing(connection) == ("wal", NORMAL)
        with instance.run_storage.connect() as connection:  # type: ignore[attr-defined]  Dagster's files have it
            assert flushing(connection) == ("wal", FULL)
    path = tmp_path / "events.db"
    open_events(f"sqlite:///{path}", None).append(
        [
            Draft(
                kind="verdict",
                case_id="c",
                finding_id="f",
                known_after=date(2026, 9, 22),
                by="x",
                origin="test",
                payload={},
            )
        ]
    )
    with sqlite_engine(path).connect() as connection:
        assert flushing(connection) == ("wal", FULL)


def flushing(connection: sa.Connection) -> tuple[str, int]:
    """How a file keeps what is not in it yet, and when that reaches the disk."""
    told = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous")]
    return told[0], told[1]


@pytest.mark.parametrize("told", ["storage:\n  sqlite:\n    base_dir: {0}/elsewhere\n"])
def test_a_site_that_keeps_its_events_elsewhere_keeps_them_there(tmp_path: Path, told: str) -> None:
    (tmp_path / "dagster.yaml").write_text(told.format(tmp_path), encoding="utf-8")
    with open_instance(tmp_path) as instance:
        assert not isinstance(instance.event_log_storage, KeptEventLog)
