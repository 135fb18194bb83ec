"""Rows of a frame as the rows of a sheet, put together by Polars: thousands of rows in a moment.

What belongs here: cells as expressions that give their XML, and a sheet that takes such rows beside what xlsxwriter
writes itself. xlsxwriter's own way is a call per cell, some ten microseconds each, and a night has a million cells.

The sheet goes by xlsxwriter's public `worksheet_class`, and adds to what `_write_rows`, `_write_hyperlinks` and
`_prepare_formula` write; the tests read every kind of cell back, so that a release that changes these is noticed.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import polars as pl
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.workbooks.cell_texts import RUNNING

MOST_LINKS: Final = 65_530
"""Of a sheet; what comes after them stays plain text."""
SLICE: Final = 2_000
ROW: Final = "sheet_row"
"""Column with the row's number as a spreadsheet counts."""

_ALPHABET: Final = 26
_DAY_ZERO: Final = pl.date(1899, 12, 30)
_RUNNING: Final = sorted(RUNNING)

IS_ANSWERED: Final = pl.col("is_answered")
Style = int | tuple[int, int]
"""Index of a format; two where it depends on the row: without and with an answer."""


class StreamedSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter is untyped
    """A worksheet that takes the rows of a frame. They become XML slice by slice while the workbook is closed."""

    def __init__(self) -> None:
        super().__init__()
        self._links: list[str] = []
        self._streams: list[tuple[pl.DataFrame, pl.Expr]] = []

    def stream(self, rows: pl.DataFrame, cells: Sequence[pl.Expr], height: pl.Expr | None = None) -> None:
        """Take rows that stand below everything written by a call of its own.

        Args:
            rows: with `ROW`, ascending without a gap.
            cells: of one row, in their order, as the functions of this module give them.
            height: of a row in points; none: as the program likes.
        """
        if rows.is_empty():
            return
        self._check_dimensions(int(rows[ROW][0]) - 1, 0)
        self._check_dimensions(int(rows[ROW][-1]) - 1, len(cells) - 1)
        number = pl.col(ROW).cast(pl.String)
        tall = [] if height is None else [pl.lit('" ht="'), height.cast(pl.String), pl.lit('" customHeight="1')]
        line = pl.concat_str(pl.lit('<row r="'), number, *tall, pl.lit('">'), *cells, pl.lit("</row>"))
        self._streams.append((rows, line.str.join("")))

    def _write_rows(self) -> None:
        super()._write_rows()
        for rows, text in self._streams:
            for part in rows.iter_slices(SLICE):
                self.fh.write(part.select(text).item())

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002
        """The formula without its =. None of ours names a function that needs a prefix; xlsxwriter tries forty."""
        return formula.removeprefix("=")

    def link(self, cells: Iterable[tuple[str, str, int]], tip: str) -> None:
        """Let cells lead to other sheets, as many as a sheet takes.

        Args:
            cells: the cell, as A2; the sheet and the row that it leads to.
            tip: what is shown above the link.
        """
        told = quoteattr(tip)
        for cell, sheet, row in cells:
            if len(self._links) == MOST_LINKS:
                return
            place = quoteattr(f"'{sheet.replace(chr(39), chr(39) * 2)}'!A{row}")
            self._links.append(f'<hyperlink ref="{cell}" location={place} tooltip={told}/>')

    def _write_hyperlinks(self) -> None:
        super()._write_hyperlinks()
        if self._links:
            self.fh.write(f"<hyperlinks>{''.join(self._links)}</hyperlinks>")


@cache
def letter(place: int) -> str:
    """The letter of a column counted from 0."""
    place, letters = place + 1, ""
    while place:
        place, rest = divmod(place - 1, _ALPHABET)
        letters = chr(ord("A") + rest) + letters
    return letters


@cache
def text_cell(place: int, name: str, style: Style, running: Style) -> pl.Expr:
    """A cell of text from a column; one whose text begins as a formula does takes the style `running`."""
    value = pl.col(name)
    chosen = pl.when(value.str.slice(0, 1).is_in(_RUNNING)).then(_style(running)).otherwise(_style(style))
    opened = pl.concat_str(_head(place), chosen, pl.lit('" t="inlineStr"><is><t>'))
    return _or_blank(value, pl.concat_str(opened, _escaped(value), pl.lit("</t></is></c>")), place, style)


@cache
def number_cell(place: int, name: str, style: Style) -> pl.Expr:
    """A cell with a number of a column."""
    return _number(place, pl.col(name), style)


@cache
def date_cell(place: int, name: str, style: Style) -> pl.Expr:
    """A cell with a date of a column."""
    return _number(place, (pl.col(name) - _DAY_ZERO).dt.total_days(), style)


@cache
def formula_cell(place: int, formula: str, shown: str, style: Style, *, answered: str | None = None) -> pl.Expr:
    """A cell with a formula.

    Args:
        place: of its column.
        formula: with `{row}` for the row's number.
        shown: the text that it shows until a program reckons it anew.
        style: its format.
        answered: what stands there, as text, in rows that show an answer; None: nothing.
    """
    parts = _plain(formula.removeprefix("=")).split("{row}")
    number = pl.col(ROW).cast(pl.String)
    told: list[pl.Expr] = [pl.lit(parts[0])]
    for part in parts[1:]:
        told += [number, pl.lit(part)]
    opened = pl.concat_str(_head(place), _style(style), pl.lit('" t="str"><f>'))
    cell = pl.concat_str(opened, *told, pl.lit(f"</f><v>{_plain(shown)}</v></c>"))
    text = pl.lit(f'" t="inlineStr"><is><t>{_plain(answered)}</t></is></c>' if answered else '"/>')
    return pl.when(IS_ANSWERED).then(pl.concat_str(_head(place), _style(style), text)).otherwise(cell)


def _number(place: int, value: pl.Expr, style: Style) -> pl.Expr:
    told = value.cast(pl.String)
    return _or_blank(value, pl.concat_str(_head(place), _style(style), pl.lit('"><v>'), told, _END), place, style)


_END: Final = pl.lit("</v></c>")


def style_index(style: Any) -> int:  # noqa: ANN401  an xlsxwriter format
    """The index by which a cell names its format."""
    return int(style._get_xf_index())  # noqa: SLF001  see the top of this module


@cache
def _head(place: int) -> pl.Expr:
    return pl.concat_str(pl.lit(f'<c r="{letter(place)}'), pl.col(ROW).cast(pl.String), pl.lit('" s="'))


def _style(style: Style) -> pl.Expr:
    if isinstance(style, int):
        return pl.lit(str(style))
    waiting, answered = style
    return pl.when(IS_ANSWERED).then(pl.lit(str(answered))).otherwise(pl.lit(str(waiting)))


def _or_blank(value: pl.Expr, cell: pl.Expr, place: int, style: Style) -> pl.Expr:
    """The cell, and where there is no value an empty one that has its looks all the same."""
    blank = pl.concat_str(_head(place), _style(style), pl.lit('"/>'))
    return pl.when(value.is_null()).then(blank).otherwise(cell)


def _escaped(text: pl.Expr) -> pl.Expr:
    plain = text.str.replace_all("&", "&amp;", literal=True)
    return plain.str.replace_all("<", "&lt;", literal=True).str.replace_all(">", "&gt;", literal=True)


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class StreamedBook(Workbook):  # type: ignore[misc]  # as above
    """A workbook of such sheets."""

    worksheet_class = StreamedSheet
