"""Duplicates and superseded rows of a snapshot (feeds.md section 2, "Nothing is lost").

Belongs here: finding and removing, inside DuckDB and in bounded memory, rows that stand twice and rows that a later
row with the same natural key replaces. Does not belong here: deltas, which replace rows of other snapshots
(`warehouse.content`).
"""
# ruff: noqa: S608  the SQL is put together from names quoted by `warehouse.sql.name`, never from values

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb

from warehouse.errors import WarehouseError
from warehouse.marks import Marks
from warehouse.natural_keys import KIND, Keys, as_text
from warehouse.session import store
from warehouse.sql import name

ROWS_A_PASS = 2_000_000


@dataclass(frozen=True)
class Removed:
    """How many rows were taken out: rows that stand twice, and rows replaced by a later one of their key.

    `counts` are the sums, over both, of what the caller had counted.
    """

    duplicate: int
    superseded: int
    counts: tuple[int, ...] = ()


def remove_repeated(
    con: duckdb.DuckDBPyConnection,
    table: str,
    fields: Sequence[str],
    keys: Keys,
    marks: Marks,
    rows_a_pass: int = ROWS_A_PASS,
    counted: Sequence[str] = (),
) -> Removed:
    """Keep of identical rows the last, then of rows with one natural key the last; delete the others.

    The last is by (part_no, source_row), the order of delivery; of persons unpivoted from one row, the last stored.
    Rows are identical when all contract fields are equal, empty equal to empty. Marks only tell which rows can have a
    partner at all, so that the exact comparison runs on few rows.
    Deleted rows are gone from the table; DuckDB reuses their blocks, it does not wipe them.

    Args:
        con: A session with the snapshot attached for writing.
        table: The quoted table, with columns `fields`, part_no and source_row.
        fields: The contract's fields.
        keys: The feed's natural key.
        marks: Those of all rows of the table, in its order.
        rows_a_pass: About how many candidate rows are compared at once; it bounds memory where everything stands
            twice.
        counted: SQL aggregates over the rows that are removed.

    Returns:
        How many rows were removed, and why.

    Raises:
        WarehouseError: the marks are not those of the table's rows.
    """
    shared = marks.shared()
    _check_places(con, table, len(marks))
    if shared.is_empty():
        return Removed(0, 0, (0,) * len(counted))
    store(con, "shared", shared)
    passes = -(-shared.height // rows_a_pass)
    candidates = (
        f"SELECT *, rowid AS row_id, {keys.columns()} FROM {table} "
        f"WHERE rowid IN (SELECT row_id FROM shared WHERE bucket % {passes} = {turn})"
        for turn in range(passes)
    )
    removed = _remove(con, table, fields, keys, candidates, counted)
    con.execute("DROP TABLE shared")
    return removed


def remove_repeated_by(
    con: duckdb.DuckDBPyConnection, table: str, fields: Sequence[str], keys: Keys, new: str, counted: Sequence[str] = ()
) -> Removed:
    """Do as `remove_repeated` where no two rows can stand twice but by rows that were added.

    Only rows that have the first part of a key in common with an added row are looked at closely: the key of every row of
    a city takes long to put together.

    Args:
        con: A session with the snapshot attached for writing.
        table: The quoted table, with columns `fields`, part_no and source_row.
        fields: The contract's fields.
        keys: The feed's natural key.
        new: SQL condition on the rows that were added.
        counted: SQL aggregates over the rows that are removed.

    Returns:
        How many rows were removed, and why.
    """
    firsts = dict.fromkeys(alternative[0] for alternative in keys.alternatives)
    added = f"(SELECT * FROM {table} WHERE {new})"
    suspected = " OR ".join(f"{as_text(first)} IN (SELECT {as_text(first)} FROM {added})" for first in firsts)
    names = ", ".join(keys.names)
    candidates = f"""
        WITH suspect AS (SELECT *, rowid AS row_id, {keys.columns()} FROM {table} WHERE {suspected})
        SELECT * FROM suspect WHERE ({names}) IN (SELECT ({names}) FROM suspect WHERE {new})
    """
    return _remove(con, table, fields, keys, [candidates], counted)


def _remove(
    con: duckdb.DuckDBPyConnection,
    table: str,
    fields: Sequence[str],
    keys: Keys,
    candidates: Iterable[str],
    counted: Sequence[str],
) -> Removed:
    """Remove the repeated rows among some that hold every partner of each.

    Args:
        con: A session with the snapshot attached for writing.
        table: The quoted table.
        fields: The contract's fields.
        keys: The feed's natural key.
        candidates: Queries for some of the rows, with `row_id` and the columns of the key.
        counted: SQL aggregates over the rows that are removed.
    """
    sums = (0,) * len(counted)
    con.execute("CREATE OR REPLACE TEMP TABLE repeated (row_id BIGINT, is_duplicate BOOLEAN)")
    for query in candidates:
        con.execute(f"CREATE OR REPLACE TEMP TABLE candidate AS {query}")
        con.execute(_compare(fields, keys))
        if counted:
            gone = "candidate WHERE row_id IN (SELECT row_id FROM repeated)"
            [found] = con.execute(f"SELECT {', '.join(counted)} FROM {gone}").fetchall()
            sums = tuple(one + other for one, other in zip(sums, found, strict=True))
        con.execute("DROP TABLE candidate")
    [(duplicate, superseded)] = con.execute(
        "SELECT count(*) FILTER (is_duplicate), count(*) FILTER (NOT is_duplicate) FROM repeated",
    ).fetchall()
    if duplicate or superseded:
        con.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT row_id FROM repeated)")
    con.execute("DROP TABLE repeated")
    return Removed(duplicate, superseded, sums)


def _check_places(con: duckdb.DuckDBPyConnection, table: str, rows: int) -> None:
    """Make sure that the rows of a table are numbered from 0 without a gap, as their marks are."""
    sql = f"SELECT count(*), coalesce(max(rowid) + 1, 0) FROM {table}"
    [(found, end)] = con.execute(sql).fetchall()
    if (found, end) != (rows, rows):
        raise WarehouseError(
            f"expected {rows} rows, stored in order, found {found} up to number {end}; this is an error of ours"
        )


def _compare(fields: Sequence[str], keys: Keys) -> str:
    """SQL that adds the repeated rows of the table `candidate` to the table `repeated`.

    A window partition takes null as equal to null, and DuckDB sorts windows on disk where memory ends.
    """
    latest_first = "ORDER BY part_no DESC, source_row DESC, row_id DESC"
    return f"""
        INSERT INTO repeated
        WITH told_apart AS (
            SELECT row_id, part_no, source_row, {", ".join(keys.names)},
                row_number() OVER (PARTITION BY {", ".join(map(name, fields))} {latest_first}) > 1 AS is_duplicate
            FROM candidate
        ),
        ranked AS (
            SELECT row_id, is_duplicate, {KIND},
                row_number() OVER (PARTITION BY is_duplicate, {", ".join(keys.names)} {latest_first}) AS place
            FROM told_apart
        )
        SELECT row_id, is_duplicate FROM ranked WHERE is_duplicate OR ({KIND} > 0 AND place > 1)
    """
