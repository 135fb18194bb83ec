"""CL-06: telling a household's vehicles apart and counting them."""

from datetime import date

import pytest

COUPLE = [{}, {"id_number": "P0", "name": "李四", "relation": "10"}]
WIFE = {"id_number": "P0", "name": "李四"}


def vehicle(vin: str | None = None, plate_no: str | None = None, **more: object) -> dict[str, object]:
    return {"vin": vin, "plate_no": plate_no, "status": "A"} | more


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ([vehicle("V1")], None),
        ([vehicle("V1"), vehicle("V2")], "flagged"),
        ([vehicle("V1", "甲1"), vehicle("V1", "甲2")], None),
        ([vehicle("V1", "甲1"), vehicle(None, "甲1")], None),
        ([vehicle("V1", "甲1"), vehicle(None, "甲2")], "flagged"),
        ([vehicle(None, "甲1"), vehicle(None, "甲1", plate_type="07", vehicle_type="M21")], "flagged"),
        ([vehicle(None, "甲1"), vehicle("", "甲1")], None),
        ([vehicle("V1"), vehicle(None, "甲1", plate_type=None)], "undetermined"),
        ([vehicle("V1"), vehicle(None, "甲1", plate_type="unknown")], "undetermined"),
        ([vehicle("V1"), vehicle()], "undetermined"),
        ([vehicle(), vehicle()], "undetermined"),
        ([vehicle()], None),
        ([vehicle("V1"), vehicle("V2", status=None)], "undetermined"),
        ([vehicle("V1"), vehicle("V2", status="unknown")], "undetermined"),
        ([vehicle("V1"), vehicle("V1", status=None)], None),
        ([vehicle("V1"), vehicle("V2", vehicle_type=None, plate_type=None)], "undetermined"),
        ([vehicle("V1"), vehicle("V2"), vehicle("V3", status=None)], "flagged"),
        ([vehicle("V1"), vehicle("V2", status="E")], None),
        ([vehicle("V1"), vehicle("V2", status=None, deregistered_on=date(2020, 1, 1))], None),
        ([vehicle("V1"), vehicle("V2", vehicle_type="T11")], None),
        ([vehicle("V1"), vehicle("V2", vehicle_type="B11")], None),
        ([vehicle("V1"), vehicle("V2", vehicle_type="M21")], "flagged"),
        ([vehicle("V1"), vehicle("V2", assessed_value=30000)], None),
        ([vehicle("V1"), vehicle("V2", assessed_value=30000.01)], "flagged"),
    ],
)
def test_counting(outcome_of, rows, outcome):
    assert outcome_of("CL-06", "vehicle", rows) == outcome


def test_one_finding_of_the_head_for_the_household(found_by):
    rows = [vehicle("V1", registered_on=date(2020, 1, 1)), vehicle("V2", registered_on=date(2021, 1, 1), **WIFE)]
    (found,) = found_by("CL-06", "vehicle", rows, COUPLE)
    assert (found["id_number"], found["record_key"], found["grade"]) == ("P1", "H1", "A")
    assert (found["action"], found["fact_date"], found["source_row"]) == ("CANCEL_PRINCIPLE", date(2021, 1, 1), 3)
    assert [one["field"] for one in found["evidence"]].count("vehicle") == 2
    assert "共有未注销的机动车2辆" in found["statement"]
    assert found["clears_with"][-1].startswith("减少1辆，家庭名下不超过1辆")


@pytest.mark.parametrize(
    ("rows", "fewer"),
    [
        ([vehicle("V1"), vehicle("V2")], 1),
        ([vehicle("V1"), vehicle("V2"), vehicle("V3")], 2),
        ([vehicle("V1"), vehicle("V2"), vehicle("V3", status=None)], 2),
        ([vehicle("V1"), vehicle("V2", vehicle_type=None, plate_type=None)], 1),
    ],
)
def test_so_many_vehicles_fewer_clear_it_and_no_fewer(found_by, outcome_of, rows, fewer):
    (found,) = found_by("CL-06", "vehicle", rows)
    assert found["clears_with"][-1 - (found["outcome"] == "undetermined")].startswith(f"减少{fewer}辆")
    assert outcome_of("CL-06", "vehicle", rows[fewer:]) is None
    assert outcome_of("CL-06", "vehicle", rows[fewer - 1 :]) is not None


def test_one_vehicle_of_two_members_counts_once(found_by):
    assert found_by("CL-06", "vehicle", [vehicle("V1"), vehicle("V1", **WIFE)], COUPLE) == []


def test_another_name_on_one_of_them_lowers_the_action(found_by):
    (found,) = found_by("CL-06", "vehicle", [vehicle("V1"), vehicle("V2", name="王五")])
    assert (found["grade"], found["action"]) == ("B", "VERIFY")


def test_a_flagged_finding_is_made_of_its_certain_vehicles_alone(found_by):
    rows = [vehicle("V1"), vehicle("V2"), vehicle("V3", status=None, name="王五", registered_on=date(2025, 1, 1))]
    (found,) = found_by("CL-06", "vehicle", rows)
    assert (found["grade"], found["fact_date"]) == ("A", None)
    assert [one["field"] for one in found["evidence"]].count("vehicle") == 2


@pytest.mark.parametrize(
    ("types", "is_told"),
    [(("M21", "M22"), True), (("K33", "M21"), True), (("K33", "K33", "M21"), False), (("K33", "M11"), False)],
)
def test_where_the_city_is_milder_both_are_shown(found_by, city_policy, types, is_told):
    rows = [vehicle(f"V{place}", vehicle_type=kind) for place, kind in enumerate(types)]
    (street,) = found_by("CL-06", "vehicle", rows)
    (city,) = found_by("CL-06", "vehicle", rows, policy=city_policy)
    assert ((street["conflict"] is not None), street["action"]) == (is_told, "CANCEL_PRINCIPLE")
    assert city["action"] == ("LEAD" if is_told else "CANCEL_PRINCIPLE")


def test_two_households_of_one_person_are_judged_apart(found_by):
    found = found_by("CL-06", "vehicle", [vehicle("V1"), vehicle("V2")], [{}, {"household_id": "H2"}])
    assert [one["record_key"] for one in found] == ["H1", "H2"]


@pytest.mark.parametrize(
    ("change", "differs"), [({"vin": "V3", "plate_no": "甲3"}, True), ({"status": "G"}, True), ({"brand": "x"}, False)]
)
def test_the_fingerprint_moves_with_the_vehicles(found_by, change, differs):
    change = {name: value for name, value in change.items() if name != "brand"}
    first = vehicle("V1", "甲1")
    before, after = (found_by("CL-06", "vehicle", [first, vehicle("V2", "甲2") | more])[0] for more in ({}, change))
    assert (before["fingerprint"] != after["fingerprint"]) is differs
    shuffled = found_by("CL-06", "vehicle", [vehicle("V2", "甲2"), first])[0]
    assert shuffled["fingerprint"] == before["fingerprint"]
