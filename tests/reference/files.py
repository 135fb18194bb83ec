"""Files as lists of rows of text, and which of those rows are data (feeds.md section 1)."""

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

import fastexcel
import openpyxl
import pyarrow.parquet

from tests.reference.cleaning import ZERO_WIDTH, fold_all
from tests.reference.contract import Feed

TYPES = (".csv", ".xlsx", ".xls", ".parquet", ".zip")
UNFINISHED = (".part", ".tmp", ".uploading")


class Refused(Exception):  # noqa: N818 - the fate of a snapshot
    """The snapshot cannot be used; the text says why."""


@dataclass(frozen=True)
class Sheet:
    """One table of a delivery: the file's name, the sheet's name and all its rows as text."""

    file: str
    sheet: str
    rows: list[list[str]]


@dataclass
class Table:
    """The data rows of a sheet: (row number, field → raw text), and the units its headers name."""

    sheet: Sheet
    present: set[str]
    units: dict[str, str] = field(default_factory=dict)
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    skipped: int = 0


def as_text(value: object) -> str:
    """What a spreadsheet or a typed column shows, as text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time(0) else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def read_sheets(name: str, content: bytes, feed: Feed) -> list[Sheet]:
    """All sheets of a file, those of a zip's members in the order of their names."""
    if name.endswith(".zip"):
        found = []
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in sorted(archive.namelist()):
                if member.endswith(TYPES):
                    inner = read_sheets(member, archive.read(member), feed)
                    found += [Sheet(f"{name}!{s.file}", s.sheet, s.rows) for s in inner]
        return found
    if name.endswith(".xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        return [
            Sheet(name, sheet.title, [[as_text(v) for v in row] for row in sheet.iter_rows(values_only=True)])
            for sheet in book.worksheets
        ]
    if name.endswith(".xls"):
        old = fastexcel.read_excel(content)
        return [Sheet(name, title, _cells(old, title)) for title in old.sheet_names]
    if name.endswith(".parquet"):
        table = pyarrow.parquet.read_table(io.BytesIO(content))
        columns = [[as_text(v) for v in column.to_pylist()] for column in table.columns]
        return [Sheet(name, "", [list(table.column_names), *(list(row) for row in zip(*columns, strict=True))])]
    return [Sheet(name, "", _csv_rows(content, feed))]


def _cells(book: fastexcel.ExcelReader, title: str) -> list[list[str]]:
    """The cells of an old workbook, all written as texts, so that no type is guessed."""
    sheet = book.load_sheet(title, header_row=None, skip_rows=0, dtypes="string")
    columns = [[as_text(v) for v in column.to_pylist()] for column in sheet.to_arrow().columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _csv_rows(content: bytes, feed: Feed) -> list[list[str]]:
    """UTF-8 with or without BOM, else GB18030; comma, tab or |, whichever shows the most known headers."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    ways = [list(csv.reader(io.StringIO(text, newline=""), delimiter=sign)) for sign in ",\t|"]
    return max(ways, key=lambda rows: _header_at(rows, feed)[1])


def _header_at(rows: list[list[str]], feed: Feed) -> tuple[int, int]:
    """Where the header is: the first of the rows with the most known headers; and how many it has."""
    known = [sum(match_header(cell, feed) is not None for cell in row) for row in rows[:30]]
    most = max(known, default=0)
    return (known.index(most) if most else 0), most


def match_header(raw: str, feed: Feed) -> tuple[str, str] | None:
    """The field that a header names, and the unit in its brackets ("" for none)."""
    text = "".join(c for c in fold_all(raw) if c not in ZERO_WIDTH).strip()
    # "dropping a unit in brackets": 元, 万元, 元/月, 平方米, ㎡; what is no unit stays
    unit = re.fullmatch(r"(.+?)\s*\(([^()]*(?:元|平方米|㎡|m2|m²)[^()]*)\)", text)
    for each in feed.fields:
        accepted = [fold_all(h) for h in each.headers] + [each.name]
        if text in accepted:
            return each.name, ""
        if unit and unit[1] in accepted:
            return each.name, unit[2]
    return None


def find_table(sheet: Sheet, feed: Feed) -> Table | None:
    """The data rows of a sheet.

    Raises:
        Refused: for a missing required column or two columns of one field.
    """
    if not any(cell.strip() for row in sheet.rows for cell in row):
        if sheet.sheet:
            return None  # the empty sheet of a workbook
        raise Refused("an empty file")
    at, _ = _header_at(sheet.rows, feed)
    columns: dict[str, int] = {}
    units: dict[str, str] = {}
    for place, cell in enumerate(sheet.rows[at]):
        if matched := match_header(cell, feed):
            if matched[0] in columns:
                raise Refused("two columns match one field")
            columns[matched[0]] = place
            units[matched[0]] = matched[1]
    if any(name not in columns for name in feed.required()):
        raise Refused("a required column is missing")
    table = Table(sheet, set(columns), units, skipped=at)
    last = _last_data_row(sheet.rows)
    for number, row in enumerate(sheet.rows[at + 1 :], start=at + 2):
        if _is_blank(row) or _is_total(row) or number > last:
            table.skipped += 1
        else:
            table.rows.append((number, {f: row[i] if i < len(row) else "" for f, i in columns.items()}))
    return table


def _is_blank(row: list[str]) -> bool:
    return not any(cell.strip() for cell in row)


def _is_total(row: list[str]) -> bool:
    """`合计`/`小计` rows: the first cell that is not empty says so."""
    first = next(cell for cell in row if cell.strip())
    return re.sub(r"\s", "", first) in ("合计", "小计")


def _last_data_row(rows: list[list[str]]) -> int:
    """The number of the last row of two or more values, or of a number alone: the rows below are notes."""
    last = 0
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip() for cell in row if cell.strip()]
        if len(cells) > 1 or any(re.fullmatch(r"[0-9Xx]{15,22}", cell) for cell in cells):
            last = number
    return last
