"""Request lists: the persons about whom a department was asked (mode `response`, feeds.md section 1)."""

from datetime import date

import fastexcel
import polars as pl

from connectors.cleaned import as_text
from connectors.contract import Contract
from connectors.csv_files import DELIMITERS
from connectors.csv_text import probe, slices
from connectors.folding import squeezed
from connectors.id_numbers import clean_ids
from connectors.parts import Source, UnusableFileError

_SLICE = 32 << 20


def read_requested(source: Source, contract: Contract, on: date) -> tuple[pl.Series, int]:
    """The identity numbers of a request list, each once, and how many of its rows hold none that can be read.

    The list is a text file (one number a row), or the first column of a workbook or Parquet file; a header row may
    stand above.

    Raises:
        UnusableFileError: the file cannot be read.
    """
    name = source.name.lower()
    column = _table_column(source) if name.endswith((".xlsx", ".xls", ".parquet")) else _text_column(source)
    headers = {header for one in contract.fields if one.kind == "id" for header in one.matched_headers}
    given = column.filter(column.str.contains(r"\S").fill_null(value=False))
    if len(given) and squeezed(given[0]).upper() in headers:
        given = given[1:]
    ids = clean_ids(given, on).value
    return ids.drop_nulls().unique(maintain_order=True).alias("id_number"), ids.null_count()


def _text_column(source: Source) -> pl.Series:
    """The first field of every line."""
    with source.opened() as stream:
        encoding = probe(stream, source.name)
    with source.opened() as stream:
        text = b"".join(slices(stream, encoding, _SLICE, source.name)).decode("utf-8", errors="replace")
    lines = pl.Series("line", [text]).str.split("\n").explode()
    first = lines.str.extract(rf"^([^{''.join(DELIMITERS)}]*)")
    return first.str.strip_chars('" \r')


def _table_column(source: Source) -> pl.Series:
    """The first column of a workbook's first sheet or of a Parquet file."""
    try:
        with source.opened() as stream:
            if source.name.lower().endswith(".parquet"):
                return as_text(pl.read_parquet(stream).to_series(0))
            sheet = fastexcel.read_excel(stream.read()).load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
            column: pl.Series = sheet.to_polars().to_series(0)
            return column
    except UnusableFileError:
        raise
    except Exception:  # noqa: BLE001  (the parsers' errors are of many kinds and may quote cells)
        raise UnusableFileError(f"{source.name}: expected a list of identity numbers, found no table") from None
