"""What a reader gives: the sheets of a file, each with its header and its rows as raw batches.

What belongs here: the types between the readers of each kind of file and the cleaning that is the same for all.

A raw batch is a `pl.DataFrame` with `source_row Int64` (as a spreadsheet counts), `row_problem String` (a reason of
quarantine that only the reader can see, else null) and the cells `c0, c1, …`, text or typed.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import BinaryIO

import polars as pl

from connectors.headers import Header
from connectors.reasons import Skip

SOURCE_ROW, ROW_PROBLEM = "source_row", "row_problem"

Opener = Callable[[], AbstractContextManager[BinaryIO]]


class UnusableFileError(Exception):
    """A file, or a sheet of it, that cannot be read. The message names no value; the delivery is refused with it."""


@dataclass(frozen=True)
class Source:
    """One readable file of a delivery, or one member of an archive. `name` is what findings show as `source_file`."""

    name: str
    sha256: str
    opened: Opener


@dataclass(frozen=True)
class Part:
    """One sheet of one file. `above` counts the title and blank rows over the header; `batches` are the rows below."""

    source_file: str
    sheet: str | None
    sha256: str
    header_row: int
    header: Header
    batches: Callable[[], Iterator[pl.DataFrame]]
    above: dict[Skip, int] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True)
class Opened:
    """The parts of one file, and the sheets that were left aside, told by name and reason."""

    parts: list[Part]
    ignored: list[str] = field(default_factory=list)


def cell_names(width: int) -> list[str]:
    """The names of the cell columns of a raw batch."""
    return [f"c{column}" for column in range(width)]


def cells_of(frame: pl.DataFrame) -> list[str]:
    """The cell columns of a raw batch, in their order."""
    return [name for name in frame.columns if name.startswith("c") and name[1:].isdigit()]


def numbered(cells: pl.DataFrame, first_row: int, problems: pl.Series | None = None) -> pl.DataFrame:
    """Cells as a raw batch: rows counted from `first_row`."""
    rows = pl.int_range(first_row, first_row + cells.height, dtype=pl.Int64, eager=True).alias(SOURCE_ROW)
    told = pl.Series(ROW_PROBLEM, [None] * cells.height, dtype=pl.String) if problems is None else problems
    return cells.select(rows, told.alias(ROW_PROBLEM), pl.all())


def counted_above(rows: list[list[str | None]]) -> dict[Skip, int]:
    """The rows over a header: how many are blank, how many titles."""
    blank = sum(not any(text and text.strip() for text in row) for row in rows)
    counts = {Skip.BLANK: blank, Skip.TITLE: len(rows) - blank}
    return {kind: count for kind, count in counts.items() if count}
