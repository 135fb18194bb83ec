import stat
from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from warehouse.errors import WarehouseError
from warehouse.session import Vault
from warehouse.tables import NightTables

AS_OF = date(2026, 9, 22)
ROWS = pl.DataFrame(
    {
        "household_id": ["H2", "H1", None],
        "amount": [Decimal("0.10"), None, Decimal("620.00")],
        "rules": [["CL-01"], [], None],
        "evidence": [[{"field": "状态", "value": "A"}], [], None],
    },
    schema_overrides={"amount": pl.Decimal(12, 2), "rules": pl.List(pl.String)},
)


@pytest.fixture
def night(vault: Vault) -> NightTables:
    return NightTables(vault, AS_OF, "caojie-2024")


def test_a_table_reads_back_as_it_was_written(night: NightTables) -> None:
    assert not night.has("findings")
    night.write("findings", ROWS)
    assert night.has("findings")
    assert_frame_equal(night.read("findings"), ROWS)
    night.write("findings", ROWS.clear())
    assert_frame_equal(night.read("findings"), ROWS.clear())


def test_the_columns_asked_for_are_read_in_that_order(night: NightTables) -> None:
    columns = ("rules", "household_id")
    night.write("findings", ROWS)
    assert_frame_equal(night.read("findings", columns), ROWS.select(columns))
    afresh = NightTables(night.vault, AS_OF, night.profile)
    assert_frame_equal(afresh.read("findings", columns), ROWS.select(columns))
    assert_frame_equal(afresh.read("findings"), ROWS)
    assert_frame_equal(afresh.read("findings", columns), ROWS.select(columns))


def test_a_table_is_scanned_from_memory_or_from_its_file(night: NightTables) -> None:
    night.write("findings", ROWS)
    looked_at = ROWS.select("rules", "household_id")
    afresh = NightTables(night.vault, AS_OF, night.profile)
    for tables in (night, afresh):
        assert_frame_equal(tables.scan("findings").select("rules", "household_id").collect(), looked_at)
        assert_frame_equal(tables.scan("findings").collect(), ROWS)
    with pytest.raises(WarehouseError, match="has no table cases: run the step that writes it first"):
        night.scan("cases")


def test_a_column_that_the_table_lacks_is_told(night: NightTables) -> None:
    night.write("findings", ROWS)
    with pytest.raises(WarehouseError, match="run its step again"):
        NightTables(night.vault, AS_OF, night.profile).read("findings", ("household_id", "grade"))


def test_a_big_table_keeps_its_order(night: NightTables) -> None:
    rows = pl.DataFrame({"n": pl.int_range(300_000, eager=True).shuffle(seed=1)})
    night.write("big", rows)
    assert_frame_equal(night.read("big"), rows)


def test_a_table_lies_in_a_private_file_of_its_own(night: NightTables) -> None:
    night.write("findings", ROWS)
    path = night.vault.root / "nights" / "2026-09-22" / "caojie-2024" / "findings.arrow"
    assert night.folder == path.parent
    assert [file.name for file in night.folder.iterdir()] == ["findings.arrow"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(night.folder.stat().st_mode) == 0o700
    assert ("状态".encode() in path.read_bytes()) == (night.vault.key is None)
    night.folder.joinpath("findings.duckdb").touch()
    night.write("findings", ROWS)
    assert [file.name for file in night.folder.iterdir()] == ["findings.arrow"]


def test_nights_do_not_mix(night: NightTables) -> None:
    night.write("findings", ROWS)
    assert not NightTables(night.vault, date(2026, 9, 23), night.profile).has("findings")
    assert not NightTables(night.vault, AS_OF, "caojie-core").has("findings")


def test_a_failed_write_leaves_the_old_table(night: NightTables) -> None:
    night.write("findings", ROWS)
    with pytest.raises(WarehouseError, match="without a type"):
        night.write("findings", pl.DataFrame({"x": [None]}))
    assert_frame_equal(night.read("findings"), ROWS)
    assert len(list(night.folder.iterdir())) == 1


def test_a_missing_table_is_told(night: NightTables) -> None:
    with pytest.raises(WarehouseError, match="no table findings: run the step"):
        night.read("findings")


def test_facts(night: NightTables) -> None:
    assert not night.has_facts("books")
    night.write_facts("books", {"left": 3, "on": AS_OF, "messages": ["齐"], "nested": {"a": None}})
    assert night.has_facts("books")
    assert night.read_facts("books") == {"left": 3, "on": "2026-09-22", "messages": ["齐"], "nested": {"a": None}}
    assert stat.S_IMODE((night.folder / "books.json").stat().st_mode) == 0o600


def test_facts_that_are_missing_damaged_or_no_facts(night: NightTables) -> None:
    with pytest.raises(WarehouseError, match="no facts books"):
        night.read_facts("books")
    night.write_facts("books", {})
    (night.folder / "books.json").write_text("[]")
    with pytest.raises(WarehouseError, match="damaged"):
        night.read_facts("books")
    with pytest.raises(WarehouseError, match="found Decimal"):
        night.write_facts("books", {"amount": Decimal(1)})


def test_a_time_is_a_fact_too(night: NightTables) -> None:
    night.write_facts("run", {"at": datetime(2026, 9, 22, 1, 30)})  # noqa: DTZ001  written as given
    assert night.read_facts("run") == {"at": "2026-09-22T01:30:00"}


@pytest.mark.parametrize("bad", ["../x", "", "a/b"])
def test_names_cannot_leave_the_folder(night: NightTables, bad: str) -> None:
    with pytest.raises(WarehouseError):
        night.write(bad, ROWS)
    with pytest.raises(WarehouseError):
        NightTables(night.vault, AS_OF, bad).has("findings")
