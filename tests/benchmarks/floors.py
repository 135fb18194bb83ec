"""The floors: what DuckDB takes by hand for what a night has to do at the least. Each one runs as a fresh process.

    python -m tests.benchmarks.floors landing CLEAN_FOLDER DATABASE inferred|given|uncompressed
    python -m tests.benchmarks.floors compare WAREHOUSE duckdb|parquet [PARQUET_FOLDER]
    python -m tests.benchmarks.floors parquet WAREHOUSE PARQUET_FOLDER       (makes the Parquet files; no floor)

Landing: `read_csv` of the clean UTF-8 files into tables of a new database file, checkpoint included: nothing is cleaned,
checked, counted or set aside, and nothing remembers where a row came from. Types as DuckDB infers them, or given;
`uncompressed`: given, and stored as they come, which spares the search for a compression and takes several times the
disk (told, never counted as the floor).
Compare: the rows of four feeds whose ID number stands in the roster, all columns, into tables of a database in memory;
from the warehouse's snapshot files or from the same rows as Parquet (zstd).
Printed is JSON: wall and processor seconds from opening the database to the end (without Python's start), and rows.
"""
# ruff: noqa: S608  the SQL is put together from names of feeds and of our own files

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

THREADS = 2
ROSTER, FEEDS = "roster", ("social_insurance", "vehicle", "property", "business")
GIVEN = {
    "roster": {"月收入": "BIGINT", "月保障金额": "BIGINT", "最近复核日期": "DATE"},
    "social_insurance": {
        "待遇金额": "DECIMAL(18,4)",
        "缴费基数": "DECIMAL(18,4)",
        "参保日期": "DATE",
        "终止日期": "DATE",
    },
    "vehicle": {"初次登记日期": "DATE", "检验有效期止": "DATE", "现值": "DECIMAL(18,4)"},
    "property": {"登记时间": "DATE", "建筑面积": "DECIMAL(18,4)", "交易价格": "DECIMAL(18,4)"},
    "business": {"成立日期": "DATE", "注销日期": "DATE", "认缴出资额": "DECIMAL(18,4)"},
}
"""Columns that are no text."""


@contextmanager
def connected(path: Path | str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A session as a person would open it on this machine."""
    with duckdb.connect(str(path), config={"threads": THREADS}) as con:
        con.execute("SET enable_progress_bar = false")
        yield con


def landing(clean: Path, database: Path, types: str) -> dict[str, int]:
    """Read every clean file into a table; give the rows of each."""
    for old in database.parent.glob(f"{database.name}*"):
        old.unlink()
    rows = {}
    with connected(database) as con:
        if types == "uncompressed":
            con.execute("SET force_compression = 'uncompressed'")
        for feed in (ROSTER, *FEEDS):
            source = f"read_csv('{clean / feed}.csv', header = true, delim = ',', quote = '\"'"
            if types != "inferred":
                with (clean / f"{feed}.csv").open(encoding="utf-8") as stream:
                    titles = stream.readline().strip().split(",")
                columns = {title: GIVEN[feed].get(title, "VARCHAR") for title in titles}
                source += f", columns = {columns}, auto_detect = false"
            con.execute(f"CREATE TABLE {feed} AS FROM {source})")
            rows[feed] = _rows(con, feed)
        con.execute("CHECKPOINT")
    return rows


def compare(warehouse: Path, form: str, parquet: Path | None = None) -> dict[str, int]:
    """Find the roster's rows in the four feeds; give how many in each."""
    rows = {}
    with connected(":memory:") as con:
        for feed in (ROSTER, *FEEDS):
            if form == "parquet" and parquet is not None:
                con.execute(f"CREATE VIEW {feed}_rows AS FROM '{parquet / feed}.parquet'")
            else:
                con.execute(f"ATTACH '{snapshot(warehouse, feed)}' AS {feed}_file (READ_ONLY)")
                con.execute(f"CREATE VIEW {feed}_rows AS FROM {feed}_file.rows")
        for feed in FEEDS:
            con.execute(f"CREATE TABLE {feed} AS FROM {feed}_rows SEMI JOIN {ROSTER}_rows USING (id_number)")
            rows[feed] = _rows(con, feed)
    return rows


def write_parquet(warehouse: Path, folder: Path) -> None:
    """The same rows as Parquet, for the other floor."""
    folder.mkdir(parents=True, exist_ok=True)
    with connected(":memory:") as con:
        for feed in (ROSTER, *FEEDS):
            con.execute(f"ATTACH '{snapshot(warehouse, feed)}' AS {feed} (READ_ONLY)")
            con.execute(f"COPY {feed}.rows TO '{folder / feed}.parquet' (FORMAT parquet, COMPRESSION zstd)")


def snapshot(warehouse: Path, feed: str) -> Path:
    """The first full snapshot of a feed in a warehouse that is not encrypted."""
    return min((warehouse / "snapshots" / feed).glob("*.duckdb"))


def _rows(con: duckdb.DuckDBPyConnection, table: str) -> int:
    counted = con.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(counted[0][0])


def main(what: str, *told: str) -> None:
    """Measure one floor."""
    began, worked = time.perf_counter(), _worked()
    rows: dict[str, int] = {}
    if what == "landing":
        rows = landing(Path(told[0]), Path(told[1]), told[2])
    elif what == "compare":
        rows = compare(Path(told[0]), told[1], Path(told[2]) if told[1] == "parquet" else None)
    else:
        write_parquet(Path(told[0]), Path(told[1]))
    took = {"wall": time.perf_counter() - began, "cpu": _worked() - worked, "rows": rows}
    print(json.dumps(took))  # noqa: T201


def _worked() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main(*sys.argv[1:])
