"""The drop folder: which files are finished, and what is put beside them."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.workbooks.drop_folder import finished, is_workbook, look, put_beside, receipt_beside, rejects_beside
from pipelines.workbooks.handled import is_handled, mark_handled, mark_ours


@pytest.mark.parametrize("name", ["渝中.xlsx", "a.XLSX", "带宏.xlsm", "渝中-退回修改.xlsx"])
def test_workbooks(name: str) -> None:
    assert is_workbook(name)


@pytest.mark.parametrize(
    "name",
    ["~$渝中.xlsx", ".渝中.xlsx", "渝中.xlsx.part", "渝中.xlsx.tmp", "a.uploading", "a.xls", "a.csv", "a-回执.txt",
     ".~lock.a.xlsx#", "a.xlsx.part-12-1"],
)  # fmt: skip
def test_what_is_none(name: str) -> None:
    assert not is_workbook(name)


def test_a_file_is_finished_when_two_looks_are_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"half")
    first = look(tmp_path)
    assert finished(tmp_path, {}, first) == []
    file.write_bytes(b"half and more")
    second = look(tmp_path)
    assert finished(tmp_path, first, second) == []
    assert finished(tmp_path, second, look(tmp_path)) == [file]
    os.utime(file, (1, 1))
    assert finished(tmp_path, second, look(tmp_path)) == []


@pytest.mark.parametrize("mark", ["~$渝中.xlsx", "~$.xlsx", ".~lock.渝中.xlsx#"])
def test_a_file_that_somebody_has_open_waits(tmp_path: Path, mark: str) -> None:
    (tmp_path / "渝中.xlsx").write_bytes(b"x")
    (tmp_path / mark).write_bytes(b"")
    seen = look(tmp_path)
    assert finished(tmp_path, seen, seen) == []


def test_no_folder_and_folders_in_it_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    assert look(tmp_path) == {}
    assert look(tmp_path / "gone") == {}


def test_rejects_are_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "渝中.xlsx"
    first = rejects_beside(file)
    assert first.name == "渝中-退回修改.xlsx"
    first.write_bytes(b"being corrected")
    second = rejects_beside(file)
    assert second.name == "渝中-退回修改2.xlsx"
    second.write_bytes(b"")
    assert rejects_beside(second).name == "渝中-退回修改3.xlsx"
    assert receipt_beside(file).name == "渝中-回执.txt"


def test_what_is_put_beside_a_file_is_for_the_same_readers(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"x")
    file.chmod(0o664)
    put_beside(file, receipt_beside(file), "回执".encode())
    assert receipt_beside(file).read_text() == "回执"
    assert receipt_beside(file).stat().st_mode & 0o777 == 0o664
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_what_was_handled_is_known_by_its_content(tmp_path: Path) -> None:
    when = datetime(2026, 11, 22, tzinfo=UTC)
    assert not is_handled(tmp_path, "ab")
    mark_handled(tmp_path, "ab", {"status": "read", "accepted": 3}, when)
    mark_ours(tmp_path, "cd", when)
    assert is_handled(tmp_path, "ab")
    assert is_handled(tmp_path, "cd")
    assert (tmp_path / "returned" / "ab.json").stat().st_mode & 0o777 == 0o600
