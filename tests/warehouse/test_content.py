from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.content import (
    Content,
    Effective,
    attached,
    count_rows,
    effective_content,
    feed_rows,
    not_queried,
    quarantined_households,
)
from warehouse.load_report import LoadReport, Mode
from warehouse.natural_keys import Keys
from warehouse.session import Vault, store
from warehouse.snapshots import Snapshot, SnapshotStore
from warehouse.sql import name

AS_OF = date(2026, 9, 22)


def snapshot(days_old: int, mode: Mode = "full", landed_at: int = 0) -> Snapshot:
    on = AS_OF - timedelta(days=days_old)
    report = LoadReport(status="landed", feed="vehicle", snapshot_date=on, mode=mode, checksum=f"{landed_at}{days_old}")
    return Snapshot(Path(f"{on}-{landed_at}.duckdb"), report, landed_at)


def ages(chosen: Effective) -> list[tuple[int, str]]:
    assert chosen.content is not None
    return [((AS_OF - s.snapshot_date).days, s.mode) for s in chosen.content.snapshots]


def test_no_snapshot_is_absent() -> None:
    assert effective_content([], AS_OF, 35) == Effective("absent")
    assert effective_content([snapshot(-1)], AS_OF, 35) == Effective("absent")


def test_the_newest_full_snapshot_counts() -> None:
    chosen = effective_content([snapshot(9), snapshot(-1), snapshot(3), snapshot(20)], AS_OF, 35)
    assert (chosen.status, chosen.age_days, chosen.snapshot_date) == ("fresh", 3, date(2026, 9, 19))
    assert ages(chosen) == [(3, "full")]


def test_a_snapshot_of_the_day_itself_counts() -> None:
    assert ages(effective_content([snapshot(0)], AS_OF, 0)) == [(0, "full")]


def test_the_last_day_is_fresh_and_the_next_is_stale() -> None:
    assert effective_content([snapshot(35)], AS_OF, 35).status == "fresh"
    stale = effective_content([snapshot(36)], AS_OF, 35)
    assert stale == Effective("stale", None, AS_OF - timedelta(days=36), 36)


def test_deltas_after_the_full_one_apply_in_order() -> None:
    given_ = [snapshot(2, "delta"), snapshot(30), snapshot(8, "delta"), snapshot(31, "delta"), snapshot(-1, "delta")]
    chosen = effective_content(given_, AS_OF, 35)
    assert ages(chosen) == [(30, "full"), (8, "delta"), (2, "delta")]
    assert chosen.age_days == 2


def test_a_fresh_delta_keeps_an_old_full_one_in_use() -> None:
    assert ages(effective_content([snapshot(300), snapshot(35, "delta")], AS_OF, 35)) == [(300, "full"), (35, "delta")]
    assert effective_content([snapshot(300), snapshot(36, "delta")], AS_OF, 35).status == "stale"


def test_deltas_without_a_full_one_are_nothing() -> None:
    assert effective_content([snapshot(2, "delta")], AS_OF, 35).content is None


def test_responses_stand_alone_within_their_days() -> None:
    chosen = effective_content([snapshot(35, "response"), snapshot(36, "response"), snapshot(1, "response")], AS_OF, 35)
    assert ages(chosen) == [(35, "response"), (1, "response")]
    stale = effective_content([snapshot(36, "response"), snapshot(50, "response")], AS_OF, 35)
    assert (stale.status, stale.age_days) == ("stale", 36)


def test_responses_newer_than_the_full_one_lie_over_it() -> None:
    given_ = [snapshot(10), snapshot(11, "response"), snapshot(4, "response"), snapshot(6, "delta")]
    chosen = effective_content(given_, AS_OF, 35)
    assert ages(chosen) == [(10, "full"), (6, "delta"), (4, "response")]
    assert chosen.age_days == 4


def test_a_response_does_not_make_a_stale_full_one_fresh() -> None:
    chosen = effective_content([snapshot(36), snapshot(4, "response")], AS_OF, 35)
    assert ages(chosen) == [(4, "response")]


def test_of_two_deliveries_of_one_date_the_last_landed_counts() -> None:
    first, second = snapshot(3, landed_at=1), snapshot(3, "delta", landed_at=2)
    assert effective_content([second, first], AS_OF, 35).content is None
    chosen = effective_content([snapshot(3, landed_at=5), first], AS_OF, 35)
    assert chosen.content is not None
    assert chosen.content.base == snapshot(3, landed_at=5)


