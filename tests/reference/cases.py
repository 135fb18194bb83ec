"""The case of one household (rules.md sections 5 and 6)."""

from datetime import date
from typing import Any

from tests.reference import income
from tests.reference.absences import Member
from tests.reference.dates import whole_months
from tests.reference.landing import Landed
from tests.reference.rules import Finding

Row = dict[str, Any]
ACTIONS = ("TERMINATE", "CANCEL_PRINCIPLE", "REMOVE_MEMBER", "VERIFY_INCOME", "VERIFY", "DATA_FIX", "LEAD")


def head_of(members: list[Row]) -> Row:
    """The member with relation 02, of several or none the lowest ID."""
    heads = [m for m in members if m["relation"] == "02"] or members
    return min(heads, key=lambda m: m["id_number"])


def case_of(members: list[Member], found: list[Finding], as_of: date, roster: Landed) -> dict[str, str] | None:
    """The case of a household with a flagged or undetermined finding, in the columns of the acceptance sets."""
    raised = [f for f in found if f.outcome in ("flagged", "undetermined")]
    if not raised:
        return None
    rows = [m.row for m in members]
    head = head_of(rows)
    limit = income.standard(head["benefit"], as_of)
    purses = [income.purse(m.row, found, as_of, counts=m.counts(as_of)) for m in members]
    forecast = _projection(head, rows, raised, purses, limit, as_of, roster)
    action = min((f.action for f in raised), key=ACTIONS.index)
    grace: tuple[date | None, date | None] = (None, None)
    overridden = any(f.outcome == "flagged" and f.action in ("CANCEL_PRINCIPLE", "TERMINATE") for f in raised)
    if forecast in ("grace_a", "grace_b") and not overridden:
        grace = income.grace_dates(as_of)
    return {
        "household_id": head["household_id"],
        "members": str(len(members)),
        "suggested_action": action,
        "risk": _risk(action, forecast),
        "rules": ";".join(sorted({f.rule_id for f in raised})),
        "findings": str(len(raised)),
        "income_standard": f"{limit:.2f}",
        "income_declared": f"{income.per_head([p.declared for p in purses]):.2f}",
        "income_evidenced": f"{income.per_head([p.evidenced() for p in purses if p.counts]):.2f}",
        "projection": forecast or "",
        "grace_from": str(grace[0] or ""),
        "grace_to": str(grace[1] or ""),
        "months_at_risk": (months := _months(head, raised, action, as_of)),
        **_shown_besides(head, rows, forecast, overridden=overridden),
        "amount_at_risk": _amount(head, action, months),
    }


def _shown_besides(head: Row, members: list[Row], forecast: str | None, *, overridden: bool) -> dict[str, str]:
    """Columns of contract.md that the acceptance sets do not show."""
    amount = head["monthly_amount"]
    branch = {"grace_a": "A", "grace_b": "B"}.get(forecast or "", "")
    return {
        "head_id_number": head["id_number"],
        "head_name": head["name"],
        "town": head["town"],
        "village": head["village"],
        "benefit": head["benefit"],
        "covered_members": str(sum(m["covered"] != "no" for m in members)),
        "monthly_amount": "" if amount is None else f"{amount:.2f}",
        # "null with the dates where grace is overridden"
        "grace_branch": "" if overridden else branch,
    }


def _amount(head: Row, action: str, months: str) -> str:
    """monthly_amount × months_at_risk for TERMINATE and CANCEL_PRINCIPLE, else nothing."""
    if action not in ("TERMINATE", "CANCEL_PRINCIPLE") or not months or head["monthly_amount"] is None:
        return ""
    return f"{head['monthly_amount'] * int(months):.2f}"


def _projection(
    head: Row,
    members: list[Row],
    raised: list[Finding],
    purses: list[income.Purse],
    limit: Any,
    as_of: date,
    roster: Landed,
) -> str | None:
    """The projection with what turns it into verify, None where there is none."""
    asked = any(f.outcome == "flagged" and f.action == "VERIFY_INCOME" for f in raised)
    counting = [p for p in purses if p.counts]
    if head["benefit"] not in income.DIBAO or not asked or not counting:
        return None
    if head["household_id"] in roster.incomplete or "monthly_income" not in roster.present:
        return "verify"
    forecast = income.projection(counting, limit)
    if forecast in ("grace_a", "grace_b") and income.recent_grace(members, as_of):
        return "verify"
    return forecast


def _risk(action: str, forecast: str | None) -> str:
    if action in ("TERMINATE", "CANCEL_PRINCIPLE"):
        return "red"
    if action == "REMOVE_MEMBER" or (action == "VERIFY_INCOME" and forecast in ("grace_a", "grace_b", "over")):
        return "orange"
    return "grey" if action == "LEAD" else "yellow"


def _months(head: Row, raised: list[Finding], action: str, as_of: date) -> str:
    """Whole months from the earliest fact date of the findings with the case's action, not before approval."""
    days = [f.fact_date for f in raised if f.action == action and f.fact_date]
    if not days:
        return ""
    start = max(min(days), head["approved_month"] or date.min)
    return str(whole_months(start, as_of))
