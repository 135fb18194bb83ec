"""Kinds of damage that a workbook comes back with, each by its name, and what is said of it. Nothing is recorded here.

The kinds are those of practice: pasted over, retyped, copied, sorted, cut off, sent twice, answered elsewhere.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import xlwt

from pipelines.workbooks.finishing import encrypted
from pipelines.workbooks.held import Cause
from pipelines.workbooks.importing import import_workbooks
from pipelines.workbooks.outcome import FileOutcome, Status
from tests.nights.district import AS_OF
from tests.nights.driver import District, Done
from tests.nights.office import ANSWER, Office, open_office
from tests.pipelines.workbooks.made_books import Edited

FULL = {**ANSWER, "conclusion": "属实-不符合条件", "effective_month": "2026-10", "measures": "停发"}
Row = tuple[int, str | None, str]


@pytest.fixture(scope="module")
def office(first_night: tuple[District, Done], tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The office on the shared night: everything here is a rehearsal, so that nothing of it changes."""
    made = open_office(first_night[0], tmp_path_factory.mktemp("damage"))
    made.desk = replace(made.desk, dry_run=True)
    return made


@dataclass(frozen=True)
class Damage:
    """One kind of damage.

    Attributes:
        edit: what was done to a workbook in whose second row (the first finding) an answer was filled in.
        held: why rows are held.
        accepted: rows that are accepted nevertheless.
        missing: rows that are told as missing.
    """

    edit: Callable[[Edited], None]
    held: frozenset[Row] = frozenset()
    accepted: int = 0
    missing: int = 0


def typed(**cells: object) -> Callable[[Edited], None]:
    """Something else typed into the answer."""
    return lambda book: book.fill(2, **cells)


def held(key: str | None, cause: str, row: int = 2) -> frozenset[Row]:
    """One row held for one reason."""
    return frozenset({(row, key, cause)})


def copied_id(book: Edited) -> None:
    book.cell(2, "finding_id").value = book.cell(3, "finding_id").value


def copied_row(book: Edited) -> None:
    book.copy_row(2, 20)


def copied_row_over_another(book: Edited) -> None:
    book.copy_row(2, 3)


def shifted(book: Edited) -> None:
    """A cell inserted in one column: everything below stands one row lower than it belongs."""
    column = book.cell(1, "village").column
    for row in range(6, 2, -1):
        book.put(row, column, book.sheet.cell(row - 1, column).value)
    book.put(2, column, None)


def sorted_rows(book: Edited) -> None:
    rows = [[cell.value for cell in row] for row in book.sheet.iter_rows(min_row=2)]
    for number, row in enumerate(reversed(rows), start=2):
        for place, value in enumerate(row, start=1):
            book.put(number, place, value)


def moved_columns(book: Edited) -> None:
    rows = [[cell.value for cell in row] for row in book.sheet.iter_rows()]
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(reversed(row), start=1):
            book.put(number, place, value)


def own_column(book: Edited) -> None:
    book.sheet.insert_cols(3)
    book.sheet.cell(1, 3).value = "我的备注"
    book.sheet.cell(2, 3).value = "已打电话"


def own_title(book: Edited) -> None:
    book.sheet.insert_rows(1)
    book.sheet.cell(1, 1).value = "某某街道核查表"


def hidden_rows(book: Edited) -> None:
    book.sheet.row_dimensions[2].hidden = True
    book.sheet.auto_filter.ref = "A1:BE9"


def renamed_sheet(book: Edited) -> None:
    book.sheet.title = "核查清单(2)"


