from datetime import date

import polars as pl
import pytest

from pipelines.domain.canary import MARK
from pipelines.night.canaries import real_tables, without_canaries
from warehouse.session import Vault
from warehouse.tables import NightTables


@pytest.fixture
def night(night_vault: Vault) -> NightTables:
    tables = NightTables(night_vault, date(2026, 9, 22), "caojie-core")
    tables.write("members", pl.DataFrame({"household_id": ["H1", f"{MARK}1"], "name": ["a", "b"]}))
    tables.write("rule_counts", pl.DataFrame({"rule_id": ["CL-01"]}))
    return tables


def test_columns_are_read_without_canaries(night: NightTables) -> None:
    real = real_tables(night)
    assert real.read("members", ("name", "household_id")).rows() == [("a", "H1")]
    assert night.read("members", ("name", "household_id")).height == 2
    assert real.read("rule_counts").height == 1


def test_columns_that_tell_no_canary_are_refused(night: NightTables) -> None:
    with pytest.raises(ValueError, match="household_id"):
        real_tables(night).read("members", ("name",))


@pytest.mark.parametrize(
    "households",
    [
        ["H1", "H2"],
        [f"{MARK}1"],
        [f"{MARK}1", "H1"],
        ["H1", f"{MARK}1", f"{MARK}2"],
        ["H1", f"{MARK}1", "H2"],
        [],
        [None],
    ],
)
def test_wherever_canaries_stand_the_others_stay_in_their_order(households: list[str | None]) -> None:
    frame = pl.DataFrame(
        {"household_id": households, "place": range(len(households))}, schema_overrides={"household_id": pl.String}
    )
    real = [place for place, one in enumerate(households) if one is None or not one.startswith(MARK)]
    assert without_canaries(frame).get_column("place").to_list() == real


def test_a_scanned_table_holds_no_canary_either(night: NightTables) -> None:
    assert real_tables(night).scan("members").select("name").collect().rows() == [("a",)]
