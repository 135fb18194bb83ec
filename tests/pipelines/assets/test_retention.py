"""The job of retention: a dry run from the launchpad, counts alone as metadata, the schedule that removes."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from pipelines.assets.retention import STEP, retention_job, retention_schedule
from pipelines.settings import Settings
from warehouse.session import Vault


@pytest.mark.parametrize("night_vault", ["open"], indirect=True)
def test_the_launchpad_removes_nothing_unless_told_to(night_vault: Vault, old_rows: Path) -> None:
    job = retention_job(Settings(warehouse=night_vault.root, profile="caojie-core"))
    told = metadata(job.execute_in_process())
    assert (told["dry_run"], told["raw"], told["published"]) == (True, 1, 0)
    assert told["raw_bytes"] == told["bytes"] == old_rows.stat().st_size
    assert old_rows.exists()
    told = metadata(job.execute_in_process(run_config={"ops": {STEP: {"config": {"dry_run": False}}}}))
    assert (told["dry_run"], told["raw"]) == (False, 1)
    assert not old_rows.exists()


def metadata(result: dg.ExecuteInProcessResult) -> dict[str, object]:
    [output] = [one for one in result.all_events if one.event_type == dg.DagsterEventType.STEP_OUTPUT]
    return {name: one.value for name, one in output.step_output_data.metadata.items()}


@pytest.mark.parametrize(("is_on", "status"), [(False, "STOPPED"), (True, "RUNNING")])
def test_the_schedule_removes_and_runs_only_where_the_nights_do(*, is_on: bool, status: str, tmp_path: Path) -> None:
    schedule = retention_schedule(retention_job(Settings(warehouse=tmp_path)), is_on=is_on)
    assert schedule.default_status == dg.DefaultScheduleStatus[status]
    moment = datetime(2026, 9, 21, 22, tzinfo=UTC)
    with dg.build_schedule_context(scheduled_execution_time=moment) as context:
        [request] = schedule.evaluate_tick(context).run_requests
    assert request.run_config["ops"][STEP]["config"] == {"dry_run": False}
