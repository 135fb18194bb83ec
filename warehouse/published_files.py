"""The files of a published night: of each table a Parquet file, and all of them in one DuckDB file.

Belongs here: how the files are written (side by side, compressed by how the texts repeat) and read back. Does not belong
here: which folder they lie in and when it appears (`warehouse.publication`).
"""
# ruff: noqa: S608  the SQL is put together from names quoted by `warehouse.sql.name`, never from values

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from warehouse.errors import WarehouseError
from warehouse.session import Vault, frame, registered, store
from warehouse.sql import name, text
from warehouse.storing import compressions, is_large

ALIAS: Final = "cases"
DATABASE: Final = "cases.duckdb"
ROWS_A_GROUP: Final = 100_000
MOST_IN_DICTIONARY: Final = 2_000
"""Different texts of a column and row group that Parquet numbers. Codes, towns and villages stay below; for names and
sentences DuckDB would number some ten thousand, then begin again without: a fifth of the work."""
ZSTD_LEVEL: Final = 1
"""The files are no larger than at the usual 3, for a sixth less work."""
STORAGE: Final = "v1.2.0"
"""What reads a DuckDB file that is not encrypted: DuckDB 1.2 or newer, the first that packs long texts with zstd."""
PARQUET_KEY: Final = "hedui"
MOST_AT_ONCE: Final = 4
"""Files and tables written side by side: each holds its row groups in memory."""

Tables = Mapping[str, pl.DataFrame]
Writing = Callable[[duckdb.DuckDBPyConnection], None]


def write_files(vault: Vault, folder: Path, tables: Tables) -> None:
    """Write all tables of a night into a folder, and read them back.

    The Parquet files are the same on every run and for any number of threads; the DuckDB file holds the same rows.

    Raises:
        WarehouseError: a table does not read back as it was written.
    """
    # One thread a file: which thread writes which row group must not show in the bytes.
    with replace(vault, threads=1).connect() as con:
        vault.attach(con, folder / DATABASE, ALIAS, read_only=False, storage=STORAGE)
        if any(map(is_large, tables.values())):
            # Texts within lists have no name by which to tell their compression.
            con.execute("SET GLOBAL force_compression = 'zstd'")
        _side_by_side(con, _writings(vault, folder, tables), min(vault.threads or 2, MOST_AT_ONCE))
        con.execute(f"CHECKPOINT {name(ALIAS)}")
        con.execute("RESET GLOBAL force_compression")
        con.execute(f"DETACH {name(ALIAS)}")
        verify(vault, con, folder, tables)


def verify(vault: Vault, con: duckdb.DuckDBPyConnection, folder: Path, tables: Tables) -> None:
    """Read the files back through new handles: what cannot be read tonight must not be published.

    Raises:
        WarehouseError: a table does not read back as it was written.
    """
    vault.attach(con, folder / DATABASE, ALIAS, read_only=True)
    for table, rows in tables.items():
        parquet = read_parquet(vault, con, folder / f"{table}.parquet", "count(*) AS rows")
        database = frame(con, f"SELECT count(*) AS rows FROM {name(ALIAS, table)}")
        found = (parquet.item(), database.item())
        if found != (rows.height, rows.height):
            raise WarehouseError(f"{table}: wrote {rows.height} rows, read back {found}; nothing was published")
    con.execute(f"DETACH {name(ALIAS)}")


def read_parquet(vault: Vault, con: duckdb.DuckDBPyConnection, path: Path, columns: str = "*") -> pl.DataFrame:
    """Read a Parquet file of a night that is there, in its order."""
    _use_parquet_key(vault, con)
    config = f", encryption_config = {{footer_key: {text(PARQUET_KEY)}}}" if vault.key is not None else ""
    return frame(con, f"SELECT {columns} FROM read_parquet({text(str(path))}{config})")


def _writings(vault: Vault, folder: Path, tables: Tables) -> list[Writing]:
    """What has to be written, the largest first, so that nobody waits for it at the end."""
    by_size = sorted(tables, key=lambda table: tables[table].estimated_size(), reverse=True)
    return [
        writing
        for table in by_size
        for writing in (
            _into_database(name(ALIAS, table), tables[table], is_encrypted=vault.key is not None),
            _into_parquet(vault, folder / f"{table}.parquet", tables[table]),
        )
    ]


def _side_by_side(con: duckdb.DuckDBPyConnection, writings: list[Writing], at_once: int) -> None:
    """Write, several at once, each in a session of its own on one engine; what fails first is raised."""

    def one(writing: Writing) -> None:
        with closing(con.cursor()) as beside:
            writing(beside)

    with ThreadPoolExecutor(at_once, "publishing") as workers:
        begun = [workers.submit(one, writing) for writing in writings]
        try:
            for each in begun:
                each.result()
        except BaseException:
            workers.shutdown(wait=True, cancel_futures=True)
            raise


def _into_database(table: str, rows: pl.DataFrame, *, is_encrypted: bool) -> Writing:
    """Store a table; of a large one DuckDB need not try every compression on every column."""
    chosen = _compressions(rows, is_encrypted=is_encrypted)

    def write(con: duckdb.DuckDBPyConnection) -> None:
        if not chosen:
            store(con, table, rows)
            return
        with registered(con, rows) as view:
            columns = [
                f"{name(column)} {kind}" + (f" USING COMPRESSION {chosen[column]}" if column in chosen else "")
                for column, kind, *_ in con.execute(f"DESCRIBE SELECT * FROM {view}").fetchall()
            ]
            con.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
            con.execute(f"INSERT INTO {table} SELECT * FROM {view}")

    return write


def _compressions(rows: pl.DataFrame, *, is_encrypted: bool) -> Mapping[str, str]:
    """The compression of each text column of a large table: codes and towns go by number, other texts are packed."""
    numbered = "dict_fsst" if is_encrypted else "dictionary"
    # Asked as for a file that is not encrypted, which tells the two kinds of text apart.
    told = compressions(rows, is_encrypted=False)
    return {column: numbered if kind == "dictionary" else "zstd" for column, kind in told.items()}


def _into_parquet(vault: Vault, path: Path, rows: pl.DataFrame) -> Writing:
    """Write a Parquet file of a table."""

    def write(con: duckdb.DuckDBPyConnection) -> None:
        _use_parquet_key(vault, con)
        # In one piece: how a frame came together must not show in the row groups.
        with registered(con, rows.rechunk()) as view:
            con.execute(f"COPY (SELECT * FROM {view}) TO {text(str(path))} ({_parquet_options(vault)})")

    return write


def _use_parquet_key(vault: Vault, con: duckdb.DuckDBPyConnection) -> None:
    if vault.key is not None:
        con.execute(f"PRAGMA add_parquet_key({text(PARQUET_KEY)}, {text(vault.parquet_key())})")


def _parquet_options(vault: Vault) -> str:
    options = (
        f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {ZSTD_LEVEL}, ROW_GROUP_SIZE {ROWS_A_GROUP}, "
        f"DICTIONARY_SIZE_LIMIT {MOST_IN_DICTIONARY}"
    )
    return f"{options}, ENCRYPTION_CONFIG {{footer_key: {text(PARQUET_KEY)}}}" if vault.key is not None else options
