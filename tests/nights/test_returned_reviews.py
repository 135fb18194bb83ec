"""The district's workbook that comes back: reviews of answers by a second person, and what of them cannot be."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from pipelines.workbooks.finishing import finish
from pipelines.workbooks.held import Cause
from tests.nights.district import AS_OF
from tests.nights.office import ANSWER, Office, reasons
from tests.pipelines.workbooks.made_books import Edited, edited
from warehouse.events.event import Event
from warehouse.events.store import EventStore


def answered_book(office: Office, *edits: Callable[[Edited], None], entered_by: str = "陈录入") -> bytes:
    """The district's workbook: the first three findings show their verdict, the others wait."""
    answer = {**ANSWER, "investigated_on": AS_OF}
    office.imports(
        office.file(office.book(*(partial(Edited.fill, row=row, **ANSWER) for row in (2, 3, 4))), "town.xlsx"),
        by=entered_by,
    )
    for row in office.rows[:3]:
        row.update(answer)
    return office.book(*edits, town=None)


def test_the_districts_workbook_brings_reviews(office: Office) -> None:
    def review(book: Edited) -> None:
        book.fill(2, opinion="同意", reviewed_by="赵复核", reviewed_on=AS_OF)
        book.fill(3, opinion="退回：照片看不清", reviewed_by="赵复核")
        book.fill(6, **ANSWER)

    path = office.file(answered_book(office, review), "district.xlsx")
    (outcome,) = office.imports(path, by="区录入")
    assert list(outcome.held) == []
    assert (outcome.reviewed, outcome.accepted, outcome.unchanged) == (2, 1, len(office.rows) - 3)
    approved, returned = sorted(office.events("reviewed"), key=lambda event: event.payload["decision"])
    assert (approved.by, approved.finding_id) == ("赵复核", office.rows[0]["finding_id"])
    assert (returned.payload["decision"], returned.payload["note"]) == ("returned", "照片看不清")
    (again,) = office.imports(path, by="区录入")
    assert (again.reviewed, again.held_rows, len(office.events("reviewed"))) == (0, 0, 2)


def test_reviews_that_cannot_be(office: Office) -> None:
    def review(book: Edited) -> None:
        book.fill(2, opinion="同意")
        book.fill(3, opinion="退回", reviewed_by="赵复核")
        book.fill(4, opinion="再看看", reviewed_by="李 核查", reviewed_on=AS_OF + timedelta(days=1))

    content = answered_book(office, review)
    (outcome,) = office.imports(office.file(content))
    assert reasons(outcome) == {
        (2, "reviewed_by", Cause.REVIEW),
        (3, "opinion", "no_reason"),
        (4, "opinion", Cause.REVIEW),
        (4, "reviewed_by", Cause.REVIEW),
        (4, "reviewed_on", Cause.REVIEW),
    }
    assert office.events("reviewed") == []


def test_nobody_reviews_what_he_entered_or_what_has_changed(office: Office) -> None:
    content = answered_book(
        office,
        lambda book: book.fill(2, opinion="同意", reviewed_by="陈录入"),
        lambda book: book.fill(3, opinion="同意", reviewed_by="赵复核"),
    )
    other = {**ANSWER, "conclusion": "数据有误"}
    for row in office.rows[:3]:
        row.update(dict.fromkeys(ANSWER))
    office.imports(office.file(office.book(lambda book: book.fill(3, **other)), "corrected.xlsx"))
    (outcome,) = office.imports(office.file(content, "district.xlsx"))
    assert reasons(outcome) == {(2, "reviewed_by", "own_verdict"), (3, None, "other_answer")}


def test_a_review_does_not_cover_what_was_corrected_since(office: Office) -> None:
    def approve(book: Edited) -> None:
        book.fill(2, opinion="同意", reviewed_by="赵复核")

    path = office.file(answered_book(office, approve), "district.xlsx")
    assert office.imports(path)[0].reviewed == 1
    for row in office.rows[:3]:
        row.update(dict.fromkeys(ANSWER))
    corrected = office.book(lambda book: book.fill(2, **ANSWER | {"note": "同一结论，重新核算"}))
    assert office.imports(office.file(corrected, "corrected.xlsx"))[0].accepted == 1
    (again,) = office.imported(path)
    assert (again.outcome.reviewed, reasons(again.outcome)) == (0, {(2, None, "other_answer")})
    finish(again, office.desk)
    (rejects,) = office.imports(office.folder / "district-退回修改.xlsx")
    assert (rejects.reviewed, reasons(rejects)) == (0, {(2, None, "other_answer")})
    assert len(office.events("reviewed")) == 1


def test_two_reviewers_who_disagree_are_both_held(office: Office) -> None:
    content = answered_book(office)
    one = edited(content, lambda book: book.fill(2, opinion="同意", reviewed_by="赵复核"))
    other = edited(content, lambda book: book.fill(2, opinion="退回：不清楚", reviewed_by="钱复核"))
    first, second = office.imports(office.file(one, "a.xlsx"), office.file(other, "b.xlsx"))
    assert reasons(first) == reasons(second) == {(2, "opinion", Cause.OTHER_FILE)}


def test_verdicts_and_reviews_of_a_file_are_one_transaction(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    content = answered_book(
        office,
        lambda book: book.fill(2, opinion="同意", reviewed_by="赵复核"),
        lambda book: book.fill(6, **ANSWER),
    )
    calls: list[int] = []
    transact = EventStore.transact

    def counted_transact(self: EventStore, build: Any) -> list[Event]:
        calls.append(1)
        return transact(self, build)

    monkeypatch.setattr(EventStore, "transact", counted_transact)
    (outcome,) = office.imports(office.file(content, "district.xlsx"))
    assert (outcome.reviewed, outcome.accepted, len(calls)) == (1, 1, 1)
