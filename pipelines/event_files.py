"""The files in which Dagster keeps the events of a run, one a run, where it keeps them in SQLite.

What belongs here: which files they are, and setting aside those that cannot be read: a disk that was full or a machine
that went down may leave one so. It tells of one run alone, and must not stop the nights after it.
"""

from pathlib import Path
from typing import Final

import dagster as dg
import sqlalchemy.exc
from dagster._core.storage.event_log import SqliteEventLogStorage

DAMAGED: Final = ".damaged"


def event_files(instance: dg.DagsterInstance, run_id: str) -> list[Path]:
    """The files of one run's events, whether they are there or not, the damaged ones too; none in another storage."""
    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        return []
    file = Path(storage.path_for_shard(run_id))
    whole = [file, *(file.with_name(f"{file.name}{ending}") for ending in ("-wal", "-shm"))]
    return [*whole, *map(_aside, whole)]


def is_damage(error: Exception) -> bool:
    """Whether an error says that a database cannot be read, and not that it is locked, full or away."""
    return type(error) is sqlalchemy.exc.DatabaseError


def set_aside(instance: dg.DagsterInstance, run_id: str) -> None:
    """Give the files of a run's events another name, so that they are begun anew."""
    instance.event_log_storage.dispose()  # nobody goes on reading what is renamed
    for file in event_files(instance, run_id):
        if file.suffix != DAMAGED and file.exists():
            file.replace(_aside(file))


def _aside(file: Path) -> Path:
    return file.with_name(f"{file.name}{DAMAGED}")
