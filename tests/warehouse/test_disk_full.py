"""Errors that mean a full disk, whoever raises them; none of their texts is shown."""

import errno
import sqlite3
from pathlib import Path

import duckdb
import polars as pl
import pytest
import sqlalchemy as sa

from warehouse.disk import free_bytes, is_full, used_bytes
from warehouse.errors import DiskFullError, WarehouseError, disk_full, values_kept_out
from warehouse.files import write_file, written_aside


def chained(cause: BaseException) -> BaseException:
    error = RuntimeError("a library's own words")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (OSError("No space left on device (os error 28)"), True),
        (PermissionError(errno.EACCES, "Permission denied"), False),
        (duckdb.IOException("Could not write file: No space left on device"), True),
        (duckdb.OutOfMemoryException("failed to offload data block, see max_temp_directory_size"), True),
        (duckdb.IOException("Could not set lock on file"), False),
        (pl.exceptions.ComputeError("No space left on device (os error 28)"), True),
        (sqlite3.OperationalError("database or disk is full"), True),
        (sa.exc.OperationalError("insert", {}, sqlite3.OperationalError("database or disk is full")), True),
        (sqlite3.OperationalError("database is locked"), False),
        (chained(OSError(errno.ENOSPC, "No space left on device")), True),
        (ValueError("disk is full"), False),  # anybody may write this
        (DiskFullError("ours"), True),
    ],
)
def test_which_errors_mean_a_full_disk(error: BaseException, told: bool) -> None:
    assert is_full(error) is told


def test_what_duckdb_says_of_a_full_disk_is_told_in_our_words(tmp_path: Path) -> None:
    match = r"^landing: the disk is full \([\d,.]+ MB free\)"
    with pytest.raises(DiskFullError, match=match) as caught, values_kept_out("landing", tmp_path / "not there yet"):
        raise duckdb.IOException("Could not write 51239020011231001X: No space left on device")
    assert "51239020011231001X" not in str(caught.value)
    with pytest.raises(WarehouseError, match="DuckDB reported IOException"), values_kept_out("landing"):
        raise duckdb.IOException("another")


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    def half() -> None:
        with written_aside(tmp_path / "table") as aside:
            aside.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DiskFullError):
        half()
    assert list(tmp_path.iterdir()) == []


def test_what_a_warehouse_takes_up(tmp_path: Path) -> None:
    assert used_bytes(tmp_path / "none") == {}
    assert free_bytes(tmp_path / "none" / "yet") > 0
    write_file(tmp_path / "snapshots" / "vehicle" / "a.duckdb", b"x" * 10_000)
    (tmp_path / "snapshots" / "vehicle" / "b.duckdb").hardlink_to(tmp_path / "snapshots" / "vehicle" / "a.duckdb")
    assert 10_000 <= used_bytes(tmp_path)["snapshots"] < 20_000
    assert str(disk_full("now")).startswith("now: the disk is full; what was half written")
