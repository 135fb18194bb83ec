"""``hedui export queue --format xlsx``: workbooks of the literal night of the exports."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from pipelines.cli import main
from warehouse.session import Vault

HEAD = "512390198607250559"


@pytest.fixture
def warehouse(
    night_vault: Vault, published_night: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    published_night()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEDUI_WAREHOUSE", str(night_vault.root))
    if night_vault.key is not None:
        monkeypatch.setenv("HEDUI_KEY_FILE", str(tmp_path / "hedui.key"))
    return night_vault.root


def export(*options: str) -> int:
    return main(["export", "queue", "--format", "xlsx", *options])


def test_a_folder_gets_one_per_town_and_the_districts(
    warehouse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export("--out", "books") == 0
    names = {"全区.xlsx", "南纪门街道.xlsx", "解放碑街道.xlsx"}
    assert {path.name for path in (tmp_path / "books").iterdir()} == names
    shown = capsys.readouterr().err
    assert "3 workbooks, one per town and 全区.xlsx: " in shown
    assert "ID numbers masked" in shown
    assert not (warehouse / "audit").exists()


def test_cases_are_handed_out_from_a_warehouse_that_is_named_by_a_relative_path(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`current` gives a whole path: compared with a relative one, no case ever counted as handed out."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("HEDUI_WAREHOUSE", os.path.relpath(warehouse))
    assert export("--out", "books") == 0
    assert "cases handed out" in capsys.readouterr().err
    assert export("--out", "books") == 0
    assert "cases handed out" not in capsys.readouterr().err, "once"


def test_every_clear_workbook_has_its_record(warehouse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export("--out", "q.xlsx", "--clear-ids") == 0
    lines = (warehouse / "audit" / "exports.jsonl").read_text("utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    assert [(one["file"], one["town"]) for one in entries] == [
        ("q.xlsx", None),
        ("q-南纪门街道.xlsx", "南纪门街道"),
        ("q-解放碑街道.xlsx", "解放碑街道"),
    ]
    assert all(len(one["sha256"]) == 64 for one in entries)
    assert HEAD not in capsys.readouterr().err
    assert HEAD in str([[cell.value for cell in row] for row in openpyxl.load_workbook("q.xlsx")["核查清单"]])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--out", "q.xlsx", "--town", "朝天门"), "towns of this night: 南纪门街道、解放碑街道"),
        (("--out", "hedui.txt"), "expected a folder or a name ending in .xlsx"),
        (("--out", "q", "--password-file", "none"), "the password file none cannot be read"),
    ],
)
@pytest.mark.usefixtures("warehouse")
def test_what_cannot_be_made_as_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], told: str
) -> None:
    (tmp_path / "hedui.txt").write_text("")
    assert export(*options) == 2
    assert told in capsys.readouterr().err
    assert list(tmp_path.rglob("*.xlsx*")) == []


@pytest.mark.usefixtures("warehouse")
def test_a_password_is_for_workbooks_of_the_queue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "password").write_text("geheim\n")
    arguments = ["export", "queue", "--format", "csv", "--out", "q.csv", "--password-file", "password"]
    assert main(arguments) == 2
    assert "only the workbooks of the queue" in capsys.readouterr().err
    (tmp_path / "password").chmod(0o600)
    assert export("--out", "q.xlsx", "--town", "解放碑街道", "--password-file", "password") == 0
    assert (tmp_path / "q.xlsx").read_bytes()[:4] == b"\xd0\xcf\x11\xe0"
    shown = capsys.readouterr().err
    assert "they open with the password" in shown
    assert "geheim" not in shown
