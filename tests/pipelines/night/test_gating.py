"""Which limits and which nights the gates of a night go by."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from shutil import rmtree

from pipelines.domain.gates import Limits
from pipelines.night.gating import earlier_nights, gate_limits
from pipelines.night.policy_files import load_policy
from tests.pipelines.literal_publication import literal_manifest, literal_tables
from warehouse.publication import held
from warehouse.session import Vault

PROFILE = "caojie-2024"


def test_the_limits_that_ship_are_those_of_the_specification(repository: Path) -> None:
    policy = load_policy((repository / "data" / "policy",), PROFILE).in_force(date(2026, 9, 22))
    assert gate_limits(policy) == Limits(
        roster_band=Fraction(1, 5),
        feed_band=Fraction(3, 10),
        match_band=Fraction(1, 2),
        fill_points=Fraction(10),
        breaker_multiple=Fraction(3),
        breaker_excess=Fraction(50),
        smallest=Fraction(20),
        nights=7,
    )


def test_history_is_what_was_published_before_under_the_profile(
    night_vault: Vault, published_night: Callable[..., Path]
) -> None:
    published_night(as_of=date(2026, 9, 20), run_id="00000001")
    published_night(as_of=date(2026, 9, 21), run_id="00000002")
    published_night(as_of=date(2026, 9, 22), run_id="00000003")
    again = published_night(as_of=date(2026, 9, 20), run_id="00000004")
    published_night(as_of=date(2026, 9, 21), run_id="00000005", profile="other")
    held(night_vault, date(2026, 9, 21), "00000006", literal_tables(), literal_manifest())
    found = earlier_nights(night_vault, date(2026, 9, 22), PROFILE)
    assert [one.folder.name for one in found] == ["2026-09-21-00000002", again.name]
    rmtree(again)
    found = earlier_nights(night_vault, date(2026, 9, 21), PROFILE)
    assert [one.folder.name for one in found] == ["2026-09-20-00000001"]
    assert earlier_nights(night_vault, date(2026, 9, 20), PROFILE) == []
