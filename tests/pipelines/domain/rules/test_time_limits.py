"""LC-03, LC-04 and LC-06: what should have been done, or told, by a day."""

from datetime import date

import pytest

RIGID = {"benefit": "rigid"}
CAR = {"vehicle_type": "K33", "status": "A"}


def outcome(findings):
    assert len(findings) <= 1
    return findings[0]["outcome"] if findings else None


@pytest.mark.parametrize(
    ("approved", "expected"),
    [(date(2025, 8, 1), "flagged"), (date(2025, 9, 1), None), (date(2026, 9, 1), None), (None, "undetermined")],
)
def test_an_approval_runs_out_after_twelve_months(found_by, approved, expected):
    roster = [RIGID | {"approved_month": approved}]
    assert outcome(found_by("LC-03", "roster", roster, roster)) == expected
    other = [{"benefit": "margin", "approved_month": approved}]
    assert found_by("LC-03", "roster", other, other) == []


def test_the_day_on_which_it_had_run_out(found_by):
    roster = [RIGID | {"approved_month": date(2025, 8, 1)}]
    (found,) = found_by("LC-03", "roster", roster, roster)
    assert (found["fact_date"], found["record_key"], found["action"]) == (date(2026, 9, 1), "H1", "VERIFY")
    assert "于2025-08认定，已满12个月" in found["statement"]


@pytest.mark.parametrize(
    ("death_on", "expected"),
    [(date(2026, 6, 21), "flagged"), (date(2026, 6, 22), None), (date(2026, 9, 23), None), (None, None)],
)
def test_a_death_has_to_be_settled_within_three_months(found_by, death_on, expected):
    assert outcome(found_by("LC-04", "death", [{"death_on": death_on}])) == expected


@pytest.mark.parametrize("change", [{"covered": "no"}, {"benefit": "tekun_central"}, {"benefit": "margin"}])
def test_the_time_is_set_for_dibao(found_by, change):
    assert found_by("LC-04", "death", [{"death_on": date(2026, 1, 1)}], [change]) == []


def test_it_asks_for_more_than_the_death_does(found_by):
    (found,) = found_by("LC-04", "death", [{"death_on": date(2026, 6, 21)}])
    assert (found["fact_date"], found["action"], found["record_key"]) == (date(2026, 9, 22), "VERIFY", "cremation")
    assert "超过3个月仍未办结，请提级督办" in found["statement"]
    (lowered,) = found_by("LC-04", "death", [{"death_on": date(2026, 6, 21), "name": "王五"}])
    assert lowered["grade"] == "B"


@pytest.mark.parametrize(
    ("registered", "reviewed", "expected"),
    [
        (date(2026, 6, 21), date(2026, 6, 20), "flagged"),
        (date(2026, 6, 21), date(2026, 6, 21), None),
        (date(2026, 6, 22), date(2026, 1, 1), None),
        (date(2026, 6, 21), None, None),
        (None, date(2026, 1, 1), None),
    ],
)
def test_a_change_older_than_three_months_and_later_than_the_review(found_after_income, registered, reviewed, expected):
    cars = [CAR | {"registered_on": registered}]
    found = found_after_income("LC-06", [{"last_review_on": reviewed}], vehicle=cars)
    assert outcome(found) == expected


def test_the_changes_are_listed_once_for_the_household(found_after_income, everything):
    roster = [{"last_review_on": date(2026, 1, 1)}]
    feeds = {
        "vehicle": [CAR | {"registered_on": date(2026, 5, 1)}],
        "business": [{"established_on": date(2026, 3, 1)}],
        "death": [{"death_on": date(2026, 2, 1)}],
    }
    (found,) = found_after_income("LC-06", roster, **feeds)
    listed = [(one["value"], one["threshold"]) for one in found["evidence"] if one["field"] == "finding"]
    assert listed == [("GS-01 有注册工商信息", "2026-03-01"), ("CL-01 名下有汽车", "2026-05-01")]
    assert (found["fact_date"], found["action"], found["record_key"]) == (date(2026, 3, 1), "LEAD", "H1")
    assert not everything.is_rule_on("LC-06")
