"""The identity rule: equal IDs match, differing names lower the grade."""

import polars as pl
import pytest

from pipelines.domain.households import members_of
from pipelines.domain.matching import match, match_households, named_persons, named_rows, seen_from_each_side

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


PAIR = ("id_number", "spouse_id_number")


def test_a_row_about_two_persons_is_seen_from_each_side(frame_of):
    rows = frame_of(
        "marriage",
        [
            {},
            {"spouse_id_number": None},
            {"id_number": None, "name": None},
            {"spouse_id_number": "P1", "spouse_name": "张叁"},
        ],
    )
    found = seen_from_each_side(rows, PAIR)
    assert found.columns == rows.columns
    assert found.select("id_number", "name", "spouse_id_number", "spouse_name", "source_row").rows() == [
        ("P1", "张三", "S1", "王五", 2),
        ("P1", "张三", None, "王五", 3),
        (None, None, "S1", "王五", 4),
        ("P1", "张三", "P1", "张叁", 5),
        ("S1", "王五", "P1", "张三", 2),
        (None, "王五", "P1", "张三", 3),
        ("S1", "王五", None, None, 4),
    ]
    assert seen_from_each_side(rows, PAIR[:1]).equals(rows)


def test_a_feed_without_persons_is_matched_by_household(frame_of):
    rows = frame_of("card_proxies", [{}, {"household_id": "H9"}, {"household_id": None}, {"holder_name": "赵六"}])
    found = match_households(members_of(frame_of("roster", ROSTER)), rows)
    assert found.select("household_id", "holder_name", "source_row").rows() == [("H1", "王五", 2), ("H1", "赵六", 5)]
    assert found.columns == rows.columns


def test_what_another_feed_holds_about_a_named_person(frame_of):
    members = members_of(frame_of("roster", ROSTER))
    rows = frame_of("marriage", [{}, {"spouse_id_number": "S2"}, {"spouse_id_number": None}])
    named = named_persons(match(members, seen_from_each_side(rows, PAIR)), "spouse_id_number")
    assert named.rows() == [("H1", "S1"), ("H1", "S2"), ("H2", "S1"), ("H2", "S2")]
    deaths = frame_of("death", [{"id_number": "S1"}, {"id_number": "S1", "source": "certificate"}, {"id_number": "S9"}])
    found = named_rows(named.filter(household_id="H1"), deaths, pl.Series(["S2"]))
    assert found.select("household_id", "id_number", "is_asked", "source").rows() == [
        ("H1", "S1", True, "cremation"),
        ("H1", "S1", True, "certificate"),
        ("H1", "S2", False, None),
    ]
