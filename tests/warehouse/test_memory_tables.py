"""The tables of a night in memory answer as those of a warehouse do."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from warehouse.errors import WarehouseError
from warehouse.in_memory import MemoryTables, memory_vault
from warehouse.tables import NightTables

ROWS = pl.DataFrame({"household_id": ["H1", "H2"], "members": [1, 2]})


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[MemoryTables]:
    with memory_vault(tmp_path) as vault:
        yield MemoryTables(vault, date(2026, 9, 22), "caojie-core")


def test_a_table_is_read_and_scanned(tables: MemoryTables) -> None:
    tables.write("members", ROWS)
    assert tables.has("members")
    assert tables.read("members").equals(ROWS)
    assert tables.read("members", ["members"]).equals(ROWS.select("members"))
    assert tables.scan("members").filter(pl.col("members") > 1).collect().rows() == [("H2", 2)]


def test_a_table_that_is_not_there_is_told(tables: MemoryTables) -> None:
    assert not tables.has("members")
    for look in (tables.read, tables.scan):
        with pytest.raises(WarehouseError, match="the night 2026-09-22 has no table members"):
            look("members")


def test_nothing_that_a_night_asks_of_its_tables_goes_to_the_disk() -> None:
    """Whatever of a night's tables looks at files is another in memory."""
    asked = {name for name, one in vars(NightTables).items() if callable(one) and not name.startswith("_")}
    assert asked <= vars(MemoryTables).keys()


def test_one_thread_at_a_time_works_in_a_warehouse_in_memory(tmp_path: Path) -> None:
    """Steps that do two things side by side meet one session there; also where the settings of the vault are others."""
    inside: list[str] = []
    with memory_vault(tmp_path) as vault, ThreadPoolExecutor(1) as beside:

        def work(name: str) -> None:
            with replace(vault, threads=1).connect():
                inside.append(f"{name} comes")
                time.sleep(0.05)
                inside.append(f"{name} goes")

        other = beside.submit(work, "other")
        work("this")
        other.result()
    assert inside in (
        ["this comes", "this goes", "other comes", "other goes"],
        ["other comes", "other goes", "this comes", "this goes"],
    )
