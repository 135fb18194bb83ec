"""Small groups: what is withheld, and that nothing withheld can be worked out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.small_groups import hidden_counts


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([5, 0, 12], ["5", "0", "12"]),
        ([4, 9, 12], ["<5", "—", "12"]),
        ([1, 4, 12], ["<5", "<5", "12"]),
        ([3, 0, 0], ["<5", "—", "0"]),
        ([3], ["<5"]),
        ([], []),
    ],
)
def test_a_column_never_hides_one_count_alone(counts: list[int], shown: list[str]) -> None:
    assert [row[0] for row in hidden_counts([(count,) for count in counts], (0,))] == shown


@given(st.lists(st.integers(0, 12), max_size=12))
def test_no_total_gives_a_small_count_away(counts: list[int]) -> None:
    shown = [row[0] for row in hidden_counts([(count,) for count in counts], (0,))]
    hidden = [count for count, text in zip(counts, shown, strict=True) if not text.isdigit()]
    assert all(text == str(count) for count, text in zip(counts, shown, strict=True) if text.isdigit())
    assert all(not text.isdigit() for count, text in zip(counts, shown, strict=True) if 0 < count < 5)
    assert len(hidden) != 1 or len(counts) == 1
