"""Status: from manifests and load reports alone, also without the key."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pipelines.night.status import Standing, standing, status_screen
from pipelines.night.status_json import status_facts
from warehouse.errors import WarehouseError
from warehouse.occupancy import Occupant, occupied
from warehouse.publication import held
from warehouse.release import held_nights, release
from warehouse.session import Vault
from warehouse.snapshots import SnapshotStore

TODAY = date(2026, 9, 25)
Publish = Callable[..., Path]


def screen(found: Standing, today: date = TODAY) -> str:
    plain = Console(width=160, color_system=None)
    with plain.capture() as captured:
        plain.print(status_screen(found, today))
    return captured.get()


def with_limit(manifest: dict[str, Any], days: int) -> dict[str, Any]:
    return {"feeds": {feed: told | {"max_age_days": days} for feed, told in manifest["feeds"].items()}}


def test_an_empty_warehouse_says_so(tmp_path: Path) -> None:
    found = standing(Vault(tmp_path))
    assert found.night is None
    assert screen(found) == "No night is published yet.\nThe warehouse is empty.\n"
    assert list(tmp_path.iterdir()) == []


def test_the_last_night_is_told_without_a_key(night_vault: Vault, published_night: Publish) -> None:
    folder = published_night()
    told = screen(standing(Vault(night_vault.root)))
    assert "Last night 比对日 2026-09-22  profile caojie-2024  50 households, 4 findings, 6 cases" in told
    assert str(folder) in told
    assert ("are not encrypted" in told) == (night_vault.key is None)
    assert ("are encrypted" in told) == (night_vault.key is not None)
    assert "gates: 1 of 1 passed" in told
    assert "! business 2026-09-01: manifest names 120 rows" in told


def test_who_is_at_work_is_told_while_he_is(tmp_path: Path) -> None:
    with occupied(tmp_path, Occupant("the night of 2026-09-22", "0b5c3d2e-1111")):
        found = standing(Vault(tmp_path))
    assert "At work now: the night of 2026-09-22 has been running since 20" in screen(found)
    facts = status_facts(found, TODAY)["at_work"]
    assert (facts["doing"], facts["run_id"], facts["pid"]) == ("the night of 2026-09-22", "0b5c3d2e-1111", os.getpid())
    assert "At work" not in screen(standing(Vault(tmp_path)))
    assert status_facts(standing(Vault(tmp_path)), TODAY)["at_work"] is None


def test_feeds_age_day_by_day(
    night_vault: Vault, published_night: Publish, landed: Callable[..., None], night_manifest: dict[str, Any]
) -> None:
    landed("vehicle", date(2026, 9, 21), "abcd", [])
    landed("later_feed", date(2026, 9, 20), "abcd", [])
    published_night(**with_limit(night_manifest, 4))
    found = standing(night_vault)
    assert [feed.feed for feed in found.feeds] == ["business", "roster", "vehicle", "later_feed"]
    vehicle = found.feeds[2]
    assert (vehicle.age_days(TODAY), vehicle.is_stale(TODAY), vehicle.is_stale(date(2026, 9, 26))) == (4, False, True)
    assert found.feeds[0].is_stale(TODAY)
    assert "days old on 2026-09-25" in screen(found)


@pytest.mark.parametrize(("refused_on", "is_told"), [(date(2026, 9, 22), True), (date(2026, 9, 20), False)])
def test_a_refusal_newer_than_what_is_used_is_told(
    night_vault: Vault, landed: Callable[..., None], refused_on: date, is_told: bool
) -> None:
    landed("vehicle", date(2026, 9, 21), "abcd", [])
    SnapshotStore(night_vault).refuse("vehicle", refused_on, "ef01", "full", "vehicle: expected a column 状态")
    assert ("expected a column 状态" in screen(standing(night_vault))) == is_told


def test_a_held_night_is_told_with_its_gates_until_a_later_one_is_published(
    night_vault: Vault, published_night: Publish, night_manifest: dict[str, Any]
) -> None:
    before = published_night()
    for path in before.iterdir():
        os.utime(path, (1, 1))
    gates = [{"name": "night_books", "passed": False, "detail": "in scope: 10 ≠ 9"}]
    held(night_vault, date(2026, 9, 23), "fedcba98", {}, night_manifest | {"gates": gates})
    told = screen(standing(night_vault))
    assert "held: 2026-09-23-fedcba98: night_books: in scope: 10 ≠ 9" in told
    assert "an error of ours" in told
    assert "hedui publish" not in told
    published_night(as_of=date(2026, 9, 23), run_id="00000000")
    assert standing(night_vault).held == ()


def test_a_night_held_by_its_history_can_be_released_and_then_says_by_whom(
    night_vault: Vault, night_manifest: dict[str, Any]
) -> None:
    few = {"name": "vehicle_rows", "kind": "feed_rows", "passed": True, "status": "too_few", "detail": "3 rows"}
    gate = {"name": "roster_rows", "kind": "roster_rows", "detail": "90 rows", "attribution": "roster.csv"}
    gates = [gate | {"passed": False, "status": "failed", "can_be_released": True}, few]
    held(night_vault, date(2026, 9, 23), "fedcba98", {}, night_manifest | {"gates": gates})
    told = screen(standing(night_vault))
    assert "roster_rows 名册行数: 90 rows；主要来源：roster.csv" in told
    assert 'hedui publish --run fedcba98 --reason "…"' in told
    assert "run the night of 2026-09-23 again" in told
    released = {"by": "李四", "at": "2026-09-23T01:00:00+00:00", "reason": "批量清退", "gates": ["roster_rows"]}
    release(night_vault, held_nights(night_vault)[0], released)
    told = screen(standing(night_vault))
    assert "held:" not in told
    assert "gates: 1 of 2 passed, 1 too_few 数量过少" in told
    assert "released by 李四 at 2026-09-23T01:00:00+00:00: 批量清退" in told


def test_releasing_one_held_night_leaves_the_later_ones_in_sight(
    night_vault: Vault, night_manifest: dict[str, Any]
) -> None:
    """A release writes the manifest anew: its time must not pass for the night's."""
    gate = {"name": "roster_rows", "kind": "roster_rows", "detail": "90 rows", "passed": False, "can_be_released": True}
    told = night_manifest | {"gates": [gate]}
    first = held(night_vault, date(2026, 9, 23), "fedcba98", {}, told).folder
    for path in first.iterdir():
        os.utime(path, (1, 1))
    held(night_vault, date(2026, 9, 24), "01234567", {}, told)
    released = {"by": "李四", "at": "2026-09-25T01:00:00+00:00", "reason": "批量清退", "gates": ["roster_rows"]}
    release(night_vault, held_nights(night_vault)[0], released)
    assert [one.name for one in standing(night_vault).held] == ["2026-09-24-01234567"]


