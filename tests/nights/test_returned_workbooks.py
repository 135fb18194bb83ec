"""Workbooks that come back to a warehouse with a published night: what becomes of every row, and what is recorded."""

from pipelines.workbooks.handled import mark_handled
from pipelines.workbooks.held import Cause
from pipelines.workbooks.outcome import Status, receipt, told
from tests.nights.district import AS_OF
from tests.nights.office import ANSWER, WHEN, Office, counted, reasons
from tests.pipelines.workbooks.made_books import Edited


def test_every_row_is_accepted_unchanged_or_held(office: Office) -> None:
    def fill(book: Edited) -> None:
        book.fill(2, **ANSWER)
        book.fill(3, **ANSWER | {"conclusion": "大概属实"})
        book.fill(4, **ANSWER | {"conclusion": "属实-不符合条件"})
        book.fill(5, **ANSWER | {"investigator_2": None, "note": None})
        book.fill(6, **ANSWER, village="改过")

    (outcome,) = office.imports(office.file(office.book(fill)))
    assert outcome.status == Status.READ
    assert counted(outcome) == (1, len(office.rows) - 5, 4)
    assert reasons(outcome) == {
        (3, "conclusion", "incomplete:unknown"),
        (4, "effective_month", "incomplete:missing"),
        (5, "investigator_2", "incomplete:missing"),
        (5, "note", "incomplete:missing"),
        (6, None, Cause.CHANGED),
    }
    (event,) = office.events()
    assert (event.finding_id, event.by, event.known_after) == (office.rows[0]["finding_id"], "陈录入", AS_OF)
    assert event.origin == f"workbook:渝中.xlsx {outcome.sha256}"
    verdict = event.payload["verdict"]
    assert verdict["investigators"] == ["张核查", "李核查"]
    assert verdict["investigated_on"] == AS_OF.isoformat()


def test_optional_cells_are_kept(office: Office) -> None:
    more = {
        "measures": "停发，追缴",
        "recovered_amount": "1,200.50元",
        "recovered_months": 2,
        "remark": "=1+1",
        "effective_month": "9月",
    }
    content = office.book(lambda book: book.fill(2, **ANSWER | {"conclusion": "属实-不符合条件"}, **more))
    assert counted(office.imports(office.file(content))[0])[0] == 1
    verdict = office.events()[0].payload["verdict"]
    assert verdict["measures"] == ["停发", "追缴"]
    assert (verdict["recovered_amount"], verdict["recovered_months"]) == ("1200.5000", 2)
    assert verdict["effective_month"].endswith("-09-01")


def test_the_same_file_twice_changes_nothing(office: Office) -> None:
    path = office.file(office.book(lambda book: book.fill(2, **ANSWER)))
    (first,) = office.imports(path)
    mark_handled(office.desk.vault.root, first.sha256, first.counts(), WHEN)
    (again,) = office.imports(path)
    assert (counted(first), counted(again)) == ((1, len(office.rows) - 1, 0), (0, len(office.rows), 0))
    assert (first.was_imported, again.was_imported) == (False, True)
    assert "以前导入过" in "".join(told(again))
    assert len(office.events()) == 1


def test_the_same_file_named_twice_is_imported_once(office: Office) -> None:
    content = office.book(lambda book: book.fill(2, **ANSWER))
    first, second = office.imports(office.file(content), office.file(content, "副本.xlsx"))
    assert (counted(first)[0], second.status) == (1, Status.SAME)


def test_a_rehearsal_records_nothing(office: Office) -> None:
    path = office.file(office.book(lambda book: book.fill(2, **ANSWER)))
    (outcome,) = office.imports(path, dry_run=True)
    assert counted(outcome)[0] == 1
    assert office.events() == []
    assert not (office.desk.vault.root / "events").exists()
    assert "将接受 1 行" in told(outcome, is_rehearsal=True)[0]


def test_two_files_that_disagree_are_both_held(office: Office) -> None:
    one = office.file(office.book(lambda book: book.fill(2, **ANSWER), lambda book: book.fill(3, **ANSWER)))
    other = office.file(
        office.book(
            lambda book: book.fill(2, **ANSWER | {"conclusion": "数据有误"}), lambda book: book.fill(3, **ANSWER)
        ),
        "渝中2.xlsx",
    )
    first, second = office.imports(one, other)
    assert reasons(first) == reasons(second) == {(2, "conclusion", Cause.OTHER_FILE)}
    assert (counted(first)[0], counted(second)[0]) == (1, 0)
    assert [event.finding_id for event in office.events()] == [office.rows[1]["finding_id"]]


def test_another_person_answered_meanwhile(office: Office) -> None:
    office.imports(office.file(office.book(lambda book: book.fill(2, **ANSWER))))
    changed = office.file(office.book(lambda book: book.fill(2, **ANSWER | {"conclusion": "数据有误"})), "b.xlsx")
    (outcome,) = office.imports(changed, by="周录入")
    assert reasons(outcome) == {(2, None, "answered_by_other")}
    (corrected,) = office.imports(changed)
    assert (counted(corrected)[0], len(office.events())) == (1, 2)


def test_an_older_fingerprint_and_a_finding_that_is_gone(office: Office) -> None:
    office.rows[0]["fingerprint"] = "older"
    office.rows[1]["finding_id"] = "gone"
    content = office.book(lambda book: book.fill(2, **ANSWER), lambda book: book.fill(3, **ANSWER))
    (outcome,) = office.imports(office.file(content))
    assert reasons(outcome) == {(2, None, "older_fingerprint"), (3, None, "unknown_finding")}


def test_nobody_is_there_at_a_drop_folder(office: Office) -> None:
    office.imports(office.file(office.book(lambda book: book.fill(2, **ANSWER))), by=None)
    assert office.events()[0].by == "drop:测试镇"


def test_a_file_that_cannot_be_used_keeps_no_other_from_it(office: Office) -> None:
    bad, good = office.file(b"x", "a.xlsx"), office.file(office.book(lambda book: book.fill(2, **ANSWER)), "b.xlsx")
    first, second = office.imports(bad, good)
    assert (first.status, counted(second)[0]) == (Status.UNUSABLE, 1)
    assert told(first) == ["a.xlsx：不能导入。" + first.told]


def test_a_receipt_names_places_and_no_person(office: Office) -> None:
    content = office.book(lambda book: book.fill(2, **ANSWER, village="改过"), lambda book: book.sheet.delete_rows(3))
    (outcome,) = office.imports(office.file(content))
    text = receipt(outcome, WHEN)
    assert "核查清单 第2行：锁定的内容被改动过" in text
    assert "少了 1 行" in text
    for secret in ("王测试", "990101", "张核查", "改过", "入户核实"):
        assert secret not in text
    assert outcome.counts()["causes"] == {"changed_locked_cell": 1}
