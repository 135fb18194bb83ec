"""ZF-01 and ZF-02: one person in several households."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.domain.roster_rows import shared_members_of

REVIEWED = {"last_review_on": date(2026, 9, 1)}


def row(household: str, benefit: str = "dibao_urban", covered: str = "yes", **more):
    return REVIEWED | {"household_id": household, "benefit": benefit, "covered": covered} | more


def told(findings):
    return [(one["household_id"], one["rule_id"], one["record_key"]) for one in findings]


@pytest.mark.parametrize(
    ("roster", "expected"),
    [
        ([row("H1")], []),
        ([row("H1"), row("H2")], [("H1", "ZF-01", "H2"), ("H2", "ZF-01", "H1")]),
        ([row("H1"), row("H2", covered="no")], [("H1", "ZF-01", "H2"), ("H2", "ZF-01", "H1")]),
        ([row("H1"), row("H2", status="stopped")], []),
        # A stopped row is no member, though its household is active through another row.
        ([row("H1"), row("H2", status="stopped"), row("H2", id_number="P2")], []),
        (
            [row("H3"), row("H1"), row("H2")],
            [("H1", "ZF-01", "H2,H3"), ("H2", "ZF-01", "H1,H3"), ("H3", "ZF-01", "H1,H2")],
        ),
        ([row("H1"), row("H2", "tekun_central")], [("H1", "ZF-02", "H2"), ("H2", "ZF-02", "H1")]),
        ([row("H1", "dibao_rural"), row("H2", "tekun_scattered")], [("H1", "ZF-02", "H2"), ("H2", "ZF-02", "H1")]),
        ([row("H1"), row("H2", "tekun_central", "no")], [("H1", "ZF-01", "H2"), ("H2", "ZF-01", "H1")]),
        ([row("H1", covered="no"), row("H2", "tekun_central")], [("H1", "ZF-01", "H2"), ("H2", "ZF-01", "H1")]),
        ([row("H1", "margin"), row("H2", "tekun_central")], [("H1", "ZF-01", "H2"), ("H2", "ZF-01", "H1")]),
        # ZF-02 replaces ZF-01 for the person, also in the household in which nothing is doubled.
        (
            [row("H1"), row("H2", "tekun_central"), row("H3", "margin")],
            [("H1", "ZF-02", "H2,H3"), ("H2", "ZF-02", "H1,H3")],
        ),
        (
            [row("H1"), row("H2", "tekun_central"), row("H3", covered="no")],
            [("H1", "ZF-02", "H2,H3"), ("H2", "ZF-02", "H1,H3")],
        ),
    ],
)
def test_where_a_person_stands(judged, roster, expected):
    found = judged("roster", [], roster)
    assert told(found) == expected
    assert {(one["action"], one["grade"], one["fact_date"], one["outcome"]) for one in found} <= {
        ("DATA_FIX", "A", None, "flagged")
    }


def test_the_benefit_is_the_households(judged):
    roster = [
        row("H1"),
        row("H2", "dibao_urban", relation="20"),
        row("H2", "tekun_central", id_number="P2", name="李四"),
    ]
    assert {rule for _, rule, _ in told(judged("roster", [], roster))} == {"ZF-02"}


def test_households_are_sorted_as_text(judged):
    found = judged("roster", [], [row("H10"), row("H9"), row("H1")])
    assert [one["record_key"] for one in found if one["household_id"] == "H1"] == ["H10,H9"]


memberships = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from("PQR"), st.booleans()),
    unique_by=lambda one: one[:2],
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(memberships, st.lists(st.sampled_from(["dibao_urban", "tekun_central", "margin", None]), min_size=4, max_size=4))
def test_it_is_what_a_plain_reading_gives(rows, benefits):
    benefit = dict(zip("ABCD", benefits, strict=True))
    members = pl.DataFrame(
        rows, schema={"household_id": pl.String, "id_number": pl.String, "is_covered": pl.Boolean}, orient="row"
    )
    households = pl.DataFrame(
        {"household_id": list(benefit), "benefit": list(benefit.values())}, schema_overrides={"benefit": pl.String}
    )
    expected = []
    for household, person, covered in sorted(rows):
        mine = {other: is_covered for other, who, is_covered in rows if who == person}
        kinds = {benefit[other] for other, is_covered in mine.items() if is_covered}
        if len(mine) > 1:
            others = ",".join(sorted(set(mine) - {household}))
            is_there = covered and benefit[household] in {"dibao_urban", "tekun_central"}
            expected.append((household, person, others, {"dibao_urban", "tekun_central"} <= kinds, is_there))
    assert shared_members_of(members, households).rows() == expected
