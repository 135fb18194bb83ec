"""What begins by itself every day at a fixed hour in China. Which job, and what its run is asked: where the job is made."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipelines.partitions import TIME_ZONE


def daily_schedule(
    job: dg.JobDefinition | UnresolvedAssetJobDefinition,
    hour: int,
    request: Callable[[date], dg.RunRequest],
    *,
    description: str,
    is_on: bool,
) -> dg.ScheduleDefinition:
    """The schedule of a job, named after it and its hour, such as `nightly_0200`.

    Args:
        job: what begins.
        hour: at which full hour.
        request: gives the run of the day that has begun in China.
        description: what people read in Dagster's UI.
        is_on: whether it runs from the start; people may switch it in the UI.
    """

    @dg.schedule(
        name=f"{job.name}_{hour:02d}00",
        job=job,
        cron_schedule=f"0 {hour} * * *",
        execution_timezone=TIME_ZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING if is_on else dg.DefaultScheduleStatus.STOPPED,
        description=description,
    )
    def every_day(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return request(context.scheduled_execution_time.astimezone(ZoneInfo(TIME_ZONE)).date())

    return every_day