def rows_of(vault: Vault, keys: Keys, subjects: tuple[str, ...], ids: list[str] | None) -> pl.DataFrame:
    chosen = effective_content(SnapshotStore(vault).list("vehicle"), AS_OF, 35)
    assert chosen.content is not None
    with vault.connect() as con, attached(vault, con, chosen.content):
        wanted = None if ids is None else pl.Series(ids, dtype=pl.String)
        return feed_rows(con, chosen.content, keys, subjects, wanted)


def triples(rows: pl.DataFrame) -> list[tuple[str | None, ...]]:
    return rows.select("id_number", "plate", "vin").rows()


def test_only_rows_about_the_persons_asked_for_leave(vault: Vault, keys: Keys, land: Callable[..., LoadReport]) -> None:
    land(date(2026, 9, 20), ("A", "p", "1"), ("B", "q", "2"), ("C", "r", "3"), ("A", "s", "4"))
    rows = rows_of(vault, keys, ("id_number",), ["A", "C", "A", "Z"])
    assert triples(rows) == [("A", "p", "1"), ("C", "r", "3"), ("A", "s", "4")]
    assert rows.schema == {
        "id_number": pl.String,
        "plate": pl.String,
        "vin": pl.String,
        "on": pl.Date,
        "value": pl.Decimal(18, 4),
        "snapshot_date": pl.Date,
        "source_file": pl.String,
        "source_row": pl.Int64,
        "source_sha256": pl.String,
        "has_manifest": pl.Boolean,
        "delivery_order": pl.Int64,
    }
    assert rows.row(1)[5:] == (date(2026, 9, 20), "2026-09-20.csv", 4, "sha-2026-09-20", True, 2)


def test_none_asks_for_all_rows_and_nobody_for_none(vault: Vault, keys: Keys, land: Callable[..., LoadReport]) -> None:
    land(date(2026, 9, 20), ("A", "p", "1"), (None, "q", "2"))
    assert rows_of(vault, keys, ("id_number",), None).height == 2
    assert rows_of(vault, keys, ("id_number",), []).height == 0


def test_a_row_may_be_about_two_persons_or_about_none(
    vault: Vault, keys: Keys, land: Callable[..., LoadReport]
) -> None:
    land(date(2026, 9, 20), ("A", "B", "1"), ("C", "D", "2"), (None, "B", "3"), ("D", None, "4"))
    assert [row[2] for row in triples(rows_of(vault, keys, ("id_number", "plate"), ["B", "D"]))] == ["1", "2", "3", "4"]
    assert [row[2] for row in triples(rows_of(vault, keys, ("plate",), ["B"]))] == ["1", "3"]


def test_a_deltas_row_replaces_older_rows_of_its_key(vault: Vault, keys: Keys, land: Callable[..., LoadReport]) -> None:
    land(date(2026, 9, 1), ("A", "p", "old"), ("A", "q", "stays"), ("A", None, None), ("B", "p", "stays"))
    land(date(2026, 9, 3), ("A", "p", "newer"), ("C", "z", "added"), mode="delta", checksum="bb")
    land(date(2026, 9, 5), ("A", "p", "newest"), ("A", None, None), mode="delta", checksum="cc")
    rows = rows_of(vault, keys, ("id_number",), ["A", "B", "C"])
    assert triples(rows) == [
        ("A", "q", "stays"),
        ("A", None, None),
        ("B", "p", "stays"),
        ("C", "z", "added"),
        ("A", "p", "newest"),
        ("A", None, None),
    ]
    assert rows.get_column("delivery_order").to_list() == [1, 2, 3, 4, 5, 6]
    assert rows.get_column("source_file").to_list()[-1] == "2026-09-05.csv"


def test_a_delta_replaces_a_row_even_when_its_own_is_about_others(
    vault: Vault, land: Callable[..., LoadReport]
) -> None:
    by_plate = Keys((("plate",),))
    land(date(2026, 9, 1), ("A", "p", "sold to B"))
    land(date(2026, 9, 3), ("B", "p", "bought"), mode="delta", checksum="bb")
    assert rows_of(vault, by_plate, ("id_number",), ["A"]).height == 0


def test_an_answer_says_all_there_is_on_the_persons_asked_about(
    vault: Vault, keys: Keys, land: Callable[..., LoadReport]
) -> None:
    land(date(2026, 9, 1), ("A", "p", "old"), ("B", "p", "old"), ("C", "p", "old"))
    land(date(2026, 9, 3), ("A", "q", "answer"), mode="response", checksum="bb", asked=("A", "B"))
    land(date(2026, 9, 5), ("B", "r", "after"), mode="delta", checksum="cc")
    rows = rows_of(vault, keys, ("id_number",), ["A", "B", "C"])
    assert triples(rows) == [("C", "p", "old"), ("A", "q", "answer"), ("B", "r", "after")]


