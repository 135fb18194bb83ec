"""What rules look up in the roster itself: its rows, who stands in several households, whose account is paid.

What belongs here: facts of roster rows that are neither a member's match nor a household's once-only values
(`households`). What does not: judging them (`rules/roster*`).
"""

from typing import Final

import polars as pl

from pipelines.domain.households import PROVENANCE, STOPPED
from pipelines.domain.ordering import in_order
from pipelines.domain.vocabulary import DIBAO, TEKUN

ROSTER_ROWS: Final = pl.Schema(
    {
        "household_id": pl.String,
        "id_number": pl.String,
        "name": pl.String,
        "is_active": pl.Boolean,
        "last_review_on": pl.Date,
        "grace_to": pl.Date,
        "account_holder": pl.String,
        "snapshot_date": pl.Date,
        "source_file": pl.String,
        "source_row": pl.Int64,
        "source_sha256": pl.String,
        "has_manifest": pl.Boolean,
        "delivery_order": pl.Int64,
    }
)
"""Grain: one row per roster row, active or stopped, of a household in scope."""

SHARED_MEMBERS: Final = pl.Schema(
    {
        "household_id": pl.String,
        "id_number": pl.String,
        "other_households": pl.String,
        "is_dibao_and_tekun": pl.Boolean,
        "is_covered_there": pl.Boolean,
    }
)
"""Grain: one row per member and household of a person who is a member of two or more. `other_households`: the others,
sorted, joined by `,`. `is_dibao_and_tekun`: the person is covered in a dibao and in a tekun household;
`is_covered_there`: this household is one of those."""


def roster_rows_of(roster: pl.DataFrame) -> pl.DataFrame:
    """The roster's rows, active and stopped, of the households in scope (those with an active row).

    Args:
        roster: feed rows of the roster.

    Returns:
        One row per roster row, columns of `ROSTER_ROWS`, ordered by household and delivery.
    """
    is_active = pl.col("status").ne_missing(STOPPED)
    rows = roster.with_columns(is_active=is_active).select(ROSTER_ROWS.names())
    stopped = rows.filter(~pl.col("is_active"))
    if not stopped.is_empty():
        # Most households have no stopped row: the others alone are looked for among those with an active one.
        active = rows.filter("is_active").select("household_id")
        gone = stopped.join(active, on="household_id", how="anti", nulls_equal=True).select("household_id").unique()
        rows = rows.join(gone, on="household_id", how="anti", nulls_equal=True, maintain_order="left")
    return in_order(rows.cast(ROSTER_ROWS), ["household_id", "delivery_order"])


def shared_members_of(members: pl.DataFrame, households: pl.DataFrame) -> pl.DataFrame:
    """The members whose ID stands in two or more active households (rules.md section 4, ZF-01 and ZF-02).

    Args:
        members: one row per member (`households.members_of`).
        households: one row per household in scope; needs `household_id`, `benefit`.

    Returns:
        Columns of `SHARED_MEMBERS`, ordered by household and ID. Few: the roster is looked through once.
    """
    # Marks tell nearly all of them apart, in a quarter of the time; equal marks may still be different numbers.
    alike = members.filter(pl.col("id_number").hash().is_duplicated())
    repeated = alike.filter(pl.col("id_number").is_duplicated()).select("household_id", "id_number", "is_covered")
    benefit = repeated.join(households.select("household_id", "benefit"), on="household_id", how="inner").with_columns(
        is_dibao=pl.col("is_covered") & pl.col("benefit").is_in(DIBAO).fill_null(value=False),
        is_tekun=pl.col("is_covered") & pl.col("benefit").is_in(TEKUN).fill_null(value=False),
    )
    others = (
        repeated.select("id_number", "household_id")
        .join(repeated.select("id_number", other="household_id"), on="id_number", how="inner")
        .filter(pl.col("other") != pl.col("household_id"))
        .sort("other")
        .group_by("household_id", "id_number", maintain_order=True)
        .agg(other_households=pl.col("other").unique(maintain_order=True).str.join(","))
    )
    is_both = pl.col("is_dibao").any().over("id_number") & pl.col("is_tekun").any().over("id_number")
    return (
        benefit.with_columns(is_dibao_and_tekun=is_both, is_covered_there=pl.col("is_dibao") | pl.col("is_tekun"))
        .join(others, on=["household_id", "id_number"], how="inner")
        .select(SHARED_MEMBERS.names())
        .cast(SHARED_MEMBERS)
        .sort("household_id", "id_number")
    )


def account_holders(roster_rows: pl.LazyFrame) -> pl.LazyFrame:
    """Whose account a household is paid to: the first active row that names a holder (rules.md section 4, ZJ-01).

    Returns:
        One row per household with an account holder: `household_id, account_holder` and the row's provenance.
    """
    return (
        roster_rows.filter(pl.col("is_active"), pl.col("account_holder").fill_null("") != "")
        .sort("household_id", "delivery_order")
        .unique("household_id", keep="first", maintain_order=True)
        .select("household_id", "account_holder", *PROVENANCE)
    )
