"""Marks: 64 bits for each row as it is stored, by which it is told which rows can stand twice at all.

Belongs here: marking rows, and finding marks that are shared. Rows of one key have one mark; so have, among rows without
a key, identical ones. Two others may share one by chance: that costs time, never a row, for rows with a mark in common
are compared by what they hold (`warehouse.duplicates`). Eight bytes a row are kept, which is a fraction of what grouping
the rows would take.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse.natural_keys import Keys

MARKS_A_PASS = 8_000_000
_BETWEEN = "\x1f"


class Marks:
    """The marks of the rows of a snapshot, in the order in which they are stored."""

    def __init__(self, keys: Keys, fields: Sequence[str]) -> None:
        self._mark = _mark(keys, fields)
        self._batches: list[NDArray[np.uint64]] = []

    def add(self, rows: pl.DataFrame) -> None:
        """Mark a batch that is stored behind the ones before it."""
        self._batches.append(rows.select(self._mark).to_series().to_numpy())

    def __len__(self) -> int:
        """How many rows are marked."""
        return sum(map(len, self._batches))

    def shared(self, marks_a_pass: int = MARKS_A_PASS) -> pl.DataFrame:
        """The rows whose mark another row has, too: `row_id` (counted from 0 as they are stored) and `bucket`, the mark.

        Args:
            marks_a_pass: About how many marks are sorted at once; it bounds memory.
        """
        marks = np.concatenate(self._batches) if self._batches else np.zeros(0, dtype=np.uint64)
        passes = max(1, -(-len(marks) // marks_a_pass))
        turns = np.uint64(passes)
        found = []
        for turn in range(passes):
            chosen = np.sort(marks[marks % turns == turn] if passes > 1 else marks)
            found.append(np.unique(chosen[1:][chosen[1:] == chosen[:-1]]))
        # Sorted once more, for the search below: the passes take marks by their remainder, not by their size.
        twice = np.sort(np.concatenate(found))
        if not len(twice):
            return pl.DataFrame(schema={"row_id": pl.Int64, "bucket": pl.UInt64})
        places = np.minimum(np.searchsorted(twice, marks), len(twice) - 1)
        rows = np.flatnonzero(twice[places] == marks)
        return pl.DataFrame({"row_id": rows.astype(np.int64), "bucket": marks[rows]})


def _mark(keys: Keys, fields: Sequence[str]) -> pl.Expr:
    """The mark of a row: of its kind of key and the key's parts, as `Keys.columns` has them, empty as an empty text."""
    kind = _kind(keys)
    parts = [kind.cast(pl.String), *(_part(keys, kind, place) for place in range(len(keys.names) - 1))]
    by_key = pl.concat_str(parts, separator=_BETWEEN).hash()
    if keys.keyless == "merge":
        return by_key
    by_all = pl.concat_str([_as_text(field) for field in fields], separator=_BETWEEN).hash()
    return pl.when(kind == 0).then(by_all).otherwise(by_key)


def _kind(keys: Keys) -> pl.Expr:
    always = keys.keyless == "merge"
    asked = keys.alternatives[:-1] if always else keys.alternatives
    kind = pl.lit(len(keys.alternatives) if always else 0, dtype=pl.Int32)
    for place in reversed(range(len(asked))):
        given = _as_text(asked[place][0]) != ""
        kind = pl.when(given).then(pl.lit(place + 1, dtype=pl.Int32)).otherwise(kind)
    return kind


def _part(keys: Keys, kind: pl.Expr, place: int) -> pl.Expr:
    part = pl.lit("")
    for number, fields in enumerate(keys.alternatives, start=1):
        if place < len(fields):
            part = pl.when(kind == number).then(_as_text(fields[place])).otherwise(part)
    return part


def _as_text(field: str) -> pl.Expr:
    return pl.col(field).cast(pl.String).fill_null("")