def test_the_newest_answer_per_person_counts(vault: Vault, keys: Keys, land: Callable[..., LoadReport]) -> None:
    land(date(2026, 9, 1), ("A", "p", "1"), ("B", "p", "1"), mode="response", asked=("A", "B"))
    land(date(2026, 9, 3), mode="response", checksum="bb", asked=("A", "C"))
    assert triples(rows_of(vault, keys, ("id_number",), ["A", "B", "C"])) == [("B", "p", "1")]


def test_a_row_that_two_answers_give_unasked_counts_once(
    vault: Vault, keys: Keys, land: Callable[..., LoadReport]
) -> None:
    land(date(2026, 9, 1), ("A", "p", "1"), ("C", "p", "1"), ("C", "q", "1"), mode="response", asked=("A",))
    land(date(2026, 9, 3), ("B", "p", "2"), ("C", "p", "2"), mode="response", checksum="bb", asked=("B",))
    rows = rows_of(vault, keys, ("id_number",), ["A", "B", "C"])
    assert triples(rows) == [("A", "p", "1"), ("C", "q", "1"), ("B", "p", "2"), ("C", "p", "2")]


def test_a_person_never_asked_about_is_not_queried(vault: Vault, land: Callable[..., LoadReport]) -> None:
    land(date(2026, 9, 1), ("A", "p", "1"), mode="response", asked=("A", "B"))
    land(date(2026, 9, 3), mode="response", checksum="bb", asked=("C",))
    chosen = effective_content(SnapshotStore(vault).list("vehicle"), AS_OF, 35)
    assert chosen.content is not None
    with vault.connect() as con, attached(vault, con, chosen.content):
        missing = not_queried(con, chosen.content, pl.Series(["Z", "A", "C", "Y", "Z", None]))
    assert missing.to_list() == ["Y", "Z"]


def test_a_full_snapshot_speaks_about_everybody(vault: Vault, land: Callable[..., LoadReport]) -> None:
    land(date(2026, 9, 1), ("A", "p", "1"))
    [landed] = SnapshotStore(vault).list("vehicle")
    with vault.connect() as con:
        assert not_queried(con, Content(landed), pl.Series(["Z"])).to_list() == []


def test_households_with_a_quarantined_row(vault: Vault, land: Callable[..., LoadReport]) -> None:
    land(date(2026, 9, 1), bad_households=("H2", None, "H1", "H2", ""))
    land(date(2026, 9, 3), bad_households=("H3",), mode="delta", checksum="bb")
    chosen = effective_content(SnapshotStore(vault).list("vehicle"), AS_OF, 35)
    assert chosen.content is not None
    with vault.connect() as con, attached(vault, con, chosen.content):
        assert quarantined_households(con, chosen.content).to_list() == ["H1", "H2", "H3"]


def landed_apart(vault: Vault, *fields_of_deliveries: tuple[str, ...]) -> None:
    """A full snapshot and deltas of one row each, whose contracts declared different fields; values name the day."""
    nothing = pl.DataFrame(
        schema={"part_no": pl.Int32, "source_row": pl.Int64, "field": pl.String, "reason": pl.String, "raw": pl.String}
    )
    places = pl.DataFrame({"part_no": [1], "source_row": [2]}, schema={"part_no": pl.Int32, "source_row": pl.Int64})
    of_then = Keys((("id_number",),))
    for day, fields in enumerate(fields_of_deliveries, start=1):
        rows = places.with_columns(pl.lit("A" if one == "id_number" else f"p{day}").alias(one) for one in fields)
        schema: dict[str, pl.DataType] = {one: pl.String() for one in fields}
        mode: Mode = "full" if day == 1 else "delta"
        with SnapshotStore(vault).writer("vehicle", date(2026, 9, day), "aa", schema, of_then, mode) as writer:
            writer.append(rows, nothing)
            writer.finish([], [])


def counted(vault: Vault, keys: Keys) -> int:
    chosen = effective_content(SnapshotStore(vault).list("vehicle"), AS_OF, 35)
    assert chosen.content is not None
    with vault.connect(will_write=False) as con, attached(vault, con, chosen.content):
        return count_rows(con, chosen.content, keys, ("id_number",))


def test_a_field_that_an_older_snapshot_lacks_is_empty_there(vault: Vault, keys: Keys) -> None:
    landed_apart(vault, ("id_number", "plate", "vin"), ("id_number", "plate", "vin", "colour"))
    found = rows_of(vault, keys, ("id_number",), None)
    assert found.get_column("colour").to_list() == [None, "p2"]
    assert counted(vault, keys) == 2


