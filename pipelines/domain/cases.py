"""Cases (案件): one per household with something open, ready for the people who will look at it.

What belongs here: putting a case together after rules.md section 6 and the columns of contract.md. Income and grace,
exposure, the sentence and the id come from the modules beside. A case suggests; it never decides.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from pipelines.domain.carried_cases import unread_cases
from pipelines.domain.case_exposure import amount_at_risk, earliest_fact, months_at_risk
from pipelines.domain.case_identity import carry_identity
from pipelines.domain.case_statement import case_statement
from pipelines.domain.income_policy import IncomePolicy
from pipelines.domain.ledger import MOST
from pipelines.domain.money import fen_to_decimal, round_half_up_to_fen
from pipelines.domain.vocabulary import ACTIONS_BY_STRENGTH, Action, Outcome

_MONEY: Final = pl.Decimal(12, 2)

CASES: Final = pl.Schema(
    {
        "as_of": pl.Date(),
        "case_id": pl.String(),
        "household_id": pl.String(),
        "head_name": pl.String(),
        "head_id_number": pl.String(),
        "town": pl.String(),
        "village": pl.String(),
        "benefit": pl.String(),
        "members": pl.Int32(),
        "covered_members": pl.Int32(),
        "monthly_amount": _MONEY,
        "suggested_action": pl.String(),
        "risk": pl.String(),
        "rules": pl.List(pl.String()),
        "findings": pl.Int32(),
        "income_standard": _MONEY,
        "income_declared": _MONEY,
        "income_evidenced": _MONEY,
        "projection": pl.String(),
        "grace_branch": pl.String(),
        "grace_from": pl.Date(),
        "grace_to": pl.Date(),
        "months_at_risk": pl.Int32(),
        "amount_at_risk": _MONEY,
        "statement": pl.String(),
        "change": pl.String(),
        "opened_on": pl.Date(),
    }
)
"""Grain: one row per household with a case. The columns of contract.md, money in 元."""

_MONEY_COLUMNS = [name for name, kind in CASES.items() if kind == _MONEY]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known tonight about the households in scope.

    Attributes:
        households: one row per household (docs/architecture.md, domain frames).
        income: one row per household (`pipelines.domain.income`).
        grace: one row per household with a case, or per household (`pipelines.domain.grace`).
        policy: income parameters in force.
    """

    households: pl.DataFrame
    income: pl.DataFrame
    grace: pl.DataFrame
    policy: IncomePolicy


def build_cases(
    circumstances: Circumstances, case_findings: pl.DataFrame, last_cases: pl.DataFrame, as_of: date, secret: bytes
) -> pl.DataFrame:
    """Build the cases of a night (rules.md section 6).

    Args:
        circumstances: households with income and grace.
        case_findings: findings that make cases (`pipelines.domain.case_findings`).
        last_cases: last night's cases, at least the columns of `pipelines.domain.case_identity.LAST_CASES`; empty on
            the first night.
        as_of: the comparison date.
        secret: key of the warehouse; case ids are made with it.

    Returns:
        One row per household with a case, columns of `CASES`, ordered by household; a household that nobody could read
        tonight keeps its case.
    """
    gathered = _gathered(case_findings)
    made = (
        circumstances.households.join(gathered, on="household_id", how="inner")
        .join(earliest_fact(case_findings), on="household_id", how="left")
        .join(circumstances.income, on="household_id", how="left")
        .join(circumstances.grace, on="household_id", how="left")
        .with_columns(as_of=pl.lit(as_of), months_at_risk=months_at_risk(as_of), risk=_risk())
        .with_columns(amount_at_risk=amount_at_risk())
        .with_columns(statement=case_statement(circumstances.policy))
    )
    carried = carry_identity(made, case_findings, last_cases, as_of, secret)
    cases = (
        carried.with_columns(
            fen_to_decimal(round_half_up_to_fen(pl.col(name).clip(0, MOST))).alias(name) for name in _MONEY_COLUMNS
        )
        .select(CASES.names())
        .cast(CASES)
    )
    if set(last_cases.columns) >= set(CASES.names()):
        unread = unread_cases(gathered, circumstances.households, last_cases)
        unread = unread.with_columns(as_of=pl.lit(as_of), risk=_risk())
        cases = pl.concat([cases, unread.select(CASES.names()).cast(CASES)])
    return cases.sort("household_id")


def _gathered(case_findings: pl.DataFrame) -> pl.DataFrame:
    """One row per household with a case: its strongest action, its rules, and how many findings of which kind.

    `rules` and `findings` cover flagged and undetermined findings; what is carried over is counted beside them.
    """
    outcome = pl.col("outcome")
    is_tonight = outcome.is_in([Outcome.FLAGGED, Outcome.UNDETERMINED])
    strongest = pl.col("strength").min()
    return (
        case_findings.group_by("household_id")
        .agg(
            strongest=strongest,
            rules=pl.col("rule_id").filter(is_tonight).unique().sort(),
            findings=is_tonight.sum().cast(pl.Int32),
            undetermined=(outcome == Outcome.UNDETERMINED).sum(),
            carried_over=(outcome == Outcome.NOT_ASSESSED).sum(),
        )
        .with_columns(
            suggested_action=pl.col("strongest").replace_strict(
                list(range(len(ACTIONS_BY_STRENGTH))), list(ACTIONS_BY_STRENGTH), return_dtype=pl.String
            )
        )
        .drop("strongest")
    )


def _risk() -> pl.Expr:
    """Section 6: red, orange, yellow; grey for a case of nothing but leads, which is not sent out."""
    action = pl.col("suggested_action")
    is_phased_or_over = pl.col("projection").is_in(["grace_a", "grace_b", "over"])
    return (
        pl.when(action.is_in([Action.TERMINATE, Action.CANCEL_PRINCIPLE]))
        .then(pl.lit("red"))
        .when((action == Action.REMOVE_MEMBER) | ((action == Action.VERIFY_INCOME) & is_phased_or_over))
        .then(pl.lit("orange"))
        # LEAD is the weakest action, so a case suggests it only where there is nothing else.
        .when(action == Action.LEAD)
        .then(pl.lit("grey"))
        .otherwise(pl.lit("yellow"))
    )
