"""Tables as files: what was written comes back just so, and nothing else does."""

import stat
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from warehouse import table_files
from warehouse.errors import WarehouseError, WarehouseKeyError
from warehouse.keys import Key
from warehouse.table_files import read_table, write_table

PERSON = "CANARY-HANMEIMEI"
KEY = Key(b"k" * 32)
ROWS = pl.DataFrame(
    {
        "name": [PERSON, None],
        "day": [date(2026, 9, 22), None],
        "amount": [Decimal("620.00"), None],
        "small": [1, None],
        "lines": [[{"field": "状态", "value": None}], None],
    },
    schema_overrides={"amount": pl.Decimal(12, 2), "small": pl.UInt8},
)


@pytest.fixture(params=[None, KEY], ids=["plain", "sealed"])
def key(request: pytest.FixtureRequest) -> Key | None:
    return request.param


@pytest.mark.parametrize("rows", [ROWS, ROWS.clear(), pl.DataFrame()])
def test_a_table_comes_back_as_it_was(tmp_path: Path, key: Key | None, rows: pl.DataFrame) -> None:
    write_table(tmp_path / "x", rows, key)
    assert_frame_equal(read_table(tmp_path / "x", key), rows)


@pytest.mark.parametrize("size", [1, 7, 100, 1_000])
def test_a_sealed_table_of_many_chunks_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(table_files, "CHUNK_BYTES", size)
    rows = pl.DataFrame({"n": range(100)})
    write_table(tmp_path / "x", rows, KEY)
    assert_frame_equal(read_table(tmp_path / "x", KEY), rows)


def test_a_sealed_table_tells_nothing(tmp_path: Path) -> None:
    write_table(tmp_path / "plain", ROWS, None)
    write_table(tmp_path / "sealed", ROWS, KEY)
    assert PERSON.encode() in (tmp_path / "plain").read_bytes()
    content = (tmp_path / "sealed").read_bytes()
    assert PERSON.encode() not in content
    assert b"amount" not in content
    write_table(tmp_path / "again", ROWS, KEY)
    assert (tmp_path / "again").read_bytes() != content


@pytest.mark.parametrize("key_of_reader", [None, Key(b"o" * 32)])
def test_another_key_does_not_open_it(tmp_path: Path, key_of_reader: Key | None) -> None:
    write_table(tmp_path / "x", ROWS, KEY)
    with pytest.raises(WarehouseError, match="key"):
        read_table(tmp_path / "x", key_of_reader)


def test_what_is_not_sealed_does_not_open_with_a_key(tmp_path: Path) -> None:
    write_table(tmp_path / "x", ROWS, None)
    with pytest.raises(WarehouseKeyError, match="key of this warehouse"):
        read_table(tmp_path / "x", KEY)


def test_chunks_are_bound_to_their_file_and_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_files, "CHUNK_BYTES", 100)
    write_table(tmp_path / "x", ROWS, KEY)
    write_table(tmp_path / "y", ROWS, KEY)
    content, other = (tmp_path / "x").read_bytes(), (tmp_path / "y").read_bytes()
    start, long = len(table_files.SEALED) + 16, 12 + 100 + 16
    first, second = content[start : start + long], content[start + long : start + 2 * long]
    rest = content[start + 2 * long :]
    for changed in (
        content[:start] + second + first + rest,
        content[:start] + first + second,
        content[:start] + second + rest,
        content[:start] + other[start : start + long] + second + rest,
        content[:-1] + bytes([content[-1] ^ 1]),
        content[:start],
        content[: start + 5],
    ):
        (tmp_path / "z").write_bytes(changed)
        with pytest.raises(WarehouseError, match="damaged"):
            read_table(tmp_path / "z", KEY)


@pytest.mark.parametrize("kept", [0, 3, 200, -30])
def test_a_damaged_table_is_told_without_what_stands_in_it(tmp_path: Path, kept: int) -> None:
    write_table(tmp_path / "x", ROWS, None)
    content = (tmp_path / "x").read_bytes()
    (tmp_path / "x").write_bytes(content[:kept])
    with pytest.raises(WarehouseError, match="run its step again") as told:
        read_table(tmp_path / "x", None)
    assert PERSON not in str(told.value)


def test_a_missing_table_and_a_disk_that_refuses_are_told(tmp_path: Path, key: Key | None) -> None:
    with pytest.raises(WarehouseError, match="FileNotFoundError"):
        read_table(tmp_path / "x", key)
    with pytest.raises(WarehouseError, match="cannot be written"):
        write_table(tmp_path / "no folder" / "x", ROWS, key)


def test_columns_of_what_was_filtered_take_no_room_for_the_rest(tmp_path: Path, key: Key | None) -> None:
    many = pl.DataFrame({"n": range(100_000)}).with_columns(text=pl.format("some rather long text, number {}", "n"))
    write_table(tmp_path / "x", many.filter(pl.col("n") % 1_000 == 0), key)
    assert (tmp_path / "x").stat().st_size < 10_000
    assert not (tmp_path / "x").stat().st_mode & stat.S_IXUSR
