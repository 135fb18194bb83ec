"""Writing a sheet that is one table, or sections of lines: members, evidence, data quality, 口径说明.

What belongs here: sheets that nobody fills. What does not: 核查清单, 汇总, 入户核查表.
"""

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from pipelines.workbooks.cell_texts import cell_texts, lines
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
from pipelines.workbooks.styles import HEADER_COLOR, LINK_COLOR, Styles

MOST_ROWS: Final = 1_048_575
"""Of a sheet, its header not counted."""
_SECTION_WIDTHS: Final = (24, 70, 18, 16, 24, 12, 30)
_PAGE_WIDTH: Final = 260
_LINE, _MARGIN, _TALLEST = 13.5, 4.0, 220.0


def write_table(book: Any, styles: Styles, table: SheetTable, paging: Paging) -> None:  # noqa: ANN401  xlsxwriter is untyped
    """Write a table; one that is too long for a sheet goes on in further sheets."""
    parts = list(table.rows.iter_slices(MOST_ROWS)) or [table.rows]
    for number, part in enumerate(parts, start=1):
        title = table.title if number == 1 else f"{table.title[:27]}({number})"
        sheet = book.add_worksheet(title)
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
    """Write sections of lines, each below a band with its title; the header of a table in it is banded as well.

    Args:
        book: the workbook.
        styles: its formats.
        title: of the sheet.
        sections: title and lines; of lines with more than two parts the first is their header.
        paging: for the pages.
    """
    sheet = book.add_worksheet(title)
    for place, width in enumerate(_SECTION_WIDTHS):
        sheet.set_column(place, place, width)
    told: list[tuple[bool, tuple[str, ...]]] = []
    for name, parts in sections:
        told.append((True, (name,)))
        told += [(number == 0 and len(one) > 2, one) for number, one in enumerate(parts)]  # noqa: PLR2004  more than a pair
    names = [f"c{place}" for place in range(len(_SECTION_WIDTHS))]
    texts = [[*one, *[""] * (len(names) - len(one))] for _, one in told]
    rows = cell_texts(pl.DataFrame(texts, schema=dict.fromkeys(names, pl.String), orient="row"))
    # The two looks of a row: a line, and a band in place of an answer.
    rows = rows.with_columns(is_answered=pl.Series([is_band for is_band, _ in told])).with_row_index(ROW, offset=1)
    look = _look(styles, is_running=False), _look(styles, is_running=True)
    cells = [text_cell(place, name, *look) for place, name in enumerate(names)]
    most = pl.max_horizontal(lines(pl.col(name), width) for name, width in zip(names, _SECTION_WIDTHS, strict=True))
    sheet.stream(rows, cells, (most * _LINE + _MARGIN).clip(18.0, _TALLEST))
    set_page(sheet, paging, title)
    sheet.fit_to_pages(1, 0)
    protect(sheet)


def _look(styles: Styles, *, is_running: bool) -> tuple[int, int]:
    line = styles.cell("text", is_running=is_running, valign="top")
    band = styles.cell("text", is_running=is_running, bold=True, color=HEADER_COLOR)
    return style_index(line), style_index(band)


def _head(sheet: Any, styles: Styles, columns: Sequence[TableColumn]) -> None:  # noqa: ANN401
    sheet.set_row(0, 32)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.header, styles.header())


def _frozen(columns: Sequence[TableColumn]) -> int:
    """How many columns stay in sight: up to the person's."""
    names = [column.name for column in columns]
    return names.index("name") + 1 if "name" in names else 1
