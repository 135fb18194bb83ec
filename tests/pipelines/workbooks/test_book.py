"""A whole workbook, read back: what is locked, what is open, lists, paper, and nothing that runs."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import fastexcel
import openpyxl
import polars as pl
import pytest
from openpyxl.workbook import Workbook

from pipelines.workbooks import book as book_module
from pipelines.workbooks.book import TooManyFindingsError, write_book
from pipelines.workbooks.choices import LISTS, REASONS
from pipelines.workbooks.layout import CHECKLIST, COLUMNS, OWN_SHEETS, PLACE
from pipelines.workbooks.material import ANSWERS, Material
from pipelines.workbooks.rows import checklist
from pipelines.workbooks.seal import is_intact, seal_key
from pipelines.workbooks.streamed_rows import letter
from tests.pipelines.workbooks.literal_night import HEAD, OTHER, SECRET, SPOUSE, TOWN, WORDS, content_of

KEY = seal_key(SECRET)
NIGHT = "2026-09-22-01234567"


@pytest.fixture(scope="module")
def write(material: Material, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write the workbook of a town, or of the district."""

    def make(town: str | None = TOWN, night: Material = material) -> Path:
        rows = checklist(night, WORDS, KEY)
        if town is not None:
            night, rows = night.of_town(town), rows.filter(pl.col("book_town") == town)
        path = tmp_path_factory.mktemp("book") / "book.xlsx"
        write_book(content_of(town, rows, night), path)
        return path

    return make


@pytest.fixture(scope="module")
def town_book(write: Callable[..., Path]) -> Workbook:
    """The workbook of a town with two findings."""
    return openpyxl.load_workbook(write())


@pytest.fixture(scope="module")
def district_book(write: Callable[..., Path]) -> Path:
    """The district's, with all four findings."""
    return write(None)


def answered(material: Material) -> Material:
    given = dict.fromkeys(ANSWERS.names())
    answer = given | {"finding_id": f"{1:032x}", "is_answered": True, "conclusion": "属实-渐退"}
    return replace(material, answers=pl.DataFrame([answer], schema=ANSWERS))


def test_the_sheets_in_their_order(town_book: Workbook):
    names = [*OWN_SHEETS[:4], "机动车", "市场主体", *OWN_SHEETS[4:]]
    assert town_book.sheetnames == names
    assert town_book["_meta"].sheet_state == "veryHidden"
    assert town_book["_meta"]["A1"].value == '{"layout": 1}'
    assert all(town_book[name].protection.sheet for name in names)


def test_the_header_is_the_layout_and_rows_are_below_it(town_book: Workbook):
    sheet = town_book[CHECKLIST]
    assert [cell.value for cell in sheet[1]] == [column.header for column in COLUMNS]
    assert sheet.max_row == 3
    assert [sheet.cell(row, PLACE["number"] + 1).value for row in (2, 3)] == [1, 2]


def test_system_columns_are_locked_columns_to_fill_open_and_yellow(town_book: Workbook):
    for column, cell in zip(COLUMNS, town_book[CHECKLIST][2], strict=True):
        assert cell.protection.locked is (column.filler != "town"), column.header
        assert (cell.fill.fgColor.rgb == "FFFFF9DB") is (column.filler == "town"), column.header
        if column.kind in ("text", "list"):
            assert cell.number_format == "@", column.header
    spans = [one for one in town_book[CHECKLIST].column_dimensions.values() if one.hidden]
    hidden = {COLUMNS[place - 1].key for one in spans for place in range(one.min, one.max + 1)}
    assert {"finding_id", "fingerprint", "seal"} <= hidden


def test_drop_downs_come_from_the_dictionary(town_book: Workbook):
    by_cell = {str(one.sqref): one for one in town_book[CHECKLIST].data_validations.dataValidation}
    for column in COLUMNS:
        if column.choices and column.filler == "town":
            (found,) = [one for cells, one in by_cell.items() if f"{_letter(column.key)}2" in cells.split(":")[0]]
            assert found.type == "list"
            if column.key != "reason_code":
                assert found.formula1 == column.choices
            assert found.prompt
    for name, entries in LISTS.items():
        sheet, cells = town_book.defined_names[name].attr_text.split("!")
        block = town_book[sheet][cells.replace("$", "")]
        assert [row[0].value for row in block] == list(entries)
    corner = town_book.defined_names["reason_corner"].attr_text.split("!")[1].replace("$", "")
    first = town_book["字典"][corner]
    assert [cell.value for cell in town_book["字典"][first.row][first.column - 1 :]][:6] == list(
        REASONS["属实-不符合条件"]
    )


def test_paper_panes_and_filters(town_book: Workbook):
    sheet = town_book[CHECKLIST]
    assert sheet.freeze_panes == f"{_letter('head_id_number')}2"
    assert sheet.auto_filter.ref == f"A1:{_letter(COLUMNS[-1].key)}3"
    for one in town_book.worksheets[:-1]:
        assert (one.page_setup.orientation, one.page_setup.paperSize) == ("landscape", 9)
        assert one.print_title_rows == "$1:$1"
        assert TOWN in one.oddHeader.left.text
        assert "内部资料" in one.oddHeader.right.text
    assert town_book["入户核查表"].page_setup.fitToHeight == 0


