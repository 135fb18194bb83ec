"""Old runs are forgotten with all that Dagster keeps of them; younger ones and those at work are not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from pipelines.event_log import open_instance
from pipelines.run_history import forget_old_runs
from pipelines.upkeep import upkeep_sensor

NOW = datetime.now(UTC)
DAYS = dg.StaticPartitionsDefinition(["1", "2", "3"])


@dg.asset(partitions_def=DAYS)
def something() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"dagster/row_count": 3})


@dg.asset_check(asset=something)
def is_right() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """An instance with three runs."""
    with open_instance(tmp_path) as made:
        for day in ("1", "2", "3"):
            dg.materialize([something, is_right], instance=made, partition_key=day)
        yield made


def files(tmp_path: Path) -> set[str]:
    return {path.name for path in (tmp_path / "history" / "runs").iterdir() if not path.name.startswith("index")}


def test_the_oldest_go_first_and_nothing_of_them_stays(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    newest, *_ = instance.get_runs()
    later = NOW + timedelta(days=31)
    assert forget_old_runs(instance, later, kept_days=30, most=2) == 2
    assert [run.run_id for run in instance.get_runs()] == [newest.run_id]
    assert {name.partition(".")[0] for name in files(tmp_path)} == {newest.run_id}
    assert instance.get_materialized_partitions(dg.AssetKey("something")) == {"3"}
    assert forget_old_runs(instance, later, kept_days=30) == 1
    assert (instance.get_runs(), files(tmp_path)) == ([], set())
    assert forget_old_runs(instance, later, kept_days=30) == 0


def test_a_run_is_kept_until_its_last_day(instance: dg.DagsterInstance) -> None:
    assert forget_old_runs(instance, NOW + timedelta(days=30, seconds=-60), kept_days=30) == 0
    assert instance.get_runs_count() == 3


def test_a_run_at_work_is_never_forgotten(tmp_path: Path) -> None:
    with open_instance(tmp_path) as instance:
        create_run_for_test(instance, "nightly", status=dg.DagsterRunStatus.STARTED)
        assert forget_old_runs(instance, NOW + timedelta(days=900), kept_days=30) == 0


def test_the_sensor_starts_no_run(instance: dg.DagsterInstance) -> None:
    sensor = upkeep_sensor(400)
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    told = sensor(dg.build_sensor_context(instance=instance))
    assert isinstance(told, dg.SkipReason)
    assert told.skip_message == "closed 0 abandoned runs, forgot 0 old ones"
