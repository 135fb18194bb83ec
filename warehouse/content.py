"""The effective content of a feed on a date, and its rows about given persons.

Belongs here: which snapshots count at a comparison date (feeds.md section 1), and the semi-join where the data lies:
only rows about the persons asked for leave DuckDB. Does not belong here: what the rows mean.
"""
# ruff: noqa: S608  the SQL is put together from names quoted by `warehouse.sql.name`, never from values

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Literal

import duckdb
import polars as pl

from warehouse.natural_keys import Keys
from warehouse.one_snapshot import PLACE, one_after_another, rows_of, rows_of_guests
from warehouse.overriding import overridden, suspects
from warehouse.session import Vault, frame, store
from warehouse.snapshots import Snapshot
from warehouse.sql import name

GUEST_IDS = "guest_ids"
"""A table of a session: whom the rows are about that go along with a content."""


@dataclass(frozen=True)
class Guests:
    """Rows that go along with a content and stand in no snapshot: they are looked for by the same SQL as all others.

    Attributes:
        rows: the contract's fields, `part_no` and `source_row`.
        ids: the persons whom they are about, and others of theirs: the department counts as asked about them.
        source: what stands in the place of a file's name.
    """

    rows: pl.DataFrame
    ids: pl.Series
    source: str


@dataclass(frozen=True)
class Content:
    """The snapshots that make up a feed on a date: a full one with its later deltas, answers on hand, and guests."""

    base: Snapshot | None
    deltas: tuple[Snapshot, ...] = ()
    responses: tuple[Snapshot, ...] = ()
    guests: Guests | None = None

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """All of them in the order in which they apply."""
        later = sorted((*self.deltas, *self.responses), key=lambda snapshot: snapshot.snapshot_date)
        return (*((self.base,) if self.base else ()), *later)


@dataclass(frozen=True)
class Effective:
    """What a feed has on a date.

    Attributes:
        status: fresh; stale, where the newest snapshot is older than the contract allows; absent.
        content: What to compare with; only where fresh.
        snapshot_date: Date of the newest snapshot used (where stale: of the one too old).
        age_days: Days from it to the comparison date.
    """

    status: Literal["fresh", "stale", "absent"]
    content: Content | None = None
    snapshot_date: date | None = None
    age_days: int | None = None


def effective_content(snapshots: Sequence[Snapshot], as_of: date, max_age_days: int) -> Effective:
    """Choose the snapshots that count on a date (feeds.md section 1, modes).

    The newest full snapshot and the deltas after it, as long as the newest of them is at most `max_age_days` old;
    over them the responses of the last `max_age_days` that are newer than the full one. A full one gone stale is left
    out even where there are responses: persons who were not asked must not be compared with it. Of several snapshots
    of one date (a delivery that was corrected) the last one landed counts.

    Args:
        snapshots: Landed snapshots of one feed, in any order.
        as_of: The comparison date (比对日).
        max_age_days: How old the newest snapshot may be.
    """
    in_time = sorted(
        (snapshot for snapshot in snapshots if snapshot.snapshot_date <= as_of),
        key=lambda snapshot: (snapshot.snapshot_date, snapshot.landed_at),
    )
    dated = list({snapshot.snapshot_date: snapshot for snapshot in in_time}.values())
    base = next((snapshot for snapshot in reversed(dated) if snapshot.mode == "full"), None)
    deltas = tuple(s for s in dated if s.mode == "delta" and base and s.snapshot_date > base.snapshot_date)
    newest = (deltas or (base,))[-1]
    if newest and (as_of - newest.snapshot_date).days > max_age_days:
        base, deltas = None, ()
    responses = tuple(
        snapshot
        for snapshot in dated
        if snapshot.mode == "response"
        and (as_of - snapshot.snapshot_date).days <= max_age_days
        and (base is None or snapshot.snapshot_date > base.snapshot_date)
    )
    content = Content(base, deltas, responses)
    if content.snapshots:
        used = content.snapshots[-1].snapshot_date
        return Effective("fresh", content, used, (as_of - used).days)
    too_old = [s.snapshot_date for s in dated if s.mode == "response"] + ([newest.snapshot_date] if newest else [])
    if too_old:
        return Effective("stale", None, max(too_old), (as_of - max(too_old)).days)
    return Effective("absent")


