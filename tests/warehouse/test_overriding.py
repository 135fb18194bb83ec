"""Counting looks for what later snapshots replace among a few rows only, reading among those found: they agree."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.content import Content, count_rows, feed_rows
from warehouse.load_report import LoadReport
from warehouse.natural_keys import Keys
from warehouse.session import name, store
from warehouse.snapshots import Mode, Snapshot

FIELDS = pl.Schema({"id_number": pl.String, "other": pl.String, "plate": pl.String, "on": pl.Date, "value": pl.String})
PARTS = pl.Schema({"part_no": pl.Int32, "source_file": pl.String, "sha256": pl.String})
KEYS = [
    Keys((("plate", "id_number"),)),
    Keys((("plate",), ("on", "id_number")), keyless="keep"),
    Keys((("plate",), ("value", "id_number"))),
    Keys((("on", "plate"), ("id_number",))),
]
PERSON = st.sampled_from(["A", "B", "C"])
TEXT = st.sampled_from([None, "", "1", "2"])
ROW = st.tuples(PERSON, PERSON, TEXT, st.sampled_from([None, date(2026, 1, 1), date(2026, 1, 2)]), TEXT)
LATER = st.tuples(st.sampled_from(["delta", "response"]), st.lists(ROW, max_size=4), st.sets(PERSON))


@contextmanager
def delivered(deliveries: list[tuple[Mode, list[tuple[object, ...]], set[str]]]) -> Iterator[tuple]:
    """A session over snapshots of successive days."""
    with duckdb.connect() as con:
        snapshots = []
        for place, (mode, rows, asked) in enumerate(deliveries):
            report = LoadReport(
                status="landed", feed="vehicle", snapshot_date=date(2026, 9, 1 + place), mode=mode, checksum=str(place)
            )
            one = Snapshot(Path(f"{place}.duckdb"), report, 0)
            con.execute(f"ATTACH ':memory:' AS {name(one.alias)}")
            numbered = pl.DataFrame(rows, schema=FIELDS, orient="row").with_columns(
                pl.lit(1, pl.Int32).alias("part_no"), source_row=pl.int_range(pl.len())
            )
            store(con, name(one.alias, "rows"), numbered)
            store(
                con, name(one.alias, "requested"), pl.DataFrame({"id_number": sorted(asked)}, {"id_number": pl.String})
            )
            store(con, name(one.alias, "parts"), pl.DataFrame([(1, "f", "s")], schema=PARTS, orient="row"))
            snapshots.append(one)
        later = {mode: tuple(one for one in snapshots[1:] if one.mode == mode) for mode in ("delta", "response")}
        yield con, Content(snapshots[0], later["delta"], later["response"])


@pytest.mark.parametrize("keys", KEYS)
@pytest.mark.parametrize("subjects", [("id_number",), ("id_number", "other")])
@given(base=st.lists(ROW, max_size=5), later=st.lists(LATER, max_size=2))
@settings(max_examples=12, deadline=None)
def test_as_many_rows_are_counted_as_are_read(
    keys: Keys,
    subjects: tuple[str, ...],
    base: list[tuple[object, ...]],
    later: list[tuple[Mode, list[tuple[object, ...]], set[str]]],
) -> None:
    with delivered([("full", base, set()), *later]) as (con, content):
        assert count_rows(con, content, keys, subjects) == feed_rows(con, content, keys, subjects, None).height


def test_what_no_later_key_begins_with_is_not_searched() -> None:
    same, own = ("A", "A", "1", None, "x"), ("B", "B", None, date(2026, 1, 1), "y")
    with delivered([("full", [same, own, own], set()), ("delta", [same], set())]) as (con, content):
        found = feed_rows(con, content, KEYS[1], ("id_number",), None)
        assert count_rows(con, content, KEYS[1], ("id_number",)) == 3
    assert found.get_column("value").to_list() == ["y", "y", "x"]
