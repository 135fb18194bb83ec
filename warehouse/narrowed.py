"""A content narrowed to the rows that can matter for given persons, found file by file, anywhere.

Belongs here: which rows of a copy can matter (`rows_about`, `rows_keyed`), and a session in which the narrowed
snapshots stand in the place of the whole ones, so that `warehouse.content` answers with the very same SQL. It comes to
the same answer because that SQL looks at nothing else: rows about the persons, rows of later snapshots that have the
key of one of them, and the lists of whom the answers are about, which stay whole.
"""
# ruff: noqa: S608  the SQL is put together from names quoted by `warehouse.sql`, never from values

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import duckdb
import polars as pl

from warehouse.content import Content, attached
from warehouse.natural_keys import KIND, Keys
from warehouse.parquet_copies import PLACE, PROVENANCE, encryption, parquet_source
from warehouse.session import Vault, frame, store
from warehouse.sql import name

WANTED, ASKED = "wanted", "asked_keys"
_WHOLE = "whole_"


@contextmanager
def reading_session(
    parquet_key: str | None, memory_limit: str, table: str, asked: pl.DataFrame
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A session on any machine that only reads copies; one thread, nothing spills.

    Args:
        parquet_key: the key of the copies, None where they are not encrypted.
        memory_limit: most memory it takes.
        table: `WANTED` or `ASKED`.
        asked: the persons (`id`), or the key columns, that are asked for.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
        "temp_directory": "",
        "threads": 1,
        "memory_limit": memory_limit,
    }
    con = duckdb.connect(":memory:", config=config)
    try:
        con.execute("SET enable_progress_bar = false")
        if parquet_key is not None:
            con.execute(encryption(parquet_key))
        store(con, table, asked)
        yield con
    finally:
        con.close()


def rows_about(
    con: duckdb.DuckDBPyConnection, path: str, parquet_key: str | None, subjects: Sequence[str]
) -> pl.DataFrame:
    """The rows of one file about the persons of the session's table `WANTED`, in the order in which they stood."""
    about = " OR ".join(f"r.{name(subject)} IN (SELECT id FROM {WANTED})" for subject in subjects)
    source = parquet_source(path, parquet_key)
    return frame(con, f"SELECT * EXCLUDE ({', '.join(PROVENANCE)}) FROM {source} r WHERE {about} ORDER BY {PLACE}")


def rows_keyed(con: duckdb.DuckDBPyConnection, path: str, parquet_key: str | None, keys: Keys) -> pl.DataFrame:
    """The rows of one file whose natural key stands in the session's table `ASKED`, in the order in which they stood."""
    source = parquet_source(path, parquet_key)
    there = {str(row[0]) for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    fields = {field for one in keys.alternatives for field in one}
    # What was landed before a field was declared holds nothing of it.
    absent = "".join(f", NULL::VARCHAR AS {name(field)}" for field in sorted(fields - there))
    same = " AND ".join(f"asked.{column} = keyed.{column}" for column in keys.names)
    without = ", ".join((*PROVENANCE, *keys.names, *(name(field) for field in sorted(fields - there))))
    return frame(
        con,
        f"""
        WITH keyed AS (SELECT *, {keys.columns()} FROM (SELECT *{absent} FROM {source}))
        SELECT * EXCLUDE ({without}) FROM keyed
        WHERE EXISTS (SELECT 1 FROM {ASKED} asked WHERE {same}) ORDER BY {PLACE}
        """,
    )


def keys_of(con: duckdb.DuckDBPyConnection, rows: Sequence[pl.DataFrame], keys: Keys) -> pl.DataFrame:
    """The natural keys of rows of several snapshots, each once; of rows that have none nothing."""
    tables = [f"rows_{place}" for place, _ in enumerate(rows)]
    for table, one in zip(tables, rows, strict=True):
        store(con, table, one)
    every = " UNION ALL BY NAME ".join(f"SELECT * FROM {table}" for table in tables)
    names = ", ".join(keys.names)
    return frame(con, f"SELECT DISTINCT {names} FROM (SELECT *, {keys.columns()} FROM ({every})) WHERE {KIND} > 0")


def speaks_for_others(content: Content) -> tuple[bool, ...]:
    """For each snapshot of a content: whether its rows override those of earlier ones by their key."""
    return tuple(place > 0 and one.mode != "full" for place, one in enumerate(content.snapshots))


@contextmanager
def attached_narrowed(
    vault: Vault, con: duckdb.DuckDBPyConnection, content: Content, rows: Mapping[str, pl.DataFrame]
) -> Iterator[None]:
    """Let the narrowed snapshots stand in the place of the whole ones while this lasts; see `warehouse.content.attached`.

    Args:
        vault: the warehouse.
        con: a session of it.
        content: the snapshots that count, and guests.
        rows: by alias of a snapshot its rows that can matter, with `PLACE`.
    """
    # Parts and lists of requested persons are small: they are taken whole from the snapshots themselves.
    for snapshot in content.snapshots:
        whole = f"{_WHOLE}{snapshot.alias}"
        vault.attach(con, snapshot.path, whole, read_only=True)
        con.execute(f"ATTACH ':memory:' AS {name(snapshot.alias)}")
        for table in ("parts", "requested"):
            con.execute(f"CREATE TABLE {name(snapshot.alias, table)} AS FROM {name(whole, table)}")
        vault.detach(con, whole)
        in_order = rows[snapshot.alias].unique(PLACE, keep="first").sort(PLACE).drop(PLACE)
        store(con, name(snapshot.alias, "rows"), in_order)
    guests_alone = replace(content, base=None, deltas=(), responses=())
    try:
        with attached(vault, con, guests_alone):
            yield
    finally:
        for snapshot in content.snapshots:
            con.execute(f"DETACH {name(snapshot.alias)}")
