"""The rows of one snapshot about given persons, and rows of several sources one after another.

Belongs here: the semi-join. Only rows, and no provenance, pass through SQL: file names and checksums are joined to what
was found, and rows that come in the order of delivery are not sorted again. Does not belong here: which snapshots
count, and for which rows a later one speaks (`warehouse.content`).
"""
# ruff: noqa: S608  the SQL is put together from names quoted by `warehouse.sql.name`, never from values

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from warehouse.session import frame, registered
from warehouse.snapshots import Snapshot
from warehouse.sql import name

if TYPE_CHECKING:
    from warehouse.content import Guests

PROVENANCE = ("snapshot_date", "source_file", "source_row", "source_sha256", "has_manifest", "delivery_order")
PLACE = "stored_place"
"""Where a row lies in its snapshot."""
ORDER = ("part_no", "source_row", PLACE)
SOURCE = pl.Schema({"source_file": pl.String, "source_sha256": pl.String})


def rows_of(
    con: duckdb.DuckDBPyConnection, snapshot: Snapshot, subjects: Sequence[str], ids: pl.Series | None
) -> pl.DataFrame:
    """Give a snapshot's rows about some persons, in any order.

    Args:
        con: a session with the snapshot attached.
        snapshot: the one that counts.
        subjects: the fields that name whom a row is about; without one, all rows count.
        ids: the values of those fields that are asked for; None for all rows.

    Returns:
        The contract's fields, `part_no`, the provenance but for the order of delivery, and `PLACE`.
    """
    rows = _about(con, name(snapshot.alias, "rows"), subjects, ids)
    parts = frame(con, f"SELECT part_no, source_file, sha256 AS source_sha256 FROM {name(snapshot.alias, 'parts')}")
    return with_sources(rows, parts.cast(SOURCE)).with_columns(
        snapshot_date=pl.lit(snapshot.snapshot_date), has_manifest=pl.lit(snapshot.report.has_manifest)
    )


def rows_of_guests(guests: "Guests", on: date, subjects: Sequence[str], ids: pl.Series | None) -> pl.DataFrame:
    """Give the guests' rows about some persons, dated `on`; as `rows_of`."""
    return _guests_among(guests.rows, subjects, ids).with_columns(
        snapshot_date=pl.lit(on),
        has_manifest=pl.lit(value=True),
        source_file=pl.lit(guests.source),
        source_sha256=pl.lit(""),
    )


def one_after_another(found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Rows of several sources in the order in which they apply, each in the order of delivery.

    Args:
        found: what `rows_of` and `rows_of_guests` gave, the first delivered first.

    Returns:
        As `warehouse.content.feed_rows`.
    """
    rows = pl.concat([in_order(one) for one in found], how="diagonal_relaxed")
    fields = [column for column in rows.columns if column not in (*PROVENANCE, "part_no")]
    return rows.with_columns(delivery_order=pl.int_range(1, pl.len() + 1, dtype=pl.Int64)).select(*fields, *PROVENANCE)


def with_sources(rows: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """The rows with the file of their part; where all are of the only part, as on most nights, nothing is looked up."""
    if parts.height == 1 and rows.get_column("part_no").eq_missing(parts.item(0, "part_no")).all():
        return rows.with_columns(pl.lit(parts.item(0, field), dtype=pl.String).alias(field) for field in SOURCE)
    return rows.join(parts, on="part_no", how="left", maintain_order="left")


def _guests_among(guests: pl.DataFrame, subjects: Sequence[str], ids: pl.Series | None) -> pl.DataFrame:
    """The guests' rows about the persons asked for, with the place in which each one stands."""
    numbered = guests.with_row_index(PLACE)
    if ids is None or not subjects:
        return numbered
    # Guests are few and the persons many: these are looked for among those, not a set made of a million.
    named = pl.concat([guests.get_column(one).cast(pl.String).alias("id") for one in subjects]).drop_nulls().unique()
    texts = ids.cast(pl.String)
    known = texts.filter(texts.is_in(named.implode())).unique().implode()
    return numbered.filter(pl.any_horizontal(pl.col(one).is_in(known).fill_null(value=False) for one in subjects))


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows in the order of delivery, and no column that told only that. They nearly always stand so already."""
    if not rows.select(_is_after_the_one_before(ORDER).all()).item():
        rows = rows.sort(ORDER, nulls_last=True, maintain_order=True)
    return rows.drop(PLACE)


def _is_after_the_one_before(columns: Sequence[str]) -> pl.Expr:
    """Whether a row's values, read one after another, are not less than those of the row before; null is neither."""
    first, *others = columns
    here, before = pl.col(first), pl.col(first).shift()
    is_first = pl.int_range(pl.len()) == 0
    if not others:
        return is_first | (here >= before).fill_null(value=False)
    follows = (here > before) | ((here == before) & _is_after_the_one_before(others))
    return is_first | follows.fill_null(value=False)


def _about(con: duckdb.DuckDBPyConnection, table: str, subjects: Sequence[str], ids: pl.Series | None) -> pl.DataFrame:
    """A table's rows about some persons; the hash table of the join is built from the frame itself."""
    if ids is None or not subjects:
        return frame(con, f"SELECT r.*, r.rowid AS {PLACE} FROM {table} r")
    with registered(con, ids.cast(pl.String).drop_nulls().alias("id").to_frame()) as wanted:
        return frame(con, about(table, subjects, wanted), is_search=True)


def about(table: str, subjects: Sequence[str], wanted: str) -> str:
    """SQL: a table's rows about the persons of a frame that is registered.

    Its condition on the frame keeps every id. DuckDB hands what it knows of them (a Bloom filter) on to the scan only
    where the side it builds from is filtered, and then unpacks of rows about strangers no other column: half the
    processor time of 15 M rows.
    """
    one_of_them = f"IN (SELECT id FROM {wanted} WHERE id IS NOT NULL)"
    where = " OR ".join(f"r.{name(subject)} {one_of_them}" for subject in subjects)
    return f"SELECT r.*, r.rowid AS {PLACE} FROM {table} r WHERE {where}"
