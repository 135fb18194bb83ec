"""Excel workbooks (.xlsx, .xls): every sheet that has a header of the contract.

What belongs here: reading cells as they are shown, with nothing lost on the way. A library that guesses the type of a
column from its first rows turns what does not fit into nothing, without a word; so every cell is read as text, and only
long numbers are looked at again: an identity number in a numeric cell has lost its last digits.
"""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Literal

import fastexcel
import polars as pl

from connectors.contract import Contract
from connectors.headers import SEARCHED_ROWS, Header, Mismatch, find_header, looks_like_header
from connectors.panics import is_failure
from connectors.parts import Opened, Part, Source, UnusableFileError, cell_names, counted_above, numbered

BATCH_ROWS = 100_000
LARGEST_BYTES = 4 << 30
LARGEST_RATIO = 200
_SURELY_HARMLESS = 256 << 20
_ENCRYPTED_OR_OLD = b"\xd0\xcf\x11\xe0"
_LONG_NUMBER = r"^[0-9]{16,}$"


def read_excel(source: Source, contract: Contract) -> Opened:
    """A workbook as one part for each sheet with data under a header of the contract.

    Raises:
        UnusableFileError: no workbook, a password, a sheet that was meant but lacks a required column, or no sheet that
            matches.
    """
    workbook = _workbook(source)
    parts: list[Part] = []
    ignored: list[str] = []
    nearest: Mismatch | None = None
    for name in workbook.sheet_names:
        place = f"{source.name}, sheet {name}"
        head = [list(row) for row in _cells(workbook, name, place, rows=SEARCHED_ROWS).rows()]
        found = find_header(head, contract)
        if not isinstance(found, Mismatch):
            parts.append(_part(source, workbook, name, head[: found[0]], found[1]))
            continue
        if looks_like_header(found, contract):
            raise UnusableFileError(f"{place}: {found.message}")
        nearest = found if nearest is None or found.matched > nearest.matched else nearest
        ignored.append(f"{place}: no column names of this feed")
    if not parts:
        raise UnusableFileError(f"{source.name}: {nearest.message if nearest else 'expected a sheet, found none'}")
    return Opened(parts, ignored)


def _workbook(source: Source) -> fastexcel.ExcelReader:
    with source.opened() as stream:
        content = stream.read()
    hint = "take its password off" if content.startswith(_ENCRYPTED_OR_OLD) else "save it again as .xlsx"
    with _refused_as(f"{source.name}: expected an Excel workbook, found none that opens; {hint}"):
        _refuse_bomb(content, source.name)
        return fastexcel.read_excel(content)


@contextmanager
def _refused_as(told: str) -> Iterator[None]:
    """Say this in place of whatever the parser says: errors of many kinds and panics; they quote cells."""
    try:
        yield
    except UnusableFileError:
        raise
    except BaseException as error:
        if not is_failure(error):
            raise
        raise UnusableFileError(told) from None


def _refuse_bomb(content: bytes, name: str) -> None:
    """A small workbook that unpacks into more than memory holds is refused before it is opened."""
    if not zipfile.is_zipfile(BytesIO(content)):
        return
    with zipfile.ZipFile(BytesIO(content)) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > LARGEST_BYTES or (size > _SURELY_HARMLESS and size > LARGEST_RATIO * len(content)):
        raise UnusableFileError(f"{name}: unpacks to {size} bytes; deliver it as CSV or Parquet")


def _cells(workbook: fastexcel.ExcelReader, sheet: str, place: str, rows: int | None = None) -> pl.DataFrame:
    """All cells of a sheet as text, from its first row on (blank rows at the top count).

    Raises:
        UnusableFileError: the sheet is damaged; it is read when it is asked for, not when its workbook is opened.
    """
    frame = _loaded(workbook, sheet, place, "string", rows)
    return frame.rename(dict(zip(frame.columns, cell_names(frame.width), strict=True)))


def _loaded(
    workbook: fastexcel.ExcelReader, sheet: str, place: str, kind: Literal["string", "boolean"], rows: int | None = None
) -> pl.DataFrame:
    with _refused_as(f"{place}: expected cells, found a damaged sheet; save it again as .xlsx"):
        frame: pl.DataFrame = workbook.load_sheet(
            sheet, header_row=None, skip_rows=0, n_rows=rows, dtypes=kind
        ).to_polars()
        return frame


def _part(
    source: Source, workbook: fastexcel.ExcelReader, sheet: str, above: list[list[str | None]], header: Header
) -> Part:
    first, place = len(above), f"{source.name}, sheet {sheet}"

    def batches() -> Iterator[pl.DataFrame]:
        cells = _with_rounded_marked(_cells(workbook, sheet, place), workbook, sheet, place).slice(first + 1)
        for start in range(0, cells.height, BATCH_ROWS):
            yield numbered(cells.slice(start, BATCH_ROWS), first + 2 + start)

    return Part(
        source_file=source.name,
        sheet=sheet,
        sha256=source.sha256,
        header_row=first + 1,
        header=header,
        batches=batches,
        above=counted_above(above),
    )


def _with_rounded_marked(cells: pl.DataFrame, workbook: fastexcel.ExcelReader, sheet: str, place: str) -> pl.DataFrame:
    """Numeric cells of 16 digits and more get `.0`, as the floats they are: a text of as many digits is exact.

    Read as booleans, numeric cells are true and texts are nothing: the one way to tell them apart.
    """
    long = [name for name in cells.columns if cells[name].str.contains(_LONG_NUMBER).any()]
    if not long:
        return cells
    kinds = _loaded(workbook, sheet, place, "boolean")
    marked = []
    for name in long:
        is_number = kinds.to_series(cells.columns.index(name)).fill_null(value=False)
        is_long = cells[name].str.contains(_LONG_NUMBER)
        marked.append(pl.when(is_number & is_long).then(pl.col(name) + ".0").otherwise(pl.col(name)).alias(name))
    return cells.with_columns(marked)
