"""One night by the words of the spec: an inbox in, findings, cases and counts out.

Slow and plain on purpose, written without sight of hedui's code: where the two differ, the spec decides.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.reference import income
from tests.reference.contract import FEEDS
from tests.reference.dates import whole_months
from tests.reference.housing import houses, two_homes
from tests.reference.landing import Landed
from tests.reference.rules import Finding, businesses, insurance, vehicles
from tests.reference.snapshots import land

Row = dict[str, Any]
ACTIONS = ("TERMINATE", "CANCEL_PRINCIPLE", "REMOVE_MEMBER", "VERIFY_INCOME", "VERIFY", "DATA_FIX", "LEAD")
OUTCOMES = ("flagged", "undetermined", "exempt")


@dataclass
class Reading:
    """What the spec gives: rows in the columns of the acceptance sets, and the snapshots they stand on."""

    findings: list[dict[str, str]]
    cases: list[dict[str, str]]
    counts: list[dict[str, str]]
    landed: dict[str, Landed | None]


def night(inbox: Path, as_of: date) -> Reading | None:
    """The night of as_of; None where the roster is missing, stale or refused."""
    landed = {name: land(inbox, feed, as_of) for name, feed in FEEDS.items()}
    roster = landed["roster"]
    if roster is None:
        return None
    by_person: dict[str, dict[str, list[Row]]] = {
        name: _by_person(snapshot.kept if snapshot else []) for name, snapshot in landed.items() if name != "roster"
    }
    households: dict[str, list[Row]] = defaultdict(list)
    for row in roster.kept:
        if row["status"] != "stopped":  # "a stopped row is no member"; empty and unknown are active
            households[row["household_id"]].append(row)
    findings: list[Finding] = []
    cases = []
    for home in sorted(households):
        members = households[home]
        found = judge(members, by_person, as_of, has_income_column="monthly_income" in roster.present)
        findings += found
        case = case_of(members, found, as_of, roster)
        cases += [case] if case else []
    return Reading([_shown(f) for f in _sorted(findings)], cases, _counts(landed), landed)


def _by_person(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["id_number"]].append(row)
    return found


def head_of(members: list[Row]) -> Row:
    """The member with relation 02, of several or none the lowest ID."""
    heads = [m for m in members if m["relation"] == "02"] or members
    return min(heads, key=lambda m: m["id_number"])


def judge(
    members: list[Row], feeds: dict[str, dict[str, list[Row]]], as_of: date, *, has_income_column: bool
) -> list[Finding]:
    """All findings of one household, standing ones only."""
    head = head_of(members)
    exempt = income.in_grace(head["benefit"], members, as_of)
    found: list[Finding] = []
    owned: list[tuple[Row, Row]] = []
    for member in members:
        person = member["id_number"]
        rows = feeds["social_insurance"].get(person, [])
        found += insurance(member, rows, in_grace=exempt, has_income_column=has_income_column)
        found += vehicles(member, feeds["vehicle"].get(person, []), as_of)
        found += houses(member, feeds["property"].get(person, []), as_of)
        found += businesses(member, feeds["business"].get(person, []))
        owned += [(member, row) for row in feeds["property"].get(person, [])]
    return standing(found + two_homes(head, owned))


def standing(findings: list[Finding]) -> list[Finding]:
    """Of one person, rule and record key: flagged, undetermined, exempt; latest fact date; last row."""
    best: dict[tuple[str, str, str], Finding] = {}
    for f in findings:
        key = (f.id_number, f.rule_id, f.record_key)
        if key not in best or _rank(f) > _rank(best[key]):
            best[key] = f
    return list(best.values())


def _rank(f: Finding) -> tuple[int, date, int]:
    return -OUTCOMES.index(f.outcome), f.fact_date or date.min, f.row["_order"]


def case_of(members: list[Row], found: list[Finding], as_of: date, roster: Landed) -> dict[str, str] | None:
    """The case of a household with a flagged or undetermined finding, in the columns of the acceptance sets."""
    raised = [f for f in found if f.outcome in ("flagged", "undetermined")]
    if not raised:
        return None
    head = head_of(members)
    limit = income.standard(head["benefit"], as_of)
    purses = [income.purse(m, found, as_of) for m in members]
    forecast = _projection(head, members, raised, purses, limit, as_of, roster)
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
        "income_evidenced": f"{income.per_head([p.evidenced() for p in purses]):.2f}",
        "projection": forecast or "",
        "grace_from": str(grace[0] or ""),
        "grace_to": str(grace[1] or ""),
        "months_at_risk": (months := _months(head, raised, action, as_of)),
        **_shown_besides(head, members, forecast, overridden=overridden),
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
    if head["benefit"] not in income.DIBAO or not asked:
        return None
    if head["household_id"] in roster.incomplete or "monthly_income" not in roster.present:
        return "verify"
    forecast = income.projection(purses, limit)
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


def _sorted(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (f.household_id, f.id_number, f.rule_id, f.record_key))


def _shown(f: Finding) -> dict[str, str]:
    return {
        "household_id": f.household_id,
        "id_number": f.id_number,
        "rule_id": f.rule_id,
        "outcome": f.outcome,
        "action": f.action,
        "grade": f.grade,
        "record_key": f.record_key,
        "fact_date": str(f.fact_date or ""),
        # not in the acceptance sets; FC-02 stands on many rows
        **({"snapshot_date": str(f.row["_day"]), "source_file": f.row["_file"]} if "_day" in f.row else {}),
        **({"source_row": str(f.row["_row"])} if "_day" in f.row else {}),
    }


def _counts(landed: dict[str, Landed | None]) -> list[dict[str, str]]:
    return [{"feed": name, "rows": str(s.rows), "quarantined": str(s.quarantined)} for name, s in landed.items() if s]
