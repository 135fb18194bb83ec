"""How the rows of a snapshot are stored: which texts repeat, and how many threads write them.

Belongs here: choices of DuckDB's storage that no reader sees. Left to itself DuckDB tries every compression on every
column, which costs more than compressing does, and all threads write while the reader waits for one. Does not belong
here: what a table holds (`warehouse.snapshot_writer`).
"""

from collections.abc import Mapping

import duckdb
import polars as pl

FEWEST_ROWS = 50_000
"""A first batch of fewer rows is too little to tell by, and to be worth it."""

_REPEATING = 50


def is_large(rows: pl.DataFrame) -> bool:
    """Whether a first batch announces a delivery for which these choices count."""
    return rows.height >= FEWEST_ROWS


def compressions(rows: pl.DataFrame, *, is_encrypted: bool) -> Mapping[str, str]:
    """Give the compression of each text column, from the first rows of a delivery; nothing for a small one.

    A wrong guess costs space, never a value: codes and names of towns repeat and go by number, identity numbers,
    addresses and the like share parts. Encrypted files have a newer format, with one compression for both.
    """
    if not is_large(rows):
        return {}
    first = rows.head(FEWEST_ROWS)
    texts = [column for column, dtype in rows.schema.items() if dtype == pl.String]
    if is_encrypted:
        return dict.fromkeys(texts, "dict_fsst")
    return {
        column: "dictionary" if first[column].n_unique() * _REPEATING <= first.height else "fsst" for column in texts
    }


def is_encrypted(con: duckdb.DuckDBPyConnection, alias: str) -> bool:
    """Whether an attached file is."""
    found = con.execute("SELECT encrypted FROM duckdb_databases() WHERE database_name = ?", [alias]).fetchall()
    return bool(found and found[0][0])


def leave_a_thread(con: duckdb.DuckDBPyConnection) -> int | None:
    """Let DuckDB write with one thread fewer, for the reader beside it; give how many it had, None where it had one."""
    [(threads,)] = con.execute("SELECT current_setting('threads')").fetchall()
    if threads < 2:  # noqa: PLR2004  two: one for each
        return None
    con.execute(f"SET threads = {threads - 1}")
    return int(threads)


def give_back(con: duckdb.DuckDBPyConnection, threads: int) -> None:
    """Let DuckDB have all of its threads again."""
    con.execute(f"SET threads = {threads}")
