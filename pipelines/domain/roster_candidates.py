"""Members and households as rows that a rule judges: with the roster row that they come from, and what a household has.

What belongs here: the candidate rows of rules on the roster itself. What does not: what a rule makes of them (`rules/`).
Rules on the roster alone have grade A.
"""

import polars as pl

from pipelines.domain.context import NightContext
from pipelines.domain.households import PROVENANCE
from pipelines.domain.vocabulary import DIBAO, GRADE_SAME_NAME, TEKUN

_FACTS = ("head_id_number", "approved_month", "latest_review_on", "is_incomplete")


def member_rows(night: NightContext) -> pl.LazyFrame:
    """One row per member of a household in scope.

    Returns:
        `household_id, id_number, roster_name, name` (null: the roster is compared with nobody), `grade, relation,
        is_covered, is_single, declared` (毫), provenance, and of the household `own_benefit, is_dibao, is_tekun,
        head_id_number, approved_month, latest_review_on, is_incomplete`.
    """
    members = night.members.lazy().select(
        "household_id",
        "id_number",
        pl.col("name").alias("roster_name"),
        "relation",
        "is_covered",
        "is_single",
        "declared",
        *PROVENANCE,
        name=pl.lit(None, dtype=pl.String),
        grade=pl.lit(GRADE_SAME_NAME),
    )
    return with_household(members, night)


def household_rows(night: NightContext) -> pl.LazyFrame:
    """One row per household in scope as a finding about it: its person and its roster row are the head's."""
    return member_rows(night).filter(pl.col("id_number") == pl.col("head_id_number"))


def with_household(rows: pl.LazyFrame, night: NightContext) -> pl.LazyFrame:
    """Rows about members with what their household has once, as `member_rows` names it."""
    benefit = pl.col("benefit")
    households = night.households.lazy().select(
        "household_id",
        *_FACTS,
        own_benefit=benefit,
        is_dibao=benefit.is_in(DIBAO).fill_null(value=False),
        is_tekun=benefit.is_in(TEKUN).fill_null(value=False),
    )
    return rows.join(households, on="household_id", how="inner")
