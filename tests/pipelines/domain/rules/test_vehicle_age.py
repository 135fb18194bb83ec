"""CL-04 and CL-05: vehicles long overdue, and vehicles lately acquired, to the day."""

from datetime import date

import pytest

CAR = {"status": "A"}
OVERDUE = {"status": "Q"}
LIMIT, PAST = date(2023, 9, 22), date(2023, 9, 21)
TODAY, YESTERDAY, TOMORROW = date(2026, 9, 22), date(2026, 9, 21), date(2026, 9, 23)


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"status": "Q", "inspected_until": PAST}, "flagged"),
        ({"status": "G,Q", "inspected_until": PAST}, "flagged"),
        ({"status": "Q", "inspected_until": LIMIT}, None),
        ({"status": "Q", "inspected_until": None}, "undetermined"),
        ({"status": "A", "inspected_until": PAST}, None),
        ({"status": "A", "scrap_by": YESTERDAY}, "flagged"),
        ({"status": "A", "scrap_by": TODAY}, None),
        ({"status": "A", "scrap_by": TOMORROW}, None),
        ({"status": "Q", "scrap_by": YESTERDAY}, "flagged"),
        ({"status": "Q", "scrap_by": TODAY}, "undetermined"),
        ({"status": "E", "scrap_by": YESTERDAY}, None),
        ({"status": "QP", "inspected_until": PAST}, None),
        ({"status": None, "inspected_until": PAST}, "undetermined"),
        ({"status": "unknown", "scrap_by": YESTERDAY}, "undetermined"),
        ({"status": None, "inspected_until": LIMIT}, None),
        ({"status": None}, None),
        ({"status": None, "scrap_by": YESTERDAY, "deregistered_on": PAST}, None),
        ({"status": "Q", "inspected_until": PAST, "vehicle_type": "M21"}, "flagged"),
        ({"status": "Q", "inspected_until": PAST, "vehicle_type": "T11"}, None),
        ({"status": "Q", "inspected_until": PAST, "vehicle_type": None, "plate_type": None}, "undetermined"),
        ({"status": "A"}, None),
    ],
)
def test_long_overdue(outcome_of, row, outcome):
    assert outcome_of("CL-04", "vehicle", [row]) == outcome


@pytest.mark.parametrize(
    ("row", "fact_date"),
    [
        ({"inspected_until": PAST}, TODAY),
        ({"inspected_until": date(2020, 2, 29)}, date(2023, 3, 1)),
        ({"scrap_by": YESTERDAY}, TODAY),
        ({"inspected_until": PAST, "scrap_by": date(2024, 1, 1)}, date(2024, 1, 2)),
        ({"inspected_until": date(2020, 1, 1), "scrap_by": date(2024, 1, 1)}, date(2023, 1, 2)),
        ({"inspected_until": None}, None),
    ],
)
def test_when_it_became_long_overdue(found_by, row, fact_date):
    (found,) = found_by("CL-04", "vehicle", [OVERDUE | row])
    assert found["fact_date"] == fact_date


def test_the_same_car_is_told_more_mildly(found_by):
    row = OVERDUE | {"inspected_until": PAST}
    ((owned,), (overdue,)) = (found_by(rule, "vehicle", [row]) for rule in ("CL-01", "CL-04"))
    assert owned["record_key"] == overdue["record_key"] == "02/渝A12345"
    assert (owned["action"], overdue["action"]) == ("CANCEL_PRINCIPLE", "VERIFY")
    assert "请先核实车辆是否还在" in overdue["statement"]
    assert "2023-09-21" in overdue["statement"]


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"registered_on": LIMIT}, "flagged"),
        ({"registered_on": PAST}, None),
        ({"transferred_on": LIMIT}, "flagged"),
        ({"transferred_on": PAST}, None),
        ({"registered_on": date(2010, 1, 1), "transferred_on": TODAY}, "flagged"),
        ({"registered_on": LIMIT, "transferred_on": PAST}, "flagged"),
        ({"registered_on": TODAY}, "flagged"),
        ({"registered_on": TOMORROW}, None),
        ({"registered_on": LIMIT, "transferred_on": TOMORROW}, "flagged"),
        ({"registered_on": PAST, "transferred_on": PAST}, None),
        ({}, "undetermined"),
        ({"registered_on": LIMIT, "status": "E"}, None),
        ({"registered_on": LIMIT, "status": None}, "undetermined"),
        ({"registered_on": PAST, "status": None}, None),
        ({"registered_on": LIMIT, "status": "unknown"}, "undetermined"),
        ({"registered_on": LIMIT, "vehicle_type": "M21"}, "flagged"),
        ({"registered_on": LIMIT, "vehicle_type": "B11"}, None),
        ({"registered_on": LIMIT, "vehicle_type": "unknown", "plate_type": "unknown"}, "undetermined"),
    ],
)
def test_lately_acquired(outcome_of, row, outcome):
    assert outcome_of("CL-05", "vehicle", [CAR | row]) == outcome


@pytest.mark.parametrize(
    ("row", "fact_date", "told"),
    [
        ({"registered_on": LIMIT, "transferred_on": TODAY}, TODAY, "转移登记"),
        ({"registered_on": LIMIT, "transferred_on": TOMORROW}, LIMIT, "初次登记"),
        ({"registered_on": LIMIT}, LIMIT, "初次登记"),
        ({}, None, "登记时间不详"),
    ],
)
def test_when_it_was_acquired(found_by, row, fact_date, told):
    (found,) = found_by("CL-05", "vehicle", [CAR | row])
    assert (found["fact_date"], told in found["statement"]) == (fact_date, True)
    assert found["action"] == ("CANCEL_PRINCIPLE" if row else "VERIFY")


@pytest.mark.parametrize(
    ("row", "city_says"),
    [
        ({"assessed_value": 30000}, ("exempt", "CANCEL_PRINCIPLE")),
        ({"assessed_value": 30000.01}, ("flagged", "CANCEL_PRINCIPLE")),
        ({"vehicle_type": "M21"}, ("flagged", "LEAD")),
        ({"vehicle_type": "M11"}, ("flagged", "CANCEL_PRINCIPLE")),
    ],
)
def test_where_the_city_is_milder_both_are_shown(found_by, city_policy, row, city_says):
    row = CAR | {"registered_on": LIMIT} | row
    (street,) = found_by("CL-05", "vehicle", [row])
    (city,) = found_by("CL-05", "vehicle", [row], policy=city_policy)
    assert (street["outcome"], street["action"]) == ("flagged", "CANCEL_PRINCIPLE")
    assert (street["conflict"] is not None) is (city_says != ("flagged", "CANCEL_PRINCIPLE"))
    assert (city["outcome"], city["action"]) == city_says
    assert city["conflict"] is None


def test_another_name_lowers_the_action(found_by):
    (found,) = found_by("CL-05", "vehicle", [CAR | {"registered_on": LIMIT, "name": "李四"}])
    assert (found["grade"], found["action"]) == ("B", "VERIFY")
