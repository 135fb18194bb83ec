"""Looking before sorting gives what sorting gives."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.domain.ordering import in_order, summed

TEXT = st.one_of(st.none(), st.sampled_from(["", "A", "B", "甲", "龘"]))
ROWS = st.lists(st.tuples(TEXT, TEXT), max_size=8)
SCHEMA = {"a": pl.String, "b": pl.String}


@given(rows=ROWS)
def test_it_is_the_order_of_a_sort(rows: list[tuple[str | None, str | None]]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    ordered = frame.sort("a", "b")
    assert_frame_equal(in_order(frame, ["a", "b"]), ordered)
    assert_frame_equal(in_order(ordered, ["a", "b"]), ordered)
    assert_frame_equal(in_order(frame, ["a"]).select("a"), frame.sort("a").select("a"))


def test_what_stands_in_order_is_not_touched() -> None:
    frame = pl.DataFrame({"a": ["A", "A", "B"], "n": [2, 1, 0]})
    assert in_order(frame, ["a"]) is frame
    assert in_order(frame.head(0), ["a", "n"]).is_empty()
    assert in_order(frame, ["a", "n"]).get_column("n").to_list() == [1, 2, 0]


AMOUNT = st.one_of(st.none(), st.integers(-(2**62), 2**62))
AMOUNTS = pl.Schema({"a": pl.String, "n": pl.Int64, "is_so": pl.Boolean})


@given(rows=st.lists(st.tuples(TEXT, AMOUNT, st.one_of(st.none(), st.booleans())), max_size=8))
def test_sums_are_those_of_gathered_rows(rows: list[tuple[str | None, int | None, bool | None]]) -> None:
    frame = pl.DataFrame(rows, schema=AMOUNTS, orient="row")
    gathered = frame.group_by("a").agg(pl.col("n").sum(), pl.col("is_so").sum().cast(pl.Int64)).sort("a")
    assert_frame_equal(summed(frame, "a"), gathered)


def test_a_sum_is_exact_though_the_running_total_wraps_round() -> None:
    most = 2**63 - 1
    frame = pl.DataFrame({"a": ["A", "B", "C"], "n": [most, most, 7]})
    assert summed(frame, "a").rows() == [("A", most), ("B", most), ("C", 7)]
