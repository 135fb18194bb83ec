"""Wages of several feeds: the greatest counts, a recent contribution is one of three months."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from pipelines.domain.income_policy import IncomePolicy
from pipelines.domain.judge import judge_feed
from pipelines.domain.ledger import NOT_COUNTING, member_ledger
from pipelines.domain.wages import earliest_recent_month

HAO = 10_000
JOB = {"insurance_type": "employee", "enrol_status": "active", "employer": "甲"}
FUND = {"last_paid_month": date(2026, 8, 1)}


@pytest.mark.parametrize(
    ("as_of", "earliest"),
    [
        (date(2026, 9, 22), date(2026, 6, 1)),
        (date(2026, 5, 31), date(2026, 2, 1)),
        (date(2026, 3, 31), date(2025, 12, 1)),
    ],
)
def test_the_third_month_back(night_of, as_of, earliest):
    assert earliest_recent_month(replace(night_of("vehicle", []), as_of=as_of)) == earliest


@pytest.mark.parametrize(
    ("base", "fund", "tax", "wage", "is_unproven"),
    [
        (3000, 2000, 1000, 3000, False),
        (1000, 2000, 3000, 3000, False),
        (1000, 3000, 2000, 3000, False),
        # Whoever is insured without a base is proven by another feed.
        (None, 2000, None, 2000, False),
        (None, None, 900, 900, False),
        (None, None, None, None, True),
    ],
)
def test_the_greatest_wage_counts(night_of, base, fund, tax, wage, is_unproven):
    taxed = [] if tax is None else [{"period": date(2026, month, 1), "income": tax * 2} for month in (1, 2, 3, 4, 5, 6)]
    findings = pl.concat(
        judge_feed(feed, night_of(feed, rows), b"s")
        for feed, rows in {
            "social_insurance": [JOB | {"wage_base": base}],
            "housing_fund": [FUND | {"base": fund}],
            "income_tax": taxed,
        }.items()
    )
    members = night_of("vehicle", []).members
    (member,) = member_ledger(
        members, findings, pl.DataFrame(schema=NOT_COUNTING), IncomePolicy(770 * HAO, 630 * HAO)
    ).to_dicts()
    assert member["wage"] == (None if wage is None else wage * HAO)
    assert member["is_work_unproven"] is is_unproven
