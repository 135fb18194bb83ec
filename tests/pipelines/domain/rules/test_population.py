"""RK-01: a registration that moved out or was cancelled, not by death."""

from datetime import date

import pytest


@pytest.fixture
def found(found_by):
    def judge(row, **changes):
        return found_by("RK-01", "population", [{"registry_status": "moved_out"} | row], **changes)

    return judge


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({}, "flagged"),
        ({"reason": "marriage"}, "flagged"),
        ({"reason": "unknown"}, "flagged"),
        ({"reason": "study"}, "exempt"),
        ({"destination_code": "500103"}, "flagged"),
        ({"destination_code": "500117"}, None),
        ({"destination_code": "500117001002"}, None),
        ({"destination_code": ""}, "flagged"),
        ({"registry_status": "registered"}, None),
        ({"registry_status": "unknown"}, None),
        ({"registry_status": None}, None),
        ({"registry_status": "cancelled", "reason": "death"}, None),
        ({"registry_status": "cancelled", "reason": "abroad"}, "flagged"),
        ({"registry_status": "cancelled", "reason": "military"}, "flagged"),
        ({"registry_status": "cancelled", "reason": None}, "undetermined"),
        ({"registry_status": "cancelled", "reason": "unknown"}, "undetermined"),
        ({"changed_on": date(2026, 9, 22)}, "flagged"),
        ({"changed_on": date(2026, 9, 23)}, None),
    ],
)
def test_status_and_reason(found, row, outcome):
    findings = found(row)
    assert [one["outcome"] for one in findings] == ([outcome] if outcome else [])
    assert all((one["action"], one["fact_date"]) == ("VERIFY", row.get("changed_on")) for one in findings)


def test_the_record_key_is_the_status(found):
    (one,) = found({"destination": "某市"})
    assert one["record_key"] == "moved_out"
    assert "迁往某市" in one["statement"]


def test_without_our_own_code_every_move_is_one(found, with_values):
    (one,) = found({"destination_code": "500117"}, policy=with_values(district_code=None))
    assert one["outcome"] == "flagged"
