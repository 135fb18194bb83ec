"""A schedule of every day: its name, its hour in China, and the day that its run is asked for."""

from datetime import UTC, date, datetime

import dagster as dg
import pytest

from pipelines.daily import daily_schedule


def asked(day: date) -> dg.RunRequest:
    """A run that says for which day it is."""
    return dg.RunRequest(run_key=day.isoformat())


def made(hour: int, *, is_on: bool = False) -> dg.ScheduleDefinition:
    """The schedule of a job of one step."""
    job = dg.GraphDefinition("tidying", node_defs=[]).to_job()
    return daily_schedule(job, hour, asked, description="每天。", is_on=is_on)


@pytest.mark.parametrize(("is_on", "status"), [(False, "STOPPED"), (True, "RUNNING")])
def test_it_is_named_after_its_job_and_hour_and_runs_where_it_is_on(*, is_on: bool, status: str) -> None:
    schedule = made(6, is_on=is_on)
    assert (schedule.name, schedule.description) == ("tidying_0600", "每天。")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 6 * * *", "Asia/Shanghai")
    assert schedule.default_status == dg.DefaultScheduleStatus[status]


@pytest.mark.parametrize(
    ("hour", "moment", "day"),
    [
        (2, datetime(2026, 9, 21, 18, tzinfo=UTC), "2026-09-22"),
        (0, datetime(2026, 12, 31, 16, tzinfo=UTC), "2027-01-01"),
        (23, datetime(2026, 9, 22, 15, tzinfo=UTC), "2026-09-22"),
    ],
)
def test_the_day_is_that_of_china(hour: int, moment: datetime, day: str) -> None:
    context = dg.build_schedule_context(scheduled_execution_time=moment)
    [request] = made(hour).evaluate_tick(context).run_requests
    assert request.run_key == day