def test_a_held_night_that_cannot_be_read_is_told_and_hides_nothing(
    night_vault: Vault, published_night: Publish, night_manifest: dict[str, Any]
) -> None:
    published_night()
    folder = held(night_vault, date(2026, 9, 23), "fedcba98", {}, night_manifest).folder
    (folder / "manifest.json").write_text("{")
    told = screen(standing(night_vault))
    assert "2026-09-23-fedcba98 has no readable manifest.json: restore the folder" in told
    assert "Last night" in told


def test_a_damaged_marker_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "warehouse.json").write_text("{")
    with pytest.raises(WarehouseError, match="restore the file"):
        standing(Vault(tmp_path))


def test_what_failed_since_the_last_publication_is_told(night_vault: Vault, published_night: Publish) -> None:
    accounts = night_vault.root / "accounts"
    accounts.mkdir(parents=True)
    for number, name in enumerate(("old.md", "later.md", "last.md")):
        (accounts / name).write_text("")
        os.utime(accounts / name, (number + 1, number + 1))
    assert f"failed since: 3, the last one: {accounts / 'last.md'}" in screen(standing(night_vault))
    published_night()
    assert standing(night_vault).failures == ()


def test_feeds_that_were_never_delivered_share_a_line(
    night_vault: Vault, published_night: Publish, night_manifest: dict[str, Any]
) -> None:
    away = {f"feed_{n}": {"status": "absent", "title": "某项", "messages": []} for n in range(20)}
    published_night(feeds=night_manifest["feeds"] | away)
    told = screen(standing(night_vault))
    assert "未交付，未核 (20): feed_0 某项, feed_1 某项" in told
    assert "feed_0   " not in told
    assert "gates: 1 of 1 passed" in told
    assert len(told.splitlines()) < 25
