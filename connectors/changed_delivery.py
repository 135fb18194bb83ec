"""A delivery of which most lines were read before, in an older one: only the others are read.

What belongs here: reading the lines that are new, and the counts of the whole: those of the older delivery, less what its
lines that are gone counted, and what the new ones count. Both are read by the same reader as every delivery. Does not
belong here: which lines those are (`connectors.changed_lines`), and where the rows of the others lie (`warehouse`).
"""

import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, BinaryIO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from connectors.contract import Contract
from connectors.csv_files import read_csv
from connectors.csv_text import Encoding
from connectors.delivery import SLICE_BYTES, Batch, DeliveryReader
from connectors.inbox import Delivery
from connectors.lines import Lines, NotByLineError, chosen_text
from connectors.load_counts import FieldReport, PartReport
from connectors.part_reader import PartReader
from connectors.parts import SOURCE_ROW, Opened, Part, Source


@dataclass(frozen=True)
class Excerpt:
    """Some lines of a text file below its header.

    Attributes:
        source: The file.
        encoding: Its encoding.
        lines: Its lines.
        header_row: How many of them stand up to and with its header.
        chosen: Those that are meant, counted from 0, in rising order.
    """

    source: Source
    encoding: Encoding
    lines: Lines
    header_row: int
    chosen: NDArray[np.int64]

    def part(self, contract: Contract, slice_bytes: int = SLICE_BYTES) -> Part:
        """The lines as a sheet: read as all are, each with the number of the row where it stands.

        Raises:
            NotByLineError: the header is found in another place.
        """
        places = np.concatenate([np.arange(self.header_row), self.chosen])
        text = chosen_text(self.source.opened, self.lines, places)
        [part] = read_csv(replace(self.source, opened=_in_memory(text)), contract, slice_bytes, self.encoding).parts
        if part.header_row != self.header_row or len(part.header.groups) != 1:
            raise NotByLineError("the header is found in another place, or a row holds several persons")
        rows = pl.Series(SOURCE_ROW, places + 1, dtype=pl.Int64)

        def batches() -> Iterator[pl.DataFrame]:
            for raw in part.batches():
                yield raw.with_columns(rows.gather(raw[SOURCE_ROW] - 1))

        return replace(part, batches=batches)


@dataclass(frozen=True)
class Before:
    """What the older delivery counted: its one sheet and its fields, as in its load report; the date it was read for."""

    part: Mapping[str, Any]
    fields: Sequence[Mapping[str, Any]]
    on: date


class ChangedReader(DeliveryReader):
    """Reads the lines of a delivery that are new; its report is that of the whole delivery."""

    def __init__(self, delivery: Delivery, contract: Contract, before: Before, gone: Excerpt, come: Excerpt) -> None:
        """Take what has to be read.

        Args:
            delivery: The delivery, of one text file.
            contract: Of its feed.
            before: What the older delivery counted.
            gone: Its lines that do not stand in this one.
            come: The lines of this one that did not stand in it.

        Raises:
            NotByLineError: the header is found in another place.
        """
        super().__init__(delivery, contract)
        # The text of both is taken now: what tells lines apart is large, and not needed any more.
        self._gone = PartReader(gone.part(contract), 1, contract, before.on)
        self._come, self._before, self._lines = come.part(contract), before, len(come.lines)

    def _read(self) -> Iterator[Batch]:
        """The new lines; those that are gone are read for what they counted alone."""
        for _ in self._gone.batches():
            pass
        yield from super()._read()

    def _opened(self, name: str) -> Iterator[Opened]:  # noqa: ARG002  the one file of the delivery
        yield Opened([self._come])

    def _part_reports(self) -> tuple[PartReport, ...]:
        """The sheet as if all of it had been read.

        Raises:
            NotByLineError: it could not be told from some of its lines.
        """
        # Otherwise data stands among the last lines of the file: a note above it is none, here as in the whole.
        if any(part.ends_untold for part in (self._gone, *self._parts)):
            raise NotByLineError("it ends in many lines that are no data")
        [come], gone, before = [part.report() for part in self._parts], self._gone.report(), self._before.part
        report = replace(
            come,
            rows_read=_moved_on(before["rows_read"], gone.rows_read, come.rows_read),
            data_rows=_moved_on(before["data_rows"], gone.data_rows, come.data_rows),
            skipped=_all_moved_on(before["skipped"], gone.skipped, come.skipped),
            quarantined=_all_moved_on(before["quarantined"], gone.quarantined, come.quarantined),
        )
        if report.rows_read + 1 != self._lines:
            raise NotByLineError("the rows read are not the lines of the file")
        return (report,)

    def _fields(self) -> Iterator[FieldReport]:
        """The counts of each field over all rows; how many are filled the warehouse counts."""
        before = {str(entry["field"]): entry for entry in self._before.fields}
        for come in super()._fields():
            gone, told = self._gone.fields[come.field], before[come.field]
            come.unparsed = _moved_on(told["unparsed"], gone.unparsed, come.unparsed)
            come.bad_check = _moved_on(told["bad_check"], gone.bad_check, come.bad_check)
            yield come


def _all_moved_on(before: Mapping[str, int], gone: Mapping[str, int], come: Mapping[str, int]) -> dict[str, int]:
    """Counts by kind."""
    kinds = sorted({*before, *gone, *come})
    found = Counter({kind: _moved_on(before.get(kind, 0), gone.get(kind, 0), come.get(kind, 0)) for kind in kinds})
    return {kind: count for kind, count in found.items() if count}


def _moved_on(before: int, gone: int, come: int) -> int:
    """A count of the whole.

    Raises:
        NotByLineError: more is gone than there was: what the older delivery counted was counted otherwise.
    """
    if gone > before:
        raise NotByLineError("the older delivery was counted otherwise")
    return before - gone + come


def _in_memory(text: bytes) -> Any:  # noqa: ANN401  an Opener, which contextmanager cannot say
    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        yield io.BytesIO(text)

    return opened
