import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.distinct import distinct, distinct_in_both

TEXTS = st.lists(st.none() | st.sampled_from(["", "a", "b", "ab", "甲", "乙镇"]) | st.text(max_size=3), max_size=30)


def texts(*values: str | None) -> pl.Series:
    return pl.Series("told", values, dtype=pl.String)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), 0),
        ((None, None), 0),
        (("a",), 1),
        (("a", "a"), 1),
        (("a", "b", "a"), 2),
        (("a", None, "a", "", ""), 2),
    ],
)
def test_different_texts_are_counted_once(values: tuple[str | None, ...], expected: int) -> None:
    assert distinct(texts(*values)) == expected


@given(TEXTS, TEXTS)
def test_counts_are_those_of_sets(some: list[str | None], others: list[str | None]) -> None:
    assert distinct(texts(*some)) == len(set(some) - {None})
    assert distinct_in_both(texts(*some), texts(*others)) == len((set(some) & set(others)) - {None})


@given(TEXTS, TEXTS)
def test_texts_with_the_same_mark_are_told_apart(some: list[str | None], others: list[str | None]) -> None:
    """A mark that says nothing at all changes how long it takes, not what comes out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pl.Series, "hash", lambda series: pl.Series([0] * series.len(), dtype=pl.UInt64))
        assert distinct(texts(*some)) == len(set(some) - {None})
        assert distinct_in_both(texts(*some), texts(*others)) == len((set(some) & set(others)) - {None})
