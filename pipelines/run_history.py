"""Runs of long ago: Dagster keeps each with all its events for ever; here they are forgotten, a few at a time.

What belongs here: which runs are old enough, and taking all of a run away: record, events, output of its steps, and on
SQLite the file that its events were in. Results of checks stay, so that their history goes back further. What the nights
themselves left in the warehouse is not Dagster's, and not touched.
"""

from datetime import datetime, timedelta

import dagster as dg
from dagster._core.storage.dagster_run import FINISHED_STATUSES
from sqlalchemy.exc import SQLAlchemyError

from pipelines.event_files import event_files, is_damage, set_aside

MOST_AT_ONCE = 20
"""So that no night begins late because of it; one night makes one run."""


def forget_old_runs(instance: dg.DagsterInstance, now: datetime, kept_days: int, most: int = MOST_AT_ONCE) -> int:
    """Forget the oldest runs that ended and are older than so many days; how many were.

    Args:
        instance: whose runs.
        now: with its time zone.
        kept_days: how long a run is kept.
        most: the most to forget in one call.
    """
    old = dg.RunsFilter(statuses=FINISHED_STATUSES, created_before=now - timedelta(days=kept_days))
    records = instance.get_run_records(old, limit=most, ascending=True)
    return sum(_forgotten(instance, record.dagster_run.run_id) for record in records)


def _forgotten(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Whether a run could be forgotten; one that could not waits for the next time, and no night waits for it."""
    try:
        forget(instance, run_id)
    except (OSError, SQLAlchemyError):
        return False
    return True


def forget(instance: dg.DagsterInstance, run_id: str) -> None:
    """Take away all that Dagster keeps of one run."""
    # The record last: a run of which only half could be taken away is found again.
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    try:
        instance.event_log_storage.delete_events(run_id)
    except SQLAlchemyError as error:
        if not is_damage(error):
            raise
        set_aside(instance, run_id)
        instance.event_log_storage.delete_events(run_id)
    instance.run_storage.delete_run(run_id)
    for file in event_files(instance, run_id):
        file.unlink(missing_ok=True)
