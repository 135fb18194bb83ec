"""CB-01: a vessel that is not deregistered."""

from datetime import date

import pytest


@pytest.fixture
def found(found_by):
    def judge(row, roster=({},)):
        return found_by(
            "CB-01", "vessels", [{"vessel_no": "V1", "vessel_name": "渝渔1", "status": "active"} | row], roster
        )

    return judge


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({}, "flagged"),
        ({"status": "suspended"}, "flagged"),
        ({"status": "deregistered"}, None),
        ({"status": "scrapped"}, None),
        ({"status": None}, "undetermined"),
        ({"status": "unknown"}, "undetermined"),
        ({"status": None, "deregistered_on": date(2021, 1, 1)}, None),
        ({"deregistered_on": date(2026, 9, 22)}, None),
        ({"deregistered_on": date(2026, 9, 23)}, "flagged"),
        ({"status": "deregistered", "is_retired_fishing": "yes"}, None),
    ],
)
def test_status(found, row, outcome):
    assert [one["outcome"] for one in found(row)] == ([outcome] if outcome else [])


@pytest.mark.parametrize(
    ("row", "benefit", "action"),
    [
        ({}, "dibao_rural", "CANCEL_PRINCIPLE"),
        ({}, "margin", "VERIFY"),
        ({}, "unknown", "VERIFY"),
        ({"is_retired_fishing": "yes"}, "dibao_rural", "VERIFY"),
        ({"is_retired_fishing": "no"}, "dibao_rural", "CANCEL_PRINCIPLE"),
        ({"is_retired_fishing": "unknown"}, "dibao_rural", "CANCEL_PRINCIPLE"),
    ],
)
def test_who_gave_up_fishing_is_asked_first(found, row, benefit, action):
    (one,) = found(row, [{"benefit": benefit}])
    assert (one["outcome"], one["action"]) == ("flagged", action)
    assert ("退捕渔船" in one["statement"]) is (row.get("is_retired_fishing") == "yes")


@pytest.mark.parametrize(("row", "key"), [({}, "V1"), ({"vessel_no": None}, "渝渔1"), ({"vessel_no": ""}, "渝渔1")])
def test_the_record_key(found, row, key):
    (one,) = found(row | {"registered_on": date(2019, 5, 1)})
    assert (one["record_key"], one["fact_date"]) == (key, date(2019, 5, 1))
