"""Excel workbooks (.xlsx, .xls): every sheet that has a header of the contract.

What belongs here: reading cells as they are shown, with nothing lost on the way. A library that guesses the type of a
column from its first rows turns what does not fit into nothing, without a word; so every cell is read as text, and only
long numbers are looked at again: an identity number in a numeric cell has lost its last digits.
"""

import zipfile
from collections.abc import Iterator
from io import BytesIO

import fastexcel
import polars as pl

from connectors.contract import Contract
from connectors.headers import SEARCHED_ROWS, Header, Mismatch, find_header, looks_like_header
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
        head = [list(row) for row in _cells(workbook, name, rows=SEARCHED_ROWS).rows()]
        found = find_header(head, contract)
        place = f"{source.name}, sheet {name}"
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
    _refuse_bomb(content, source.name)
    try:
        return fastexcel.read_excel(content)
    except Exception:  # noqa: BLE001  (the parser's errors are of many kinds and may quote cells)
        hint = "take its password off" if content.startswith(_ENCRYPTED_OR_OLD) else "save it again as .xlsx"
        raise UnusableFileError(f"{source.name}: expected an Excel workbook, found none that opens; {hint}") from None


def _refuse_bomb(content: bytes, name: str) -> None:
    """A small workbook that unpacks into more than memory holds is refused before it is opened."""
    if not zipfile.is_zipfile(BytesIO(content)):
        return
    with zipfile.ZipFile(BytesIO(content)) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > LARGEST_BYTES or (size > _SURELY_HARMLESS and size > LARGEST_RATIO * len(content)):
        raise UnusableFileError(f"{name}: unpacks to {size} bytes; deliver it as CSV or Parquet")


def _cells(workbook: fastexcel.ExcelReader, sheet: str, rows: int | None = None) -> pl.DataFrame:
    """All cells of a sheet as text, from its first row on (blank rows at the top count)."""
    loaded = workbook.load_sheet(sheet, header_row=None, skip_rows=0, n_rows=rows, dtypes="string")
    frame: pl.DataFrame = loaded.to_polars()
    return frame.rename(dict(zip(frame.columns, cell_names(frame.width), strict=True)))


def _part(
    source: Source, workbook: fastexcel.ExcelReader, sheet: str, above: list[list[str | None]], header: Header
) -> Part:
    place = len(above)

    def batches() -> Iterator[pl.DataFrame]:
        cells = _with_rounded_marked(_cells(workbook, sheet), workbook, sheet).slice(place + 1)
        for start in range(0, cells.height, BATCH_ROWS):
            yield numbered(cells.slice(start, BATCH_ROWS), place + 2 + start)

    return Part(
        source_file=source.name,
        sheet=sheet,
        sha256=source.sha256,
        header_row=place + 1,
        header=header,
        batches=batches,
        above=counted_above(above),
    )


def _with_rounded_marked(cells: pl.DataFrame, workbook: fastexcel.ExcelReader, sheet: str) -> pl.DataFrame:
    """Numeric cells of 16 digits and more get `.0`, as the floats they are: a text of as many digits is exact.

    Read as booleans, numeric cells are true and texts are nothing: the one way to tell them apart.
    """
    long = [name for name in cells.columns if cells[name].str.contains(_LONG_NUMBER).any()]
    if not long:
        return cells
    kinds: pl.DataFrame = workbook.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="boolean").to_polars()
    marked = []
    for name in long:
        is_number = kinds.to_series(cells.columns.index(name)).fill_null(value=False)
        is_long = cells[name].str.contains(_LONG_NUMBER)
        marked.append(pl.when(is_number & is_long).then(pl.col(name) + ".0").otherwise(pl.col(name)).alias(name))
    return cells.with_columns(marked)
