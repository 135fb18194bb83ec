"""What can go wrong in the warehouse, in a few types.

Belongs here: the exceptions of this package and the one translation of DuckDB's own errors. DuckDB quotes values of
persons in its messages; none of its messages may leave this package, only the kind of the error does.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

ADVICE = {
    "OutOfMemoryException": "give it more memory (memory_limit) or free space on the warehouse's disk",
    "IOException": "check that the warehouse's disk is there, has space and may be written by this user",
    "ConstraintException": "the data does not hold what the table demands; this is an error of ours",
    "ConversionException": "a value does not have the type its column promises; this is an error of ours",
}


class WarehouseError(Exception):
    """A table, snapshot or folder is not as it must be. The message holds no value of a person."""


class KeyFileError(WarehouseError):
    """A key file is missing, readable by others, damaged, or already there."""


class WarehouseKeyError(WarehouseError):
    """The key does not fit the warehouse: another key, no key, or a key for a warehouse that is not encrypted."""


class EventStoreError(WarehouseError):
    """The store of case events cannot be read or written as it must. The message holds nothing of an event."""


class EventAddressError(WarehouseError):
    """The address of the event store, or the file with its password, cannot be used. No message quotes either."""


@contextmanager
def values_kept_out(doing: str) -> Iterator[None]:
    """Turn DuckDB's errors into `WarehouseError` without their text.

    Args:
        doing: What was being done, in words without values ("reading the table findings").

    Raises:
        WarehouseError: in place of any `duckdb.Error`, with its kind and what to do.
    """
    try:
        yield
    except duckdb.Error as error:
        kind = type(error).__name__
        advice = ADVICE.get(kind, "see the kind of the error; its text is withheld because it may quote a value")
        raise WarehouseError(f"{doing}: DuckDB reported {kind}; {advice}") from None
