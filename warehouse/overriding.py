"""For which rows of a feed a later snapshot speaks: a delta for those with its keys, an answer for all about its persons.

Belongs here: telling these rows among some that were found, and finding the few that can be among them without
putting together the key of every row of a city. Does not belong here: which snapshots count (`warehouse.content`).
"""
# ruff: noqa: S608  the SQL is put together from names quoted by `warehouse.sql.name`, never from values

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from warehouse.natural_keys import KIND, Keys, as_text
from warehouse.one_snapshot import PLACE, about
from warehouse.session import frame, registered
from warehouse.sql import name

if TYPE_CHECKING:
    from warehouse.content import Content

OVERRIDDEN = pl.Schema({"snapshot_place": pl.Int32, PLACE: pl.Int64})
"""Grain: one row per row that does not count: in which snapshot it is, and where it lies there."""


def overridden(
    con: duckdb.DuckDBPyConnection,
    content: "Content",
    keys: Keys,
    subjects: Sequence[str],
    found: Sequence[pl.DataFrame],
) -> pl.DataFrame:
    """Tell which of the rows found in each snapshot do not count, because a later one speaks for them.

    Args:
        con: a session with the content attached.
        content: the snapshots that count.
        keys: the feed's natural key: a delta's row replaces older rows with its key, about whomever it is.
        subjects: the fields that name whom a row is about.
        found: of each snapshot some rows, with `PLACE`.

    Returns:
        Columns of `OVERRIDDEN`, in any order.
    """
    conditions = _overridden_by_key(content, keys) + _overridden_by_answer(content, subjects)
    if not conditions:
        return pl.DataFrame(schema=OVERRIDDEN)
    told = pl.concat(
        [
            rows.select(_asked(keys, subjects) & set(rows.columns) | {PLACE}).with_columns(snapshot_place=place)
            for place, rows in enumerate(found)
        ],
        how="diagonal_relaxed",
    )
    # Of rows that have nothing in common with a later one no key is put together.
    firsts = {fields[0] for fields in keys.alternatives} & set(told.columns)
    alike = [f"{as_text(field)} IN (SELECT {as_text(field)} FROM ({_later(content)}))" for field in sorted(firsts)]
    alike += [f"{name(subject)} IN ({_requested(content)})" for subject in subjects if _answers(content)]
    where = " OR ".join(f"EXISTS ({condition})" for condition in conditions)
    with registered(con, told) as view:
        keyed = f"SELECT *, {keys.columns()} FROM {view} WHERE {' OR '.join(alike)}"
        gone = frame(con, f"SELECT snapshot_place, {PLACE} FROM ({keyed}) keyed WHERE {where}")
    return gone.cast(OVERRIDDEN)


def suspects(
    con: duckdb.DuckDBPyConnection, content: "Content", keys: Keys, subjects: Sequence[str]
) -> list[pl.DataFrame]:
    """Find in each snapshot the rows without which a later one can speak for none: few, of a city.

    Returns:
        By snapshot the fields of the keys, the subjects and `PLACE`.
    """
    searches = list(_searches(con, content, keys, subjects))
    return [_among(con, name(one.alias, "rows"), searches, _asked(keys, subjects)) for one in content.snapshots]


def _searches(
    con: duckdb.DuckDBPyConnection, content: "Content", keys: Keys, subjects: Sequence[str]
) -> Iterator[tuple[str, pl.Series]]:
    """Fields and the values that a row must have in one of them: firsts of later keys, persons asked about later."""
    if _speaking(content):
        # By alternative: where no later row has a key of the second kind, none of its fields is looked at.
        kinds = (
            f"SELECT DISTINCT {KIND}, key_1 FROM (SELECT *, {keys.columns()} FROM ({_later(content)})) WHERE {KIND} > 0"
        )
        firsts = frame(con, kinds)
        for kind, fields in enumerate(keys.alternatives, start=1):
            yield fields[0], firsts.filter(pl.col(KIND) == kind).get_column("key_1")
    if _answers(content):
        asked = frame(con, _requested(content)).get_column("id_number")
        yield from ((subject, asked) for subject in subjects)


