"""Runs of long ago: Dagster keeps each with all its events for ever; here they are forgotten, a few at a time.

What belongs here: which runs are old enough, and taking all of a run away: record, events, output of its steps, and on
SQLite the file that its events were in. Results of checks stay, so that their history goes back further. What the nights
themselves left in the warehouse is not Dagster's, and not touched.
"""

from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
from dagster._core.storage.dagster_run import FINISHED_STATUSES
from dagster._core.storage.event_log import SqliteEventLogStorage

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
    for record in records:
        forget(instance, record.dagster_run.run_id)
    return len(records)


def forget(instance: dg.DagsterInstance, run_id: str) -> None:
    """Take away all that Dagster keeps of one run."""
    # The record last: a run of which only half could be taken away is found again.
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    storage = instance.event_log_storage
    storage.delete_events(run_id)
    instance.run_storage.delete_run(run_id)
    if isinstance(storage, SqliteEventLogStorage):
        file = Path(storage.path_for_shard(run_id))
        for one in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
            one.unlink(missing_ok=True)
