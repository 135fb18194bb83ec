"""Delimited text files: the delimiter, the header and the rows, in slices.

What belongs here: streaming. A file is read in slices of some tens of megabytes whatever its size; a slice without
quotes goes straight into Polars, one with misplaced quotes is mended first (`connectors.csv_records`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from connectors.contract import Contract
from connectors.csv_records import LINE_END, MOST_LINES, last_record, mend, records, split_fields, well_formed
from connectors.csv_text import Encoding, probe, slices
from connectors.headers import SEARCHED_ROWS, Header, Mismatch, find_header
from connectors.parts import Opened, Part, Source, UnusableFileError, cell_names, counted_above, numbered
from connectors.reasons import Reason

DELIMITERS = (",", "\t", "|")
_WIDER = 64
_MOST_LOOKED_AT = 1_000
_HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class _Layout:
    """How the rows of one file are laid out: what the header told, and where the rows below it begin."""

    delimiter: str
    header_row: int
    header_lines: int
    header: Header
    above: list[list[str | None]]


def read_csv(source: Source, contract: Contract, slice_bytes: int, encoding: Encoding | None = None) -> Opened:
    """A delimited text file as one part.

    Args:
        source: The file.
        contract: What its header is matched against.
        slice_bytes: How much of it is in memory at a time.
        encoding: Where it is known already; found by a pass over the file otherwise.

    Raises:
        UnusableFileError: an encoding that is neither UTF-8 nor GB18030, or no header of the contract.
    """
    if encoding is None:
        with source.opened() as stream:
            encoding = probe(stream, source.name)
    layout = _layout(_head(source, encoding), contract, source.name)

    def batches() -> Iterator[pl.DataFrame]:
        return _rows(source, encoding, slice_bytes, layout)

    part = Part(
        source_file=source.name,
        sheet=None,
        sha256=source.sha256,
        header_row=layout.header_row,
        header=layout.header,
        batches=batches,
        above=counted_above(layout.above),
        encoding="utf-8" if encoding == "utf-8-sig" else encoding,
        delimiter=layout.delimiter,
    )
    return Opened([part])


def _head(source: Source, encoding: Encoding) -> str:
    """So much of the text's beginning that the header has to be in it."""
    head = b""
    with source.opened() as stream:
        for text in slices(stream, encoding, _HEAD_BYTES, source.name):
            head += text
            if head.count(b"\n") > SEARCHED_ROWS * 2:
                break
    return head.decode("utf-8", errors="replace")


def _layout(head: str, contract: Contract, name: str) -> _Layout:
    """The delimiter whose reading gives a header of the contract, and that header."""
    nearest: Mismatch | None = None
    for delimiter in DELIMITERS:
        rows: list[list[str | None]] = []
        lines: list[int] = []
        for fields, used in records(head, delimiter):
            rows.append([*fields])
            lines.append(used)
            if len(rows) == SEARCHED_ROWS:
                break
        found = find_header(rows, contract)
        if not isinstance(found, Mismatch):
            place, header = found
            return _Layout(delimiter, place + 1, sum(lines[: place + 1]), header, rows[:place])
        if nearest is None or found.matched > nearest.matched:
            nearest = found
    raise UnusableFileError(f"{name}: {nearest.message if nearest else 'empty file'}")


def _rows(source: Source, encoding: Encoding, slice_bytes: int, layout: _Layout) -> Iterator[pl.DataFrame]:
    """The rows below the header as raw batches."""
    to_skip, next_row, held = layout.header_lines, layout.header_row + 1, b""
    with source.opened() as stream:
        pieces = slices(stream, encoding, slice_bytes, source.name)
        piece = next(pieces, None)
        while piece is not None:
            following = next(pieces, None)
            text = held + piece
            while to_skip and text:
                _, _, text = text.partition(b"\n")
                to_skip -= 1
            cells, held = _cells(text, layout, is_last=following is None)
            if cells.height:
                problems = _problems(cells, text, layout, is_last=following is None)
                yield numbered(_within(cells, layout), next_row, problems)
                next_row += cells.height
            piece = following


def _cells(text: bytes, layout: _Layout, *, is_last: bool) -> tuple[pl.DataFrame, bytes]:
    """The cells of a slice, and the bytes that have to wait for the next one."""
    if b'"' not in text:
        return _parsed(text, layout, quoted=False), b""
    lines = _lines(text)
    is_formed = lines.str.contains(well_formed(layout.delimiter))
    if is_formed.all():
        return _parsed(text, layout, quoted=True), b""
    malformed = (~is_formed).arg_true().to_list()
    width = len(layout.header.texts)
    mended = mend(lines.to_list(), malformed, layout.delimiter, width, is_last=is_last)
    waiting = b""
    if mended.waits_from is not None:
        waiting = "\n".join(lines.to_list()[mended.waits_from :]).encode() + b"\n"
    cells = _parsed("".join(f"{line}\n" for line in mended.lines).encode(), layout, quoted=True)
    if mended.has_line_ends:
        cells = cells.with_columns(pl.all().str.replace_all(LINE_END, "\n", literal=True))
    return cells, waiting


