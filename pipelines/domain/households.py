"""From the roster to the households that are judged and the members that are matched (rules.md, section 1).

What belongs here: who is in scope, who heads a household, what a household has once. What does not: income, findings.
Codes are our own names of them, `unknown`, or null where the cell was empty.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

import polars as pl

from pipelines.domain.money import hao

HEAD_RELATION: Final = "02"
STOPPED: Final = "stopped"
NOT_COVERED: Final = "no"
SINGLE: Final = "yes"

PROVENANCE: Final = (
    "snapshot_date",
    "source_file",
    "source_row",
    "source_sha256",
    "has_manifest",
    "delivery_order",
)
"""Where a row came from; every feed row carries these columns (docs/architecture.md)."""


def active_rows(roster: pl.DataFrame) -> pl.DataFrame:
    """The roster rows that are in force: a stopped row is no member; empty or unknown counts as active (feeds.md 3)."""
    return roster.filter(pl.col("status").ne_missing(STOPPED))


def members_of(roster: pl.DataFrame) -> pl.DataFrame:
    """The members of the households in scope.

    Args:
        roster: feed rows of the roster, active and stopped.

    Returns:
        One row per household member, ordered by household and ID: `household_id, id_number, name, relation,
        is_covered, is_single (单人保), declared, rigid_expense` (毫 per month, null where empty) and provenance.
    """
    return (
        active_rows(roster)
        .select(
            "household_id",
            "id_number",
            "name",
            "relation",
            pl.col("covered").ne_missing(NOT_COVERED).alias("is_covered"),
            pl.col("single").eq_missing(SINGLE).alias("is_single"),
            hao("monthly_income").alias("declared"),
            hao("rigid_expense"),
            *PROVENANCE,
        )
        .sort("household_id", "id_number")
    )


def households_of(roster: pl.DataFrame, as_of: date, incomplete: Iterable[str] = ()) -> pl.DataFrame:
    """The households in scope: those with an active row.

    What a household has once is its head's: the member with relation 02, of several or none the lowest ID.

    Args:
        roster: feed rows of the roster, active and stopped.
        as_of: comparison date, for the grace period.
        incomplete: household_ids of quarantined roster rows.

    Returns:
        One row per household, ordered by household_id; columns of docs/architecture.md, amounts in 毫.
    """
    is_head = pl.col("relation").eq_missing(HEAD_RELATION)
    in_grace = pl.lit(as_of).is_between(pl.col("grace_from"), pl.col("grace_to"))
    marked = pl.Series("household_id", sorted(set(incomplete)), dtype=pl.String)
    return (
        active_rows(roster)
        .sort(pl.col("household_id"), ~is_head, pl.col("id_number"))
        .group_by("household_id", maintain_order=True)
        .agg(
            head_id_number=pl.col("id_number").first(),
            head_name=pl.col("name").first(),
            town=pl.col("town").first(),
            village=pl.col("village").first(),
            benefit=pl.col("benefit").first(),
            monthly_amount=hao("monthly_amount").first(),
            approved_month=pl.col("approved_month").first(),
            members=pl.len().cast(pl.Int32),
            covered_members=pl.col("covered").ne_missing(NOT_COVERED).sum().cast(pl.Int32),
            in_grace=in_grace.fill_null(value=False).any(),
            latest_grace_to=pl.col("grace_to").max(),
            latest_review_on=pl.col("last_review_on").max(),
        )
        .with_columns(is_incomplete=pl.col("household_id").is_in(marked.implode()))
        .sort("household_id")
    )
