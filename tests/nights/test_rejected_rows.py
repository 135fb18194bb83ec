"""The workbook of rejects: what is in it, that it comes back once corrected, and what happens where it cannot be written."""

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.workbooks.finishing import encrypted, finish
from pipelines.workbooks.handled import is_handled
from pipelines.workbooks.held import Cause
from pipelines.workbooks.importing import import_workbooks
from pipelines.workbooks.outcome import FileOutcome
from tests.nights.district import AS_OF
from tests.nights.office import ANSWER, Office, counted, reasons
from tests.pipelines.workbooks.made_books import Edited


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
