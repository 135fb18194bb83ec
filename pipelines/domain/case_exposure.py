"""How long a case may have been wrong, and how much that would be: it orders the queue, it is never a claim.

What belongs here: months_at_risk and amount_at_risk of rules.md section 6.
"""

from datetime import date
from typing import Final

import polars as pl

from pipelines.domain.dates import whole_months_between
from pipelines.domain.vocabulary import Action

AMOUNT_ACTIONS: Final = (Action.TERMINATE, Action.CANCEL_PRINCIPLE)


def earliest_fact(case_findings: pl.DataFrame) -> pl.DataFrame:
    """The earliest fact date among each household's findings with the case's action; null where none has a date.

    Args:
        case_findings: findings that make cases (`pipelines.domain.case_findings`).

    Returns:
        One row per household with a case: `household_id`, `earliest_fact_date`.
    """
    has_case_action = pl.col("strength") == pl.col("strength").min().over("household_id")
    # Filtered before and not within the groups, which would be walked one by one.
    return (
        case_findings.filter(has_case_action)
        .group_by("household_id")
        .agg(
            earliest_fact_date=pl.col("fact_date").min(),
        )
    )


def months_at_risk(as_of: date) -> pl.Expr:
    """Whole months from the earliest fact date, not before approved_month, to as_of; floor 0, null without a date."""
    since = pl.max_horizontal("earliest_fact_date", "approved_month")
    months = whole_months_between(since, as_of).clip(lower_bound=0)
    return pl.when(pl.col("earliest_fact_date").is_not_null()).then(months).cast(pl.Int32)


def amount_at_risk() -> pl.Expr:
    """monthly_amount (毫) × months_at_risk for TERMINATE and CANCEL_PRINCIPLE, else null."""
    amount = pl.col("monthly_amount") * pl.col("months_at_risk").cast(pl.Int64)
    return pl.when(pl.col("suggested_action").is_in(AMOUNT_ACTIONS)).then(amount)
