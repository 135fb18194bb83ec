# ruff: noqa: S608  the SQL of these tests holds names of their own alone
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from warehouse.errors import WarehouseError
from warehouse.keys import Key
from warehouse.published_files import ALIAS, DATABASE, MOST_IN_DICTIONARY, ROWS_A_GROUP, read_parquet, write_files
from warehouse.session import Vault, frame

ROWS = ROWS_A_GROUP + 1
NUMBER = pl.int_range(ROWS, eager=True)
LARGE = pl.DataFrame(
    {
        "finding_id": "f" + NUMBER.cast(pl.String),
        "town": "镇" + (NUMBER % 40).cast(pl.String),
        "statement": "有" + NUMBER.cast(pl.String) + "条疑点，建议核实。",
        "clears_with": [["购房合同", "其他"], [], None] * (ROWS // 3) + [["末"]] * (ROWS % 3),
        "amount": NUMBER,
    }
)
"""Large enough that its texts are told how to be stored: in dictionaries, packed, within lists, and beyond a group."""
SMALL = LARGE.head(3)


@pytest.fixture(params=[None, Key(b"k" * 32)], ids=["plain", "encrypted"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Vault:
    return Vault(tmp_path / "warehouse", request.param, threads=2)


def test_large_and_small_tables_read_back_from_both_kinds_of_files(vault: Vault, tmp_path: Path) -> None:
    tables = {"findings": LARGE, "few": SMALL, "none": LARGE.clear()}
    write_files(vault, tmp_path, tables)
    with vault.connect(will_write=False) as con:
        vault.attach(con, tmp_path / DATABASE, ALIAS, read_only=True)
        for table, rows in tables.items():
            assert_frame_equal(frame(con, f"SELECT * FROM {ALIAS}.{table}"), rows)
            assert_frame_equal(read_parquet(vault, con, tmp_path / f"{table}.parquet"), rows)


def test_a_large_table_is_stored_by_how_its_texts_repeat(vault: Vault, tmp_path: Path) -> None:
    write_files(vault, tmp_path, {"findings": LARGE})
    numbered = "DICT_FSST" if vault.key else "Dictionary"
    with vault.connect(will_write=False) as con:
        vault.attach(con, tmp_path / DATABASE, ALIAS, read_only=True)
        told = con.execute(
            f"SELECT DISTINCT column_name, compression FROM pragma_storage_info('{ALIAS}.findings') "
            "WHERE segment_type = 'VARCHAR'"
        ).fetchall()
    assert {("statement", "ZSTD"), ("finding_id", "ZSTD"), ("town", numbered), ("clears_with", "ZSTD")} == set(told)


def test_columns_of_few_different_texts_are_numbered_in_parquet(tmp_path: Path) -> None:
    assert LARGE["town"].n_unique() < MOST_IN_DICTIONARY < LARGE["statement"].n_unique()
    write_files(Vault(tmp_path / "warehouse"), tmp_path, {"findings": LARGE})
    told = duckdb.execute(
        f"SELECT path_in_schema, encodings FROM parquet_metadata('{tmp_path}/findings.parquet') WHERE row_group_id = 0"
    ).fetchall()
    numbered = {column for column, encodings in told if "DICTIONARY" in encodings}
    assert numbered >= {"town"}
    assert not {"statement", "finding_id"} & numbered


def test_what_fails_in_one_of_the_files_is_told_once_and_nothing_goes_on(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "few.parquet").mkdir()
    with pytest.raises(WarehouseError):
        write_files(vault, tmp_path, {"findings": SMALL, "few": SMALL})


def test_the_bytes_do_not_depend_on_what_else_is_written(tmp_path: Path) -> None:
    alone, beside = tmp_path / "alone", tmp_path / "beside"
    for folder, tables in ((alone, {"findings": LARGE}), (beside, {"few": SMALL, "findings": LARGE, "also": LARGE})):
        folder.mkdir()
        write_files(Vault(tmp_path / "warehouse", threads=4), folder, tables)
    assert (alone / "findings.parquet").read_bytes() == (beside / "findings.parquet").read_bytes()
