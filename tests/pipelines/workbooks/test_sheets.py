"""Tables in sheets that people have moved about in."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from pipelines.workbooks.opening import UnusableWorkbookError, open_workbook
from pipelines.workbooks.sheets import Book, column_letter

HEADERS = ("疑点编号", "核查结论", "核查日期")


def book_of(write: Callable[[Any], None], name: str = "核查清单") -> Book:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        write(book.add_worksheet(name))
    return Book(open_workbook(target.getvalue()))


def test_columns_are_found_by_name_wherever_they_stand() -> None:
    def write(sheet: Any) -> None:
        sheet.write_row(0, 2, ["自己的备注", " 核查　日期", "疑点编号\n", "核查结论"])
        sheet.write_row(1, 2, ["x", "2026-11-03", "f1", "已处理"])
        sheet.write_row(4, 2, ["y", None, "f2", " "])
        sheet.write_row(7, 2, ["only mine"])

    table = book_of(write).table("核查清单", HEADERS, HEADERS)
    assert table.rows.select("sheet_row", *HEADERS).rows() == [(2, "f1", "已处理", "2026-11-03"), (5, "f2", " ", None)]
    assert table.letters == {"核查日期": "D", "疑点编号": "E", "核查结论": "F"}


def test_a_title_above_the_header_is_no_harm() -> None:
    def write(sheet: Any) -> None:
        sheet.write_string(0, 0, "渝中区 2026年11月")
        sheet.write_row(2, 0, HEADERS)
        sheet.write_row(3, 0, ["f1", "已处理", "2026-11-03"])

    table = book_of(write).table("核查清单", HEADERS, HEADERS)
    assert table.rows["sheet_row"].to_list() == [4]
    assert table.letters["疑点编号"] == "A"


def test_a_missing_column_is_told_by_name() -> None:
    with pytest.raises(UnusableWorkbookError, match="“核查清单”缺少 1 列：核查日期"):
        book_of(lambda sheet: sheet.write_row(0, 0, HEADERS[:2])).table("核查清单", HEADERS, HEADERS)


def test_a_column_that_stands_twice_is_told() -> None:
    with pytest.raises(UnusableWorkbookError, match="两列都叫“核查结论”"):
        book_of(lambda sheet: sheet.write_row(0, 0, [*HEADERS, "核查结论"])).table("核查清单", HEADERS, HEADERS)


def test_an_empty_sheet_lacks_its_columns() -> None:
    with pytest.raises(UnusableWorkbookError, match="缺少 3 列"):
        book_of(lambda _sheet: None).table("核查清单", HEADERS, HEADERS)


@pytest.mark.parametrize(("place", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (702, "AAA")])
def test_column_letters(place: int, letter: str) -> None:
    assert column_letter(place) == letter


def test_a_sheet_named_with_marks_is_found() -> None:
    def write(sheet: Any) -> None:
        sheet.write_row(0, 1, HEADERS)

    table = book_of(write, "a&b 'c' <d>").table("a&b 'c' <d>", HEADERS, HEADERS)
    assert table.letters["疑点编号"] == "B"


def rewritten(content: bytes, name: str, change: Callable[[str], str]) -> bytes:
    """A workbook one part of which another program wrote in its own way."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            new.writestr(part, change(text.decode()).encode() if part == name else text)
    return target.getvalue()


def plain_book() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("核查清单")
        sheet.write_row(0, 1, HEADERS)
        sheet.write_row(1, 1, ["f1", "已处理", "2026-11-03"])
    return target.getvalue()


def inline(text: str) -> str:
    """Shared strings written into the cells, as some programs do."""
    texts = [*HEADERS, "f1", "已处理", "2026-11-03"]
    for number, value in enumerate(texts):
        text = text.replace(f't="s"><v>{number}</v>', f't="inlineStr"><is><t xml:space="preserve">{value}</t></is>')
    return text


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/_rels/workbook.xml.rels", lambda text: text.replace('Target="worksheets', 'Target="/xl/worksheets')),
        ("xl/worksheets/sheet1.xml", inline),
        ("xl/worksheets/sheet1.xml", lambda text: re.sub(r"<dimension[^>]*/>", "", text)),
        (
            "xl/worksheets/sheet1.xml",
            lambda text: re.sub(r"<dimension[^>]*/>", '<dimension ref="A1:XFD1048576"/>', text),
        ),
        (
            "xl/worksheets/sheet1.xml",
            lambda text: text.replace('standalone="yes"', "").replace("<row r=", "\n <row  r="),
        ),
    ],
    ids=["absolute targets", "inline texts", "no dimension", "a dimension that lies", "other blanks"],
)
def test_what_other_programs_write(part: str, change: Callable[[str], str]) -> None:
    table = Book(open_workbook(rewritten(plain_book(), part, change))).table("核查清单", HEADERS, HEADERS)
    assert table.rows.select(HEADERS).rows() == [("f1", "已处理", "2026-11-03")]
    assert table.letters["疑点编号"] == "B"
