from collections.abc import Callable, Iterator, Sequence

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import duplicates
from warehouse.duplicates import Removed
from warehouse.errors import WarehouseError
from warehouse.marks import Marks
from warehouse.natural_keys import Keys
from warehouse.profile import Tally, counts
from warehouse.session import append, frame, store

FIELDS = ("id_number", "plate", "vin", "on", "value")
SMALL = {"id_number": pl.String, "plate": pl.String, "vin": pl.String, "part_no": pl.Int32, "source_row": pl.Int64}
Row = tuple[str | None, str | None, str | None, int, int]


def remove_repeated(
    con: duckdb.DuckDBPyConnection,
    table: str,
    fields: Sequence[str],
    keys: Keys,
    rows_a_pass: int = 1000,
    counted: Sequence[str] = (),
) -> Removed:
    """The function under test, with the marks of the table's rows."""
    marks = Marks(keys, fields)
    marks.add(frame(con, f"SELECT * FROM {table} ORDER BY rowid"))  # noqa: S608  a literal
    return duplicates.remove_repeated(con, table, fields, keys, marks, rows_a_pass, counted)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    yield connection
    connection.close()


def kept(con: duckdb.DuckDBPyConnection) -> list[int]:
    return [row for (row,) in con.execute("SELECT source_row FROM rows ORDER BY part_no, source_row").fetchall()]


def test_a_row_that_stands_twice_is_kept_at_its_last_place(
    con: duckdb.DuckDBPyConnection, keys: Keys, batch: Callable[..., pl.DataFrame]
) -> None:
    store(con, "rows", batch(("A", "p", None), ("B", "q", None), ("A", "p", None), ("A", "p", None)))
    assert remove_repeated(con, "rows", FIELDS, keys) == Removed(duplicate=2, superseded=0)
    assert kept(con) == [3, 5]


def test_of_rows_with_one_key_the_last_is_kept(
    con: duckdb.DuckDBPyConnection, keys: Keys, batch: Callable[..., pl.DataFrame]
) -> None:
    store(con, "rows", batch(("A", "p", "1"), ("A", "p", "2"), ("A", "p", None), ("B", "p", "1")))
    assert remove_repeated(con, "rows", FIELDS, keys) == Removed(duplicate=0, superseded=2)
    assert kept(con) == [4, 5]


def test_duplicates_are_counted_before_superseded_rows(
    con: duckdb.DuckDBPyConnection, keys: Keys, batch: Callable[..., pl.DataFrame]
) -> None:
    store(con, "rows", batch(("A", "p", "1"), ("A", "p", "2"), ("A", "p", "1")))
    assert remove_repeated(con, "rows", FIELDS, keys) == Removed(duplicate=1, superseded=1)
    assert kept(con) == [4]


def test_the_order_is_part_then_row_whatever_came_first(
    con: duckdb.DuckDBPyConnection, keys: Keys, batch: Callable[..., pl.DataFrame]
) -> None:
    store(con, "rows", batch(("A", "p", "late part"), part_no=2, first_row=2))
    append(con, "rows", batch(("A", "p", "early part"), part_no=1, first_row=9))
    assert remove_repeated(con, "rows", FIELDS, keys) == Removed(duplicate=0, superseded=1)
    assert kept(con) == [2]


def test_of_persons_unpivoted_from_one_row_the_last_stored_is_kept(
    con: duckdb.DuckDBPyConnection, keys: Keys, batch: Callable[..., pl.DataFrame]
) -> None:
    store(con, "rows", batch(("A", "p", "first")))
    append(con, "rows", batch(("A", "p", "second")))
    assert remove_repeated(con, "rows", FIELDS, keys).superseded == 1
    assert con.execute("SELECT vin FROM rows").fetchall() == [("second",)]


def test_rows_without_a_key_are_never_superseded_but_can_be_duplicates(
    con: duckdb.DuckDBPyConnection, keys: Keys, batch: Callable[..., pl.DataFrame]
) -> None:
    rows = batch(("A", None, None), ("A", "", None), ("B", None, None), ("A", None, None))
    store(con, "rows", rows)
    assert remove_repeated(con, "rows", FIELDS, keys) == Removed(duplicate=1, superseded=0)
    assert kept(con) == [3, 4, 5]


def test_empty_equals_empty_and_unknown_equals_unknown(
    con: duckdb.DuckDBPyConnection, batch: Callable[..., pl.DataFrame]
) -> None:
    store(con, "rows", batch((None, None, None), (None, None, None), ("unknown", None, None), ("unknown", None, None)))
    assert remove_repeated(con, "rows", FIELDS, Keys((("id_number", "on"),))) == Removed(duplicate=2, superseded=0)


def test_an_empty_part_of_a_key_is_a_value_of_its_own(
    con: duckdb.DuckDBPyConnection, batch: Callable[..., pl.DataFrame]
) -> None:
    store(con, "rows", batch(("A", "p", None), ("A", None, "1"), ("A", None, "2")))
    assert remove_repeated(con, "rows", FIELDS, Keys((("id_number", "plate"),))) == Removed(duplicate=0, superseded=1)
    assert kept(con) == [2, 4]


