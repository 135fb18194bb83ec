"""The identity rule: equal IDs match, differing names lower the grade."""

import pytest

from pipelines.domain.households import members_of
from pipelines.domain.matching import match

ROSTER = [
    {"monthly_income": 500},
    {"household_id": "H2", "name": "张三丰"},
    {"household_id": "H2", "id_number": "P2", "name": "李四", "relation": "10"},
]


def test_a_person_of_two_households_is_matched_in_both(frame_of):
    found = match(members_of(frame_of("roster", ROSTER)), frame_of("vehicle", [{}, {"id_number": "P9"}]))
    assert found.select("household_id", "id_number", "roster_name", "name", "declared", "grade").rows() == [
        ("H1", "P1", "张三", "张三", 5_000_000, "A"),
        ("H2", "P1", "张三丰", "张三", None, "B"),
    ]


@pytest.mark.parametrize(("name", "grade"), [("李四", "A"), ("李□", "A"), (None, "A"), ("", "A"), ("王四", "B")])
def test_the_grade(frame_of, name, grade):
    rows = frame_of("vehicle", [{"id_number": "P2", "name": name}])
    assert match(members_of(frame_of("roster", ROSTER)), rows).get_column("grade").to_list() == [grade]


def test_a_feed_without_names_matches_with_grade_a(frame_of):
    rows = frame_of("vehicle", [{}]).drop("name")
    assert match(members_of(frame_of("roster", ROSTER)), rows).get_column("grade").unique().to_list() == ["A"]


def test_nothing_matches_nothing_and_keeps_its_columns(frame_of):
    members = members_of(frame_of("roster", ROSTER))
    empty = match(members, frame_of("vehicle", []))
    assert empty.is_empty()
    assert empty.schema == match(members, frame_of("vehicle", [{}])).schema
