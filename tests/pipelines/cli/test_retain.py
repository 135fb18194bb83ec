"""``hedui retain``: the dry run tells, the other one does."""

from pathlib import Path

import pytest

from pipelines.cli import main
from warehouse.occupancy import Occupant, occupied
from warehouse.session import Vault


@pytest.mark.parametrize("night_vault", ["open"], indirect=True)
def test_a_dry_run_removes_nothing_and_the_other_one_what_it_told(
    night_vault: Vault, old_rows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["retain", "--warehouse", str(night_vault.root), "--profile", "caojie-core", "--as-of", "2026-09-22"]
    assert main([*words, "--dry-run"]) == 0
    told = capsys.readouterr()
    assert "部门数据原始行" in told.out
    assert "nothing was removed; 1 would go" in told.err
    assert old_rows.exists()
    assert main(words) == 0
    assert "removed 1, freed" in capsys.readouterr().err
    assert not old_rows.exists()
    assert old_rows.with_suffix(".json").exists()
    with occupied(night_vault.root, Occupant("another one")):  # this process may enter again
        assert main(words) == 0
    assert "nothing is old enough to go" in capsys.readouterr().err
