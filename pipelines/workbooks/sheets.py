"""The cells of a sheet as texts, found by the names of its columns.

What belongs here: where a table stands in a sheet that people have moved about in, and what a cell was called there
(row, column letter), so that a message can point to it. What the columns mean stands in `layout`.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import unescape

import fastexcel
import polars as pl

from connectors.folding import squeezed
from pipelines.workbooks.opening import FILLED_CELL, OpenedWorkbook, UnusableWorkbookError

ROW = "sheet_row"
"""Column of the row's number as the program shows it, from 1."""
SEARCHED_ROWS = 20
"""Somebody may have put a title above the header, nobody puts a page there."""
_ALPHABET = 26


@dataclass(frozen=True)
class Table:
    """A table found in a sheet.

    Attributes:
        sheet: the name of the sheet.
        rows: one row per sheet row below the header that holds anything; `sheet_row` and one text column per header.
        letters: header → column letter, as in `AB`.
    """

    sheet: str
    rows: pl.DataFrame
    letters: Mapping[str, str]


class Book:
    """The sheets of an opened workbook."""

    def __init__(self, opened: OpenedWorkbook) -> None:
        self._opened = opened
        try:
            self._reader = fastexcel.read_excel(opened.content())
        except Exception:  # noqa: BLE001  the parser's errors are of many kinds and may quote cells
            raise UnusableWorkbookError("工作簿已损坏，打不开：请在 Excel 或 WPS 中打开并另存为 .xlsx") from None

    @property
    def sheet_names(self) -> list[str]:
        """The names of all sheets, hidden ones too."""
        return list(self._reader.sheet_names)

    def texts(self, sheet: str) -> pl.DataFrame:
        """All cells of a sheet as texts, from its first row and its first used column on; its columns c0, c1 and so on.

        Dates come as `2026-11-03 00:00:00`, numbers as they are shown, errors as null.
        """
        try:
            loaded = self._reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
        except Exception:  # noqa: BLE001  as above
            raise UnusableWorkbookError(f"工作表“{sheet}”读不了：请在 Excel 或 WPS 中打开并另存为 .xlsx") from None
        frame: pl.DataFrame = loaded.to_polars()
        return frame.rename({name: f"c{place}" for place, name in enumerate(frame.columns)})

    def has_columns(self, sheet: str, headers: Collection[str], needed: Collection[str]) -> bool:
        """Whether a sheet has a row that names all columns that are needed."""
        found = _header(self.texts(sheet), {squeezed(header): header for header in headers})
        return set(needed) <= set(found.names.values())

    def table(self, sheet: str, headers: Collection[str], needed: Collection[str]) -> Table:
        """The table under the row that names the columns.

        Args:
            sheet: the sheet's name.
            headers: the names of columns that are known; others are left aside.
            needed: those that must be there.

        Raises:
            UnusableWorkbookError: no such row, a column missing, or one that stands twice.
        """
        cells = self.texts(sheet)
        known = {squeezed(header): header for header in headers}
        found = _header(cells, known)
        missing = [header for header in headers if header in needed and header not in found.names.values()]
        if missing:
            shown = "、".join(missing[:5]) + ("等" if len(missing) > 5 else "")  # noqa: PLR2004  five can be read
            raise UnusableWorkbookError(
                f"工作表“{sheet}”缺少 {len(missing)} 列：{shown}。请勿删除列或改列名，在下发的工作簿中重新填写"
            )
        twice = [header for header, times in Counter(found.names.values()).items() if times > 1]
        if twice:
            raise UnusableWorkbookError(f"工作表“{sheet}”有两列都叫“{twice[0]}”：请删除或改名自己加的那一列")
        first = _first_column(self._opened.parts, sheet)
        letters = {header: column_letter(first + place) for place, header in found.names.items()}
        table = cells.with_row_index(ROW, offset=1).slice(found.row + 1)
        table = table.select(
            pl.col(ROW).cast(pl.Int64), *(pl.col(f"c{place}").alias(header) for place, header in found.names.items())
        )
        texts = pl.exclude(ROW)
        is_filled = pl.any_horizontal(texts.is_not_null() & (texts.str.strip_chars() != ""))
        return Table(sheet, table.filter(is_filled), letters)


@dataclass(frozen=True)
class _Header:
    row: int
    names: Mapping[int, str]


def _header(cells: pl.DataFrame, known: Mapping[str, str]) -> _Header:
    """The row among the first that names most columns, and place → header."""
    best = _Header(0, {})
    for number, row in enumerate(cells.head(SEARCHED_ROWS).rows()):
        squeezed_cells = ((place, squeezed(cell)) for place, cell in enumerate(row) if cell)
        names = {place: known[text] for place, text in squeezed_cells if text in known}
        if len(set(names.values())) > len(set(best.names.values())):
            best = _Header(number, names)
    return best


def column_letter(place: int) -> str:
    """The letter of a column counted from 0: `A`, `Z`, `AA`."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, _ALPHABET)
        letters = chr(ord("A") + rest) + letters
    return letters


_CELL_COLUMN = re.compile(FILLED_CELL % rb"([A-Z]{1,3})[0-9]{1,9}")
_IN_A = re.compile(FILLED_CELL % rb"A[0-9]{1,9}")


def _first_column(parts: Mapping[str, bytes], sheet: str) -> int:
    """The first column of a sheet that holds anything: a parser counts from there, people from A."""
    part = parts.get(_part_of(parts, sheet), b"")
    if _IN_A.search(part):
        return 0
    used = {match[1] for match in _CELL_COLUMN.finditer(part)}
    return min((_place(letters) for letters in used), default=0)


def _place(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * _ALPHABET + letter - ord("A") + 1
    return place - 1


def _part_of(parts: Mapping[str, bytes], sheet: str) -> str:
    """The part of the archive in which a sheet's cells stand; empty where the workbook does not say so plainly."""
    workbook = parts.get("xl/workbook.xml", b"").decode("utf-8", "replace")
    relations = parts.get("xl/_rels/workbook.xml.rels", b"").decode("utf-8", "replace")
    for tag in re.findall(r"<(?:\w+:)?sheet\s[^<>]*>", workbook):
        if unescape(_attribute(tag, "name"), {"&quot;": '"', "&apos;": "'"}) == sheet:
            wanted = _attribute(tag, r"\w+:id")
            for relation in re.findall(r"<(?:\w+:)?Relationship\s[^<>]*>", relations):
                if _attribute(relation, "Id") == wanted:
                    target = _attribute(relation, "Target")
                    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"\s{name}\s*=\s*([\"'])(.*?)\1", tag)
    return found[2] if found else ""