def test_nothing_runs_but_our_own_formulas(district_book: Path):
    book = openpyxl.load_workbook(district_book)
    ours = {PLACE["fill_check"] + 1, PLACE["overdue_days"] + 1}
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                is_ours = sheet.title == "汇总" or (sheet.title == CHECKLIST and cell.column in ours)
                if cell.data_type == "f":
                    assert is_ours, cell.coordinate
                elif isinstance(cell.value, str) and cell.value[0] in "=+-@＝＋－＠":
                    assert cell.quotePrefix, (sheet.title, cell.coordinate)
    heads = [cell.value for cell in book[CHECKLIST][_letter("head_name")]]
    assert {'=HYPERLINK("x")', "＠李某"} <= set(heads)


def test_no_number_of_a_person_is_in_any_part(district_book: Path):
    with zipfile.ZipFile(district_book) as parts:
        text = "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    for number in (HEAD, SPOUSE, OTHER):
        assert number not in text


def test_links_lead_to_the_evidence_and_back(town_book: Workbook):
    sheet, title = town_book[CHECKLIST], _letter("rule_title")
    for row in (2, 3):
        target, cell = sheet[f"{title}{row}"].hyperlink.location.split("!")
        there = town_book[target.strip("'")][cell]
        assert there.hyperlink.location == f"'{CHECKLIST}'!A{row}"
        assert there.value == row - 1


def test_evidence_is_told_in_words(town_book: Workbook):
    sheet = town_book["市场主体"]
    told = dict(zip([cell.value for cell in sheet[1]], [cell.value for cell in sheet[2]], strict=True))
    assert told["人员类型"] == "经营者"
    assert told["uscc"] == "92500103MA131MD"
    assert told["判断依据"] == "人员类型：经营者 属于 经营者，法定代表人\nuscc：92500103MA131MD"
    assert told["来源文件"] == "车辆.csv"


def test_members_stand_with_their_ledger(town_book: Workbook):
    sheet = town_book["家庭成员"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    told = dict(zip(rows[0], rows[1], strict=True))
    assert (told["与户主关系"], told["申报月收入(元)"], told["计入收入核算"]) == ("户主", 100, "是")
    assert told["收入台账明细"] == "申报 100元\n扣减就业成本 -0.5元（不计入）"
    assert [row[rows[0].index("与户主关系")] for row in rows[1:]] == ["户主", "配偶"]


def test_seals_fit_what_a_reader_finds(district_book: Path):
    read = fastexcel.read_excel(district_book).load_sheet(CHECKLIST, dtypes="string").to_polars()
    read = read.rename({column.header: column.key for column in COLUMNS})
    assert read.height == 4
    for row in read.iter_rows(named=True):
        assert is_intact(KEY, NIGHT, row, row["seal"])


def test_an_answered_row_is_locked_for_towns_and_open_to_review_in_the_districts_book(
    write: Callable[..., Path], material: Material
):
    sheet = openpyxl.load_workbook(write(None, answered(material)))[CHECKLIST]
    state = {row: sheet[f"{_letter('fill_check')}{row}"].value for row in range(2, 6)}
    (row,) = [row for row, value in state.items() if value == "已反馈"]
    for other in range(2, 6):
        assert sheet[f"{_letter('opinion')}{other}"].protection.locked is (other != row)
        assert sheet[f"{_letter('conclusion')}{other}"].protection.locked is (other == row)
    assert sheet[f"{_letter('conclusion')}{row}"].value == "属实-渐退"


def test_a_towns_book_keeps_the_review_locked(town_book: Workbook):
    for key in ("opinion", "reviewed_by", "reviewed_on"):
        assert town_book[CHECKLIST][f"{_letter(key)}2"].protection.locked


def test_an_empty_queue_says_so(write: Callable[..., Path], material: Material):
    nothing = replace(material, cases=material.cases.clear(), findings=material.findings.clear())
    book = openpyxl.load_workbook(write(None, nothing))
    assert book["汇总"]["A2"].value == "本期没有需要核查的疑点。"
    assert book[CHECKLIST].max_row == 1
    assert book["家庭成员"]["A3"].value == "本期没有数据。"


def test_more_findings_than_a_sheet_holds_are_refused(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(book_module, "MOST_ROWS", 1)
    with pytest.raises(TooManyFindingsError, match="one town at a time"):
        write()


def test_terms_name_parameters_and_clauses(town_book: Workbook):
    told = json.dumps([[cell.value for cell in row] for row in town_book["口径说明"].iter_rows()], ensure_ascii=False)
    for word in (
        "grace_months",
        "草街办发〔2024〕54号（十）",
        "2026-09-21",
        "caojie-2024",
        "未收到数据",
        "撤销工作表保护",
    ):
        assert word in told


def _letter(key: str) -> str:
    return letter(PLACE[key])
