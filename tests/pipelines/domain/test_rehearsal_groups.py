"""A rehearsal in counts: ages at their birthdays, sexes, groups that add up, and small counts that stay hidden."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.rehearsal_groups import (
    GROUPS,
    by_rule,
    hide_small,
    households_by,
    persons_by_age,
    persons_by_sex,
)

AS_OF = date(2026, 9, 22)
FINDING = {
    "household_id": pl.String,
    "id_number": pl.String,
    "rule_id": pl.String,
    "was_flagged": pl.Boolean,
    "is_flagged": pl.Boolean,
}


def person(born: str, order: str = "001") -> str:
    return f"599917{born}{order}0"


def standings(*rows: tuple[str, str, str, bool, bool]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=FINDING, orient="row")


@pytest.mark.parametrize(
    ("born", "group"),
    [
        ("20100922", "16-29岁"),
        ("20100923", "0-15岁"),
        ("20260922", "0-15岁"),
        ("19460922", "80岁及以上"),
        ("19460923", "70-79岁"),
        ("20249999", "（未填）"),
    ],
)
def test_an_age_group_begins_on_the_birthday(born: str, group: str) -> None:
    members = pl.DataFrame({"id_number": [person(born)]})
    assert persons_by_age(members, standings(), AS_OF)["key"].to_list() == [group]


def test_persons_by_age_and_sex_count_everybody_once() -> None:
    boy, man, woman, odd = person("20110101", "013"), person("19860923", "111"), person("19560922", "222"), "X"
    members = pl.DataFrame({"id_number": [boy, man, man, woman, odd]})
    found = standings(
        ("H1", man, "CL-01", False, True), ("H2", man, "FC-01", True, True), ("H3", odd, "GS-01", True, False)
    )
    ages = persons_by_age(members, found, AS_OF)
    assert ages.schema == GROUPS
    assert ages.rows() == [
        ("0-15岁", 1, 0, 0, 0, 0),
        ("30-44岁", 1, 1, 1, 0, 0),
        ("70-79岁", 1, 0, 0, 0, 0),
        ("（未填）", 1, 1, 0, 0, 1),
    ]
    assert persons_by_sex(members, found).rows() == [
        ("女", 1, 0, 0, 0, 0),
        ("男", 2, 1, 1, 0, 0),
        ("（未填）", 1, 1, 0, 0, 1),
    ]


def test_households_by_town_and_benefit() -> None:
    homes = pl.DataFrame(
        {"household_id": ["H1", "H2", "H3"], "town": ["甲镇", "甲镇", None], "benefit": ["低保", "特困", "低保"]}
    )
    found = standings(
        ("H1", "P", "CL-01", False, True), ("H1", "Q", "CL-01", False, True), ("H3", "P", "CL-01", True, False)
    )
    assert households_by(homes, found, "town").rows() == [("甲镇", 2, 0, 1, 1, 0), ("（未填）", 1, 1, 0, 0, 1)]
    both = households_by(homes, found, "town", "benefit")
    assert both["key"].to_list() == ["甲镇 · 低保", "甲镇 · 特困", "（未填） · 低保"]


def test_by_rule_counts_findings_and_households() -> None:
    found = standings(
        ("H1", "P", "CL-01", False, True), ("H1", "Q", "CL-01", True, True), ("H2", "P", "GS-01", True, False)
    )
    told = by_rule(found).select(
        "rule_id", "before", "after", "entering", "leaving", "entering_households", "leaving_households"
    )
    assert told.rows() == [("CL-01", 1, 2, 1, 0, 0, 0), ("GS-01", 1, 0, 0, 1, 0, 1)]


def groups(*rows: tuple[str, int, int, int, int, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=GROUPS, orient="row")


@pytest.mark.parametrize(("count", "shown"), [(0, "0"), (1, "<5"), (4, "<5"), (5, "5")])
def test_counts_from_one_to_four_are_hidden(count: int, shown: str) -> None:
    rows = [("甲", 90, 20, 20 + count, count, 0), ("乙", 90, 20, 21, 1, 0), ("丙", 90, 20, 22, 2, 0)]
    told = hide_small(groups(*rows))
    assert told.row(0)[4] == shown
    assert hide_small(groups(("甲", count, 0, 0, 0, 0)))["in_scope"].to_list() == [shown]


def test_what_would_give_a_small_count_away_is_withheld() -> None:
    told = hide_small(groups(("甲", 90, 20, 26, 7, 1), ("乙", 90, 30, 32, 2, 0), ("丙", 90, 40, 46, 6, 0)))
    assert told.rows() == [
        # The row of 甲 would tell what leaves it, the row of 乙 what enters it, and the totals both of them.
        ("甲", "90", "20", "—", "7", "<5"),
        ("乙", "90", "30", "—", "<5", "—"),
        ("丙", "90", "40", "—", "—", "0"),
    ]


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    table = groups(("甲", 90, 20, 26, 6, 0), ("乙", 90, 0, 0, 0, 0))
    assert hide_small(table).rows() == [("甲", "90", "20", "26", "6", "0"), ("乙", "90", "0", "0", "0", "0")]
    assert hide_small(groups()).rows() == []


ROW = st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))


@given(st.lists(ROW, min_size=2, max_size=6))
def test_no_count_is_hidden_alone_in_its_row_or_column(drawn: list[tuple[int, int, int]]) -> None:
    rows = [(str(n), 99, stays + out, stays + into, into, out) for n, (stays, into, out) in enumerate(drawn)]
    told = [row[2:] for row in hide_small(groups(*rows)).rows()]
    for line in (*told, *zip(*told, strict=True)):
        assert sum(not cell.isdigit() for cell in line) != 1
    for row, shown in zip(rows, told, strict=True):
        assert all((cell == "<5") == (0 < count < 5) for count, cell in zip(row[2:], shown, strict=True))
        assert all(cell == str(count) for count, cell in zip(row[2:], shown, strict=True) if cell.isdigit())
