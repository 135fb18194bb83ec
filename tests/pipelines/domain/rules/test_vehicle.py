"""CL-01 … CL-03: every branch of rules.md section 3 for motor vehicles."""

from datetime import date

import pytest

CAR = {"vehicle_type": "K33", "plate_type": "02", "status": "A"}
LIMIT = date(2023, 9, 22)
PAST = date(2023, 9, 21)


@pytest.mark.parametrize(
    ("vehicle_type", "plate_type", "rule"),
    [
        *((f"{letter}11", None, "CL-01") for letter in "KHQZND"),
        *((f"M{kind}", None, "CL-02") for kind in ("11", "15", "21", "22")),
        *((f"{letter}11", None, None) for letter in "TBGJ"),
        ("K33", "07", "CL-01"),
        ("M21", "02", "CL-02"),
        ("T11", "02", None),
        *((None, f"{plate:02d}", "CL-01") for plate in (1, 2, 3, 4, 5, 6, 13, 16, 22, 23, 26, 27, 51, 52)),
        *(("unknown", plate, "CL-02") for plate in ("07", "08", "17", "24")),
        *((None, plate, None) for plate in ("14", "15", "25", "99")),
    ],
)
@pytest.mark.parametrize(("status", "outcome"), [("A", "flagged"), (None, "undetermined"), ("unknown", "undetermined")])
def test_class_and_owned(outcomes, vehicle_type, plate_type, rule, status, outcome):
    row = {"vehicle_type": vehicle_type, "plate_type": plate_type, "status": status}
    assert outcomes("vehicle", [row]) == ({rule: outcome} if rule else {})


@pytest.mark.parametrize(
    ("vehicle_type", "plate_type"), [(None, None), ("unknown", None), (None, "unknown"), ("unknown",) * 2]
)
@pytest.mark.parametrize(
    ("status", "deregistered_on", "expected"),
    [
        ("A", None, {"CL-01": "undetermined"}),
        (None, None, {"CL-01": "undetermined"}),
        ("unknown", LIMIT, {"CL-01": "undetermined"}),
        ("E", None, {"CL-03": "undetermined"}),
        ("E", LIMIT, {"CL-03": "undetermined"}),
        ("E", PAST, {}),
        (None, LIMIT, {"CL-03": "undetermined"}),
        (None, PAST, {}),
    ],
)
def test_a_class_that_cannot_be_told(outcomes, vehicle_type, plate_type, status, deregistered_on, expected):
    row = {"vehicle_type": vehicle_type, "plate_type": plate_type, "status": status, "deregistered_on": deregistered_on}
    assert outcomes("vehicle", [row]) == expected


@pytest.mark.parametrize(
    ("status", "deregistered_on", "expected"),
    [
        ("GQ", None, {"CL-01": "flagged"}),
        ("A,G", None, {"CL-01": "flagged"}),
        ("GQ", LIMIT, {"CL-01": "flagged"}),
        ("B", None, {"CL-01": "flagged"}),
        ("E", None, {"CL-03": "flagged"}),
        ("M", None, {"CL-03": "flagged"}),
        ("P", None, {"CL-03": "flagged"}),
        ("GE", LIMIT, {"CL-03": "flagged"}),
        ("A,P", PAST, {}),
        ("E", date(2026, 9, 22), {"CL-03": "flagged"}),
        ("E", date(2026, 9, 23), {}),
        (None, LIMIT, {"CL-03": "flagged"}),
        ("", LIMIT, {"CL-03": "flagged"}),
        (None, PAST, {}),
        (None, None, {"CL-01": "undetermined"}),
        ("", None, {"CL-01": "undetermined"}),
        ("unknown", None, {"CL-01": "undetermined"}),
        ("unknown", LIMIT, {"CL-01": "undetermined"}),
    ],
)
def test_states(outcomes, status, deregistered_on, expected):
    assert outcomes("vehicle", [CAR | {"status": status, "deregistered_on": deregistered_on}]) == expected


@pytest.mark.parametrize("vehicle_type", ["M21", "K33"])
def test_a_deregistered_tractor_raises_nothing_but_a_motorcycle_does(outcomes, vehicle_type):
    assert outcomes("vehicle", [CAR | {"vehicle_type": vehicle_type, "status": "E"}]) == {"CL-03": "flagged"}
    assert outcomes("vehicle", [CAR | {"vehicle_type": "T11", "status": "E"}]) == {}


