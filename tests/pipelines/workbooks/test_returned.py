"""Workbooks that came back: what is told from the workbook and its seals alone."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.domain.verdict import lacks
from pipelines.workbooks.answers import verdict_of
from pipelines.workbooks.choices import CONCLUSIONS
from pipelines.workbooks.held import Cause
from pipelines.workbooks.layout import BY_KEY, COLUMNS, META
from pipelines.workbooks.opening import UnusableWorkbookError, open_workbook
from pipelines.workbooks.returned import Returned, read_account, read_returned
from pipelines.workbooks.seal import seal_key
from pipelines.workbooks.sheets import Book
from pipelines.workbooks.typed import typed_values
from tests.pipelines.workbooks.made_books import AS_OF, COMPLETE, KEY, Edited, edited, handed_out, written

ROWS = [written(number) for number in range(1, 6)]


def expected(wanted: Sequence[str]) -> Mapping[str, Mapping[str, Sequence[object]]]:
    return {
        str(row["finding_id"]): {key: [value] for key, value in row.items()}
        for row in ROWS
        if row["finding_id"] in wanted
    }


def read(content: bytes, *, is_night_gone: bool = False) -> Returned:
    book = Book(open_workbook(content))
    return read_returned(book, read_account(book, KEY), KEY, (lambda _: None) if is_night_gone else expected)


def found(returned: Returned) -> list[tuple[int, str | None, str]]:
    return [(one.row, one.key, one.cause) for one in returned.held]


def test_a_book_that_nobody_touched_says_nothing() -> None:
    returned = read(handed_out(ROWS))
    assert returned.rows.is_empty()
    assert returned.held == []
    assert returned.missing == 0
    assert returned.cells.height == 5


def test_answers_come_typed() -> None:
    book = edited(
        handed_out(ROWS),
        lambda book: book.fill(3, **COMPLETE, effective_month="9月", recovered_amount=120.5, valid_until="2027-03-31"),
    )
    returned = read(book)
    assert returned.held == []
    row = returned.sound().row(0, named=True)
    assert (row["sheet_row"], row["finding_id"], row["fingerprint"]) == (3, "F0002", "p0002")
    assert (row["conclusion"], row["investigated_on"]) == ("已处理", date(2026, 11, 21))
    assert (row["effective_month"], row["recovered_amount"]) == (date(2026, 9, 1), Decimal("120.5"))
    assert row["valid_until"] == date(2027, 3, 31)


def test_rows_sorted_columns_moved_sheets_added_are_no_harm() -> None:
    def edit(book: Edited) -> None:
        book.fill(2, **COMPLETE)
        sheet = book.sheet
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        rows = [rows[0], *reversed(rows[1:])]
        rows = [["自己加的", *reversed(row)] for row in rows]
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row, start=1):
                book.put(number, place, value)
        book.book.create_sheet("我的草稿")["A1"] = "=1+1"

    returned = read(edited(handed_out(ROWS), edit))
    assert returned.held == []
    assert returned.sound()["finding_id"].to_list() == ["F0001"]
    assert returned.letters["seal"] == "B"


def test_deleted_rows_are_counted_and_the_others_stand() -> None:
    def edit(book: Edited) -> None:
        book.fill(5, **COMPLETE)
        book.sheet.delete_rows(2, 2)

    returned = read(edited(handed_out(ROWS), edit))
    assert (returned.missing, returned.held) == (2, [])
    assert returned.sound()["finding_id"].to_list() == ["F0004"]


def test_every_changed_locked_cell_is_told_by_its_column() -> None:
    locked = [one for one in COLUMNS if one.filler != "town" and one.is_sealed and one.key != "finding_id"]
    changed = {column.key: "改" for column in locked}
    content = edited(handed_out(ROWS), lambda book: book.fill(2, **changed), lambda book: book.fill(3, **COMPLETE))
    returned = read(content)
    assert found(returned) == [(2, column.key, Cause.CHANGED) for column in locked]
    assert returned.sound()["finding_id"].to_list() == ["F0002"]
    assert all(BY_KEY[str(one.key)].header in one.told and "改动" in one.told for one in returned.held)
    assert all(one.detail.endswith("现为：改") for one in returned.held)


def test_where_the_night_is_gone_the_seal_alone_tells() -> None:
    content = edited(handed_out(ROWS), lambda book: book.fill(2, village="别处"))
    assert found(read(content, is_night_gone=True)) == [(2, None, Cause.CHANGED)]


def test_an_emptied_locked_cell_is_changed() -> None:
    content = edited(handed_out(ROWS), lambda book: book.fill(2, statement=None))
    assert found(read(content)) == [(2, "statement", Cause.CHANGED)]


def test_a_seal_of_another_row_is_told() -> None:
    def edit(book: Edited) -> None:
        book.cell(2, "seal").value = book.cell(3, "seal").value

    assert found(read(edited(handed_out(ROWS), edit))) == [(2, "seal", Cause.CHANGED)]


def test_a_fingerprint_of_another_row_is_told() -> None:
    content = edited(handed_out(ROWS), lambda book: book.fill(2, fingerprint="p0003"))
    assert found(read(content)) == [(2, "fingerprint", Cause.CHANGED)]


def test_an_unknown_finding_is_told() -> None:
    content = edited(handed_out(ROWS), lambda book: book.fill(2, finding_id="X9", **COMPLETE))
    assert found(read(content)) == [(2, "finding_id", Cause.NO_FINDING)]


def test_an_answer_in_a_row_of_no_finding_is_told_and_a_sum_below_is_not() -> None:
    def edit(book: Edited) -> None:
        book.fill(8, **COMPLETE)
        book.fill(10, village="合计")

    assert found(read(edited(handed_out(ROWS), edit))) == [(8, "finding_id", Cause.NO_FINDING)]


def test_two_answers_to_one_finding_are_both_held() -> None:
    def edit(book: Edited) -> None:
        book.fill(2, **COMPLETE)
        book.copy_row(2, 7)
        book.fill(7, conclusion="数据有误")

    returned = read(edited(handed_out(ROWS), edit))
    assert found(returned) == [(2, "finding_id", Cause.TWICE), (7, "finding_id", Cause.TWICE)]
    assert "第 2、7 行" in returned.held[0].told


def test_a_copy_without_an_answer_is_no_harm() -> None:
    def edit(book: Edited) -> None:
        book.copy_row(2, 7)
        book.fill(7, **COMPLETE)

    returned = read(edited(handed_out(ROWS), edit))
    assert (returned.held, returned.sound().height) == ([], 1)


CONFIRMED_AND_CONCLUSION = [
    ("属实", "数据有误", True),
    ("属实", "无法核实", True),
    ("属实", "属实-渐退", False),
    ("属实", "已处理", False),
    ("不属实", "属实-可豁免", True),
    ("不属实", "无法核实", True),
    ("不属实", "数据有误", False),
    ("无法核实", "数据有误", True),
    ("无法核实", "无法核实", False),
    (None, "数据有误", False),
]


def test_confirmed_against_conclusion() -> None:
    def fill(book: Edited) -> None:
        for row, (confirmed, conclusion, _) in enumerate(CONFIRMED_AND_CONCLUSION, start=2):
            book.fill(row, **{**COMPLETE, "conclusion": conclusion, "confirmed": confirmed})

    returned = read(edited(handed_out([written(number) for number in range(1, 11)]), fill))
    assert found(returned) == [
        (row, "confirmed", Cause.CONTRADICTION)
        for row, (_, _, is_held) in enumerate(CONFIRMED_AND_CONCLUSION, start=2)
        if is_held
    ]


def test_an_unknown_word_in_confirmed_is_told() -> None:
    content = edited(handed_out(ROWS), lambda book: book.fill(2, **COMPLETE, confirmed="差不多"))
    assert found(read(content)) == [(2, "confirmed", Cause.UNREADABLE)]


def test_unreadable_cells_are_told_each() -> None:
    answer = {**COMPLETE, "investigated_on": "上周", "recovered_months": "三个", "effective_month": "2026.1"}
    assert found(read(edited(handed_out(ROWS), lambda book: book.fill(2, **answer)))) == [
        (2, "investigated_on", Cause.UNREADABLE),
        (2, "effective_month", Cause.UNREADABLE),
        (2, "recovered_months", Cause.UNREADABLE),
    ]


def test_an_answered_row_is_open_to_the_reviewer_alone() -> None:
    answered = written(9, **{**COMPLETE, "investigated_on": date(2026, 11, 18)})
    content = handed_out([*ROWS, answered], town=None)
    reviewed = read(
        edited(content, lambda book: book.fill(7, opinion="同意", reviewed_by="赵复核", reviewed_on="11月22日"))
    )
    assert reviewed.held == []
    row = reviewed.sound().row(0, named=True)
    assert (row["is_answered"], row["opinion"], row["reviewed_on"]) == (True, "同意", date(2026, 11, 22))
    assert row["investigator_1"] == "张核查"
    changed = read(edited(content, lambda book: book.fill(7, conclusion="数据有误")), is_night_gone=True)
    assert found(changed) == [(7, None, Cause.CHANGED)]
    early = read(edited(content, lambda book: book.fill(2, opinion="同意")))
    assert found(early) == [(2, "opinion", Cause.CHANGED)]


def test_a_renamed_sheet_is_found_by_its_columns() -> None:
    def rename(book: Edited) -> None:
        book.fill(2, **COMPLETE)
        book.sheet.title = "核查清单（已填）"

    assert read(edited(handed_out(ROWS), rename)).sound().height == 1


def test_a_sheet_that_is_gone_is_told() -> None:
    def remove(book: Edited) -> None:
        del book.book["核查清单"]

    with pytest.raises(UnusableWorkbookError, match="没有工作表“核查清单”"):
        read(edited(handed_out(ROWS), remove))


def test_a_column_that_is_gone_is_told() -> None:
    def remove(book: Edited) -> None:
        book.sheet.delete_cols(book.cell(1, "village").column)

    with pytest.raises(UnusableWorkbookError, match=r"缺少 1 列：村\(社区\)"):
        read(edited(handed_out(ROWS), remove))


def test_a_book_without_its_account_is_refused() -> None:
    def remove(book: Edited) -> None:
        del book.book[META]

    with pytest.raises(UnusableWorkbookError, match="缺少隐藏工作表 _meta"):
        read(edited(handed_out(ROWS), remove))


@pytest.mark.parametrize(("before", "after"), [('"rows": 5', '"rows": 4'), ("2026-11-20", "2026-11-19"), ("{", "")])
def test_a_forged_account_is_refused(before: str, after: str) -> None:
    def forge(book: Edited) -> None:
        cell = book.book[META]["A1"]
        assert before in cell.value
        cell.value = cell.value.replace(before, after, 1)

    with pytest.raises(UnusableWorkbookError, match="与本系统不符"):
        read(edited(handed_out(ROWS), forge))


def test_a_book_of_another_warehouse_is_refused() -> None:
    book = Book(open_workbook(handed_out(ROWS)))
    with pytest.raises(UnusableWorkbookError, match="另一个库"):
        read_account(book, seal_key(b"other" * 8))


def test_a_visible_account_is_as_good() -> None:
    def show(book: Edited) -> None:
        book.book[META].sheet_state = "visible"

    assert read(edited(handed_out(ROWS), show)).held == []


_CELL = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.dates(date(1901, 1, 1), date(2100, 1, 1)),
    st.booleans(),
    st.sampled_from([*CONCLUSIONS, "属实", "入户", "停发", "=1+1", "#REF!", "9999-12-31", "1e309"]),
)
_TOWN_KEYS = [column.key for column in COLUMNS if column.filler == "town"]


@settings(max_examples=15)
@given(st.dictionaries(st.sampled_from(_TOWN_KEYS), _CELL, min_size=1, max_size=8))
def test_whatever_is_typed_is_read_or_told(cells: Mapping[str, object]) -> None:
    returned = read(edited(handed_out(ROWS[:1]), lambda book: book.fill(2, **cells)))
    assert all(one.row == 2 and one.key in _TOWN_KEYS for one in returned.held)
    assert returned.missing == 0
    for row in returned.sound().iter_rows(named=True):
        verdict = verdict_of(row)
        assert lacks(verdict, date(2100, 1, 1), None) or verdict.conclusion in CONCLUSIONS


@settings(max_examples=200)
@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from([*CONCLUSIONS, ""]))
def test_no_spelling_is_taken_for_a_conclusion_that_it_is_not(before: str, after: str, word: str) -> None:
    text = f"{before}{word}{after}"
    rows = pl.DataFrame({"sheet_row": [2], "conclusion": [text], "finding_id": ["f"], "fingerprint": ["p"]})
    values, _ = typed_values(rows, [BY_KEY["conclusion"]], AS_OF)
    verdict = verdict_of(values.row(0, named=True))
    told = {one.field for one in lacks(verdict, AS_OF, None)}
    assert ("conclusion" in told) == (verdict.conclusion not in CONCLUSIONS)


def test_a_row_of_another_towns_workbook_is_held_where_it_says_something() -> None:
    rows = [*ROWS, written(6, town="邻镇"), written(7, town="邻镇"), written(8, town="=邻\t 镇")]
    copied = lambda book: [book.fill(row, **COMPLETE) for row in (2, 7)]  # noqa: E731  copied whole, seal and all
    assert found(read(edited(handed_out(rows), copied))) == [(7, "town", Cause.OTHER_BOOK)]
    assert found(read(edited(handed_out(rows, town=None), copied))) == []
    # The name of a town as a cell holds it.
    fill = lambda book: book.fill(9, **COMPLETE)  # noqa: E731
    assert found(read(edited(handed_out(rows, town="=邻\t 镇"), fill))) == []


def test_a_review_in_a_towns_workbook_is_held() -> None:
    rows = [written(1, **COMPLETE), written(2)]
    review = lambda book: book.fill(2, opinion="同意", reviewed_by="赵复核")  # noqa: E731
    assert found(read(edited(handed_out(rows), review))) == [(2, "town", Cause.OTHER_BOOK)]
    assert found(read(handed_out(rows))) == []


def test_a_town_that_was_typed_over_is_a_changed_cell_and_nothing_else() -> None:
    typed = lambda book: book.fill(2, **COMPLETE, town="邻镇")  # noqa: E731
    (held,) = read(edited(handed_out(ROWS), typed)).held
    assert (held.row, held.cause) == (2, Cause.CHANGED)
