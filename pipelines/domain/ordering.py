"""Putting a table into an order in which it nearly always stands already, and summing what then stands together.

What belongs here: looking before sorting. Sorting a million rows by their texts costs several times what looking does.
"""

from collections.abc import Sequence

import polars as pl


def in_order(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The rows sorted by some columns, nulls first; as they are where they stand so.

    Args:
        rows: any frame.
        columns: what to sort by, one after another. Where nothing is null, rows that are equal in all of them keep
            their order if the frame was in order; otherwise it is open, as it is with any sort.
    """
    is_ordered = pl.int_range(pl.len()) == 0
    is_ordered = is_ordered | _is_not_before(columns).fill_null(value=False)
    return rows if rows.select(is_ordered.all()).item() else rows.sort(columns)


def summed(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    """Sums over the rows that have one value of a column in common.

    Of what stands together a sum is the difference of two running totals: a fifth of the time that gathering the rows by
    a text takes. Exact: whole numbers wrap round in both totals alike.

    Args:
        rows: the column `by`; all others whole numbers or truth values, null counting nothing.
        by: what has to be the same.

    Returns:
        One row per value, in their order: `by` and the sums as Int64.
    """
    together = in_order(rows, [by])
    totals = together.select(pl.exclude(by).cast(pl.Int64).fill_null(0).cum_sum(), by)
    ends = pl.col(by).ne_missing(pl.col(by).shift(-1)) | (pl.int_range(pl.len()) == pl.len() - 1)
    return totals.filter(ends).select(by, pl.exclude(by) - pl.exclude(by).shift(1, fill_value=0))


def _is_not_before(columns: Sequence[str]) -> pl.Expr:
    """Whether a row is not less than the one before it; null where a value that decides is."""
    first, *others = columns
    here, before = pl.col(first), pl.col(first).shift()
    if not others:
        return here >= before
    return (here > before) | ((here == before) & _is_not_before(others))
