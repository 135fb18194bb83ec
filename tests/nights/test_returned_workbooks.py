"""Workbooks that come back to a warehouse with a published night: what becomes of every row, and what is recorded."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import main
from pipelines.workbooks.finishing import encrypted, finish
from pipelines.workbooks.handled import is_handled, mark_handled
from pipelines.workbooks.held import Cause
from pipelines.workbooks.importing import import_workbooks
from pipelines.workbooks.outcome import FileOutcome, Status, receipt, told
from tests.nights.district import AS_OF
from tests.nights.driver import District
from tests.nights.office import ANSWER, WHEN, Office, open_office
from tests.pipelines.workbooks.made_books import Edited, edited
from warehouse.events.event import Event
from warehouse.events.store import EventStore


def counted(outcome: FileOutcome) -> tuple[int, int, int]:
    """Accepted, unchanged and held rows."""
    return outcome.accepted, outcome.unchanged, outcome.held_rows


def reasons(outcome: FileOutcome) -> set[tuple[int, str | None, str]]:
    """Row, column and cause of all reasons."""
    return {(one.row, one.key, str(one.cause)) for one in outcome.held}


@pytest.fixture
def office(district: District, tmp_path: Path) -> Office:
    return open_office(district, tmp_path)


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


def rejects_of(office: Office, path: Path, **desk: Any) -> tuple[FileOutcome, bytes]:
    """The outcome of a file, and its workbook of rejects."""
    done = replace(office.desk, **desk)
    outcome = finish(import_workbooks([path], done)[0], done)
    return outcome, (path.parent / str(outcome.rejects)).read_bytes()


def test_rejects_are_corrected_and_come_back(office: Office) -> None:
    def fill(book: Edited) -> None:
        book.fill(2, **ANSWER)
        book.fill(4, **ANSWER | {"investigated_on": "上周"})
        book.fill(6, **ANSWER | {"investigator_2": None, "remark": "'+1"})

    path = office.file(office.book(fill))
    outcome, content = rejects_of(office, path)
    assert (outcome.rejects, counted(outcome)) == ("渝中-退回修改.xlsx", (1, len(office.rows) - 3, 2))
    assert is_handled(office.desk.vault.root, outcome.sha256)
    assert is_handled(office.desk.vault.root, hashlib.sha256(content).hexdigest())
    book = Edited(content)
    assert [book.cell(row, "finding_id").value for row in (2, 3)] == [office.rows[i]["finding_id"] for i in (2, 4)]
    assert "核查日期：日期读不懂" in book.cell(2, "fill_check").value
    assert book.cell(2, "investigated_on").comment.text.startswith("日期读不懂")
    assert book.cell(2, "investigated_on").value == "上周"
    assert book.cell(3, "investigator_2").fill.fgColor.rgb == "FFF8C9C4"
    assert (book.cell(3, "remark").value, book.cell(3, "remark").protection.locked) == ("'+1", False)
    assert book.cell(3, "village").protection.locked
    book.fill(2, investigated_on=AS_OF)
    book.fill(3, investigator_2="李核查")
    (corrected,) = office.imports(office.file(book.content(), str(outcome.rejects)))
    assert (counted(corrected), corrected.missing, corrected.held) == ((2, 0, 0), 0, [])
    assert len(office.events()) == 3


def test_changed_locked_cells_are_restored_in_the_rejects(office: Office) -> None:
    row = office.rows[0]

    def written(wanted: Sequence[str]) -> Mapping[str, Mapping[str, Sequence[object]]]:
        cells = {key: [value] for key, value in row.items() if key not in ("seal", "conclusion")}
        cells["head_id_number"] = ["990101200001010019", "990101********0019"]
        return {str(row["finding_id"]): cells} if row["finding_id"] in wanted else {}

    content = office.book(lambda book: book.fill(2, **ANSWER, village="改过", head_id_number=5.12e17))
    outcome, rejects = rejects_of(office, office.file(content), written=lambda _: written)
    assert reasons(outcome) == {(2, "village", Cause.CHANGED), (2, "head_id_number", Cause.CHANGED)}
    book = Edited(rejects)
    assert (book.cell(2, "village").value, book.cell(2, "head_id_number").value) == ("第1社区", "990101********0019")
    listed = [[cell.value for cell in line] for line in book.book["退回原因"].iter_rows(min_row=3)]
    assert [(line[0], line[1], line[2]) for line in listed] == [(2, "2", "村(社区)"), (2, "2", "户主身份证号(脱敏)")]
    assert listed[0][4] == "原为：第1社区　现为：改过"
    (again,) = office.imports(office.file(rejects, "again.xlsx"))
    assert counted(again) == (1, 0, 0)


def test_nothing_typed_becomes_a_formula(office: Office) -> None:
    def fill(book: Edited) -> None:
        book.fill(2, **ANSWER | {"investigator_2": None})
        for key, text in (
            ("remark", "=1+1"),
            ("note", "+cmd|' /C calc'!A0"),
            ("documents", "@SUM(1)"),
            ("notified", "＝1"),
        ):
            book.put(2, book.cell(2, key).column, text)

    _, content = rejects_of(office, office.file(office.book(fill)))
    book = Edited(content)
    assert {key: book.cell(2, key).value for key in ("remark", "note", "documents", "notified")} == {
        "remark": "=1+1", "note": "+cmd|' /C calc'!A0", "documents": "@SUM(1)", "notified": "＝1",
    }  # fmt: skip
    assert book.cell(2, "remark").quotePrefix
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not [name for name in archive.namelist() if "sheet" in name and b"<f>" in archive.read(name)]


def test_a_workbook_with_a_password_gets_rejects_with_the_same(office: Office) -> None:
    plain = office.book(lambda book: book.fill(2, **ANSWER | {"note": None}))
    path = office.file(encrypted(plain, "三月"))
    outcome, content = rejects_of(office, path, password="三月")  # noqa: S106  made up for the test
    assert counted(outcome) == (0, len(office.rows) - 1, 1)
    assert content.startswith(b"\xd0\xcf\x11\xe0")
    (again,) = office.imports(office.file(content, "again.xlsx"), password="三月")  # noqa: S106
    assert reasons(again) == {(2, "note", "incomplete:missing")}


def test_rejects_that_cannot_be_written_are_told_and_nothing_is_lost(office: Office, tmp_path: Path) -> None:
    path = office.file(
        office.book(lambda book: book.fill(2, **ANSWER), lambda book: book.fill(3, **ANSWER | {"note": None}))
    )
    (tmp_path / "file").write_bytes(b"")
    outcome = finish(office.imported(path)[0], office.desk, tmp_path / "file" / "x.xlsx")
    assert "--rejects" in outcome.warning
    assert len(office.events()) == 1
    assert not is_handled(office.desk.vault.root, outcome.sha256)


def test_a_rehearsal_writes_no_rejects(office: Office) -> None:
    path = office.file(office.book(lambda book: book.fill(2, **ANSWER | {"note": None})))
    desk = replace(office.desk, dry_run=True)
    assert finish(import_workbooks([path], desk)[0], desk).rejects is None
    assert [one.name for one in office.folder.iterdir()] == ["渝中.xlsx"]
    assert not (office.desk.vault.root / "returned").exists()


def command(office: Office, *words: object) -> int:
    """The exit code of `hedui import workbook`."""
    return main(["import", "workbook", *map(str, words), "--warehouse", str(office.desk.vault.root)])


def test_the_command_tells_counts_and_places(office: Office, capfd: pytest.CaptureFixture[str]) -> None:
    path = office.file(
        office.book(lambda book: book.fill(2, **ANSWER), lambda book: book.fill(3, **ANSWER | {"note": None}))
    )
    assert command(office, path, "--dry-run") == 0
    assert "将接受 1 行" in capfd.readouterr().out
    assert [one.name for one in office.folder.iterdir()] == ["渝中.xlsx"]
    assert command(office, path, "--by", "陈录入") == 0
    told = capfd.readouterr()
    assert f"已接受 1 行，复核 0 行，未变 {len(office.rows) - 2} 行，退回 1 行" in told.out
    assert "核查清单 第3行 AH列 核查情况说明：请写明理由" in told.out
    assert "渝中-退回修改.xlsx" in told.out
    assert not {"王测试", "张核查", "990101"} & set((told.out + told.err).split())
    assert [event.by for event in office.events()] == ["陈录入"]
    assert command(office, path) == 0
    assert "以前导入过" in capfd.readouterr().out


def test_the_command_says_which_file_cannot_be_used(office: Office, capfd: pytest.CaptureFixture[str]) -> None:
    good = office.file(office.book(lambda book: book.fill(2, **ANSWER)))
    bad = office.file("疑点编号,核查结论".encode("gb18030"), "b.csv")
    assert command(office, bad, good) == 2
    told = capfd.readouterr()
    assert "b.csv：不能导入。" in told.err
    assert "另存为" in told.err
    assert "已接受 1 行" in told.out
    assert command(office, office.folder / "gone.xlsx") == 2
    assert command(office, good, "--rejects", good) == 2
    assert command(office, good, bad, "--rejects", office.folder / "new.xlsx") == 2
    (office.folder / "p").write_text("x")
    assert command(office, good, "--password-file", office.folder / "p") == 2
    assert "chmod 600" in capfd.readouterr().err


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
