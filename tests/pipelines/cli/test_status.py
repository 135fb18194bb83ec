"""``hedui status --json`` and the drop folder, through the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.cli import main
from warehouse.session import Vault


def test_status_for_machines(
    night_vault: Vault,
    published_night: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published_night()
    drop = tmp_path / "drop"
    drop.mkdir()
    (drop / "解放碑街道.xlsx").write_bytes(b"")
    (drop / "~$解放碑街道.xlsx").write_bytes(b"")
    monkeypatch.setenv("HEDUI_DROP_FOLDER", str(drop))
    assert main(["status", "--warehouse", str(night_vault.root), "--as-of", "2026-09-25", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["night"]["profile"] == "caojie-2024"
    assert facts["drop_folder"] == {"folder": str(drop), "waiting": 1}
    assert facts["event_store"] == {"place": "events.db", "events": 0, "is_whole": True, "problem": None}
    assert main(["status", "--warehouse", str(night_vault.root)]) == 0
    assert "回收文件夹" in capsys.readouterr().out