def _among(
    con: duckdb.DuckDBPyConnection, table: str, searches: Sequence[tuple[str, pl.Series]], asked: set[str]
) -> pl.DataFrame:
    """Rows of a table that one of the searches finds, each once."""
    types = dict(frame(con, f"SELECT column_name, column_type FROM (DESCRIBE {table})").iter_rows())
    wanted = ", ".join(map(name, sorted(asked & set(types))))
    every = f"SELECT {wanted}, rowid AS {PLACE} FROM {table}"
    found = [frame(con, f"{every} LIMIT 0")]
    for field, values in searches:
        texts = values.drop_nulls().filter(values.drop_nulls() != "")
        if len(texts) < values.drop_nulls().len():
            # What was landed before a field was declared holds nothing of it.
            empty = f"{as_text(field)} = ''" if field in types else "true"
            found.append(frame(con, f"{every} WHERE {empty}", is_search=True))
        if texts.is_empty() or field not in types:
            continue
        with registered(con, texts.alias("id").to_frame()) as view:
            alike = f"{every} WHERE {as_text(field)} IN (SELECT id FROM {view})"
            if types[field] == "VARCHAR":
                alike = f"SELECT {wanted}, {PLACE} FROM ({about(table, (field,), view)})"
            found.append(frame(con, alike, is_search=True))
    return pl.concat(found).unique(PLACE)


def _asked(keys: Keys, subjects: Sequence[str]) -> set[str]:
    """What of a row tells whether a later one speaks for it."""
    return {field for fields in keys.alternatives for field in fields} | set(subjects)


def _speaking(content: "Content") -> list[tuple[int, str]]:
    """Places and tables of the snapshots whose rows replace earlier ones by key."""
    later = enumerate(content.snapshots)
    return [(place, name(one.alias, "rows")) for place, one in later if place > 0 and one.mode != "full"]


def _answers(content: "Content") -> list[tuple[int, str]]:
    """Places and lists of persons asked about, of the answers that replace what is known of them."""
    later = enumerate(content.snapshots)
    return [(place, name(one.alias, "requested")) for place, one in later if place > 0 and one.mode == "response"]


def _later(content: "Content") -> str:
    """SQL: the rows that replace earlier ones by key, and the place of their snapshot."""
    return " UNION ALL BY NAME ".join(
        f"SELECT *, {place} AS later_place FROM {table}" for place, table in _speaking(content)
    )


def _requested(content: "Content") -> str:
    """SQL: the persons about whom later answers are."""
    return " UNION ALL ".join(f"SELECT id_number FROM {table}" for _, table in _answers(content))


def _overridden_by_key(content: "Content", keys: Keys) -> list[str]:
    """Condition under which a later delta or answer has a row with the same key; a delta's may be about other persons.

    Answers too: a department may return a person nobody asked about in two of them, whom no list overrides.
    """
    if not _speaking(content):
        return []
    names = ", ".join(keys.names)
    every = f"SELECT *, {keys.columns()} FROM ({_later(content)})"
    newest = f"SELECT {names}, max(later_place) AS place FROM ({every}) GROUP BY ALL"
    same = " AND ".join(f"newer.{column} = keyed.{column}" for column in keys.names)
    return [f"SELECT 1 FROM ({newest}) newer WHERE {same} AND newer.{KIND} > 0 AND newer.place > keyed.snapshot_place"]


def _overridden_by_answer(content: "Content", subjects: Sequence[str]) -> list[str]:
    """Condition under which a later response was about one of the row's persons: it says all there is on them."""
    if not _answers(content):
        return []
    asked = " UNION ALL ".join(f"SELECT id_number, {place} AS place FROM {table}" for place, table in _answers(content))
    newest = f"SELECT id_number, max(place) AS place FROM ({asked}) GROUP BY id_number"
    return [
        f"SELECT 1 FROM ({newest}) answer WHERE answer.id_number = keyed.{name(subject)} "
        "AND answer.place > keyed.snapshot_place"
        for subject in subjects
    ]
