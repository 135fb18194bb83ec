"""The event log of the command line: other code, the same files."""

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from pipelines.event_log import KeptEventLog, open_instance


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


@pytest.mark.parametrize("told", ["storage:\n  sqlite:\n    base_dir: {0}/elsewhere\n"])
def test_a_site_that_keeps_its_events_elsewhere_keeps_them_there(tmp_path: Path, told: str) -> None:
    (tmp_path / "dagster.yaml").write_text(told.format(tmp_path), encoding="utf-8")
    with open_instance(tmp_path) as instance:
        assert not isinstance(instance.event_log_storage, KeptEventLog)