DAMAGE: Mapping[str, Damage] = {
    "evidence edited": Damage(typed(statement="没有车"), held(None, Cause.CHANGED)),
    "identity number retyped as a number": Damage(typed(id_number=990101199001010027), held(None, Cause.CHANGED)),
    "amount edited": Damage(typed(monthly_amount=171.65), held(None, Cause.CHANGED)),
    "due date edited": Damage(typed(due_on="2027-01-01"), held(None, Cause.CHANGED)),
    "locked cell emptied": Damage(typed(rule_id=None), held(None, Cause.CHANGED)),
    "one column shifted by a row": Damage(
        shifted, frozenset((row, None, Cause.CHANGED) for row in range(2, 7))
    ),
    "number of another finding": Damage(copied_id, held(None, Cause.CHANGED), missing=1),
    "fingerprint of another finding": Damage(typed(fingerprint="0" * 64), held(None, Cause.CHANGED)),
    "seal erased": Damage(typed(seal=None), held(None, Cause.CHANGED)),
    "seal made up": Damage(typed(seal="O1-" + "0" * 32), held(None, Cause.CHANGED)),
    "row copied below": Damage(
        copied_row, frozenset({(2, "finding_id", Cause.TWICE), (20, "finding_id", Cause.TWICE)})
    ),
    "row pasted over another": Damage(
        copied_row_over_another,
        frozenset({(2, "finding_id", Cause.TWICE), (3, "finding_id", Cause.TWICE)}),
        missing=1,
    ),
    "number of the finding erased": Damage(typed(finding_id=None), held("finding_id", Cause.NO_FINDING), missing=1),
    "rows deleted": Damage(lambda book: book.sheet.delete_rows(3, 2), accepted=1, missing=2),
    "conclusion pasted that is none": Damage(typed(conclusion="基本属实"), held("conclusion", "incomplete:unknown")),
    "conclusion erased": Damage(typed(conclusion=None), held("conclusion", "incomplete:missing")),
    "way of checking that is none": Damage(typed(method="微信"), held("method", "incomplete:unknown")),
    "day erased": Damage(typed(investigated_on=None), held("investigated_on", "incomplete:missing")),
    "day that does not exist": Damage(typed(investigated_on="2026-02-30"), held("investigated_on", Cause.UNREADABLE)),
    "day in words": Damage(typed(investigated_on="上周三"), held("investigated_on", Cause.UNREADABLE)),
    "day to come": Damage(
        typed(investigated_on=AS_OF + timedelta(days=1)), held("investigated_on", "incomplete:impossible")
    ),
    "day years ago": Damage(typed(investigated_on="2016-09-22"), held("investigated_on", "incomplete:impossible")),
    "month erased": Damage(typed(effective_month=None), held("effective_month", "incomplete:missing")),
    "month that may be two": Damage(typed(effective_month="2026.1"), held("effective_month", Cause.UNREADABLE)),
    "second investigator erased": Damage(typed(investigator_2=None), held("investigator_2", "incomplete:missing")),
    "one investigator twice": Damage(
        typed(investigator_1="张 三", investigator_2="张三"), held("investigator_2", "incomplete:missing")
    ),
    "reason erased": Damage(typed(note=None), held("note", "incomplete:missing")),
    "reason of another conclusion": Damage(typed(reason_code="身份串号"), held("reason_code", "incomplete:unknown")),
    "negative amount": Damage(typed(recovered_amount=-200), held("recovered_amount", Cause.UNREADABLE)),
    "amount in words": Damage(typed(recovered_amount="两百"), held("recovered_amount", Cause.UNREADABLE)),
    "half a month": Damage(typed(recovered_months=1.5), held("recovered_months", Cause.UNREADABLE)),
    "grace that ends before it begins": Damage(
        typed(grace_from="2026-10-01", grace_to="2026-09-01"), held("grace_to", "incomplete:impossible")
    ),
    "confirmed and cleared at once": Damage(
        typed(confirmed="不属实"), held("confirmed", Cause.CONTRADICTION)
    ),
    "town writes into the district's cells": Damage(typed(opinion="同意"), held(None, Cause.CHANGED)),
    "answer in a row below the list": Damage(
        lambda book: book.fill(30, **FULL), held("finding_id", Cause.NO_FINDING, 30), accepted=1
    ),
    # What people do that is no damage:
    "rows sorted": Damage(sorted_rows, accepted=1),
    "columns moved": Damage(moved_columns, accepted=1),
    "column added": Damage(own_column, accepted=1),
    "title added above": Damage(own_title, accepted=1),
    "rows hidden by a filter": Damage(hidden_rows, accepted=1),
    "sheet renamed": Damage(renamed_sheet, accepted=1),
    "sheet added": Damage(lambda book: book.book.create_sheet("草稿"), accepted=1),
    "blanks around a conclusion": Damage(typed(conclusion="　属实－不符合条件 "), accepted=1),
    "day as a serial number": Damage(typed(investigated_on=46287), accepted=1),
    "day with dots": Damage(typed(investigated_on="2026.9.22"), accepted=1),
    "day without a year": Damage(typed(investigated_on="9月22日"), accepted=1),
    "answer taken out again": Damage(typed(**dict.fromkeys(FULL))),
}  # fmt: skip


