"""rules.md section 3 for one household: the social-insurance, vehicle and business rules, row by row."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from tests.reference.cleaning import UNKNOWN, same_name
from tests.reference.dates import within_months

Row = dict[str, Any]
EMPLOYED = ("employee", "institution")
CAR_PLATES = ("01", "02", "03", "04", "05", "06", "13", "16", "22", "23", "26", "27", "51", "52")
CYCLE_PLATES = ("07", "08", "17", "24")
OWNERS = ("operator", "legal_rep", "shareholder", "partner")


@dataclass
class Finding:
    """One household, person, rule and record key, with the feed row it stands on."""

    household_id: str
    id_number: str
    rule_id: str
    outcome: str
    action: str
    grade: str
    record_key: str
    fact_date: date | None
    row: Row
    says: dict[str, bool] = field(default_factory=dict)  # words, and whether the sentence has them


def grade(row: Row, member: Row) -> str:
    """A where the names agree or one is missing, else B."""
    return "A" if same_name(row["name"], member["name"]) else "B"


def make(member: Row, row: Row, rule: str, outcome: str, action: str, key: str, fact: date | None) -> Finding:
    """A finding on a member's row: undetermined means VERIFY, grade B lowers the strong actions."""
    mark = grade(row, member)
    if outcome == "undetermined":
        action = "VERIFY"
    if mark == "B" and action in ("TERMINATE", "CANCEL_PRINCIPLE", "REMOVE_MEMBER"):
        action = "VERIFY"
    return Finding(member["household_id"], member["id_number"], rule, outcome, action, mark, key, fact, row)


def insurance(member: Row, rows: list[Row], *, has_income_column: bool) -> list[Finding]:
    """SB-01 to SB-04 for one member and all the kept rows of that person."""
    found: list[Finding] = []
    working = any(r["insurance_type"] in EMPLOYED and r["enrol_status"] == "active" for r in rows)
    for row in rows:
        key = f"{row['insurance_type']}/{row['employer']}"
        if outcome := _enrolled(row):
            found.append(make(member, row, "SB-01", outcome, "VERIFY_INCOME", key, row["enrolled_on"]))
        if row["enrol_status"] == "terminated":
            if row["stop_reason"] == "death":
                found.append(make(member, row, "SB-04", "flagged", "VERIFY", key, row["stopped_on"]))
            elif not working:
                found.append(make(member, row, "SB-02", "flagged", "VERIFY_INCOME", key, row["stopped_on"]))
    found += _pensions(member, rows, has_income_column=has_income_column)
    return found


def _enrolled(row: Row) -> str | None:
    """SB-01."""
    kind, status, benefit = row["insurance_type"], row["enrol_status"], row["benefit_status"]
    if benefit == "paying":
        return None
    if kind in EMPLOYED and status == "active":
        return "undetermined" if benefit == UNKNOWN else "flagged"
    if (kind == UNKNOWN and status == "active") or (kind in EMPLOYED and status == UNKNOWN):
        return "undetermined"
    return None


def _pensions(member: Row, rows: list[Row], *, has_income_column: bool) -> list[Finding]:
    """SB-03: the person's paying rows are judged together."""
    paying = [r for r in rows if r["benefit_status"] == "paying"]
    # the exempt basic resident pension is unset, so 0: the counted amount is the amount
    total = sum((r["benefit_amount"] for r in paying if r["benefit_amount"] is not None), Decimal(0))
    found = []
    for row in paying:
        if row["benefit_amount"] is None or not has_income_column:
            outcome = "undetermined"
        elif total > (member["monthly_income"] or Decimal(0)):
            outcome = "flagged"
        else:
            continue
        key = f"{row['insurance_type']}/{row['employer']}"
        found.append(make(member, row, "SB-03", outcome, "VERIFY_INCOME", key, None))
    return found


def vehicles(member: Row, rows: list[Row], as_of: date) -> list[Finding]:
    """CL-01 to CL-03."""
    found = []
    for row in rows:
        if judged := _vehicle(row, as_of):
            rule, outcome, fact = judged
            key = f"{row['plate_type']}/{row['plate_no']}" if row["plate_no"] else row["vin"]
            action = "VERIFY" if rule == "CL-03" else "CANCEL_PRINCIPLE"
            found.append(make(member, row, rule, outcome, action, key, fact))
    return found


def vehicle_class(row: Row) -> str:
    """car, motorcycle, other (nothing is raised) or unknown."""
    if row["vehicle_type"] not in ("", UNKNOWN):
        return {"M": "motorcycle"}.get(row["vehicle_type"][0], "car" if row["vehicle_type"][0] in "KHQZND" else "other")
    if row["plate_type"] in ("", UNKNOWN):
        return UNKNOWN
    if row["plate_type"] in CAR_PLATES:
        return "car"
    return "motorcycle" if row["plate_type"] in CYCLE_PLATES else "other"


def _vehicle(row: Row, as_of: date) -> tuple[str, str, date | None] | None:
    """Rule, outcome and fact date of one vehicle."""
    kind, letters, gone_on = vehicle_class(row), row["status"], row["deregistered_on"]
    if kind == "other":
        return None
    gone = (letters != UNKNOWN and bool(set(letters) & set("EMP"))) or (letters == "" and gone_on is not None)
    if gone:
        if gone_on is not None and not within_months(gone_on, 36, as_of):
            return None
        return "CL-03", "undetermined" if kind == UNKNOWN else "flagged", gone_on
    days = [d for d in (row["transferred_on"], row["registered_on"]) if d]
    fact = max(days, default=None)
    unsure = kind == UNKNOWN or letters in ("", UNKNOWN)
    rule = "CL-02" if kind == "motorcycle" else "CL-01"
    return rule, "undetermined" if unsure else "flagged", fact


def businesses(member: Row, rows: list[Row]) -> list[Finding]:
    """GS-01 and GS-02."""
    found = []
    for row in rows:
        role, status = row["role"], row["status"]
        key = f"{row['uscc'] or row['entity_name']}/{role}"
        outcome = None
        if role in OWNERS:
            outcome = {"active": "flagged", UNKNOWN: "undetermined"}.get(status)
        elif role == "coop_member" and status == "active":
            outcome = "exempt"
        elif role == UNKNOWN and status in ("active", UNKNOWN):
            outcome = "undetermined"
        if outcome:
            found.append(make(member, row, "GS-01", outcome, "VERIFY", key, row["established_on"]))
        if role in OWNERS and status == "revoked":
            found.append(make(member, row, "GS-02", "flagged", "LEAD", key, None))
    return found
