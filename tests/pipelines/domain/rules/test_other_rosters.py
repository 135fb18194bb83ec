"""ZF-03: a covered person who is active in another district's roster."""

from datetime import date

import pytest

THERE = {"district": "渝中区", "district_code": "500103", "other_household_id": "X9", "status": "active"}


@pytest.fixture
def found(found_by):
    def judge(row, roster=({},), **changes):
        return found_by("ZF-03", "other_rosters", [THERE | row], roster, **changes)

    return judge


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({}, "flagged"),
        ({"status": "stopped"}, None),
        ({"status": None}, "undetermined"),
        ({"status": "unknown"}, "undetermined"),
        ({"covered": "yes"}, "flagged"),
        ({"covered": "no"}, None),
        ({"covered": "unknown"}, "flagged"),
        ({"covered": "no", "status": None}, None),
        ({"district_code": "500117"}, None),
        ({"district_code": "500117002003", "other_household_id": "H7"}, None),
        ({"other_household_id": "H1"}, "flagged"),
        ({"other_household_id": "H1", "district_code": None}, None),
        ({"district_code": None}, "flagged"),
    ],
)
def test_who_is_covered_elsewhere(found, row, outcome):
    assert [one["outcome"] for one in found(row)] == ([outcome] if outcome else [])


def test_without_our_own_code_our_households_are_known_by_their_number(found, with_values):
    policy = with_values(district_code=None)
    assert found({"other_household_id": "H1"}, policy=policy) == []
    assert [one["outcome"] for one in found({}, policy=policy)] == ["flagged"]


def test_who_is_not_covered_here_is_not_doubled(found):
    assert found({}, [{"covered": "no"}]) == []


def test_the_finding(found):
    (one,) = found({"approved_month": date(2024, 5, 1), "benefit": "dibao_urban", "name": "王五"})
    assert (one["action"], one["record_key"], one["fact_date"], one["grade"]) == (
        "VERIFY",
        "500103/渝中区",
        date(2024, 5, 1),
        "B",
    )
    assert "渝中区名册中也在保（城市低保），批准年月2024-05" in one["statement"]
