"""GS-03, GS-05 and GS-06: businesses that employ others, have ended, or are new."""

from dataclasses import replace
from datetime import date

import pytest

from tests.pipelines.domain.rules.test_business import STATES

REVIEWED = date(2025, 6, 30)
TODAY, TOMORROW = date(2026, 9, 22), date(2026, 9, 23)
ROSTER = [{"last_review_on": REVIEWED}]


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"insured_employees": 1}, "flagged"),
        ({"insured_employees": 0}, None),
        ({"employees": 2}, "flagged"),
        ({"employees": 1}, None),
        ({"employees": 0}, None),
        ({"insured_employees": 0, "employees": 2}, "flagged"),
        ({"insured_employees": 1, "employees": 1}, "flagged"),
        ({}, None),
        ({"insured_employees": 1, "status": "revoked"}, None),
        ({"insured_employees": 1, "status": None}, "undetermined"),
        ({"insured_employees": 1, "status": "unknown"}, "undetermined"),
        ({"insured_employees": 1, "role": "unknown"}, "undetermined"),
        ({"insured_employees": 1, "role": "shareholder"}, "flagged"),
        ({"insured_employees": 1, "role": "officer"}, None),
        ({"insured_employees": 1, "role": "coop_member"}, None),
        ({"status": None}, None),
    ],
)
def test_employees(outcome_of, row, outcome):
    assert outcome_of("GS-03", "business", [row]) == outcome


def test_an_unset_number_of_own_workers_leaves_the_report_open(outcome_of, everything):
    unset = replace(everything, parameters={})
    assert outcome_of("GS-03", "business", [{"employees": 1}], policy=unset) == "undetermined"
    assert outcome_of("GS-03", "business", [{"employees": 0}], policy=unset) is None
    assert outcome_of("GS-03", "business", [{"insured_employees": 1}], policy=unset) == "flagged"


def test_what_is_known_of_the_employees_is_told(found_by):
    (found,) = found_by("GS-03", "business", [{"insured_employees": 3, "employees": 5}])
    assert "单位参保3人，年报从业5人（可能包括本人和家属）" in found["statement"]
    assert (found["action"], found["record_key"]) == ("VERIFY", "C1/operator")


@pytest.mark.parametrize("state", STATES)
def test_ended_states(outcome_of, state):
    expected = "flagged" if state in {"revoked_closed", "closed", "annulled", "moved"} else None
    assert outcome_of("GS-05", "business", [{"status": state}]) == expected
    assert outcome_of("GS-05", "business", [{"status": state, "role": "officer"}]) is None


def test_an_ended_business_is_a_lead_and_ships_off(found_by, everything):
    (found,) = found_by("GS-05", "business", [{"status": "closed", "closed_on": date(2024, 1, 1)}])
    assert (found["action"], found["fact_date"]) == ("LEAD", date(2024, 1, 1))
    assert not everything.rule("GS-05").is_on


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"established_on": date(2025, 7, 1)}, "flagged"),
        ({"established_on": REVIEWED}, None),
        ({"established_on": date(2025, 6, 29)}, None),
        ({"established_on": TODAY}, "flagged"),
        ({"established_on": TOMORROW}, None),
        ({"established_on": None}, "undetermined"),
        ({"established_on": TODAY, "status": "closed"}, None),
        ({"established_on": TODAY, "status": "unknown"}, "undetermined"),
        ({"established_on": REVIEWED, "status": "unknown"}, None),
        ({"established_on": TODAY, "role": None}, "undetermined"),
        ({"established_on": TODAY, "role": "partner"}, "flagged"),
        ({"established_on": TODAY, "role": "coop_member"}, None),
        ({"established_on": TODAY, "role": "officer"}, None),
    ],
)
def test_new_since_the_review(outcome_of, row, outcome):
    assert outcome_of("GS-06", "business", [row], ROSTER) == outcome


@pytest.mark.parametrize(
    ("roster", "outcome"),
    [
        ([{"approved_month": date(2025, 6, 1)}], None),
        ([{"approved_month": date(2025, 5, 1)}], "flagged"),
        ([{"approved_month": date(2024, 1, 1), "last_review_on": date(2025, 6, 30)}], None),
        ([{"last_review_on": date(2024, 1, 1)}, {"id_number": "P0", "last_review_on": date(2025, 6, 30)}], None),
        ([{}], "undetermined"),
    ],
)
def test_the_review_or_else_the_approval_counts(outcome_of, roster, outcome):
    assert outcome_of("GS-06", "business", [{"established_on": date(2025, 6, 30)}], roster) == outcome


def test_a_new_business_is_verified(found_by):
    (found,) = found_by("GS-06", "business", [{"established_on": TODAY}], ROSTER)
    assert (found["action"], found["fact_date"], found["record_key"]) == ("VERIFY", TODAY, "C1/operator")
    assert "家庭最近一次复核或审核确认在2025-06-30，此后新增" in found["statement"]
