"""HY-01: a spouse whom the roster does not know."""

from datetime import date

import pytest

from pipelines.domain.rules.marriage import spouses_to_ask

AS_OF, NEXT_DAY = date(2026, 9, 22), date(2026, 9, 23)
SPOUSE = {"id_number": "S1", "name": "王五", "relation": "10"}
NOBODY_DIED = {"death": []}


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({}, "flagged"),
        ({"event": "divorced"}, None),
        ({"event": "annulled"}, None),
        ({"event": "unknown"}, None),
        ({"event": None}, None),
        ({"event_on": AS_OF}, "flagged"),
        ({"event_on": NEXT_DAY}, None),
        ({"event_on": None}, None),
        ({"spouse_id_number": None}, "undetermined"),
        ({"spouse_id_number": None, "event": "divorced"}, None),
    ],
)
def test_events_and_dates(outcomes, row, outcome):
    assert outcomes("marriage", [row], beside=NOBODY_DIED) == ({"HY-01": outcome} if outcome else {})


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([{}, {"event": "divorced", "event_on": date(2021, 1, 1)}], False),
        ([{"event": "divorced", "event_on": date(2021, 1, 1)}, {}], False),
        ([{}, {"event": "divorced", "event_on": date(2019, 1, 1)}], True),
        ([{}, {"event": "divorced", "event_on": NEXT_DAY}], True),
        # On the same day the last in the file.
        ([{}, {"event": "divorced"}], False),
        ([{"event": "divorced"}, {}], True),
        ([{}, {"event": "unknown", "event_on": date(2021, 1, 1)}], False),
    ],
)
def test_the_latest_record_counts(outcomes, rows, found):
    assert bool(outcomes("marriage", rows, beside=NOBODY_DIED)) is found


@pytest.mark.parametrize(
    ("roster", "found"),
    [
        ([{}, SPOUSE], False),
        ([{}, SPOUSE | {"covered": "no"}], False),
        ([{}, SPOUSE | {"status": "stopped"}], False),
        ([{}, SPOUSE | {"household_id": "H2"}], True),
    ],
)
def test_a_spouse_in_any_row_of_the_household_is_not_hidden(judged, roster, found):
    households = {one["household_id"] for one in judged("marriage", [{}], roster, beside=NOBODY_DIED)}
    assert ("H1" in households) is found


def test_a_member_is_matched_on_either_side(judged):
    turned = {"id_number": "S1", "name": "王五", "spouse_id_number": "P1", "spouse_name": "张三"}
    straight, other = (judged("marriage", [row], beside=NOBODY_DIED)[0] for row in ({}, turned))
    assert other == straight
    (found,) = judged("marriage", [turned | {"spouse_name": "李四"}], beside=NOBODY_DIED)
    assert (found["grade"], found["action"]) == ("B", "VERIFY")


def test_both_spouses_in_two_households_are_both_told(judged):
    found = judged("marriage", [{}], [{}, SPOUSE | {"household_id": "H2"}], beside=NOBODY_DIED)
    assert [(one["household_id"], one["id_number"]) for one in found] == [("H1", "P1"), ("H2", "S1")]


def test_one_person_on_both_sides_is_told_once_and_knows_themselves(judged):
    assert judged("marriage", [{"spouse_id_number": "P1", "spouse_name": "张三"}], beside=NOBODY_DIED) == []


def test_an_unknown_side_is_nobodys_spouse(judged):
    (found,) = judged(
        "marriage", [{"id_number": None, "spouse_id_number": "P1", "spouse_name": "张三"}], beside=NOBODY_DIED
    )
    assert (found["id_number"], found["outcome"], found["action"]) == ("P1", "undetermined", "VERIFY")
    assert "配偶身份证号为空或无法识别" in found["statement"]


@pytest.mark.parametrize(
    ("death_on", "outcome"), [(AS_OF, "exempt"), (NEXT_DAY, "flagged"), (None, "flagged"), (date(2001, 1, 1), "exempt")]
)
def test_a_widowed_member_is_exempt(judged, death_on, outcome):
    (found,) = judged("marriage", [{}], beside={"death": [{"id_number": "S1", "name": "某人", "death_on": death_on}]})
    assert found["outcome"] == outcome
    assert ("丧偶" in found["statement"]) is (outcome == "exempt")
    assert "死亡数据缺失" not in found["statement"]


def test_where_deaths_are_not_known_the_finding_says_so(judged):
    (found,) = judged("marriage", [{}])
    assert found["outcome"] == "flagged"
    assert "死亡数据缺失" in found["statement"]
    assert [one["value"] for one in found["evidence"] if one["field"] == "death"] == ["未核"]


@pytest.mark.parametrize(
    ("number", "key"), [("J5001-2020-1", "J5001-2020-1"), (None, "2020-05-01"), ("", "2020-05-01")]
)
def test_the_record_key(judged, number, key):
    (found,) = judged("marriage", [{"certificate_no": number}], beside=NOBODY_DIED)
    assert (found["record_key"], found["fact_date"]) == (key, date(2020, 5, 1))


def test_the_spouses_of_flagged_marriages_are_asked_about(night_of):
    rows = [
        {},
        {"id_number": "P2", "name": "李四", "spouse_id_number": "S2", "spouse_name": None},
        {"id_number": "P3", "name": "赵六", "spouse_id_number": "S3"},
        {"id_number": "P4", "name": "钱七", "spouse_id_number": None},
        {"id_number": "P5", "name": "孙八", "spouse_id_number": "P1", "event_on": date(2010, 1, 1)},
    ]
    roster = [{"id_number": f"P{number}", "name": row.get("name", "张三")} for number, row in enumerate(rows, start=1)]
    night = night_of("marriage", rows, roster, beside={"death": [{"id_number": "S3"}]})
    assert spouses_to_ask(night).rows() == [("S1", "王五"), ("S2", None)]


@pytest.mark.parametrize(("change", "differs"), [({"spouse_id_number": "S9"}, True), ({"spouse_name": "王伍"}, False)])
def test_the_fingerprint_is_who_and_when(judged, change, differs):
    before, after = (judged("marriage", [row], beside=NOBODY_DIED)[0] for row in ({}, change))
    assert (before["fingerprint"] != after["fingerprint"]) is differs
