"""Runs whose process is gone: Dagster would take them for running for hours, and let no night of the queue begin.

What belongs here: telling such a run, and closing it. A run is known by the mark of the process that works on it
(number, start, machine's boot, run, machine); one that has no mark yet, by the code server that was to start it. Dagster's own
monitoring sees neither: its launcher does not look after the health of what it started.
"""

import json
import os
import platform
import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log import InMemoryEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.tags import GRPC_INFO_TAG
from sqlalchemy.exc import SQLAlchemyError

from pipelines.event_files import event_files, is_damage, set_aside
from pipelines.instance_storage import told_plainly

PROCESS_TAG = "hedui/process"
UNFINISHED = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
TIME_TO_START = timedelta(seconds=60)
"""For a run without a mark: between a code server's being asked and its answer nothing can be told."""
ACCOUNT = "the process of this run was killed; the previous publication stays"


def process_tags(run_id: str) -> dict[str, str]:
    """The tags of a run that this process executes. A run made again of another has that one's tags: hence the id."""
    pid = os.getpid()
    return {PROCESS_TAG: f"{pid} {_birth(pid)} {run_id} {platform.node()}"}


def close_abandoned(instance: dg.DagsterInstance) -> int:
    """Report the runs as failed that no process works on any more; how many there were."""
    now = datetime.now(UTC)
    records = instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED))
    # Files are of one machine; a database may be shared by machines, whose code servers cannot be asked from here.
    is_ours = isinstance(instance.event_log_storage, (SqliteEventLogStorage, InMemoryEventLogStorage))
    abandoned = [record.dagster_run for record in records if _is_abandoned(record, now, asks_servers=is_ours)]
    return sum(_close(instance, run) for run in abandoned)


def close_abandoned_at(home: Path) -> int:
    """The same for the instance of a folder.

    Raises:
        SettingsError: it cannot be opened as its dagster.yaml says.
    """
    with told_plainly(home):
        opened = dg.DagsterInstance.from_config(str(home))
    with opened as instance:
        return close_abandoned(instance)


def _close(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Report one run as failed; whether it could be. Another one, and the night that begins, do not wait for it."""
    try:
        instance.report_run_failed(run, ACCOUNT)
    except SQLAlchemyError as error:
        if not is_damage(error) or not event_files(instance, run.run_id):
            return False  # a database that is locked or away: the next look tries again
        # Whatever killed the process has left its events so; as long as it is not closed no other run begins.
        set_aside(instance, run.run_id)
        instance.report_run_failed(run, ACCOUNT)
    return True


def _is_abandoned(record: dg.RunRecord, now: datetime, *, asks_servers: bool) -> bool:
    run = record.dagster_run
    words = run.tags.get(PROCESS_TAG, "").split()
    # "<pid>" alone was written by earlier versions.
    if words and words[0].isdecimal() and words[2:3] in ([], [run.run_id]):
        is_here = words[3:] in ([], [platform.node()])
        return is_here and not _is_alive(int(words[0]), words[1] if len(words) > 1 else "")
    changed = record.update_timestamp
    is_old = now - (changed if changed.tzinfo else changed.replace(tzinfo=UTC)) > TIME_TO_START
    return asks_servers and is_old and _server_is_gone(run.tags)


def _is_alive(pid: int, birth: str) -> bool:
    """Whether a process is still there, and not another one that was given its number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return not birth or birth == _birth(pid)
    return not birth or birth == _birth(pid)


def _birth(pid: int) -> str:
    """When a process started, as the kernel tells it: ticks since boot, and which boot; "-" where it tells nothing."""
    try:
        # The second word is the program's name in brackets, which may hold blanks.
        ticks = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, IndexError):
        return "-"
    return f"{ticks}@{boot[:8]}"


def _server_is_gone(tags: Mapping[str, str]) -> bool:
    """Whether the code server that was to start a run has gone; one on another machine is not ours to judge."""
    try:
        path = json.loads(tags.get(GRPC_INFO_TAG, "{}")).get("socket")
    except (ValueError, AttributeError):
        return False
    if not path:
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        try:
            probe.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return True
        except OSError:
            return False
    return False
