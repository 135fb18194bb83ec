"""``hedui nightly``: what is said after a night. The night itself is tried in the tests of the jobs."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.cli.nightly import WHAT_IT_MEANS, show_summary
from pipelines.jobs import HELD, NO_ROSTER, OUR_ERROR, PUBLISHED, WRONG_USAGE, NightOutcome
from pipelines.settings import Settings
from warehouse.session import Vault

AS_OF = date(2026, 9, 22)


def test_every_exit_code_but_success_is_explained() -> None:
    assert PUBLISHED == 0
    assert {OUR_ERROR, WRONG_USAGE, HELD, NO_ROSTER} == WHAT_IT_MEANS.keys() == {1, 2, 3, 4}


@pytest.mark.parametrize("is_current", [True, False])
def test_the_summary_comes_from_the_published_night_with_the_rules_names_of_the_policy(
    night_vault: Vault,
    published_night: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    is_current: bool,
) -> None:
    folder = published_night()
    key_file = tmp_path / "hedui.key" if night_vault.key else None
    settings = Settings(warehouse=night_vault.root, key_file=key_file)
    show_summary(settings, AS_OF, NightOutcome(PUBLISHED, "0123", folder=str(folder), is_current=is_current))
    shown = capsys.readouterr().out
    assert "核对 2026-09-22  50 households" in shown
    assert "SB-01 职工养老保险正常参保" in shown
    assert f"hedui export queue --format xlsx --out queue --warehouse {night_vault.root}" in shown
    assert ("A later night is current" in shown) != is_current
