"""The profile of a snapshot: per field how many of its rows are filled, and how many hold an unknown code.

Belongs here: the counting, as SQL over rows wherever they are, so that a batch can be counted as it enters and the rows
that are removed later taken off again: no pass over what is stored. Counts only, never a value.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from warehouse.sql import name

UNKNOWN = "unknown"


def counts(schema: Mapping[str, pl.DataType]) -> list[str]:
    """SQL aggregates: the rows, then for each field the filled ones, then for each field those that are unknown.

    An empty text is not filled; dates and numbers are never texts, so that they need not be written out as such.
    """
    texts = {field for field, dtype in schema.items() if dtype == pl.String}
    filled = [f"count({name(field)}) FILTER ({name(field)} <> '')" if field in texts else f"count({name(field)})"
              for field in schema]  # fmt: skip
    unknown = [f"count(*) FILTER ({name(field)} = '{UNKNOWN}')" if field in texts else "0" for field in schema]
    return ["count(*)", *filled, *unknown]


class Tally:
    """Counts of `counts`, added up over batches and less what is removed."""

    def __init__(self, fields: Sequence[str]) -> None:
        self._fields = tuple(fields)
        self._sums = [0] * (1 + 2 * len(self._fields))

    def begin_with(self, told: Sequence[Mapping[str, Any]]) -> None:
        """Begin with what was counted before (`told`, entries of any order): the rows are changed from there."""
        by_field = {str(entry["field"]): entry for entry in told}
        counted = [by_field[field] for field in self._fields]
        rows = [int(entry["rows"]) for entry in counted[:1]] or [0]
        self._sums = [*rows, *(int(one["filled"]) for one in counted), *(int(one["unknown"]) for one in counted)]

    def add(self, found: Sequence[int]) -> None:
        """Add the counts of some rows."""
        self._sums = [one + other for one, other in zip(self._sums, found, strict=True)]

    def less(self, found: Sequence[int]) -> None:
        """Take off the counts of rows that were removed."""
        self._sums = [one - other for one, other in zip(self._sums, found, strict=True)]

    def told(self) -> list[dict[str, int | str]]:
        """One entry a field: field, rows, filled, unknown."""
        rows, filled, unknown = (
            self._sums[0],
            self._sums[1 : 1 + len(self._fields)],
            self._sums[1 + len(self._fields) :],
        )
        return [
            {"field": field, "rows": rows, "filled": filled[place], "unknown": unknown[place]}
            for place, field in enumerate(self._fields)
        ]
