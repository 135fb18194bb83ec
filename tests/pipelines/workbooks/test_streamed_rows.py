"""Rows that Polars puts together: every kind of cell is read back as it was, by two readers."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import fastexcel
import openpyxl
import polars as pl
import pytest

from pipelines.workbooks import streamed_rows
from pipelines.workbooks.streamed_rows import (
    ROW,
    StreamedBook,
    date_cell,
    formula_cell,
    letter,
    number_cell,
    style_index,
    text_cell,
)

TEXTS = ['a<b>&"c"\'', None, "第一行\n第二行", "=1+1", "𠮷野", "007", "a  b"]
FRAME = pl.DataFrame(
    {
        "text": TEXTS,
        "is_answered": [False, False, True, *[False] * 4],
        "number": [Decimal("630.50"), None, Decimal("-1.00"), Decimal(0), Decimal(1), Decimal(2), Decimal("0.10")],
        "day": [date(2026, 9, 22), None, date(1900, 3, 1), date(2099, 12, 31), *[date(2026, 1, 1)] * 3],
    },
    schema_overrides={"number": pl.Decimal(12, 2)},
)


def written(path: Path, frame: pl.DataFrame, *, is_in_memory: bool = True) -> None:
    with StreamedBook(str(path), {"in_memory": is_in_memory, "tmpdir": str(path.parent)}) as book:
        text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
        running = book.add_format({"quote_prefix": True})
        sheet = book.add_worksheet("行")
        sheet.write_row(0, 0, ["文字", "数", "日", "式"])
        plain = style_index(text)
        cells = [
            text_cell(0, "text", plain, style_index(running)),
            number_cell(1, "number", plain),
            date_cell(2, "day", style_index(day)),
            formula_cell(3, '=IF(B{row}<>"",B{row}*2,"")', "<", (plain, plain), answered="有"),
        ]
        sheet.stream(frame.with_row_index(ROW, offset=2), cells, pl.lit(40.5))
        sheet.link([("A2", "它's", 3)], "看")
        book.add_worksheet("它's")


@pytest.mark.parametrize(("a_slice", "is_in_memory"), [(2, True), (2_000, False)])
def test_what_is_written_is_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, a_slice: int, is_in_memory: bool
):
    monkeypatch.setattr(streamed_rows, "SLICE", a_slice)
    written(tmp_path / "b.xlsx", FRAME, is_in_memory=is_in_memory)
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")["行"]
    rows = list(sheet.iter_rows(min_row=2))
    assert [row[0].value for row in rows] == TEXTS
    assert [row[0].data_type for row in rows if row[0].value] == ["s"] * 6
    assert [row[0].quotePrefix for row in rows] == [False, False, False, True, False, False, False]
    assert [row[1].value for row in rows] == [630.5, None, -1, 0, 1, 2, 0.1]
    assert [row[2].value.date() if row[2].value else None for row in rows] == FRAME["day"].to_list()
    assert [row[3].value for row in rows[1:3]] == ['=IF(B3<>"",B3*2,"")', "有"]
    assert {row.height for number, row in sheet.row_dimensions.items() if number > 1} == {40.5}
    assert sheet["A2"].hyperlink.location == "'它''s'!A3"
    assert sheet.dimensions == "A1:D8"
    read = fastexcel.read_excel(tmp_path / "b.xlsx").load_sheet("行", dtypes="string").to_polars()
    assert read["文字"].to_list() == TEXTS
    assert read["式"].to_list() == ["<", "<", "有", *["<"] * 4]


def test_no_row_leaves_a_sheet_that_opens(tmp_path: Path):
    written(tmp_path / "b.xlsx", FRAME.clear())
    assert [cell.value for cell in openpyxl.load_workbook(tmp_path / "b.xlsx")["行"]["B"]] == ["数", None]


def test_links_end_where_a_sheet_takes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streamed_rows, "MOST_LINKS", 2)
    with StreamedBook(str(tmp_path / "b.xlsx")) as book:
        sheet = book.add_worksheet("行")
        sheet.write_row(0, 0, ["a"])
        sheet.link(((f"A{row}", "行", row) for row in range(1, 5)), "看")
    read = openpyxl.load_workbook(tmp_path / "b.xlsx")["行"]
    assert [bool(read[f"A{row}"].hyperlink) for row in range(1, 5)] == [True, True, False, False]


@pytest.mark.parametrize(("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (58, "BG"), (701, "ZZ"), (702, "AAA")])
def test_letters_of_columns(place: int, letters: str):
    assert letter(place) == letters
