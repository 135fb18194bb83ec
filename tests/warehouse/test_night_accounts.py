"""Accounts of earlier nights: the last dates of a profile, published and held, and none that is damaged."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from warehouse.night_accounts import recent_nights
from warehouse.publication import held, publish
from warehouse.session import Vault

TABLES = {"findings": pl.DataFrame({"n": [1]})}


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "warehouse", None, threads=1, memory_limit="200MB")


def put(vault: Vault, day: int, run: str, profile: str = "p", *, is_held: bool = False) -> Path:
    make = held if is_held else publish
    return make(vault, date(2026, 9, day), run, TABLES, {"profile": profile}).folder


def test_the_last_dates_of_a_profile_are_given_in_order(vault: Vault) -> None:
    put(vault, 1, "aaaaaaaa")
    put(vault, 3, "bbbbbbbb", is_held=True)
    put(vault, 3, "cccccccc")
    put(vault, 2, "dddddddd", profile="other")
    put(vault, 5, "eeeeeeee")
    released = put(vault, 4, "ffffffff")
    (released / "release.json").write_text("{}")
    found = recent_nights(vault, date(2026, 9, 5), "p", 30)
    told = [(one.manifest["as_of"][-2:], one.is_held, one.is_released) for one in found]
    assert told == [("01", False, False), ("03", True, False), ("03", False, False), ("04", False, True)]
    # Both nights of the 3rd count as one date.
    assert [one.manifest["as_of"][-2:] for one in recent_nights(vault, date(2026, 9, 5), "p", 2)] == ["03", "03", "04"]
    assert recent_nights(vault, date(2026, 9, 1), "p", 30) == []


def test_a_damaged_manifest_stops_nothing(vault: Vault) -> None:
    put(vault, 1, "aaaaaaaa")
    (put(vault, 2, "bbbbbbbb") / "manifest.json").write_text("{")
    assert [one.manifest["as_of"] for one in recent_nights(vault, date(2026, 9, 3), "p", 30)] == ["2026-09-01"]
