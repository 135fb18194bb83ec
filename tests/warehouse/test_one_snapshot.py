"""The rows of one snapshot about given persons: which, in what order, and where they come from."""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from warehouse.content import Content, Guests, attached, effective_content, feed_rows
from warehouse.load_report import LoadReport
from warehouse.natural_keys import Keys
from warehouse.one_snapshot import PROVENANCE, SOURCE, about, in_order, with_sources
from warehouse.session import Vault, name, registered
from warehouse.snapshots import SnapshotStore

DAY = date(2026, 9, 1)
BY_BOTH = ("id_number", "vin")
ROWS = [("B", "q", "1"), ("A", "p", "B"), (None, "r", "A"), ("B", "s", None), ("C", "t", "C")]
ASKED = [None, [], ["A"], ["B", "A", "B"], ["nobody", None]]


def content_of(vault: Vault, guests: Guests | None) -> Content:
    content = effective_content(SnapshotStore(vault).list("vehicle"), date(2026, 9, 22), 35).content
    assert content is not None
    return Content(content.base, content.deltas, content.responses, guests)


@pytest.mark.parametrize("ids", ASKED)
@pytest.mark.parametrize("subjects", [("id_number",), BY_BOTH, ()])
@pytest.mark.parametrize("has_guests", [False, True])
def test_rows_about_the_persons_asked_for_and_behind_them_the_guests(
    vault: Vault,
    keys: Keys,
    land: Callable[..., LoadReport],
    batch: Callable[..., pl.DataFrame],
    ids: list[str | None] | None,
    subjects: tuple[str, ...],
    has_guests: bool,
) -> None:
    land(DAY, *ROWS)
    guests = (("G", "p", "A"), ("A", "z", None))
    more = batch(*guests).with_columns(colour=pl.lit("red"))
    content = content_of(vault, Guests(more, pl.Series(["G"]), "guests") if has_guests else None)
    wanted = None if ids is None else pl.Series(ids, dtype=pl.String)
    with vault.connect() as con, attached(vault, con, content):
        found = feed_rows(con, content, keys, subjects, wanted)

    def is_about(row: tuple[str | None, ...]) -> bool:
        named = {"id_number": row[0], "vin": row[2]}
        return ids is None or not subjects or any(named[one] in set(ids) - {None} for one in subjects)

    landed = [(*row, f"{DAY}.csv", place, f"sha-{DAY}") for place, row in enumerate(ROWS, start=2) if is_about(row)]
    along = [(*row, "guests", place, "") for place, row in enumerate(guests, start=2) if has_guests and is_about(row)]
    told = ("id_number", "plate", "vin", "source_file", "source_row", "source_sha256")
    assert found.select(told).rows() == landed + along
    assert found.get_column("delivery_order").to_list() == list(range(1, found.height + 1))
    assert found.select("snapshot_date", "has_manifest").unique().rows() == ([(DAY, True)] if found.height else [])
    fields = ["id_number", "plate", "vin", "on", "value", *(["colour"] if has_guests else [])]
    assert found.columns == [*fields, *PROVENANCE]


def test_the_scan_itself_leaves_strangers_out(vault: Vault, land: Callable[..., LoadReport]) -> None:
    """Half of what a match costs: where DuckDB stops handing its filter on, matching is right, and slow."""
    land(DAY, *((f"{place:06}", "q", "1") for place in range(5000)))
    content = content_of(vault, None)
    wanted = pl.DataFrame({"id": [f"{place:06}" for place in range(0, 5000, 50)]})
    with vault.connect() as con, attached(vault, con, content), registered(con, wanted) as frame:
        query = about(name(content.snapshots[0].alias, "rows"), ("id_number",), frame)
        [(_, plan)] = con.execute(f"EXPLAIN ANALYZE {query}").fetchall()
    assert "IN BF" in plan


def test_all_threads_bring_together_the_same_rows_in_the_order_of_delivery(
    vault: Vault, keys: Keys, land: Callable[..., LoadReport]
) -> None:
    """More rows than a block of DuckDB's holds, so that several threads search; every third person is asked for."""
    land(DAY, *((f"{place // 2:06}", f"{place}", f"{place}") for place in range(260_000)))
    content = content_of(vault, None)
    asked = [f"{person:06}" for person in range(0, 130_000, 3)]
    with vault.connect() as con, attached(vault, con, content):
        found = feed_rows(con, content, keys, ("id_number",), pl.Series(asked).shuffle(seed=1))
    expected = [str(place) for place in range(260_000) if place // 2 % 3 == 0]
    assert found.get_column("plate").to_list() == expected
    assert found.get_column("delivery_order").to_list() == list(range(1, len(expected) + 1))
    assert found.get_column("source_row").is_sorted()


def test_rows_that_do_not_lie_in_the_order_of_delivery_are_put_into_it() -> None:
    rows = pl.DataFrame(
        {"part_no": [2, 1, 1, 1], "source_row": [2, 9, 3, 3], "stored_place": [0, 1, 3, 2], "n": [4, 3, 2, 1]},
    )
    assert in_order(rows).get_column("n").to_list() == [1, 2, 3, 4]
    assert in_order(rows.reverse().head(0)).columns == ["part_no", "source_row", "n"]
    lying = rows.sort("n")
    assert in_order(lying).get_column("n").to_list() == [1, 2, 3, 4]
    unknown = lying.with_columns(source_row=pl.Series([None, 3, 9, 2]))
    assert in_order(unknown).get_column("n").to_list() == [2, 3, 1, 4]


ONE_PART = pl.DataFrame({"part_no": 1, "source_file": "甲.csv", "source_sha256": "a"}, {"part_no": pl.Int32, **SOURCE})


@pytest.mark.parametrize(
    ("parts", "numbers", "files"),
    [
        (ONE_PART, [1, 1], ["甲.csv", "甲.csv"]),
        (ONE_PART, [1, 2], ["甲.csv", None]),
        (ONE_PART, [1, None], ["甲.csv", None]),
        (ONE_PART.with_columns(source_file=pl.lit(None, pl.String)), [1], [None]),
        (
            pl.concat([ONE_PART, ONE_PART.with_columns(part_no=pl.lit(2, pl.Int32), source_file=pl.lit("乙.csv"))]),
            [2, 1],
            ["乙.csv", "甲.csv"],
        ),
        (ONE_PART.clear(), [1], [None]),
        (ONE_PART, [], []),
    ],
)
def test_every_row_tells_the_file_of_its_part(
    parts: pl.DataFrame, numbers: list[int | None], files: list[str | None]
) -> None:
    rows = pl.DataFrame({"part_no": numbers}, schema={"part_no": pl.Int32})
    found = with_sources(rows, parts)
    assert found.schema == {"part_no": pl.Int32, **SOURCE}
    assert found.get_column("source_file").to_list() == files
