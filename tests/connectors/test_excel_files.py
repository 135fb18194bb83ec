"""Workbooks: cells as they are shown, rows as they are numbered, sheets that match and sheets that do not."""

from datetime import datetime
from io import BytesIO

import pytest
import xlsxwriter
import xlwt

from connectors.refusal import Refusal

HEADER = ["身份证号", "姓名", "状态", "登记日期", "金额"]


def workbook(**sheets):
    """A workbook of sheets, each a list of rows; numbers become numeric cells, texts text cells."""
    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"default_date_format": "yyyy-mm-dd", "strings_to_numbers": False}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if cell is not None:
                        sheet.write(row, column, cell)
    return stream.getvalue()


def test_types_of_cells(deliver, person):
    rows = [
        [person(1), "某人", 1, datetime(2023, 8, 5), 1234.5],  # noqa: DTZ001  (a cell has no time zone)
        [person(2), "某人", "正常", 45143, 0.1 + 0.2],
        [person(3), "某人", "注销", "2023年8月5日", "1,234.50元"],
    ]
    read = deliver({"a.xlsx": workbook(数据=[HEADER, *rows])})
    assert read.clean["status"].to_list() == ["active", "active", "closed"]
    assert {str(day) for day in read.clean["registered_on"]} == {"2023-08-05"}
    assert [str(amount) for amount in read.clean["amount"]] == ["1234.5000", "0.3000", "1234.5000"]


def test_no_text_is_lost_after_many_numbers(deliver, person):
    rows = [[person(number), "某人", 1, "2023-08-05", 5] for number in range(1500)]
    rows += [[person(1500 + number), "某人", "注销", "2023-08-05", "不详"] for number in range(50)]
    read = deliver({"a.xlsx": workbook(数据=[HEADER, *rows])})
    assert read.clean["status"].to_list() == ["active"] * 1500 + ["closed"] * 50
    assert next(one.unparsed for one in read.report.fields if one.field == "amount") == 50


def test_identity_numbers_in_numeric_cells(deliver, person):
    by_text = next(number for number in map(person, range(9)) if number[-1] != "X")
    rows = [
        [int(by_text), "某人", 1, "2023-08-05", 1],
        [by_text, "某人", 1, "2023-08-05", 1],
        [500190740327281, "某人", 1, "2023-08-05", 1],
    ]
    read = deliver({"a.xlsx": workbook(数据=[HEADER, *rows])})
    assert read.reasons() == {2: "id_rounded"}
    assert read.rows() == [3, 4]


def test_rows_are_numbered_as_the_spreadsheet_shows_them(deliver, person):
    rows = [
        [],
        [],
        ["比对结果"],
        [None, None, None],
        [None, *HEADER],
        [None, person(1), "某人", 1, "2023-08-05", 1],
        [],
        [None, person(2), "某人", 1, "2023-08-05", 1, "手写备注"],
        [None, "合计", 2],
        ["制表：某人", None, "审核：某人"],
    ]
    read = deliver({"a.xlsx": workbook(数据=rows)})
    assert read.rows() == [6, 8]
    assert read.skipped() == {"blank": 4, "title": 1, "total": 1, "note": 1}
    assert read.report.parts[0].header_row == 5


def test_every_matching_sheet_is_read_and_the_others_are_named(deliver, person):
    data = [[person(number), "某人", 1, "2023-08-05", 1] for number in range(3)]
    book = workbook(
        一月=[HEADER, data[0]], 空=[], 说明=[["本表说明"], ["字段", "含义"]], 二月=[["二月"], HEADER, *data[1:]]
    )
    read = deliver({"a.xlsx": book})
    assert [(part.part_no, part.sheet, part.data_rows) for part in read.report.parts] == [
        (1, "一月", 1),
        (2, "二月", 2),
    ]
    assert read.clean.select("part_no", "source_row").rows() == [(1, 2), (2, 3), (2, 4)]
    assert [name.split(":")[0] for name in read.report.ignored_files] == ["a.xlsx, sheet 空", "a.xlsx, sheet 说明"]


def test_a_sheet_that_lacks_a_required_column_refuses_the_snapshot(deliver, person):
    good = [HEADER, [person(1), "某人", 1, "2023-08-05", 1]]
    bad = [["身份证号", "姓名", "状态"], [person(2), "某人", 1]]
    with pytest.raises(Refusal, match=r"a\.xlsx, sheet 二月: row 1: expected a column 登记日期") as refused:
        deliver({"a.xlsx": workbook(一月=good, 二月=bad)})
    assert person(2) not in str(refused.value)


def test_no_matching_sheet_refuses_the_snapshot(deliver):
    with pytest.raises(Refusal, match="expected a header row with 身份证号"):
        deliver({"a.xlsx": workbook(说明=[["甲", "乙"]])})


def test_old_workbooks(deliver, person):
    book = xlwt.Workbook()
    sheet = book.add_sheet("数据")
    for row, cells in enumerate([["名册"], HEADER, [person(1), "某人", 1, "2023/8/5", 12.5]]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    stream = BytesIO()
    book.save(stream)
    read = deliver({"a.xls": stream.getvalue()})
    assert (read.rows(), read.clean["status"].to_list()) == ([3], ["active"])


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls"])
@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600]
)
def test_what_is_no_workbook_is_refused(deliver, name, content):
    with pytest.raises(Refusal, match="expected an Excel workbook"):
        deliver({name: content})
