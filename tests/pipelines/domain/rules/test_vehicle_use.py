"""CL-07: which uses of a vehicle earn money."""

import pytest


@pytest.mark.parametrize(
    ("uses", "outcome"),
    [
        ([*"BCDEFGR", "b", "货运", "租赁", "公路客运", "出租客运", "营运", "危化品运输"], "flagged"),
        ([*"AHIJKLMNOPQZ", "非营运", "营转非", "出租转非", "教练", None, ""], None),
        (["unknown", "X", "不详", "非营运车"], "undetermined"),
    ],
)
def test_uses(outcome_of, uses, outcome):
    assert {outcome_of("CL-07", "vehicle", [{"status": "A", "use": use}]) for use in uses} == {outcome}


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"status": "E"}, None),
        ({"status": "G"}, "flagged"),
        ({"status": None}, "undetermined"),
        ({"status": "unknown"}, "undetermined"),
        ({"status": None, "use": "A"}, None),
        ({"status": "E", "use": "X"}, None),
        ({"status": "A", "vehicle_type": "B11"}, "flagged"),
        ({"status": "A", "vehicle_type": None, "plate_type": None}, "flagged"),
    ],
)
def test_states_and_classes(outcome_of, row, outcome):
    assert outcome_of("CL-07", "vehicle", [{"use": "F"} | row]) == outcome


@pytest.mark.parametrize(
    ("use", "told"), [("F", "使用性质为货运"), ("出租", "使用性质为出租"), ("营运", "为营运，需核实")]
)
def test_it_asks_for_the_business_income(found_by, use, told):
    (found,) = found_by("CL-07", "vehicle", [{"status": "A", "use": use}])
    assert (found["action"], found["record_key"]) == ("VERIFY", "02/渝A12345")
    assert told in found["statement"]