@pytest.mark.parametrize(
    ("deliveries", "expected"),
    [
        ((("id_number", "owner"), ("id_number", "owner")), 2),
        ((("id_number",), ("id_number", "owner")), 2),
        ((("id_number",), ("id_number",), ("id_number", "owner")), 2),
    ],
    ids=["another owner", "the full one lacks it", "a delta lacks it too"],
)
def test_a_part_of_the_key_that_an_older_snapshot_lacks_is_empty_there(
    vault: Vault, deliveries: tuple[tuple[str, ...], ...], expected: int
) -> None:
    keys = Keys((("owner", "id_number"),))
    landed_apart(vault, *deliveries)
    assert counted(vault, keys) == rows_of(vault, keys, ("id_number",), None).height == expected


VALUE = st.sampled_from(["", "1", "2"])
PERSON = st.sampled_from(["A", "B", "C"])
DELIVERY = st.tuples(
    st.sampled_from(["delta", "response"]),
    st.lists(st.tuples(PERSON, VALUE, VALUE), max_size=6),
    st.sets(PERSON),
)


def by_hand(deliveries: list[tuple[str, list[tuple[str, ...]], set[str]]], persons: set[str]) -> list[tuple[str, ...]]:
    """feeds.md section 1, row by row: keep a list, let each delivery change it."""
    content: list[tuple[str, ...]] = []
    for mode, rows, asked in deliveries:
        new = {(row[1], row[0]) if row[1] else ("vin", row[2], row[0]) if row[2] else None for row in rows} - {None}
        content = [
            row
            for row in content
            if ((row[1], row[0]) if row[1] else ("vin", row[2], row[0]) if row[2] else None) not in new
        ]
        if mode == "response":
            content = [row for row in content if row[0] not in asked]
        content += rows
    return [row for row in content if row[0] in persons]


@given(
    base=st.lists(st.tuples(PERSON, VALUE, VALUE), max_size=6),
    later=st.lists(DELIVERY, max_size=3),
    persons=st.sets(PERSON),
)
@settings(max_examples=40, deadline=None)
def test_it_agrees_with_deliveries_applied_by_hand(
    base: list[tuple[str, str, str]],
    later: list[tuple[str, list[tuple[str, str, str]], set[str]]],
    persons: set[str],
) -> None:
    keys = Keys((("plate", "id_number"), ("vin", "id_number")), keyless="keep")
    deliveries = [("full", base, set()), *later]
    con = duckdb.connect()
    chosen = []
    for place, (mode, rows, asked) in enumerate(deliveries):
        landed = snapshot(20 - place, mode)  # type: ignore[arg-type]  # three literals
        con.execute(f"ATTACH ':memory:' AS {name(landed.alias)}")
        placed = [(*row, 1, number) for number, row in enumerate(rows)]
        schema = {
            "id_number": pl.String,
            "plate": pl.String,
            "vin": pl.String,
            "part_no": pl.Int32,
            "source_row": pl.Int64,
        }
        store(con, name(landed.alias, "rows"), pl.DataFrame(placed, schema=schema, orient="row"))
        store(
            con,
            name(landed.alias, "requested"),
            pl.DataFrame({"id_number": sorted(asked)}, schema=["id_number"]).cast(pl.String),
        )
        parts = {"part_no": pl.Int32, "source_file": pl.String, "sha256": pl.String}
        store(con, name(landed.alias, "parts"), pl.DataFrame([(1, "f", "s")], schema=parts, orient="row"))
        chosen.append(landed)
    content = Content(
        chosen[0],
        tuple(landed for landed in chosen if landed.mode == "delta"),
        tuple(landed for landed in chosen if landed.mode == "response"),
    )
    found = feed_rows(con, content, keys, ("id_number",), pl.Series(sorted(persons), dtype=pl.String))
    everybody = {row[0] for _, rows, _ in deliveries for row in rows}
    assert count_rows(con, content, keys, ("id_number",)) == len(by_hand(deliveries, everybody))
    con.close()
    assert triples(found) == by_hand(deliveries, persons)
    assert found.get_column("delivery_order").to_list() == list(range(1, found.height + 1))


def test_the_files_of_a_content_can_be_attached_again(vault: Vault, land: Callable[..., LoadReport]) -> None:
    land(date(2026, 9, 1), ("A", "p", "1"))
    [landed] = SnapshotStore(vault).list("vehicle")
    with vault.connect() as con:
        for _ in range(2):
            with attached(vault, con, Content(landed)):
                pass
        with pytest.raises(KeyError), attached(vault, con, Content(landed)):
            raise KeyError
        with attached(vault, con, Content(landed)):
            pass