def test_nothing_to_remove_and_no_rows(
    con: duckdb.DuckDBPyConnection, keys: Keys, batch: Callable[..., pl.DataFrame]
) -> None:
    store(con, "rows", batch())
    assert remove_repeated(con, "rows", FIELDS, keys) == Removed(0, 0)
    append(con, "rows", batch(("A", "p", None)))
    assert remove_repeated(con, "rows", FIELDS, keys) == Removed(0, 0)


def by_hand(rows: list[Row], keyless: str) -> tuple[set[tuple[int, int]], Removed]:
    """The rule of feeds.md section 2, row by row."""
    in_order = sorted(rows, key=lambda row: row[3:])
    last_place = {row[:3]: row for row in in_order}
    unique = [row for row in in_order if last_place[row[:3]] == row]
    last_of_key: dict[tuple[object, ...], Row] = {}
    for row in unique:
        person, plate, vin = (value or "" for value in row[:3])
        if plate:
            key: tuple[object, ...] = (1, plate, person)
        elif vin or keyless == "merge":
            key = (2, vin, person)
        else:
            key = (0, *row)
        last_of_key[key] = row
    places = {(row[3], row[4]) for row in last_of_key.values()}
    return places, Removed(len(rows) - len(unique), len(unique) - len(places))


VALUE = st.sampled_from([None, "", "1", "2"])
PLACES = st.tuples(st.integers(0, 2), st.integers(2, 9))


@given(
    rows=st.dictionaries(PLACES, st.tuples(VALUE, VALUE, VALUE), max_size=24),
    keyless=st.sampled_from(["keep", "merge"]),
    rows_a_pass=st.sampled_from([1, 3, 1000]),
    order=st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_it_agrees_with_the_rule_done_by_hand(
    rows: dict[tuple[int, int], tuple[str | None, str | None, str | None]],
    keyless: str,
    rows_a_pass: int,
    order: object,
) -> None:
    placed: list[Row] = [(*values, *place) for place, values in rows.items()]
    order.shuffle(placed)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    keys = Keys((("plate", "id_number"), ("vin", "id_number")), keyless=keyless)  # type: ignore[arg-type]  # two literals
    connection = duckdb.connect()
    store(connection, "rows", pl.DataFrame(placed, schema=SMALL, orient="row"))
    removed = remove_repeated(connection, "rows", ("id_number", "plate", "vin"), keys, rows_a_pass)
    found = set(connection.execute("SELECT part_no, source_row FROM rows").fetchall())
    connection.close()
    assert (found, removed) == by_hand(placed, keyless)


@given(rows=st.lists(st.tuples(VALUE, VALUE, st.none() | st.just("unknown")), max_size=20), a_pass=st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_the_counts_of_what_is_removed_and_of_what_stays_make_those_of_all(
    rows: list[tuple[str | None, str | None, str | None]], a_pass: int
) -> None:
    schema = {"id_number": pl.String(), "plate": pl.String(), "vin": pl.String()}
    placed = [(*row, 1, place) for place, row in enumerate(rows)]
    asked = counts(schema)
    with duckdb.connect() as connection:
        store(connection, "rows", pl.DataFrame(placed, schema=SMALL, orient="row"))
        [before] = connection.execute(f"SELECT {', '.join(asked)} FROM rows").fetchall()  # noqa: S608  names of ours
        keys = Keys((("plate", "id_number"),))
        removed = remove_repeated(connection, "rows", list(schema), keys, a_pass, counted=asked)
        [after] = connection.execute(f"SELECT {', '.join(asked)} FROM rows").fetchall()  # noqa: S608  names of ours
    tally = Tally(list(schema))
    tally.add(before)
    tally.less(removed.counts or (0,) * len(asked))
    kept = Tally(list(schema))
    kept.add(after)
    assert tally.told() == kept.told()


def test_marks_of_other_rows_are_refused(
    con: duckdb.DuckDBPyConnection, keys: Keys, batch: Callable[..., pl.DataFrame]
) -> None:
    rows = batch(("A", "p", None), ("B", "p", None), ("C", "p", None))
    store(con, "rows", rows)
    marks = Marks(keys, FIELDS)
    marks.add(rows)
    con.execute("DELETE FROM rows WHERE id_number = 'B'")
    with pytest.raises(WarehouseError, match="expected 3 rows, stored in order, found 2 up to number 3"):
        duplicates.remove_repeated(con, "rows", FIELDS, keys, marks)


@given(numbers=st.lists(st.integers(0, 8), max_size=30), cut=st.integers(0, 30), a_pass=st.sampled_from([1, 2, 5, 100]))
@settings(max_examples=60, deadline=None)
def test_shared_marks_are_those_that_stand_more_than_once(numbers: list[int], cut: int, a_pass: int) -> None:
    marks = Marks(Keys((("id_number",),)), ["id_number"])
    for batch in (numbers[:cut], numbers[cut:]):
        marks.add(pl.DataFrame({"id_number": [str(number) for number in batch]}, schema={"id_number": pl.String}))
    found = marks.shared(a_pass)
    assert found["row_id"].to_list() == [place for place, number in enumerate(numbers) if numbers.count(number) > 1]
    assert found["bucket"].n_unique() == len({number for number in numbers if numbers.count(number) > 1})
