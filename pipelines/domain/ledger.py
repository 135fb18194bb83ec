"""The income ledger (收入台账): for every member, what was declared, what the feeds prove, and whether it counts.

What belongs here: rules.md section 5, "per member". Sums over the household are in `income`, the comparison with the
standard in `grace`. Amounts are 毫 (1/10000 元) per month.
"""

import polars as pl

from pipelines.domain.income_policy import IncomePolicy
from pipelines.domain.ordering import in_order
from pipelines.domain.vocabulary import Outcome

MOST = 10**14 - 100
"""9,999,999,999.99 元 in 毫, the largest amount that decimal(12,2) can tell. A larger one in a feed is a misprint; it
is taken as this, far above every standard, so that no sum overflows and nobody's misprint stops a night."""

NOT_COUNTING = pl.Schema({"household_id": pl.String, "id_number": pl.String, "why": pl.String})
"""Grain: one row per member who does not count (rules.md section 4), with the reason in Chinese."""

LEDGER = pl.Schema(
    {
        "household_id": pl.String,
        "id_number": pl.String,
        "name": pl.String,
        "relation": pl.String,
        "declared": pl.Int64,
        "pension": pl.Int64,
        "wage": pl.Int64,
        "deduction": pl.Int64,
        "rigid_expense": pl.Int64,
        "evidenced": pl.Int64,
        "cause": pl.String,
        "is_work_unproven": pl.Boolean,
        "counts": pl.Boolean,
        "why": pl.String,
    }
)
"""Grain: one row per member of a household in scope. `declared`, `pension`, `wage`: null where nothing counts.
`evidenced` and `deduction` are rounded to whole 毫 for the reader; sums are made from the exact parts. `rigid_expense`
is what is deducted from the household's sum, 0 where the policy sets no cap."""

ACTIVE_PENSION_INSURANCE = "SB-01"
ENDED_PENSION_INSURANCE = "SB-02"

_MEMBER = ["household_id", "id_number"]


def evidenced_parts(policy: IncomePolicy) -> pl.Expr:
    """A member's evidenced income as an exact integer: 毫 times the denominator of the deduction rate.

    Section 5: max(declared, pension + wage less the employment cost deduction). Expects the ledger's columns.
    """
    rate = policy.deduction_rate
    net_wage = pl.col("wage").fill_null(0) * (rate.denominator - rate.numerator)
    proven = pl.col("pension").fill_null(0) * rate.denominator + net_wage
    return pl.max_horizontal(_declared() * rate.denominator, proven.clip(upper_bound=MOST * rate.denominator))


def member_ledger(
    members: pl.DataFrame, findings: pl.DataFrame, not_counting: pl.DataFrame, policy: IncomePolicy
) -> pl.DataFrame:
    """Tell for each member what counts as income tonight (rules.md section 5).

    Only flagged findings bring an amount: exempt, undetermined and carried-over ones prove nothing tonight.

    Args:
        members: one row per member of a household in scope, `declared` and `rigid_expense` in 毫, null where the cell
            was empty.
        findings: standing findings, `pension_amount` and `wage_amount` in 毫, null where the row brings nothing.
        not_counting: members who do not count, `NOT_COUNTING`; empty while the feeds of section 4 are not there.
        policy: income parameters in force.

    Returns:
        One row per member, columns of `LEDGER`, ordered by household and ID.
    """
    excluded = not_counting.select(*_MEMBER, "why", counts=pl.lit(value=False)).unique(
        _MEMBER, keep="first", maintain_order=True
    )
    rate = policy.deduction_rate
    parts = evidenced_parts(policy)
    ledger = (
        members.select(*_MEMBER, "name", "relation", pl.col("declared").clip(0, MOST), _rigid_expense(policy))
        .join(_proven_amounts(findings), on=_MEMBER, how="left", maintain_order="left")
        .join(excluded, on=_MEMBER, how="left", maintain_order="left")
        .with_columns(
            pl.col("counts").fill_null(value=True),
            pl.col("is_work_unproven").fill_null(value=False),
            evidenced=_half_up(parts, rate.denominator),
            deduction=_half_up(pl.col("wage") * rate.numerator, rate.denominator),
            cause=_cause(parts, policy),
        )
        .select(LEDGER.names())
        .cast(LEDGER)
    )
    return in_order(ledger, _MEMBER)


def _proven_amounts(findings: pl.DataFrame) -> pl.DataFrame:
    """One row per person with a flagged finding: sum of pensions, greatest wage, work that nobody has proven."""
    rule, wage = pl.col("rule_id"), pl.col("wage_amount").clip(0, MOST)
    pension = pl.col("pension_amount").clip(0, MOST)
    return (
        findings.filter(pl.col("outcome") == Outcome.FLAGGED)
        .group_by(_MEMBER)
        .agg(
            # Null stays null: "no pension row" and "a pension of 0" are different things to a reader.
            pension=pl.when(pension.is_not_null().any()).then(pension.sum().clip(0, MOST)),
            wage=wage.max(),
            has_active=(rule == ACTIVE_PENSION_INSURANCE).any(),
            has_ended=(rule == ENDED_PENSION_INSURANCE).any(),
        )
        .select(
            *_MEMBER,
            "pension",
            "wage",
            is_work_unproven=pl.col("has_ended") | (pl.col("has_active") & pl.col("wage").is_null()),
        )
    )


def _cause(parts: pl.Expr, policy: IncomePolicy) -> pl.Expr:
    """Why a counting member's evidenced income exceeds the declared: wage, pension, both; null where it does not."""
    rate = policy.deduction_rate
    has_increment = pl.col("counts") & (parts > _declared() * rate.denominator)
    from_wage = (pl.col("wage").fill_null(0) > 0) & (rate < 1)
    from_pension = pl.col("pension").fill_null(0) > 0
    return (
        pl.when(~has_increment)
        .then(None)
        .when(from_wage & from_pension)
        .then(pl.lit("both"))
        .when(from_wage)
        .then(pl.lit("wage"))
        .otherwise(pl.lit("pension"))
    )


def _rigid_expense(policy: IncomePolicy) -> pl.Expr:
    """What is deducted for a member's long-term rigid expenses: up to the cap, nothing where the policy sets none."""
    return pl.col("rigid_expense").fill_null(0).clip(0, policy.rigid_expense_cap or 0)


def _declared() -> pl.Expr:
    """The declared income, 0 where the cell was empty (section 5)."""
    return pl.col("declared").fill_null(0)


def _half_up(numerator: pl.Expr, denominator: int) -> pl.Expr:
    """A whole number from an exact ratio of amounts of 0 or more, half up."""
    return (2 * numerator + denominator) // (2 * denominator)
