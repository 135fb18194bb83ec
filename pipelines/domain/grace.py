"""Projection and grace period (渐退): how the evidenced income stands to the standard, and what that would lead to.

What belongs here: the projection table of rules.md section 5 and the grace dates. It projects, it never decides: the
county bureau does, after the income has been proven. Amounts are 毫 per person and month, already rounded to 0.01 元.
"""

from collections.abc import Collection
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

import polars as pl

from pipelines.domain.dates import first_of_month, months_before
from pipelines.domain.income_policy import IncomePolicy
from pipelines.domain.vocabulary import DIBAO, Action, Outcome

OVERRIDING_ACTIONS: Final = (Action.TERMINATE, Action.CANCEL_PRINCIPLE)
"""Findings that override grace: the projection stays, its dates do not (section 5)."""

GRACE = pl.Schema(
    {
        "household_id": pl.String,
        "projection": pl.String,
        "verify_because": pl.String,
        "grace_branch": pl.String,
        "grace_from": pl.Date,
        "grace_to": pl.Date,
    }
)
"""Grain: one row per household in scope; all null where no projection is made. `verify_because` tells why a projection
is `verify`: second_grace, incomplete, no_income_column, declared_over, at_standard, work_unproven, only_estimated; no_standard,
no_margin, no_grace_months where the policy leaves a parameter unset."""


def project(
    households: pl.DataFrame,
    income: pl.DataFrame,
    case_findings: pl.DataFrame,
    policy: IncomePolicy,
    as_of: date,
    *,
    has_income_column: bool,
    estimates: Collection[str] = (),
) -> pl.DataFrame:
    """Project grace, over, verify or below for each household (rules.md section 5).

    Args:
        households: one row per household in scope; `benefit`, `is_incomplete`, `latest_grace_to`.
        income: one row per household (`pipelines.domain.income`).
        case_findings: the findings that make cases (`pipelines.domain.case_findings`).
        policy: income parameters in force.
        as_of: the comparison date.
        has_income_column: whether the roster has a monthly_income column at all.
        estimates: rules judged after the income, which holds nothing of what they suspect: where one of them asks to
            verify the income, it is not told to be below the standard.

    Returns:
        One row per household, columns of `GRACE`, ordered by household.
    """
    outcome, action = pl.col("outcome"), pl.col("action")
    asks_for_income = (outcome == Outcome.FLAGGED) & (action == Action.VERIFY_INCOME)
    facts = case_findings.group_by("household_id").agg(
        has_income_finding=asks_for_income.any(),
        has_estimate=(asks_for_income & pl.col("rule_id").is_in(list(estimates))).any(),
        is_overridden=action.is_in(OVERRIDING_ACTIONS).any(),
    )
    first, last = (None, None) if policy.grace_months is None else grace_period(as_of, policy.grace_months)
    is_grace = pl.col("grace_branch").is_not_null()
    return (
        households.select("household_id", "benefit", "is_incomplete", "latest_grace_to")
        .join(income, on="household_id", how="inner")
        .join(facts, on="household_id", how="left")
        .with_columns(pl.col("has_income_finding", "has_estimate", "is_overridden").fill_null(value=False))
        .with_columns(_projection(policy, as_of, has_income_column=has_income_column).struct.unnest())
        .with_columns(grace_branch=_branch())
        .with_columns(
            grace_from=pl.when(is_grace).then(pl.lit(first, dtype=pl.Date)),
            grace_to=pl.when(is_grace).then(pl.lit(last, dtype=pl.Date)),
        )
        .select(GRACE.names())
        .cast(GRACE)
        .sort("household_id")
    )


def grace_period(as_of: date, months: int) -> tuple[date, date]:
    """First and last day of a grace period that is told at as_of: from the first of the next month, whole months.

    2026-09-22 and 6 months give 2026-10-01 and 2027-03-31.
    """
    this_month = first_of_month(as_of)
    return months_before(this_month, -1), months_before(this_month, -(months + 1)) - timedelta(days=1)


def _projection(policy: IncomePolicy, as_of: date, *, has_income_column: bool) -> pl.Expr:
    """The table with what lowers it to `verify`; null where nothing is projected."""
    table = _projection_table(policy)
    is_projected = pl.col("benefit").is_in(DIBAO) & pl.col("has_income_finding") & (pl.col("counting_members") > 0)
    repeat, last_grace = policy.grace_repeat_months, pl.col("latest_grace_to")
    had_grace = last_grace.is_not_null() if repeat is None else last_grace >= months_before(as_of, repeat)
    is_grace = table.struct.field("projection").is_in(["grace_a", "grace_b"])
    # A household without a projection is not one that has to be verified: null goes first.
    return (
        pl.when(~is_projected.fill_null(value=False))
        .then(_says(None))
        .when(pl.col("is_incomplete"))
        .then(_says("verify", "incomplete"))
        .when(pl.lit(not has_income_column))
        .then(_says("verify", "no_income_column"))
        .when(pl.col("income_standard").is_null())
        .then(_says("verify", "no_standard"))
        .when(is_grace & had_grace)
        .then(_says("verify", "second_grace"))
        .when(is_grace & pl.lit(policy.grace_months is None))
        .then(_says("verify", "no_grace_months"))
        .otherwise(table)
    )


def _projection_table(policy: IncomePolicy) -> pl.Expr:
    """Section 5's conditions in their order, the first that holds; without branch B other income is not phased out."""
    income, standard, cause = pl.col("income_evidenced"), pl.col("income_standard"), pl.col("cause")
    is_over = income > standard
    return (
        pl.when(is_over & cause.is_null())
        .then(_says("verify", "declared_over"))
        .when(is_over & (cause == "employment"))
        .then(_says("grace_a"))
        .when(is_over & (cause == "other") & pl.lit(not policy.has_branch_b))
        .then(_says("over"))
        .when(is_over & pl.lit(policy.margin is None))
        .then(_says("verify", "no_margin"))
        .when(is_over & (cause == "other") & _is_under_margin(income, policy))
        .then(_says("grace_b"))
        .when(is_over & (cause == "mixed") & _is_under_margin(pl.col("income_without_wages"), policy))
        .then(_says("grace_a"))
        .when(is_over)
        .then(_says("over"))
        .when(income == standard)
        .then(_says("verify", "at_standard"))
        .when(pl.col("is_work_unproven"))
        .then(_says("verify", "work_unproven"))
        .when(pl.col("has_estimate"))
        .then(_says("verify", "only_estimated"))
        .otherwise(_says("below"))
    )


def _says(projection: str | None, because: str | None = None) -> pl.Expr:
    """A projection with the reason why it has to be verified, so that both come from one condition."""
    return pl.struct(
        pl.lit(projection, dtype=pl.String).alias("projection"),
        pl.lit(because, dtype=pl.String).alias("verify_because"),
    )


def _is_under_margin(income: pl.Expr, policy: IncomePolicy) -> pl.Expr:
    """Whether an income is below the margin multiple of the standard; at the multiple it is not. Compared exactly."""
    margin = policy.margin or Fraction(0)  # unset: told before this is asked
    return income * margin.denominator < pl.col("income_standard") * margin.numerator


def _branch() -> pl.Expr:
    """A 就业渐退, B 收入变化渐退; none where a stronger finding overrides grace (section 5)."""
    return (
        pl.when(pl.col("is_overridden"))
        .then(None)
        .when(pl.col("projection") == "grace_a")
        .then(pl.lit("A"))
        .when(pl.col("projection") == "grace_b")
        .then(pl.lit("B"))
    )
