"""Writing a sheet that is one table, or sections of lines: members, evidence, data quality, 口径说明.

What belongs here: sheets that nobody fills. What does not: 核查清单, 汇总, 入户核查表.
"""

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from pipelines.workbooks.cell_texts import lines
from pipelines.workbooks.layout import CHECKLIST
from pipelines.workbooks.paging import Paging, protect, set_page
from pipelines.workbooks.sheet_tables import SheetTable, TableColumn
from pipelines.workbooks.streamed_rows import (
    ROW,
    StreamedSheet,
    date_cell,
    letter,
    number_cell,
    style_index,
    text_cell,
)
from pipelines.workbooks.styles import LINK_COLOR, Styles, is_running

MOST_ROWS: Final = 1_048_575
"""Of a sheet, its header not counted."""
_WIDEST: Final = 118
_PAGE_WIDTH: Final = 260
_LINE, _MARGIN, _TALLEST = 13.5, 4.0, 220.0


def write_table(book: Any, styles: Styles, table: SheetTable, paging: Paging) -> None:  # noqa: ANN401  xlsxwriter is untyped
    """Write a table; one that is too long for a sheet goes on in further sheets."""
    parts = list(table.rows.iter_slices(MOST_ROWS)) or [table.rows]
    for number, part in enumerate(parts, start=1):
        title = table.title if number == 1 else f"{table.title[:27]}({number})"
        sheet = book.add_worksheet(title, StreamedSheet)
        _head(sheet, styles, table.columns)
        rows = part.with_row_index(ROW, offset=2)
        cells = [_cell(styles, place, column) for place, column in enumerate(table.columns)]
        sheet.stream(rows, cells, _height(table.columns))
        if part.height:
            sheet.autofilter(0, 0, part.height, len(table.columns) - 1)
            _link(sheet, table.columns, rows)
        else:
            sheet.write_string(2, 0, table.told, styles.of(bold=True))
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{part.height + 1}"})
        sheet.freeze_panes(1, _frozen(table.columns))
        set_page(sheet, paging, title)
        if sum(column.width for column in table.columns) <= _PAGE_WIDTH:
            sheet.fit_to_pages(1, 0)
        else:  # on one page nobody could read it
            sheet.print_across()
            sheet.set_print_scale(60)
            sheet.repeat_columns(0, _frozen(table.columns) - 1)
        protect(sheet)


def _height(columns: Sequence[TableColumn]) -> pl.Expr:
    """A row's height in points: as many lines as its longest text takes."""
    texts = [lines(pl.col(column.name), column.width) for column in columns if column.kind == "text"]
    return (pl.max_horizontal(*texts, pl.lit(1)) * _LINE + _MARGIN).clip(None, _TALLEST)


def _cell(styles: Styles, place: int, column: TableColumn) -> pl.Expr:
    more: dict[str, Any] = {"font_color": LINK_COLOR, "underline": 1} if column.kind == "link" else {}
    style = style_index(styles.cell(column.kind, **more))
    if column.kind == "date":
        return date_cell(place, column.name, style)
    if column.kind != "text":
        return number_cell(place, column.name, style)
    return text_cell(place, column.name, style, style_index(styles.cell("text", is_running=True)))


def _link(sheet: StreamedSheet, columns: Sequence[TableColumn], rows: pl.DataFrame) -> None:
    """Let numbers lead back to their row of 核查清单."""
    for place, column in enumerate(columns):
        if column.kind == "link":
            numbers = rows.select(ROW, column.name).drop_nulls().iter_rows()
            back = ((f"{letter(place)}{row}", CHECKLIST, number + 1) for row, number in numbers)
            sheet.link(back, "回到核查清单")


def write_sections(
    book: Any,  # noqa: ANN401
    styles: Styles,
    title: str,
    sections: Sequence[tuple[str, Sequence[tuple[str, ...]]]],
    paging: Paging,
) -> None:
    """Write sections of lines, each with its title; of lines with more than two parts the first is their header."""
    sheet = book.add_worksheet(title)
    for place, width in enumerate((22, 30, 16, 46, 30, 12, 30)):
        sheet.set_column(place, place, width)
    line = 0
    for name, told in sections:
        sheet.write_string(line, 0, name, styles.section())
        line += 1
        for number, parts in enumerate(told):
            is_pair = len(parts) == 2  # noqa: PLR2004  a word and what is said of it
            is_header = not is_pair and number == 0
            style = styles.header() if is_header else styles.cell("text", valign="top")
            for place, part in enumerate(parts):
                shown = styles.cell("text", is_running=True, valign="top") if is_running(part) else style
                if is_pair and place == 1:
                    sheet.set_row(line, 15.0 * max(1, -(-len(part) * 2 // _WIDEST)) + 4)
                    sheet.merge_range(line, 1, line, 4, part, shown)
                elif part:
                    sheet.write_string(line, place, part, shown)
                else:
                    sheet.write_blank(line, place, None, shown)
            line += 1
        line += 1
    set_page(sheet, paging, title)
    sheet.fit_to_pages(1, 0)
    protect(sheet)


def _head(sheet: Any, styles: Styles, columns: Sequence[TableColumn]) -> None:  # noqa: ANN401
    sheet.set_row(0, 32)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.header, styles.header())


def _frozen(columns: Sequence[TableColumn]) -> int:
    """How many columns stay in sight: up to the person's."""
    names = [column.name for column in columns]
    return names.index("name") + 1 if "name" in names else 1
