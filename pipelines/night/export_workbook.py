"""One sheet of rows and one sheet 说明, written with xlsxwriter.

Identity numbers are text (Excel keeps 15 digits of a number), the header is frozen and filtered, and no cell is ever
a formula: text is written as text and marked so that it stays text when somebody edits the cell.
"""

import re
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from pipelines.night.labels import COLUMN_LABELS

MOST_ROWS = 1_048_575  # a sheet's rows without the header
MOST_CHARACTERS = 32_767
CUT = "…（内容过长，已截断，完整内容见CSV）"
# Fixed, so that the same rows give the same bytes on any day.
CREATED = datetime(2000, 1, 1, tzinfo=UTC)
NARROW, WIDE = 8, 60
SAMPLE_ROWS = 200


def write_workbook(rows: pl.DataFrame, path: Path, notes: Mapping[str, str], formula: str) -> None:
    """Write flat rows (text, numbers, dates, decimals) as a workbook.

    Args:
        rows: a frame without lists.
        path: the file; any name will do.
        notes: lines of the sheet 说明, label and text.
        formula: pattern of text that a program would run.
    """
    # Rows are streamed through a temporary file: beside the export, because it holds what the export holds.
    with tempfile.TemporaryDirectory(prefix=".hedui-", dir=path.parent) as folder:
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(str(path), options) as book:
            book.set_properties({"created": CREATED})
            write_sheet(book, "数据", rows, re.compile(formula))
            _write_notes(book, rows, notes)


def write_sheets(sheets: Mapping[str, pl.DataFrame], path: Path, formula: str) -> None:
    """Write several frames as the sheets of one workbook, in their order; a frame too long goes on in further sheets.

    Args:
        sheets: flat rows by the name of their sheet.
        path: the file; any name will do.
        formula: pattern of text that a program would run.
    """
    with tempfile.TemporaryDirectory(prefix=".hedui-", dir=path.parent) as folder:
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(str(path), options) as book:
            book.set_properties({"created": CREATED})
            for title, rows in sheets.items():
                parts = list(rows.iter_slices(MOST_ROWS)) or [rows]
                for number, part in enumerate(parts, start=1):
                    write_sheet(book, title if number == 1 else f"{title}{number}", part, re.compile(formula))


def write_sheet(book: Any, title: str, rows: pl.DataFrame, formula: re.Pattern[str]) -> None:  # noqa: ANN401  xlsxwriter is untyped
    """Write flat rows as one sheet: header frozen and filtered, no cell a formula."""
    sheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True, "bg_color": "#DDEBF7"})
    formats = [book.add_format(_format_of(kind)) for kind in rows.dtypes]
    inert = book.add_format({"num_format": "@", "quote_prefix": True})
    for place, width in enumerate(_widths(rows)):
        sheet.set_column(place, place, width, formats[place])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, rows.height, max(rows.width - 1, 0))
    sheet.write_row(0, 0, rows.columns, bold)
    for number, row in enumerate(rows.iter_rows(), start=1):
        for place, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, str):
                style = inert if formula.match(value) else formats[place]
                sheet.write_string(number, place, _fitting(value), style)
            elif isinstance(value, date):
                sheet.write_datetime(number, place, value, formats[place])
            else:
                sheet.write_number(number, place, float(value) if isinstance(value, Decimal) else value, formats[place])


def _write_notes(book: Any, rows: pl.DataFrame, notes: Mapping[str, str]) -> None:  # noqa: ANN401  xlsxwriter is untyped
    sheet = book.add_worksheet("说明")
    text = book.add_format({"num_format": "@"})
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 24, text)
    sheet.set_column(1, 1, WIDE, text)
    line = 0
    for label, told in notes.items():
        sheet.write_string(line, 0, label, bold)
        sheet.write_string(line, 1, told, text)
        line += 1
    sheet.write_row(line + 1, 0, ["列名", "含义"], bold)
    for column in rows.columns:
        sheet.write_string(line + 2, 0, column, text)
        sheet.write_string(line + 2, 1, COLUMN_LABELS.get(column, ""), text)
        line += 1


def _format_of(kind: pl.DataType) -> dict[str, str]:
    if isinstance(kind, pl.Decimal):
        return {"num_format": "0.00"}
    if kind == pl.Date:
        return {"num_format": "yyyy-mm-dd"}
    return {"num_format": "0"} if kind.is_integer() else {"num_format": "@"}


def _widths(rows: pl.DataFrame) -> list[int]:
    """Widths in characters from the header and the first rows; a Chinese character takes two."""
    seen = rows.head(SAMPLE_ROWS).select(pl.all().cast(pl.String))
    # UTF-8 writes a Chinese character in three bytes: half of characters plus bytes is its width on screen.
    longest = seen.select(((pl.all().str.len_chars() + pl.all().str.len_bytes()) // 2).max().fill_null(0))
    values = longest.row(0) if rows.width else ()
    return [
        min(max(int(value), len(column), NARROW) + 2, WIDE) for column, value in zip(rows.columns, values, strict=True)
    ]


def _fitting(value: str) -> str:
    return value if len(value) <= MOST_CHARACTERS else value[: MOST_CHARACTERS - len(CUT)] + CUT