@contextmanager
def attached(vault: Vault, con: duckdb.DuckDBPyConnection, content: Content) -> Iterator[None]:
    """Attach the snapshots of a content, for reading, while this lasts; the functions below need it."""
    attached_here = []
    try:
        for snapshot in content.snapshots:
            vault.attach(con, snapshot.path, snapshot.alias, read_only=True)
            attached_here.append(snapshot.alias)
        if content.guests is not None:
            store(con, GUEST_IDS, content.guests.ids.cast(pl.String).alias("id_number").to_frame())
        yield
    finally:
        for alias in attached_here:
            vault.detach(con, alias)
        if content.guests is not None:  # an engine that holds a table would not be kept for the next session
            con.execute(f"DROP TABLE IF EXISTS {GUEST_IDS}")


def feed_rows(
    con: duckdb.DuckDBPyConnection,
    content: Content,
    keys: Keys,
    subjects: Sequence[str],
    ids: pl.Series | None,
) -> pl.DataFrame:
    """Give a feed's effective rows about some persons: one row per record, in the order of delivery.

    Args:
        con: A session with the content attached.
        content: The snapshots that count.
        keys: The feed's natural key: a delta's row replaces older rows with its key.
        subjects: The fields that name whom a row is about (two for a marriage; household_id where there is no ID).
        ids: The values of those fields that are asked for; None for all rows.

    Returns:
        The contract's fields and the provenance columns of docs/architecture.md.
    """
    found = [rows_of(con, snapshot, subjects, ids) for snapshot in content.snapshots]
    gone = overridden(con, content, keys, subjects, found)
    found = [
        rows.filter(~pl.col(PLACE).is_in(gone.filter(snapshot_place=place).get_column(PLACE).implode()))
        for place, rows in enumerate(found)
    ]
    if content.guests is not None:
        found.append(rows_of_guests(content.guests, content.snapshots[-1].snapshot_date, subjects, ids))
    return one_after_another(found)


def count_rows(con: duckdb.DuckDBPyConnection, content: Content, keys: Keys, subjects: Sequence[str]) -> int:
    """Count a feed's effective rows, about whomever they are, guests apart. One full snapshot alone its load report counts.

    Args:
        con: A session with the content attached.
        content: The snapshots that count.
        keys: As for `feed_rows`.
        subjects: As for `feed_rows`.
    """
    tables = [name(snapshot.alias, "rows") for snapshot in content.snapshots]
    every = " + ".join(f"(SELECT count(*) FROM {table})" for table in tables)
    rows = int(frame(con, f"SELECT {every} AS rows").item())
    return rows - overridden(con, content, keys, subjects, suspects(con, content, keys, subjects)).height


def not_queried(con: duckdb.DuckDBPyConnection, content: Content, ids: pl.Series) -> pl.Series:
    """Give those of the persons about whom the department was never asked: *not queried*, never clear.

    A full snapshot speaks about everybody, so with one there are none. Sorted, each person once.
    """
    if content.base is not None:
        return pl.Series("id_number", [], dtype=pl.String)
    store(con, "wanted", ids.cast(pl.String).drop_nulls().unique().alias("id").to_frame())
    requested = [name(s.alias, "requested") for s in content.responses]
    if content.guests is not None:
        requested.append(GUEST_IDS)
    asked = " UNION ALL ".join(f"SELECT id_number FROM {table}" for table in requested)
    missing = f"SELECT id AS id_number FROM wanted WHERE id NOT IN ({asked}) ORDER BY id"
    return frame(con, missing).get_column("id_number")


def quarantined_households(con: duckdb.DuckDBPyConnection, content: Content) -> pl.Series:
    """Give the households of which a row was quarantined, where it could be read: they are incomplete. Sorted."""
    tables = [name(snapshot.alias, "quarantine") for snapshot in content.snapshots]
    every = " UNION ".join(f"SELECT household_id FROM {table} WHERE household_id <> ''" for table in tables)
    return frame(con, f"SELECT household_id FROM ({every}) ORDER BY household_id").get_column("household_id")
