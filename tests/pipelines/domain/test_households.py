"""Who is in scope, who heads a household, what it has once."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from pipelines.domain.households import active_rows, households_of, members_of

AS_OF = date(2026, 9, 22)


@pytest.fixture
def roster(frame_of: Callable[..., pl.DataFrame]) -> Callable[..., pl.DataFrame]:
    def build(*rows: dict[str, Any]) -> pl.DataFrame:
        return frame_of("roster", rows)

    return build


@pytest.mark.parametrize(("status", "is_active"), [("active", 1), ("unknown", 1), (None, 1), ("stopped", 0)])
def test_a_stopped_row_is_no_member_and_alone_no_household(roster, status, is_active):
    rows = roster({"status": status})
    assert len(active_rows(rows)) == len(members_of(rows)) == len(households_of(rows, AS_OF)) == is_active


def test_rows_of_a_household_may_differ_in_status(roster):
    rows = roster({"status": "stopped"}, {"id_number": "P2", "relation": "10"}, {"id_number": "P3", "relation": "20"})
    (household,) = households_of(rows, AS_OF).to_dicts()
    assert (household["members"], household["head_id_number"]) == (2, "P2")


@pytest.mark.parametrize(
    ("relations", "head"),
    [
        (["10", "02", "20"], "P2"),
        (["10", "20", "30"], "P1"),
        (["10", "02", "02"], "P2"),
        ([None, "unknown", "02"], "P3"),
        ([None, None, None], "P1"),
    ],
)
def test_the_head_is_relation_02_else_the_lowest_id(roster, relations, head):
    rows = [{"id_number": f"P{n}", "relation": one} for n, one in enumerate(relations, start=1)]
    for order in (rows, rows[::-1]):
        assert households_of(roster(*order), AS_OF).item(0, "head_id_number") == head


def test_what_a_household_has_once_is_its_heads(roster):
    head = {
        "id_number": "P9",
        "name": "李四",
        "town": "乙镇",
        "village": "二村",
        "benefit": "dibao_rural",
        "monthly_amount": 450.5,
        "approved_month": date(2020, 1, 1),
    }
    rows = roster({"relation": "20", "monthly_amount": 1, "approved_month": date(2021, 1, 1)}, head)
    (household,) = households_of(rows, AS_OF).to_dicts()
    assert {name: household[f"head_{name}" if name in {"id_number", "name"} else name] for name in head} == head | {
        "monthly_amount": 4_505_000
    }


@pytest.mark.parametrize(("covered", "is_covered"), [("yes", True), ("no", False), ("unknown", True), (None, True)])
def test_unknown_counts_as_covered(roster, covered, is_covered):
    rows = roster({"covered": covered}, {"id_number": "P2", "covered": "no"})
    assert members_of(rows).get_column("is_covered").to_list() == [is_covered, False]
    assert households_of(rows, AS_OF).item(0, "covered_members") == int(is_covered)


@pytest.mark.parametrize(
    ("grace_from", "grace_to", "in_grace"),
    [
        (AS_OF, AS_OF, True),
        (date(2026, 9, 1), date(2026, 9, 21), False),
        (date(2026, 9, 23), date(2027, 2, 28), False),
        (date(2026, 9, 1), None, False),
        (None, date(2027, 2, 28), False),
        (None, None, False),
    ],
)
def test_grace_holds_from_the_first_to_the_last_day_on_any_active_row(roster, grace_from, grace_to, in_grace):
    second = {"id_number": "P2", "relation": "10", "grace_from": grace_from, "grace_to": grace_to}
    assert households_of(roster({}, second), AS_OF).item(0, "in_grace") is in_grace
    assert households_of(roster({}, second | {"status": "stopped"}), AS_OF).item(0, "in_grace") is False


def test_latest_dates_are_over_active_rows(roster):
    rows = roster(
        {"grace_to": date(2025, 1, 1), "last_review_on": date(2025, 5, 1)},
        {"id_number": "P2", "relation": "10", "grace_to": date(2026, 1, 1)},
        {"id_number": "P3", "status": "stopped", "grace_to": date(2027, 1, 1), "last_review_on": date(2026, 5, 1)},
    )
    (household,) = households_of(rows, AS_OF).to_dicts()
    assert (household["latest_grace_to"], household["latest_review_on"]) == (date(2026, 1, 1), date(2025, 5, 1))


def test_incomplete_households_are_marked(roster):
    rows = roster({}, {"household_id": "H2"})
    found = households_of(rows, AS_OF, ["H2", "H2", "H9"])
    assert found.select("household_id", "is_incomplete").rows() == [("H1", False), ("H2", True)]
    assert households_of(rows, AS_OF).get_column("is_incomplete").to_list() == [False, False]


def test_members_keep_what_was_declared_and_where_it_stood(roster):
    rows = roster({"monthly_income": 500.5}, {"id_number": "P2", "monthly_income": None})
    found = members_of(rows)
    assert found.select("declared", "source_row").rows() == [(5_005_000, 2), (None, 3)]


def test_an_empty_roster_gives_empty_frames(roster):
    assert members_of(roster()).is_empty()
    assert households_of(roster(), AS_OF).schema["members"] == pl.Int32
