"""The identity rule's names: a character that a system could not write stands for any one character."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.names import is_same_name, same_name


def compared(left: str | None, right: str | None) -> bool:
    frame = pl.DataFrame({"a": [left], "b": [right]}, schema={"a": pl.String, "b": pl.String})
    return frame.select(same_name(pl.col("a"), pl.col("b"))).item()


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("张三", "张三", True),
        ("张三", "张四", False),
        ("张三", "张三三", False),
        ("张𠮷", "张吉", True),
        ("张吉", "张𠮷", True),
        ("张\ue123", "张吉", True),
        ("张?", "张吉", True),
        ("张？", "张吉", True),
        ("张□", "张吉", True),
        ("□三", "张?", True),
        ("张?", "李四", False),
        ("张?", "张", False),
        ("?", "张三", False),
        (None, "张三", True),
        ("张三", None, True),
        ("", "张三", True),
        (None, None, True),
        ("阿依·古丽", "阿依古丽", False),
    ],
)
def test_same_name(left, right, expected):
    assert compared(left, right) is expected


@given(st.lists(st.tuples(st.text("张三?□𠮷\ue000", max_size=4), st.text("张三?□𠮷\ue000", max_size=4)), max_size=20))
def test_columns_compare_like_single_names(pairs):
    frame = pl.DataFrame(pairs, schema={"a": pl.String, "b": pl.String}, orient="row")
    expected = [not a or not b or is_same_name(a, b) for a, b in pairs]
    assert frame.select(same_name(pl.col("a"), pl.col("b"))).to_series().to_list() == expected
    assert frame.lazy().select(same_name(pl.col("b"), pl.col("a"))).collect().to_series().to_list() == expected