def of(outcome: FileOutcome) -> tuple[frozenset[Row], int, int]:
    """What is said of a file."""
    return frozenset((one.row, one.key, str(one.cause)) for one in outcome.held), outcome.accepted, outcome.missing


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_kind_of_damage(office: Office, kind: str) -> None:
    damage = DAMAGE[kind]
    (outcome,) = office.imports(office.file(office.book(lambda book: book.fill(2, **FULL), damage.edit)))
    assert outcome.status == Status.READ, outcome.told
    assert of(outcome) == (damage.held, damage.accepted, damage.missing)
    assert all(one.told for one in outcome.held)


def test_there_are_enough_kinds() -> None:
    assert sum(bool(one.held) or bool(one.missing) for one in DAMAGE.values()) >= 20


def old_workbook() -> bytes:
    target = io.BytesIO()
    book = xlwt.Workbook()
    book.add_sheet("核查清单").write(0, 0, "疑点编号")
    book.save(target)
    return target.getvalue()


WHOLE_FILES: Mapping[str, tuple[Callable[[bytes], bytes], str]] = {
    "saved as .xls": (lambda _: old_workbook(), "另存为"),
    "saved as text": (lambda _: "疑点编号,核查结论".encode("gb18030"), "另存为"),
    "cut off": (lambda book: book[: len(book) // 2], "损坏"),
    "nothing in it": (lambda _: b"", "空的"),
    "a password nobody told": (lambda book: encrypted(book, "secret"), "--password-file"),
}


@pytest.mark.parametrize("kind", WHOLE_FILES)
def test_a_file_that_cannot_be_used(office: Office, kind: str) -> None:
    spoil, told = WHOLE_FILES[kind]
    (outcome,) = office.imports(office.file(spoil(office.book())))
    assert outcome.status == Status.UNUSABLE
    assert told in outcome.told


def deleted(title: str) -> Callable[[Edited], None]:
    return lambda book: book.book.remove(book.book[title])


def without_column(book: Edited) -> None:
    book.sheet.delete_cols(book.cell(1, "rule_id").column)


def renamed_header(book: Edited) -> None:
    book.cell(1, "conclusion").value = "结论"


def forged_account(book: Edited) -> None:
    cell = book.book["_meta"]["A1"]
    cell.value = cell.value.replace("测试镇", "别的镇")


SPOILED_BOOKS: Mapping[str, tuple[Callable[[Edited], None], str]] = {
    "account deleted": (deleted("_meta"), "缺少隐藏工作表"),
    "account forged": (forged_account, "与本系统不符"),
    "list deleted": (deleted("核查清单"), "没有工作表"),
    "column deleted": (without_column, "缺少 1 列：规则编号"),
    "header rewritten": (renamed_header, "缺少 1 列：核查结论"),
}


@pytest.mark.parametrize("kind", SPOILED_BOOKS)
def test_a_workbook_that_cannot_be_used(office: Office, kind: str) -> None:
    spoil, told = SPOILED_BOOKS[kind]
    (outcome,) = office.imports(office.file(office.book(spoil)))
    assert outcome.status == Status.UNUSABLE
    assert told in outcome.told


def test_a_workbook_of_another_warehouse(office: Office, first_night: tuple[District, Done], tmp_path: Path) -> None:
    other = first_night[0].copied_to(tmp_path)
    (other.warehouse / "identity.key").unlink()
    desk: dict[str, Any] = {"vault": other.open().vault}
    outcome = import_workbooks([office.file(office.book())], replace(office.desk, **desk))[0].outcome
    assert (outcome.status, "另一个库" in outcome.told) == (Status.UNUSABLE, True)
