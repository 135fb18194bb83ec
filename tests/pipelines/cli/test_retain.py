"""``hedui retain``: the dry run tells, the other one does."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.cli import main
from warehouse.occupancy import Occupant, occupied
from warehouse.session import Vault

OLD = date(2026, 1, 1)


@pytest.mark.parametrize("night_vault", ["open"], indirect=True)
def test_a_dry_run_removes_nothing_and_the_other_one_what_it_told(
    night_vault: Vault,
    landed: Callable[..., None],
    published_night: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    published_night()
    landed("vehicle", OLD, "ab" * 8, [])
    rows = night_vault.root / "snapshots" / "vehicle" / f"{OLD}-{'ab' * 6}.duckdb"
    for path in (rows, rows.with_suffix(".json")):
        os.utime(path, (1_760_000_000, 1_760_000_000))
    words = ["retain", "--warehouse", str(night_vault.root), "--profile", "caojie-core", "--as-of", "2026-09-22"]
    assert main([*words, "--dry-run"]) == 0
    told = capsys.readouterr()
    assert "部门数据原始行" in told.out
    assert "nothing was removed; 1 would go" in told.err
    assert rows.exists()
    assert main(words) == 0
    assert "removed 1, freed" in capsys.readouterr().err
    assert not rows.exists()
    assert rows.with_suffix(".json").exists()
    with occupied(night_vault.root, Occupant("another one")):  # this process may enter again
        assert main(words) == 0
    assert "nothing is old enough to go" in capsys.readouterr().err
