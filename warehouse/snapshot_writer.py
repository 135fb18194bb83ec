"""Landing one delivery: from clean batches to the finished tables of a snapshot.

Belongs here: the tables of a snapshot file, how batches enter them, and the counting at the end. Does not belong
here: where the file lies and when it appears (`warehouse.snapshots`).
"""
# ruff: noqa: S608  the SQL is put together from names quoted by `warehouse.sql.name`, never from values

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import duckdb
import polars as pl

from warehouse.duplicates import Removed, remove_repeated
from warehouse.errors import WarehouseError
from warehouse.load_report import Books, LoadReport
from warehouse.marks import Marks
from warehouse.natural_keys import Keys
from warehouse.profile import Tally, counts
from warehouse.session import append, registered, store
from warehouse.sql import name, sql_type
from warehouse.storing import compressions, give_back, is_encrypted, is_large, leave_a_thread

ALIAS = "snapshot"
BATCHES_A_TRANSACTION = 4
"""Batches of a large delivery that are stored together: so many are in memory until then."""
PLACES: Mapping[str, pl.DataType] = {"part_no": pl.Int32(), "source_row": pl.Int64()}
QUARANTINE: Mapping[str, pl.DataType] = {
    **PLACES,
    "field": pl.String(),
    "reason": pl.String(),
    "raw": pl.String(),
    "household_id": pl.String(),
}
PARTS: Mapping[str, pl.DataType] = {
    "part_no": pl.Int32(),
    "source_file": pl.String(),
    "sheet": pl.String(),
    "sha256": pl.String(),
}