@pytest.mark.parametrize(
    ("registered_on", "transferred_on", "expected"),
    [
        (date(2020, 1, 1), None, date(2020, 1, 1)),
        (date(2020, 1, 1), date(2021, 1, 1), date(2021, 1, 1)),
        (date(2022, 1, 1), date(2021, 1, 1), date(2022, 1, 1)),
        (None, date(2021, 1, 1), date(2021, 1, 1)),
        (None, None, None),
    ],
)
@pytest.mark.parametrize("status", ["A", None])
def test_the_fact_date_is_the_later_of_transfer_and_registration(
    judged, status, registered_on, transferred_on, expected
):
    row = CAR | {"status": status, "registered_on": registered_on, "transferred_on": transferred_on}
    assert judged("vehicle", [row])[0]["fact_date"] == expected


def test_the_fact_date_of_a_deregistered_vehicle(judged):
    row = CAR | {"status": "E", "registered_on": date(2020, 1, 1), "deregistered_on": LIMIT}
    assert judged("vehicle", [row])[0]["fact_date"] == LIMIT
    assert judged("vehicle", [row | {"deregistered_on": None}])[0]["fact_date"] is None


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, "02/渝A12345"),
        ({"plate_type": None}, "/渝A12345"),
        ({"plate_type": "unknown"}, "unknown/渝A12345"),
        ({"plate_no": None, "vin": "VIN1"}, "VIN1"),
        ({"plate_no": "", "vin": "VIN1"}, "VIN1"),
        ({"plate_no": None}, ""),
    ],
)
def test_the_record_key(judged, row, expected):
    assert judged("vehicle", [CAR | row])[0]["record_key"] == expected


@pytest.mark.parametrize(
    ("row", "hint", "is_shown"),
    [
        ({"status": "C"}, "被盗抢须立案证明", True),
        ({"status": "A"}, "被盗抢须立案证明", False),
        ({"status": "GK"}, "查封", True),
        ({"status": "Q", "inspected_until": PAST}, "疑似灭失或卖出未过户", True),
        ({"status": "Q", "inspected_until": LIMIT}, "疑似灭失或卖出未过户", False),
        ({"status": "Q"}, "疑似灭失或卖出未过户", False),
        ({"status": "A", "inspected_until": PAST}, "疑似灭失或卖出未过户", False),
    ],
)
def test_hints(judged, row, hint, is_shown):
    (found,) = judged("vehicle", [CAR | row])
    assert (hint in found["statement"]) is is_shown


@pytest.mark.parametrize(
    ("row", "has_conflict"),
    [
        (CAR, False),
        (CAR | {"assessed_value": 30000}, True),
        (CAR | {"assessed_value": 30000.01}, False),
        (CAR | {"vehicle_type": "M21"}, True),
        (CAR | {"vehicle_type": "M22", "status": None}, True),
        (CAR | {"vehicle_type": "M11"}, False),
        (CAR | {"vehicle_type": None, "plate_type": "07"}, False),
        (CAR | {"vehicle_type": "M21", "status": "E"}, False),
    ],
)
def test_the_city_is_milder_on_light_motorcycles_and_cheap_cars(judged, row, has_conflict):
    (found,) = judged("vehicle", [row])
    assert (found["conflict"] is not None) is has_conflict
    assert not has_conflict or found["conflict"].startswith("市级口径")


@pytest.mark.parametrize(
    ("row", "action"),
    [
        ({}, "CANCEL_PRINCIPLE"),
        ({"name": "李四"}, "VERIFY"),
        ({"name": None}, "CANCEL_PRINCIPLE"),
        ({"status": None}, "VERIFY"),
        ({"status": "E"}, "VERIFY"),
    ],
)
def test_actions(judged, row, action):
    (found,) = judged("vehicle", [CAR | row])
    assert found["action"] == action
    assert ("姓名不一致" in found["statement"]) is (row.get("name") == "李四")


def test_grace_spares_no_vehicle(outcomes):
    roster = [{"grace_from": date(2026, 9, 1), "grace_to": date(2027, 2, 28)}]
    assert outcomes("vehicle", [CAR], roster) == {"CL-01": "flagged"}


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"status": "QG"}, False),
        ({"status": "G,Q"}, False),
        ({"status": "G"}, True),
        ({"transferred_on": date(2026, 1, 1)}, True),
        ({"vehicle_type": "H31"}, False),
        ({"inspected_until": PAST}, False),
    ],
)
def test_the_fingerprint_moves_with_material_fields_alone(judged, change, differs):
    before, after = (judged("vehicle", [CAR | {"status": "GQ"} | more])[0] for more in ({}, change))
    assert (before["fingerprint"] != after["fingerprint"]) is differs
