"""The line about the disk: what is used and free, what a night needs, and when that is too little."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.night.status_disk import DiskStanding, disk_facts, disk_line, disk_standing
from warehouse.session import Vault

MB = 1_000_000


def test_a_warehouse_before_its_first_night(tmp_path: Path) -> None:
    found = disk_standing(Vault(tmp_path / "none"), None)
    assert (found.used, found.needed, found.is_short) == ({}, None, False)
    assert found.free > 0


@pytest.mark.parametrize("night_vault", ["open"], indirect=True)
def test_a_night_needs_its_newest_snapshots_and_what_the_last_one_took(
    night_vault: Vault, landed: Callable[..., None], published_night: Callable[..., Path]
) -> None:
    folder = published_night()
    for day in (20, 21):
        landed("vehicle", date(2026, 9, day), f"{day}" * 8, [])
    found = disk_standing(night_vault, "caojie-2024")
    newest = next((night_vault.root / "snapshots" / "vehicle").glob("2026-09-21*.duckdb")).stat().st_size
    assert folder.exists()
    assert found.needed == int(
        (newest + 40 * MB) * 1.1
    )  # the literal night is smaller than the least that is asked for
    assert found.used["snapshots"] >= 2 * newest


@pytest.mark.parametrize(("free", "is_short"), [(99 * MB, True), (100 * MB, False)])
def test_too_little_room_is_told(free: int, *, is_short: bool) -> None:
    found = DiskStanding({"snapshots": 107 * MB, "nights": 26 * MB, "audit": 0}, free, 100 * MB)
    told = disk_line(found).plain
    assert told.startswith("disk 磁盘: 133 MB used (snapshots 107 MB, nights 26.0 MB); ")
    assert ("too little: hedui retain --dry-run" in told) is is_short
    assert disk_facts(found)["is_short"] is is_short