class SnapshotWriter:
    """Takes one delivery, batch by batch. Made by `SnapshotStore.writer`."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        report: LoadReport,
        schema: Mapping[str, pl.DataType],
        keys: Keys,
    ) -> None:
        self._con = con
        self._begun = report
        self._fields = [field for field in schema if field not in PLACES]
        self._schema = {**{field: schema[field] for field in self._fields}, **PLACES}
        self._keys = keys
        self._counts = counts({field: schema[field] for field in self._fields})
        self._tally = Tally(self._fields)
        self._marks = Marks(keys, self._fields)
        self._is_begun = self._is_in_one = False
        self._batches = 0
        self._threads: int | None = None
        self.finished: LoadReport | None = None
        missing = {field for fields in keys.alternatives for field in fields} - set(self._fields)
        if missing:
            raise WarehouseError(f"{report.feed}: the natural key names no field of the contract: {sorted(missing)}")
        _create(con, "quarantine", QUARANTINE)
        _create(con, "requested", {"id_number": pl.String()})

    def append(self, clean: pl.DataFrame, quarantine: pl.DataFrame) -> None:
        """Add a batch: clean rows as docs/architecture.md describes them, and rows set aside.

        Raises:
            WarehouseError: the columns are not those of the contract.
        """
        rows = self._typed(clean, self._schema, optional=())
        if not rows.is_empty():
            self._begin(rows)
            with registered(self._con, rows) as view:
                [found] = self._con.execute(f"SELECT {', '.join(self._counts)} FROM {view}").fetchall()
                self._con.execute(f"INSERT INTO {name(ALIAS, 'rows')} BY NAME SELECT * FROM {view}")
            self._tally.add(found)
            self._marks.add(rows)
            self._renew()
        quarantined = self._typed(quarantine, QUARANTINE, optional=("household_id",))
        append(self._con, name(ALIAS, "quarantine"), quarantined)

    def requested(self, ids: pl.Series) -> None:
        """Add the persons that a response answers for (one id_number each; a repeated one counts once)."""
        asked = ids.cast(pl.String).drop_nulls().unique(maintain_order=True).alias("id_number").to_frame()
        append(self._con, name(ALIAS, "requested"), asked)

    def finish(
        self,
        parts: Sequence[Mapping[str, Any]],
        fields: Sequence[Mapping[str, Any]],
        extra: Mapping[str, Any] | None = None,
    ) -> LoadReport:
        """Remove duplicates and superseded rows, count, and close the books.

        Args:
            parts: One entry per sheet: part_no, source_file, sheet, sha256, rows_read, skipped {kind: rows}, ….
            fields: One entry per contract field, under the key "field", with the reader's counts.
            extra: More of the load report: has_manifest, message, ignored_files.

        Returns:
            The load report; it is written when the writer is left without an error.
        """
        removed = self._without_repeated()
        told = {str(entry["field"]): dict(entry) for entry in fields}
        profile = [{**told.get(str(entry["field"]), {}), **entry} for entry in self._tally.told()]
        store(self._con, name(ALIAS, "profile"), _as_frame(profile))
        store(self._con, name(ALIAS, "parts"), _parts_frame(parts))
        books = Books(
            read=sum(int(part.get("rows_read", 0)) for part in parts),
            kept=self._count("rows"),
            duplicate=removed.duplicate,
            superseded=removed.superseded,
            quarantined=self._count("quarantine"),
            skipped=sum(sum(part.get("skipped", {}).values()) for part in parts),
        )
        report = {**self._begun.model_dump(), **(extra or {}), "parts": [dict(part) for part in parts]}
        self.finished = LoadReport.model_validate({**report, "fields": profile, "books": books})
        return self.finished

    def _count(self, table: str) -> int:
        return int(self._con.execute(f"SELECT count(*) FROM {name(ALIAS, table)}").fetchall()[0][0])

    def _begin(self, rows: pl.DataFrame) -> None:
        """Make the table of the rows, once the first of them tell how they are best stored."""
        if self._is_begun:
            return
        self._is_begun = True
        _create(self._con, "rows", self._schema, compressions(rows, is_encrypted=is_encrypted(self._con, ALIAS)))
        if is_large(rows):
            self._threads = leave_a_thread(self._con)
            # Several in one: each of its own would leave a block of rows half full, for DuckDB to write once more.
            self._con.execute("BEGIN TRANSACTION")
            self._is_in_one = True

    def _renew(self) -> None:
        """Begin a new transaction after some batches: DuckDB keeps every batch in memory until the one it came in ends."""
        self._batches += 1
        if self._is_in_one and self._batches % BATCHES_A_TRANSACTION == 0:
            self._con.execute("COMMIT")
            self._con.execute("BEGIN TRANSACTION")

    def _without_repeated(self) -> Removed:
        """Take out duplicates and superseded rows, of the table and of the counts."""
        self._begin(pl.DataFrame(schema=self._schema))
        if self._is_in_one:
            self._con.execute("COMMIT")
            self._is_in_one = False
        if self._threads is not None:
            give_back(self._con, self._threads)
        removed = remove_repeated(
            self._con, name(ALIAS, "rows"), self._fields, self._keys, self._marks, counted=self._counts
        )
        if removed.counts:
            self._tally.less(removed.counts)
        return removed

    def _typed(self, rows: pl.DataFrame, schema: Mapping[str, pl.DataType], optional: Sequence[str]) -> pl.DataFrame:
        """Demand exactly the columns and types of the wall: a silent cast here would hide an error of a reader."""
        expected = {
            column: dtype for column, dtype in schema.items() if column in rows.columns or column not in optional
        }
        found = dict(rows.schema)
        if found != expected:
            wrong = sorted(column for column in {*found, *expected} if found.get(column) != expected.get(column))
            raise WarehouseError(
                f"{self._begun.feed} {self._begun.snapshot_date}: a batch does not have the contract's columns and "
                f"types; different, missing or unexpected: {', '.join(wrong)}",
            )
        return rows


def _create(
    con: duckdb.DuckDBPyConnection,
    table: str,
    schema: Mapping[str, pl.DataType],
    compressed: Mapping[str, str] = MappingProxyType({}),
) -> None:
    stored = {column: f" USING COMPRESSION {method}" for column, method in compressed.items()}
    columns = ", ".join(f"{name(column)} {sql_type(dtype)}{stored.get(column, '')}" for column, dtype in schema.items())
    con.execute(f"CREATE TABLE {name(ALIAS, table)} ({columns})")


def _as_frame(entries: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Entries as a table of the values that are one number, truth value or text; nested counts stay in the JSON."""
    columns = list(dict.fromkeys(key for entry in entries for key in entry))
    plain = [key for key in columns if all(isinstance(entry.get(key), int | str | None) for entry in entries)]
    rows = [{key: entry.get(key) for key in plain} for entry in entries]
    table = pl.DataFrame(rows, infer_schema_length=None, strict=False)
    return table.with_columns(pl.col(pl.Null).cast(pl.String))


def _parts_frame(parts: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    table = _as_frame(parts) if parts else pl.DataFrame(schema=dict(PARTS))
    absent = [pl.lit(None, dtype).alias(column) for column, dtype in PARTS.items() if column not in table.columns]
    return table.with_columns(*absent).with_columns(pl.col(column).cast(dtype) for column, dtype in PARTS.items())
