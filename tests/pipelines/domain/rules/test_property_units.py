"""FC-02: telling dwelling units apart and counting them per household."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.rules.property_units import units_of

OWNED = {"use": "dwelling", "acquisition": "inherit", "registered_on": date(2010, 1, 1)}
COUPLE = [{}, {"id_number": "P0", "name": "李四", "relation": "10"}]


def unit(unit_no: str | None = None, location: str | None = None, **more: object) -> dict[str, object]:
    return OWNED | {"unit_no": unit_no, "location": location} | more


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([unit("U1")], None),
        ([unit("U1"), unit("U2")], "flagged"),
        ([unit("U1"), unit("U1", acquisition="correction")], None),
        ([unit("U1", "甲"), unit(None, "甲")], None),
        ([unit("U1", "甲"), unit(None, "乙")], "flagged"),
        ([unit(None, "甲"), unit(None, "乙")], "flagged"),
        ([unit(None, "甲", area=60), unit(None, "甲", area=70)], None),
        ([unit("U1", "甲"), unit("U2", "甲"), unit(None, "甲")], "flagged"),
        ([unit("U1"), unit()], "undetermined"),
        ([unit(), unit()], "undetermined"),
        ([unit()], None),
        ([unit("U1"), unit("U2", use=None)], "undetermined"),
        ([unit("U1"), unit("U2", use="unknown")], "undetermined"),
        ([unit("U1"), unit("U1", use=None)], None),
        ([unit("U1", use=None), unit("U2", use=None)], "undetermined"),
        ([unit(None, "甲"), unit("U2", "甲", use=None)], None),
        ([unit(None, "甲", use=None), unit("U1", "甲")], None),
        ([unit("U1"), unit("U2"), unit("U3", use=None)], "flagged"),
        ([unit("U1"), unit("U2", use="parking")], None),
        ([unit("U1"), unit("U2", use="storage"), unit("U3", use="other")], None),
        ([unit("U1"), unit("U2", right_status="historic")], None),
        ([unit("U1"), unit("U2", right_status="temporary")], None),
        ([unit("U1"), unit("U2", right_status="unknown")], "flagged"),
        ([unit("U1"), unit("", "甲"), unit("", "")], "flagged"),
    ],
)
def test_counting(outcomes, rows, expected):
    assert outcomes("property", rows).get("FC-02") == expected


@pytest.mark.parametrize(
    ("rows", "fewer"),
    [
        ([unit("U1"), unit("U2")], 1),
        ([unit("U1"), unit("U2"), unit("U3")], 2),
        ([unit("U1"), unit("U2"), unit("U3", use=None)], 2),
        ([unit("U1"), unit("U2", use="unknown")], 1),
    ],
)
def test_so_many_units_fewer_clear_it_and_no_fewer(judged, outcomes, rows, fewer):
    (found,) = judged("property", rows)
    assert found["clears_with"][-1 - (found["outcome"] == "undetermined")].startswith(f"减少{fewer}套")
    assert "FC-02" not in outcomes("property", rows[fewer:])
    assert "FC-02" in outcomes("property", rows[fewer - 1 :])


def test_one_unit_of_two_members_counts_once(judged):
    rows = [unit("U1"), unit("U1", id_number="P0", name="李四")]
    assert judged("property", rows, COUPLE) == []
    (found,) = judged("property", [*rows, unit("U2", id_number="P0", name="李四")], COUPLE)
    assert [one["field"] for one in found["evidence"]].count("unit") == 3


def test_the_finding_is_the_heads(judged):
    rows = [unit("U1", id_number="P0", name="李四"), unit("U2", id_number="P0", name="李四")]
    (found,) = judged("property", rows, COUPLE)
    assert (found["id_number"], found["name"], found["record_key"]) == ("P1", "张三", "H1")
    assert (found["action"], found["grade"]) == ("CANCEL_PRINCIPLE", "A")
    assert found["conflict"].startswith("市级口径")


@pytest.mark.parametrize(
    ("third", "grade", "fact_date", "source_row"),
    [
        ({}, "A", date(2020, 1, 1), 3),
        ({"name": "王五", "use": None, "registered_on": date(2022, 1, 1)}, "A", date(2020, 1, 1), 3),
        ({"name": "王五", "registered_on": date(2022, 1, 1)}, "B", date(2022, 1, 1), 4),
        ({"registered_on": date(2020, 1, 1)}, "A", date(2020, 1, 1), 4),
    ],
)
def test_a_flagged_finding_is_made_of_its_dwellings_alone(judged, third, grade, fact_date, source_row):
    rows = [unit("U1"), unit("U2", registered_on=date(2020, 1, 1)), unit("U3") | third]
    (found,) = (one for one in judged("property", rows) if one["rule_id"] == "FC-02")
    assert (found["grade"], found["fact_date"], found["source_row"]) == (grade, fact_date, source_row)
    assert found["action"] == ("VERIFY" if grade == "B" else "CANCEL_PRINCIPLE")


def test_an_undetermined_finding_is_made_of_all_its_rows(judged):
    rows = [unit("U1"), unit("U2", use=None, name="王五", registered_on=date(2022, 1, 1))]
    (found,) = judged("property", rows)
    assert (found["outcome"], found["action"], found["grade"]) == ("undetermined", "VERIFY", "B")
    assert found["fact_date"] == date(2022, 1, 1)
    assert "用途" in found["statement"]


def test_no_date_at_all(judged):
    rows = [unit("U1", registered_on=None), unit("U2", registered_on=None)]
    assert judged("property", rows)[0]["fact_date"] is None


@pytest.mark.parametrize(
    ("first", "second", "is_told"),
    [("JC", "GB", True), ("GB", "GB", False), ("JC", "JC", False), ("GB", "JC", True)],
)
def test_a_homestead_and_an_urban_unit_are_told(judged, first, second, is_told):
    rows = [unit(f"500103000001{first}00001F00000001"), unit(f"500103000002{second}00002F00000002")]
    (found,) = judged("property", rows)
    assert ("农村有房、城镇购房" in found["statement"]) is is_told


def test_two_households_of_one_person_are_judged_apart(judged):
    roster = [{}, {"household_id": "H2"}]
    found = judged("property", [unit("U1"), unit("U2")], roster)
    assert [(one["household_id"], one["record_key"]) for one in found] == [("H1", "H1"), ("H2", "H2")]


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"unit_no": "U3"}, True),
        ({"acquisition": "gift"}, True),
        ({"registered_on": date(2011, 1, 1)}, True),
        ({"cert_no": "c"}, False),
    ],
)
def test_the_fingerprint_moves_with_units_acquisition_and_anchor(judged, change, differs):
    change = {name: value for name, value in change.items() if name != "cert_no"}
    before, after = (judged("property", [unit("U1"), unit("U2") | more])[0] for more in ({}, change))
    assert (before["fingerprint"] != after["fingerprint"]) is differs
    shuffled = judged("property", [unit("U2"), unit("U1")])[0]
    assert before["fingerprint"] == shuffled["fingerprint"]


ROWS = st.lists(st.tuples(st.sampled_from([None, "", "U1", "U2"]), st.sampled_from([None, "", "甲", "乙"])), max_size=8)


@given(ROWS)
def test_counting_agrees_with_counting_by_hand(rows):
    numbered = {number for number, _ in rows if number}
    known = {place for number, place in rows if number and place}
    places = {place for number, place in rows if not number and place} - known
    nameless = sum(not number and not place for number, place in rows)
    frame = pl.DataFrame(
        {"household_id": ["H"] * len(rows), "unit_no": [n for n, _ in rows], "location": [p for _, p in rows]}
        | {"area": [None] * len(rows)},
        schema={"household_id": pl.String, "unit_no": pl.String, "location": pl.String, "area": pl.Decimal(18, 4)},
    )
    counted = units_of(frame.lazy()).collect()
    assert counted.get_column("units").sum() == len(numbered) + len(places) + nameless


COUNT_ALONE = "市级口径：两套及以上住房还须人均面积超过最低住房保障标准3倍，与本级只看套数不一致，请核实面积"
WITHIN = "市级口径：人均面积未超过最低住房保障标准3倍的不作为取消情形，与本级只看套数不一致，请一并考虑"


def homes(*areas: float | None) -> list[dict[str, object]]:
    return [unit(f"U{number}", area=area) for number, area in enumerate(areas)]


def with_standard(policy, square_metres: int | None):
    """The policy with a minimum housing standard: 20 m² a head, three times of which are 60."""
    known = policy.parameters["minimum_housing_area"]
    value = None if square_metres is None else Decimal(square_metres)
    return replace(policy, parameters={**policy.parameters, "minimum_housing_area": replace(known, value=value)})


@pytest.mark.parametrize(
    ("rows", "roster", "expected"),
    [
        (homes(30, 30), [{}], "exempt"),
        (homes(30, 30.01), [{}], "flagged"),
        (homes(60, 60), COUPLE, "exempt"),
        (homes(60, 60.01), COUPLE, "flagged"),
        (homes(30, None), [{}], "undetermined"),
        (homes(200, None), [{}], "undetermined"),
        ([*homes(30, 30), unit("U1", area=30, id_number="P0", name="李四")], COUPLE, "exempt"),
        ([unit("U0", area=None), unit("U0", area=30), unit("U1", area=30)], [{}], "exempt"),
        ([unit("U0", "甲", area=None), unit(None, "甲", area=30), unit("U1", area=30)], [{}], "exempt"),
        ([*homes(30, 30), unit("U9", use="parking", area=500)], [{}], "exempt"),
        ([*homes(30, 30), unit("U9", use=None, area=500)], [{}], "exempt"),
        ([unit("U0", area=30), unit("U1", use=None, area=30)], [{}], "undetermined"),
    ],
)
def test_the_city_asks_for_the_area_of_each_member_too(found_by, city_policy, rows, roster, expected):
    (found,) = found_by("FC-02", "property", rows, roster, policy=with_standard(city_policy, 20))
    assert found["outcome"] == expected
    assert found["conflict"] is None


def test_without_the_standard_the_citys_rule_is_open_and_names_the_parameter(found_by, city_policy):
    (found,) = found_by("FC-02", "property", homes(500, 500), policy=with_standard(city_policy, None))
    assert (found["outcome"], found["action"]) == ("undetermined", "VERIFY")
    assert "最低住房保障标准未设置" in found["statement"]
    assert [one["field"] for one in found["evidence"] if one["op"] == "待定"] == ["minimum_housing_area"]
    (found,) = found_by("FC-02", "property", homes(30, None), policy=with_standard(city_policy, 20))
    assert [one["field"] for one in found["evidence"] if one["op"] == "待定"] == ["area"]


@pytest.mark.parametrize(
    ("rows", "standard", "conflict"),
    [
        (homes(500, 500), None, COUNT_ALONE),
        (homes(500, None), 20, COUNT_ALONE),
        (homes(30, 30), 20, WITHIN),
        (homes(500, 500), 20, None),
    ],
)
def test_the_street_counts_alone_and_shows_what_the_city_says(found_by, everything, rows, standard, conflict):
    (found,) = found_by("FC-02", "property", rows, policy=with_standard(everything, standard))
    assert (found["outcome"], found["action"], found["conflict"]) == ("flagged", "CANCEL_PRINCIPLE", conflict)
    assert not [one for one in found["evidence"] if one["op"] == "待定"]
