"""Choosing stored nights: the newest, of one profile, up to a date; of several publications of a day the latest."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.night.stored_nights import PinnedSnapshots, RehearsalError, choose_nights
from warehouse.session import Vault

Publish = Callable[..., Path]
DAYS = [date(2026, 9, day) for day in (20, 21, 22)]


@pytest.fixture
def vault(night_vault: Vault, published_night: Publish) -> Vault:
    """Three nights of the default profile, the second one twice, and one of another profile before the last."""
    for place, day in enumerate((*DAYS[:2], DAYS[1])):
        published_night(day, run_id=f"default{place}")
    published_night(DAYS[1], run_id="other", profile="caojie-core")
    published_night(DAYS[2], run_id="default3")
    return night_vault


def chosen(vault: Vault, number: int, until: date | None = None, profile: str | None = None) -> list[tuple[date, str]]:
    return [(one.as_of, str(one.manifest["run_id"])) for one in choose_nights(vault, number, until, profile)]


def test_the_last_nights_of_the_newest_profile(vault: Vault) -> None:
    assert chosen(vault, 1) == [(DAYS[2], "default3")]
    assert chosen(vault, 2) == [(DAYS[1], "default2"), (DAYS[2], "default3")]
    assert chosen(vault, 9) == [(DAYS[0], "default0"), (DAYS[1], "default2"), (DAYS[2], "default3")]


def test_nights_up_to_a_date_and_of_another_profile(vault: Vault) -> None:
    assert chosen(vault, 1, until=DAYS[0]) == [(DAYS[0], "default0")]
    # The newest of that day was judged by another profile, and so its nights are.
    assert chosen(vault, 2, until=DAYS[1]) == [(DAYS[1], "other")]
    assert chosen(vault, 2, until=DAYS[1], profile="caojie-2024") == [(DAYS[0], "default0"), (DAYS[1], "default2")]


@pytest.mark.parametrize(
    ("until", "profile", "message"),
    [
        (date(2026, 9, 19), None, r"expected a published night up to 2026-09-19 .* found 2026-09-20 caojie-2024"),
        (None, "nobody", r"of profile nobody .* found 2026-09-20 caojie-2024.*--nights-of"),
    ],
)
def test_no_such_night_is_told_with_those_there_are(
    vault: Vault, until: date | None, profile: str | None, message: str
) -> None:
    with pytest.raises(RehearsalError, match=message):
        choose_nights(vault, 1, until, profile)


def test_a_warehouse_without_a_night(night_vault: Vault) -> None:
    night_vault.open()
    with pytest.raises(RehearsalError, match="found none in this warehouse: run hedui nightly first"):
        choose_nights(night_vault, 1, None, None)


def test_only_pinned_snapshots_are_seen(night_vault: Vault, landed: Callable[..., None]) -> None:
    """One delivery may come again under another date, another one on the same date."""
    landed("vehicle", DAYS[0], "aa" * 8, [])
    landed("vehicle", DAYS[1], "aa" * 8, [])
    landed("vehicle", DAYS[0], "bb" * 8, [])
    store = PinnedSnapshots(night_vault, {"vehicle": [("2026-09-20", "aa" * 8)]})
    assert [(one.snapshot_date, one.checksum) for one in store.list("vehicle")] == [(DAYS[0], "aa" * 8)]
    assert store.list("property") == []
