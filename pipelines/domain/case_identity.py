"""What a case keeps from night to night: its id, the day it was opened, and what changed since last night.

What belongs here: "a case is opened once per household and keeps its id until it is closed" (casework.md section 1).
"""

from datetime import date
from typing import Final

import polars as pl

from pipelines.domain.keyed_ids import keyed_ids

LAST_CASES: Final[dict[str, pl.DataType]] = {
    "household_id": pl.String(),
    "case_id": pl.String(),
    "opened_on": pl.Date(),
    "suggested_action": pl.String(),
    "projection": pl.String(),
    "rules": pl.List(pl.String()),
    "findings": pl.Int32(),
}
"""What is needed of last night's cases. Grain: one row per household whose case was open last night."""

_COMPARED = ("suggested_action", "projection", "rules", "findings")


def carry_identity(
    cases: pl.DataFrame, case_findings: pl.DataFrame, last_cases: pl.DataFrame, as_of: date, secret: bytes
) -> pl.DataFrame:
    """Add `case_id`, `opened_on` and `change` to tonight's cases.

    A household whose case was open last night keeps its id and its day; any other case is opened at as_of. `change` is
    `new`; `reopened` where a case opens on a finding that had been resolved; `changed` where a finding is new, changed
    or reopened, or the action, the projection, the rules or the number of findings differ; else `persisting`.

    Args:
        cases: one row per household with a case tonight; `LAST_CASES` columns but for id and day.
        case_findings: tonight's findings that make cases.
        last_cases: last night's cases; columns of `LAST_CASES` (others are ignored).
        as_of: the comparison date.
        secret: key of the warehouse, so that a case id cannot be turned back into a household.

    Returns:
        The cases with the three columns added.
    """
    before = last_cases.select(
        "household_id",
        "case_id",
        "opened_on",
        pl.struct(_compared()).alias("before"),
    )
    change = pl.col("change")
    moved = case_findings.group_by("household_id").agg(
        has_news=change.is_in(["new", "changed", "reopened"]).any(),
        is_reopened=(change == "reopened").any(),
    )
    carried = (
        cases.with_columns(pl.struct(_compared()).alias("now"))
        .join(before, on="household_id", how="left")
        .join(moved, on="household_id", how="left")
        .with_columns(was_open=pl.col("opened_on").is_not_null())
        .with_columns(change=_change(), opened_on=pl.col("opened_on").fill_null(as_of))
        .drop("now", "before", "has_news", "is_reopened")
    )
    opened = carried.filter(~pl.col("was_open")).select("household_id")
    ids = opened.with_columns(new_case_id=_case_ids(opened.get_column("household_id"), as_of, secret))
    return (
        carried.join(ids, on="household_id", how="left")
        .with_columns(case_id=pl.coalesce("case_id", "new_case_id"))
        .drop("new_case_id", "was_open")
    )


def _compared() -> list[pl.Expr]:
    """The columns whose difference makes a case `changed`, rules as one text."""
    return [pl.col(name).list.join(";") if name == "rules" else pl.col(name) for name in _COMPARED]


def _change() -> pl.Expr:
    """How tonight's case stands to last night's."""
    is_changed = pl.col("has_news") | pl.col("now").ne_missing(pl.col("before"))
    return (
        pl.when(~pl.col("was_open") & pl.col("is_reopened"))
        .then(pl.lit("reopened"))
        .when(~pl.col("was_open"))
        .then(pl.lit("new"))
        .when(is_changed)
        .then(pl.lit("changed"))
        .otherwise(pl.lit("persisting"))
    )


def _case_ids(household_ids: pl.Series, opened_on: date, secret: bytes) -> pl.Series:
    """An id per newly opened case, over household and day. Runs over new cases alone."""
    return keyed_ids(household_ids, secret, f"case\x1f{opened_on.isoformat()}\x1f")
