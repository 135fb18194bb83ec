"""Income, grace and projection of one household (rules.md section 5)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.reference.dates import months_before
from tests.reference.earnings import to_cents
from tests.reference.rules import Finding

Row = dict[str, Any]
NOUGHT = Decimal(0)
DIBAO = ("dibao_urban", "dibao_rural")
STANDARDS = {
    "urban": ((date(2020, 9, 1), Decimal(620)), (date(2024, 9, 1), Decimal(770))),
    "rural": ((date(2020, 9, 1), Decimal(496)), (date(2024, 9, 1), Decimal(630))),
}


@dataclass
class Purse:
    """One member: declared income, counted pension, the wage (None where none counts), and who counts."""

    declared: Decimal
    pension: Decimal
    wage: Decimal | None
    has_sb01: bool
    has_sb02: bool
    counts: bool = True

    def evidenced(self, *, with_wage: bool = True) -> Decimal:
        """The larger of what was declared and what the records show."""
        return max(self.declared, self.pension + ((self.wage or NOUGHT) if with_wage else NOUGHT))


def standard(benefit: str, as_of: date) -> Decimal:
    """The dibao standard in force: rural for dibao_rural, urban for all else."""
    series = STANDARDS["rural" if benefit == "dibao_rural" else "urban"]
    return [amount for start, amount in series if start <= as_of][-1]


def purse(member: Row, findings: list[Finding], as_of: date, *, counts: bool) -> Purse:
    """What the member's flagged findings say of income; `counts`: section 4."""
    mine = [f for f in findings if f.id_number == member["id_number"] and f.outcome == "flagged"]
    enrolled = [f.row for f in mine if f.rule_id == "SB-01"]
    wages = [r["wage_base"] for r in enrolled if _counts(r, as_of)]
    wages += [f.row["base"] for f in mine if f.rule_id == "GJJ-01" and f.row["base"] is not None]
    wages += [f.row["wage"] for f in mine if f.rule_id == "TAX-01"]
    return Purse(
        declared=member["monthly_income"] or NOUGHT,
        pension=sum((f.row["benefit_amount"] for f in mine if f.rule_id == "SB-03"), NOUGHT),
        wage=max(wages, default=None),
        has_sb01=bool(enrolled),
        has_sb02=any(f.rule_id == "SB-02" for f in mine),
        counts=counts,
    )


def _counts(row: Row, as_of: date) -> bool:
    """Whether a wage base counts as a wage."""
    first = months_before(as_of.replace(day=1), 3)
    return (
        row["wage_base"] is not None
        and row["payer_kind"] in ("employed", "")
        and (row["last_paid_month"] is None or row["last_paid_month"] >= first)
    )


def per_head(amounts: list[Decimal]) -> Decimal:
    """The exact sum divided by the members, rounded once; of nobody 0."""
    if not amounts:
        return NOUGHT
    share = Fraction(sum(amounts, NOUGHT)) / len(amounts)
    return to_cents(share)


def projection(purses: list[Purse], limit: Decimal) -> str:
    """The table of section 5, first condition that holds, for the members who count."""
    income = per_head([p.evidenced() for p in purses])
    without_wages = per_head([p.evidenced(with_wage=False) for p in purses])
    raised = [p for p in purses if p.evidenced() > p.declared]
    wages = any((p.wage or NOUGHT) > 0 for p in raised)
    pensions = any(p.pension > 0 for p in raised)
    if income > limit:
        if not raised:
            return "verify"
        if wages and not pensions:
            return "grace_a"
        if pensions and not wages:
            return "grace_b" if income < limit * Decimal("1.5") else "over"
        return "grace_a" if without_wages < limit * Decimal("1.5") else "over"
    if income == limit or any(p.has_sb02 or (p.has_sb01 and p.wage is None) for p in purses):
        return "verify"
    return "below"


def grace_dates(as_of: date) -> tuple[date, date]:
    """The first day of the month after as_of and the last day of the sixth month."""
    first = months_before(as_of.replace(day=1), -1)
    last = months_before(first, -5)
    return first, last.replace(day=monthrange(last.year, last.month)[1])


def in_grace(benefit: str, rows: list[Row], as_of: date) -> bool:
    """A dibao household with an active row whose grace_from ≤ as_of ≤ grace_to."""
    return benefit in DIBAO and any(
        r["grace_from"] and r["grace_to"] and r["grace_from"] <= as_of <= r["grace_to"] for r in rows
    )


def recent_grace(rows: list[Row], as_of: date) -> bool:
    """The household's latest grace_to is not before months_before(as_of, 12)."""
    latest = max((r["grace_to"] for r in rows if r["grace_to"]), default=None)
    return latest is not None and latest >= months_before(as_of, 12)
