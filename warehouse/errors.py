"""What can go wrong in the warehouse, in a few types.

Belongs here: the exceptions of this package and the one translation of DuckDB's own errors. DuckDB quotes values of
persons in its messages; none of its messages may leave this package, only the kind of the error does.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

ADVICE = {
    "OutOfMemoryException": "give it more memory (memory_limit) or free space on the warehouse's disk",
    "IOException": "check that the warehouse's disk is there, has space and may be written by this user",
    "ConstraintException": "the data does not hold what the table demands; this is an error of ours",
    "ConversionException": "a value does not have the type its column promises; this is an error of ours",
}


class WarehouseError(Exception):
    """A table, snapshot or folder is not as it must be. The message holds no value of a person."""


class DiskFullError(WarehouseError, OSError):
    """The disk of the warehouse has no room left, or not enough for what is about to be done.

    An `OSError` too, so that whoever can do without a file goes on without it as before.
    """


class KeyFileError(WarehouseError):
    """A key file is missing, readable by others, damaged, or already there."""


class WarehouseKeyError(WarehouseError):
    """The key does not fit the warehouse: another key, no key, or a key for a warehouse that is not encrypted."""


class EventStoreError(WarehouseError):
    """The store of case events cannot be read or written as it must. The message holds nothing of an event."""


class EventAddressError(WarehouseError):
    """The address of the event store, or the file with its password, cannot be used. No message quotes either."""


SAYS_FULL = ("no space left", "disk quota exceeded", "max_temp_directory_size", "disk is full", "os error 28")
"""What DuckDB, Polars and SQLite say, in small letters, when a disk is full."""


def says_full(text: str) -> bool:
    """Whether the text of an error says that a disk is full. The text itself is shown to nobody."""
    return any(one in text.lower() for one in SAYS_FULL)


def disk_full(doing: str, place: Path | None = None) -> DiskFullError:
    """Make the error of a disk that has become full.

    Args:
        doing: what was being done, in words without values.
        place: a file or folder on that disk, to tell how much is free; it need not be there.
    """
    free = ""
    if place is not None:
        with suppress(OSError):
            there = next(one for one in (place, *place.parents) if one.exists())
            free = f" ({shutil.disk_usage(there).free / 1e6:,.1f} MB free)"
    return DiskFullError(
        f"{doing}: the disk is full{free}; what was half written is removed and the last publication stays as it was. "
        "Free space on it, then run it again: hedui status tells what the warehouse holds and what a night needs, "
        "hedui retain --dry-run what may go"
    )


@contextmanager
def values_kept_out(doing: str, root: Path | None = None) -> Iterator[None]:
    """Turn DuckDB's errors into `WarehouseError` without their text.

    Args:
        doing: What was being done, in words without values ("reading the table findings").
        root: The warehouse, to tell how much room it has where its disk is full.

    Raises:
        DiskFullError: the disk is full.
        WarehouseError: in place of any other `duckdb.Error`, with its kind and what to do.
    """
    try:
        yield
    except duckdb.Error as error:
        if says_full(str(error)):
            raise disk_full(doing, root) from None
        kind = type(error).__name__
        advice = ADVICE.get(kind, "see the kind of the error; its text is withheld because it may quote a value")
        raise WarehouseError(f"{doing}: DuckDB reported {kind}; {advice}") from None
