"""``hedui export`` and ``hedui status`` on a literal published night."""

import json
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.cli import export, main
from pipelines.night.export_audit import operating_user
from pipelines.night.export_files import FORMATS
from pipelines.night.exports import WHATS
from warehouse.session import Vault

Publish = Callable[..., Path]
HEAD = "512390198607250559"


@pytest.fixture
def warehouse(night_vault: Vault, published_night: Publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse with one night, in the environment as a server would have it, with its key where it has one."""
    published_night()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEDUI_WAREHOUSE", str(night_vault.root))
    if night_vault.key is not None:
        monkeypatch.setenv("HEDUI_KEY_FILE", str(tmp_path / "hedui.key"))
    return night_vault.root


def test_the_choices_are_those_of_the_exports() -> None:
    assert export.WHATS == WHATS
    assert export.FORMATS == FORMATS


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("what", ["findings", "cases", "queue"])
@pytest.mark.usefixtures("warehouse")
def test_every_table_in_every_format(tmp_path: Path, what: str, file_format: str) -> None:
    out = tmp_path / f"{what}.{file_format}"
    assert main(["export", what, "--format", file_format, "--out", str(out)]) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert HEAD.encode() not in out.read_bytes()


def test_clear_ids_are_recorded(warehouse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "queue.csv"
    arguments = ["export", "queue", "--format", "csv", "--out", str(out), "--town", "南纪门街道"]
    assert main(arguments) == 0
    assert not (warehouse / "audit").exists()
    assert main([*arguments, "--clear-ids"]) == 0
    rows = pl.read_csv(out, schema_overrides={"head_id_number": pl.String})
    assert rows["head_id_number"].to_list() == [HEAD, HEAD]
    [entry] = [json.loads(line) for line in (warehouse / "audit" / "exports.jsonl").read_text("utf-8").splitlines()]
    assert entry.keys() == {"at", "by", "file", "what", "format", "town", "night", "rows", "sha256"}
    assert (entry["by"], entry["file"], entry["rows"]) == (operating_user(), "queue.csv", 2)
    shown = capsys.readouterr().err
    assert "2 rows of 2026-09-22-01234567; ID numbers masked" in shown
    assert "recorded in audit/exports.jsonl" in shown
    assert HEAD not in shown


@pytest.mark.usefixtures("warehouse")
def test_an_unknown_town_is_answered_with_the_towns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "queue.csv"
    assert main(["export", "queue", "--format", "csv", "--out", str(out), "--town", "朝天门"]) == 2
    assert "towns of this night: 南纪门街道、解放碑街道" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.usefixtures("warehouse")
def test_quarantine_reads_headers_and_reasons_from_the_contracts(
    landed: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = json.dumps({"证件号码": "51239O198607250559", "号牌号码": "渝A12345"}, ensure_ascii=False)
    arguments = ["export", "quarantine", "--format", "csv", "--out", str(tmp_path / "q.csv")]
    assert main(arguments) == 2
    assert "no longer in the warehouse" in capsys.readouterr().err
    landed("roster", date(2026, 9, 22), "00aa", [])
    landed("vehicle", date(2026, 9, 21), "abcdef0123456789", [raw])
    assert main(arguments) == 0
    text = (tmp_path / "q.csv").read_text("utf-8-sig")
    assert "渝A12345" in text
    assert "19860725" not in text


def test_another_key_is_wrong_configuration(
    warehouse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["key", "new", str(tmp_path / "other.key")]) == 0
    monkeypatch.setenv("HEDUI_KEY_FILE", str(tmp_path / "other.key"))
    assert main(["export", "queue", "--format", "csv", "--out", "q.csv"]) == 2
    assert "HEDUI_KEY_FILE" in capsys.readouterr().err
    assert not (tmp_path / "q.csv").exists()
    assert warehouse.exists()


@pytest.mark.usefixtures("warehouse")
def test_a_night_is_chosen_by_date_and_profile(
    published_night: Publish, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published_night(as_of=date(2026, 9, 23), run_id="core0000", profile="caojie-core")
    arguments = ["export", "cases", "--format", "csv", "--out", str(tmp_path / "c.csv")]
    for options, night in (
        ([], "2026-09-23-core0000"),
        (["--as-of", "2026-09-22"], "2026-09-22-01234567"),
        (["--profile", "caojie-2024"], "2026-09-22-01234567"),
    ):
        assert main([*arguments, *options]) == 0
        assert night in capsys.readouterr().err
    assert main([*arguments, "--as-of", "2026-09-23", "--profile", "caojie-2024"]) == 2


@pytest.mark.usefixtures("warehouse")
def test_status_needs_no_key(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEDUI_KEY_FILE", raising=False)
    assert main(["status", "--as-of", "2026-09-30"]) == 0
    shown = capsys.readouterr().out
    assert "Last night 比对日 2026-09-22" in shown
    assert "days old on 2026-09-30" in shown
