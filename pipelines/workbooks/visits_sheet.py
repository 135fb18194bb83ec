"""Writing 入户核查表: what is taken along on paper, one line per finding, village by village, room to write by hand.

What belongs here: the print sheet. It is not read back.
"""

from typing import Any, Final

import polars as pl

from pipelines.workbooks.cell_texts import lines
from pipelines.workbooks.layout import VISITS
from pipelines.workbooks.paging import Paging, protect, set_page
from pipelines.workbooks.streamed_rows import ROW, number_cell, style_index, text_cell
from pipelines.workbooks.styles import Styles

_COLUMNS: Final = (
    ("序号", 5),
    ("村(社区)", 10),
    ("户主（人口）", 10),
    ("疑点人员", 10),
    ("身份证号", 19),
    ("疑点和比对结果", 48),
    ("需提供材料", 20),
    ("核查情况", 32),
    ("核查结论", 15),
    ("核查人签名", 13),
    ("日期", 9),
)
_LOWEST, _TALLEST = 46.0, 150.0
_LINE, _MARGIN = 13.5, 8.0
_TOLD: Final = ("village", "head", "person", "id_number", "told", "needed_documents")
_STATEMENT: Final = 5
_BY_HAND: Final = "by_hand"


def write_visits(book: Any, styles: Styles, rows: pl.DataFrame, paging: Paging) -> None:  # noqa: ANN401  xlsxwriter is untyped
    """Write the sheet: findings without an answer, neighbours together, a household's one below the other.

    Args:
        book: the workbook.
        styles: its formats.
        rows: numbered rows of 核查清单.
        paging: for the pages.
    """
    sheet = book.add_worksheet(VISITS)
    sheet.set_row(0, 26)
    for place, (header, width) in enumerate(_COLUMNS):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, header, styles.header())
    asked = _asked(rows)
    text, running = style_index(styles.cell("text")), style_index(styles.cell("text", is_running=True))
    cells = [number_cell(0, "number", style_index(styles.cell("count")))]
    for place in range(1, len(_COLUMNS)):
        name = _TOLD[place - 1] if place <= len(_TOLD) else _BY_HAND
        cells.append(text_cell(place, name, text, running))
    height = (lines(pl.col("told"), _COLUMNS[_STATEMENT][1]) * _LINE + _MARGIN).clip(_LOWEST, _TALLEST)
    sheet.stream(asked, cells, height)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{asked.height + 1}"})
    sheet.freeze_panes(1, 0)
    set_page(sheet, paging, VISITS)
    sheet.fit_to_pages(1, 0)
    protect(sheet)


def _asked(rows: pl.DataFrame) -> pl.DataFrame:
    """The findings that await an answer, village by village, in the words of the sheet."""
    relation = pl.when(pl.col("relation").is_not_null()).then(pl.concat_str(pl.lit("\n（"), "relation", pl.lit("）")))
    people = pl.concat_str(pl.lit("（"), pl.col("members").cast(pl.String).fill_null("?"), pl.lit("人）"))
    return (
        rows.filter(~pl.col("is_answered"))
        .with_columns(first=pl.col("number").min().over("household_id"))
        .sort("town", "village", "first", "number", nulls_last=True)
        .select(
            "number",
            "village",
            pl.concat_str(pl.col("head_name").fill_null(""), people).alias("head"),
            pl.concat_str(pl.col("name").fill_null(""), relation.fill_null("")).alias("person"),
            "id_number",
            pl.concat_str(
                pl.col("rule_title").fill_null(""),
                pl.lit("（"),
                pl.col("risk").fill_null(""),
                pl.lit("）\n"),
                pl.col("statement").fill_null(""),
            ).alias("told"),
            "needed_documents",
            pl.lit(None, dtype=pl.String).alias(_BY_HAND),
        )
        .with_row_index(ROW, offset=2)
    )
