"""The residents' pension, state by state: what SB-05 raises, and what it leaves to the other rules or to nobody."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

RESIDENT = {"insurance_type": "resident"}
ENROLMENTS = ("none", "active", "suspended", "terminated", "unknown")
BENEFITS = (None, "paying", "suspended", "ended", "unknown")
REASONS = (None, "death", "other", "no_life_proof", "unknown")


def expected(enrolment: str, benefit: str | None, reason: str | None) -> dict[str, str]:
    found = {}
    if enrolment == "terminated":
        found["SB-04" if reason == "death" else "SB-02"] = "flagged"
    if benefit == "paying":
        found["SB-03"] = "flagged"
    if benefit == "suspended" and reason in {None, "no_life_proof"}:
        found["SB-05"] = "flagged" if reason else "undetermined"
    if benefit == "unknown" and reason == "no_life_proof":
        found["SB-05"] = "undetermined"
    return found


@pytest.mark.parametrize("enrolment", ENROLMENTS)
def test_the_whole_matrix(judged, everything, enrolment):
    on = {rule_id: replace(everything.rule(rule_id), is_on=rule_id.startswith("SB-0")) for rule_id in everything.rules}
    states = list(product(BENEFITS, REASONS))
    rows = [
        RESIDENT
        | {"employer": str(place), "enrol_status": enrolment, "benefit_status": benefit, "stop_reason": reason}
        | {"benefit_amount": 100}
        for place, (benefit, reason) in enumerate(states)
    ]
    findings = judged("social_insurance", rows, policy=replace(everything, rules=on))
    for place, (benefit, reason) in enumerate(states):
        told = {one["rule_id"]: one["outcome"] for one in findings if one["record_key"] == f"resident/{place}"}
        assert told == expected(enrolment, benefit, reason), (benefit, reason)


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"insurance_type": "employee"}, None),
        ({"insurance_type": "institution"}, None),
        ({"insurance_type": "unknown"}, "undetermined"),
        ({"insurance_type": None}, "undetermined"),
        ({"insurance_type": "unknown", "stop_reason": None}, None),
    ],
)
def test_other_insurance(outcome_of, row, outcome):
    row = {"benefit_status": "suspended", "stop_reason": "no_life_proof"} | row
    assert outcome_of("SB-05", "social_insurance", [row]) == outcome


def test_somebody_is_asked_to_look(found_by):
    row = RESIDENT | {"benefit_status": "suspended", "stop_reason": "no_life_proof", "stopped_on": date(2026, 3, 1)}
    (found,) = found_by("SB-05", "social_insurance", [row])
    assert (found["action"], found["fact_date"], found["record_key"]) == ("VERIFY", date(2026, 3, 1), "resident/")
    assert "需上门核实本人状况" in found["statement"]
    assert found["basis"].startswith("草街办发〔2024〕54号三（二）：“")
