"""What housing fund and income tax show of a wage: GJJ-01 and TAX-01 (rules.md section 4)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.reference.dates import months_before
from tests.reference.rules import Finding, grade, make

Row = dict[str, Any]


def housing_fund(member: Row, rows: list[Row], as_of: date) -> list[Finding]:
    """GJJ-01: paid into not longer ago than the third month before as_of's."""
    first = months_before(as_of.replace(day=1), 3)
    found = []
    for row in rows:
        paid = row["last_paid_month"]
        if row["status"] == "active" and (paid is None or paid >= first):
            outcome = "undetermined" if paid is None else "flagged"
            found.append(make(member, row, "GJJ-01", outcome, "VERIFY_INCOME", row["employer"], None))
    return found


def taxed_wages(member: Row, rows: list[Row], as_of: date, *, has_income_column: bool) -> list[Finding]:
    """TAX-01: one per person; an amount that is empty adds nothing, a period that is empty is in no window."""
    first = as_of.replace(day=1)
    wages = [r for r in rows if r["income_item"] == "wage"]
    within = [r for r in wages if r["period"] and months_before(first, 12) <= r["period"] <= months_before(first, 1)]
    if not within:
        return []
    total = sum((r["income"] for r in within if r["income"] is not None), Decimal(0))
    average = to_cents(Fraction(total) / 12)
    if has_income_column and average <= (member["monthly_income"] or Decimal(0)):
        return []
    outcome = "flagged" if has_income_column else "undetermined"
    worst = max(within, key=lambda r: grade(r, member))
    row = {"_order": 0, "name": worst["name"], "wage": average}
    return [make(member, row, "TAX-01", outcome, "VERIFY_INCOME", "wage", None)]


def to_cents(exact: Fraction) -> Decimal:
    """Rounded once, to 0.01, half up."""
    return Decimal((exact * 100 + Fraction(1, 2)).__floor__()).scaleb(-2)
