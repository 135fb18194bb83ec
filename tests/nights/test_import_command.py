"""`hedui import workbook`: counts and places on the screen, exit codes, nothing of a person."""

import pytest

from pipelines.cli import main
from tests.nights.office import ANSWER, Office


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
