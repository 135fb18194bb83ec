"""Pieces of sentences leave no hole where a value is missing."""

import polars as pl

from pipelines.domain.phrases import joined, label_of, part, words

FRAME = pl.DataFrame({"a": ["甲", "", None], "b": [True, False, None]})


def told(expression: pl.Expr) -> list[str]:
    return FRAME.select(expression.alias("told")).to_series().to_list()


def test_words_leave_out_what_is_null():
    assert told(words("一", pl.col("a"), "二")) == ["一甲二", "一二", "一二"]


def test_part_is_nothing_where_the_value_is_missing():
    assert told(part("（", pl.col("a"), "）")) == ["（甲）", "", ""]


def test_label_of_any_other_code():
    assert told(label_of(pl.col("a"), {"甲": "first"}, "other")) == ["first", "other", "other"]


def test_joined_takes_what_holds():
    assert told(joined({"是": pl.col("b"), "有": pl.col("a").is_not_null()}, "、")) == ["是、有", "有", ""]
    assert told(joined({}) + pl.col("a").fill_null("")) == ["甲", "", ""]
