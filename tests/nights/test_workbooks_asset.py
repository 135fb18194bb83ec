"""Workbooks as the last asset of a night: handed out with it, and no part of whether it is published."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from pipelines.assets import workbooks as asset
from pipelines.assets.workbooks import current_folder, why_none
from pipelines.jobs import run_night
from pipelines.settings import Settings
from pipelines.workbooks.bookbinding import BookbindingError
from tests.nights.district import NEXT
from tests.nights.driver import PROFILE, District, Done
from warehouse.events.address import EventAddress
from warehouse.events.store import open_events
from warehouse.keys import Key
from warehouse.publication import current


def settings_of(district: District) -> Settings:
    feeds = (Path(os.environ["HEDUI_FEEDS_DIRS"]),)
    places = {"inbox": district.inbox, "warehouse": district.warehouse, "feeds_dirs": feeds}
    return Settings(**places, profile=PROFILE, threads=1)


def quiet(_event: str, _told: str) -> None:
    """Nobody watches."""


def dispatched(district: District) -> list[str]:
    store = open_events(EventAddress.of_warehouse(district.warehouse), None)
    return [str(event.case_id) for event in store.read(kinds=["dispatched"])]


def test_a_night_hands_its_cases_out_once_and_is_published_even_where_that_fails(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(district)

    def fail(*_anything: object) -> None:
        raise BookbindingError("a workbook could not be written: OSError at book.py:1")

    with monkeypatch.context() as patched:
        patched.setattr(asset, "write_queue_books", fail)
        failed = run_night(settings, NEXT, quiet)
    assert (failed.exit_code, failed.is_current) == (1, True)
    assert failed.messages == ["workbooks: a workbook could not be written: OSError at book.py:1"]
    [account] = (district.warehouse / "accounts").glob("*-workbooks.md")
    assert "本次核对结果已发布、有效" in account.read_text("utf-8")
    assert dispatched(district) == []

    again = run_night(settings, NEXT, quiet)
    assert (again.exit_code, again.is_current) == (0, True)
    assert again.folder is not None
    folder = district.warehouse / "workbooks" / again.folder.name
    names = {path.name for path in folder.iterdir()}
    assert "全区.xlsx" in names
    rows = openpyxl.load_workbook(folder / "全区.xlsx", read_only=True)["核查清单"].max_row - 1
    assert rows > 0
    first = dispatched(district)
    assert len(first) == len(set(first)) > 0

    assert run_night(settings, NEXT - timedelta(days=1), quiet).is_current is False
    assert {path.name for path in (district.warehouse / "workbooks").iterdir()} == {folder.name}
    assert dispatched(district) == first


def test_an_encrypted_warehouse_gets_workbooks_with_a_password_alone(first_night: tuple[District, Done]) -> None:
    night = first_night[1].night
    folder = current(night.vault)
    assert current_folder(night) == folder
    assert current_folder(replace(night, profile="caojie-people")) is None
    locked = replace(night, vault=replace(night.vault, key=Key(b"k" * 32)))
    assert "set workbook_password_file" in why_none(locked, folder, None)
    assert why_none(locked, folder, Path("password")) == ""
    assert why_none(night, folder, None) == ""
    assert "another night is current" in why_none(night, None, None)
