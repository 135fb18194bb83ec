from datetime import date

import polars as pl
import pytest

from pipelines.domain.canary import MARK
from pipelines.night.canaries import real_tables
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