def _lines(text: bytes) -> pl.Series:
    """The lines of a slice without their line feeds."""
    return pl.Series("line", [text.decode("utf-8").removesuffix("\n")]).str.split("\n").explode()


def _parsed(text: bytes, layout: _Layout, *, quoted: bool) -> pl.DataFrame:
    """One row for each line, blank ones too; one column more than the header has, to see what runs over."""
    expected = text.count(b"\n") + (not text.endswith(b"\n") and bool(text))
    width = len(layout.header.texts) + 1
    cells = _read(text, layout.delimiter, width, quoted=quoted)
    if cells[:, -1].null_count() < cells.height or _runs_far_over(text, layout.delimiter, width):
        cells = _read(text, layout.delimiter, width + _WIDER, quoted=quoted)
    if cells.height == expected:
        return cells
    # Polars left lines out: take them one by one, so that every row keeps its number.
    rows = [split_fields(line, layout.delimiter) for line in _lines(text).to_list()]
    widest = max(width, *(len(row) for row in rows))
    padded = [[field or None for field in row] + [None] * (widest - len(row)) for row in rows]
    return pl.DataFrame(padded, schema=dict.fromkeys(cell_names(widest), pl.String), orient="row")


def _runs_far_over(text: bytes, delimiter: str, width: int) -> bool:
    """Whether a line has more fields than so many: where the first of those beyond is empty, the others would not be seen."""
    sign = delimiter.encode()
    if sign * 2 not in text:
        return False
    signs = np.frombuffer(text, dtype=np.uint8)
    ends = np.append(np.flatnonzero(signs == ord("\n")), len(text))
    counts = np.diff(np.searchsorted(np.flatnonzero(signs == ord(delimiter)), ends), prepend=0)
    suspected = np.flatnonzero(counts >= width)
    if b'"' not in text or len(suspected) > _MOST_LOOKED_AT:
        return len(suspected) > 0
    begins = np.append(0, ends + 1)
    lines = (text[begins[one] : ends[one]].decode("utf-8") for one in suspected)
    return any(len(split_fields(line, delimiter)) > width for line in lines)


def _read(text: bytes, delimiter: str, width: int, *, quoted: bool) -> pl.DataFrame:
    schema = dict.fromkeys(cell_names(width), pl.String)
    if not text.strip(b"\r\n"):
        return pl.DataFrame({name: [None] * text.count(b"\n") for name in schema}, schema=schema)
    return pl.read_csv(
        text,
        has_header=False,
        schema=schema,
        separator=delimiter,
        quote_char='"' if quoted else None,
        truncate_ragged_lines=True,
        missing_columns="insert",
        extra_columns="ignore",
    )


def _problems(cells: pl.DataFrame, text: bytes, layout: _Layout, *, is_last: bool) -> pl.Series | None:
    """`row_shape` for rows with a cell beyond the header, `row_cut_off` for an end of file within a row."""
    width = len(layout.header.texts)
    beyond = [pl.col(name).str.contains(r"\S") for name in cells.columns[width:]]
    runs_over = cells.select(pl.any_horizontal(beyond).fill_null(value=False)).to_series()
    is_cut = is_last and not text.endswith(b"\n") and _is_cut(text, layout)
    if not runs_over.any() and not is_cut:
        return None
    place = pl.int_range(cells.height, dtype=pl.Int64)
    return cells.select(
        pl.when(runs_over)
        .then(pl.lit(Reason.ROW_SHAPE))
        .when(pl.lit(is_cut) & (place == cells.height - 1))
        .then(pl.lit(Reason.ROW_CUT_OFF))
        .alias("row_problem")
    ).to_series()


def _is_cut(text: bytes, layout: _Layout) -> bool:
    """Whether the last record, which no line end follows, has fewer fields than the header."""
    width = len(layout.header.texts)
    lines = text.rsplit(b"\n", MOST_LINES)[-MOST_LINES:]
    record = last_record([line.decode("utf-8", errors="replace") for line in lines], layout.delimiter, width)
    return bool(record.strip()) and len(split_fields(record, layout.delimiter)) < width


def _within(cells: pl.DataFrame, layout: _Layout) -> pl.DataFrame:
    """The cells without the columns beyond the header behind the last one in which something stands."""
    end = len(layout.header.texts)
    for place in range(end, cells.width):
        if cells[:, place].null_count() < cells.height:
            end = place + 1
    return cells[:, :end]
