"""Runs whose process was killed: Dagster would take them for running for hours, and let no night of the schedule begin.

What belongs here: telling such a run by the process that it was started in, and closing it.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import dagster as dg

PROCESS_TAG = "hedui/process"
UNFINISHED = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def process_tags() -> dict[str, str]:
    """The tags of a run that this process executes."""
    return {PROCESS_TAG: str(os.getpid())}


def close_abandoned(instance: dg.DagsterInstance) -> int:
    """Report the runs as failed that no process works on any more; how many there were.

    Only runs that the command line started carry its process. The others are watched by Dagster's daemon.
    """
    runs = instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
    abandoned = [run for run in runs if _is_abandoned(run.tags)]
    for run in abandoned:
        instance.report_run_failed(run, "the process of this run was killed; the previous publication stays")
    return len(abandoned)


def close_abandoned_at(home: Path) -> int:
    """The same for the instance of a folder."""
    with dg.DagsterInstance.from_config(str(home)) as instance:
        return close_abandoned(instance)


def _is_abandoned(tags: Mapping[str, str]) -> bool:
    process = tags.get(PROCESS_TAG, "")
    if not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
