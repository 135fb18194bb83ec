"""One night under two policies, compared: literal findings and cases."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.cases import CASES
from pipelines.domain.findings import FINDINGS
from pipelines.domain.rehearsal import CHANGED, MOVED, Judged, compare
from pipelines.domain.rehearsal_groups import moves, standing_of

AS_OF = date(2026, 9, 22)
OUTCOMES = ("flagged", "undetermined", "exempt", "not_assessed", None)


def finding(finding_id: str, outcome: str = "flagged", **more: Any) -> dict[str, Any]:
    row = {
        "finding_id": finding_id,
        "household_id": "H1",
        "id_number": "P1",
        "rule_id": "CL-01",
        "record_key": finding_id,
        "outcome": outcome,
        "action": "CANCEL_PRINCIPLE",
        "statement": "某某名下有汽车。",
        "fingerprint": "f",
    }
    return {name: (row | more).get(name) for name in FINDINGS.names()}


def case(household: str, **more: Any) -> dict[str, Any]:
    row = {"household_id": household, "suggested_action": "VERIFY", "risk": "yellow", "head_id_number": "P1"}
    return {name: (row | more).get(name) for name in CASES.names()}


def side(findings: list[dict[str, Any]], cases: list[dict[str, Any]] | None = None) -> Judged:
    return Judged(pl.DataFrame(findings, schema=FINDINGS), pl.DataFrame(cases or [], schema=CASES))


def test_nothing_changes_where_nothing_differs() -> None:
    same = side([finding("a"), finding("b", "exempt")], [case("H1")])
    told = compare(same, same, AS_OF)
    assert (told.entering.height, told.leaving.height, told.changes.height) == (0, 0, 0)
    assert told.visits.rows() == [("H1", True, True)]


def test_two_empty_sides_compare() -> None:
    told = compare(side([]), side([]), AS_OF)
    assert (told.entering.schema, told.leaving.schema, told.changes.schema) == (MOVED, MOVED, CHANGED)


def test_a_finding_enters_from_nothing_and_leaves_to_nothing() -> None:
    told = compare(side([finding("a")]), side([finding("b")]), AS_OF)
    assert told.entering.select("finding_id", "outcome_before", "outcome_after").rows() == [("b", None, "flagged")]
    assert told.leaving.select("finding_id", "outcome_before", "outcome_after").rows() == [("a", "flagged", None)]
    # One of the household's findings goes, another one comes: the household stays on the list.
    assert told.entering["household_moves"].to_list() == [False]
    assert told.leaving["household_moves"].to_list() == [False]
    assert told.changes.is_empty()


@pytest.mark.parametrize("other", ["undetermined", "exempt", "not_assessed"])
def test_only_flagged_findings_are_on_the_list(other: str) -> None:
    told = compare(side([finding("a", other)]), side([finding("a")]), AS_OF)
    assert told.entering.select("outcome_before", "outcome_after").rows() == [(other, "flagged")]
    back = compare(side([finding("a")]), side([finding("a", other)]), AS_OF)
    assert back.leaving.select("outcome_before", "outcome_after").rows() == [("flagged", other)]
    assert told.entering["household_moves"].to_list() == back.leaving["household_moves"].to_list() == [True]


def test_the_side_that_flags_tells_the_finding() -> None:
    spared = finding("a", "exempt", statement="可豁免。", name="甲")
    told = compare(side([finding("a", name="乙")]), side([spared]), AS_OF)
    assert told.leaving.select("statement", "name").rows() == [("某某名下有汽车。", "乙")]
    told = compare(side([spared]), side([finding("a", name=None)]), AS_OF)
    # Also a value that the other side has and this one has not.
    assert told.entering.select("statement", "name").rows() == [("某某名下有汽车。", None)]


def test_changes_of_findings_that_neither_enter_nor_leave() -> None:
    before = side([finding("a"), finding("b", "undetermined"), finding("c", "exempt"), finding("d", "exempt")])
    after = side([finding("a", action="LEAD"), finding("c", "undetermined", action="VERIFY"), finding("d", "exempt")])
    told = compare(before, after, AS_OF).changes.select("record_key", "aspect", "before", "after").rows()
    assert told == [
        ("a", "action", "CANCEL_PRINCIPLE", "LEAD"),
        ("b", "outcome", "undetermined", None),
        ("c", "action", "CANCEL_PRINCIPLE", "VERIFY"),
        ("c", "outcome", "exempt", "undetermined"),
    ]


def test_changes_of_cases() -> None:
    grace = {"grace_branch": "A", "grace_from": date(2026, 10, 1), "grace_to": date(2027, 3, 31)}
    before = side([], [case("H1", projection="grace_a", **grace), case("H2"), case("H3", risk="grey")])
    after = side([], [case("H1", projection="over", risk="orange"), case("H3", risk="red"), case("H4")])
    told = compare(before, after, AS_OF)
    assert told.changes.select("household_id", "aspect", "before", "after").rows() == [
        ("H1", "grace", "A 2026-10-01/2027-03-31", None),
        ("H1", "projection", "grace_a", "over"),
        ("H1", "risk", "yellow", "orange"),
        ("H2", "case", "open", None),
        ("H3", "risk", "grey", "red"),
        ("H4", "case", None, "open"),
    ]
    # A case of nothing but leads is not sent out: nobody is visited for H3 before.
    assert told.visits.rows() == [("H1", True, True), ("H2", True, False), ("H3", False, True), ("H4", False, True)]


@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(OUTCOMES), st.sampled_from(OUTCOMES)), max_size=12))
def test_the_lists_add_up(drawn: list[tuple[str, str | None, str | None]]) -> None:
    sides: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for place, (household, *outcomes) in enumerate(drawn):
        for found, outcome in zip(sides, outcomes, strict=True):
            if outcome is not None:
                found.append(finding(str(place), outcome, household_id=household))
    before, after = map(side, sides)
    told = compare(before, after, AS_OF)
    flagged = [set(one.findings.filter(pl.col("outcome") == "flagged")["finding_id"]) for one in (before, after)]
    assert set(told.entering["finding_id"]) == flagged[1] - flagged[0]
    assert set(told.leaving["finding_id"]) == flagged[0] - flagged[1]
    for count in (moves(told.findings), moves(standing_of(told.findings, "household_id"))):
        assert count.after == count.before + count.entering - count.leaving
    entering = told.entering.filter("household_moves")["household_id"].n_unique()
    assert entering == moves(standing_of(told.findings, "household_id")).entering
