"""Counts per rule, and books that balance whatever the nights bring (casework.md section 1)."""

from datetime import timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.domain.books import Equation, books
from pipelines.domain.memory import LastNight, Remembered, no_last_night, remember
from pipelines.domain.rule_counts import RULE_COUNTS, rule_counts
from tests.pipelines.domain.remembered_nights import (
    MONDAY,
    SWITCHED_ON,
    TUESDAY,
    after,
    assessment,
    cleared,
    found,
    monday,
)


def test_counts_per_rule() -> None:
    last = after(monday("H1/P1/CL-01", "H1/P2/CL-01", "H2/P3/FC-01"))
    tonight = pl.concat([found("H1/P1/CL-01", fingerprint="b"), found("H2/P3/CL-01", outcome="exempt")])
    scope = assessment(status={"property": "stale"}, not_queried=[("vehicle", "P3"), ("vehicle", "stranger")])
    night = remember(tonight, last, scope, TUESDAY)
    counts = rule_counts(night, scope, TUESDAY)
    assert counts.schema == RULE_COUNTS
    cars, homes = counts.to_dicts()
    expected_cars = {"flagged": 1, "exempt": 1, "undetermined": 0, "not_assessed": 0, "households_flagged": 1}
    expected_cars |= {"households_in_scope": 2, "households_assessed": 1, "households_not_assessed": 1}
    expected_cars |= {"new": 1, "persisting": 0, "changed": 1, "reopened": 0, "resolved": 1}
    assert {name: cars[name] for name in expected_cars} == expected_cars
    expected_homes = {"flagged": 0, "not_assessed": 1, "persisting": 1, "households_flagged": 0, "resolved": 0}
    expected_homes |= {"households_in_scope": 2, "households_assessed": 0, "households_not_assessed": 2}
    assert {name: homes[name] for name in expected_homes} == expected_homes
    assert (cars["as_of"], cars["feed"], homes["feed_status"]) == (TUESDAY, "vehicle", "stale")


def test_a_rule_without_findings_has_its_row() -> None:
    counts = rule_counts(monday(), assessment(), MONDAY)
    assert counts["rule_id"].to_list() == ["CL-01", "FC-01"]
    assert counts["flagged"].to_list() == [0, 0]
    assert counts["households_assessed"].to_list() == [2, 2]


def test_the_books_name_what_does_not_add_up() -> None:
    night = monday("H1/P1/CL-01")
    counts = rule_counts(night, assessment(), MONDAY)
    empty = no_last_night(found())
    equations = books(counts, night, empty, roster_households=4, out_of_scope=1)
    broken = [equation for equation in equations if not equation.holds]
    assert [equation.name for equation in broken] == ["roster households = in scope + out of scope"]
    assert broken[0].as_fact() == {
        "name": "roster households = in scope + out of scope",
        "left": 4,
        "right": 3,
        "holds": False,
        "terms": "4 = 2 + 1",
    }
    lost = Remembered(night.findings.clear(), night.resolved, night.history)
    after_loss = books(counts, lost, LastNight(night.findings, night.history), roster_households=2, out_of_scope=0)
    assert {equation.name.split(":")[0] for equation in after_loss if not equation.holds} == {"all rules", "CL-01"}


def test_an_equation_holds_when_both_sides_are_equal() -> None:
    assert Equation("a = b", 1, 1, "1 = 1").holds
    assert not Equation("a = b", 1, 2, "1 = 2").holds


KEYS = [
    f"{household}/{person}/{rule}"
    for household, person in (("H1", "P1"), ("H1", "P2"), ("H2", "P3"))
    for rule in SWITCHED_ON
]
a_night = st.fixed_dictionaries(
    {
        "keys": st.sets(st.sampled_from(KEYS)),
        "fingerprint": st.sampled_from("ab"),
        "people": st.sampled_from([{"H1": ["P1", "P2"], "H2": ["P3"]}, {"H1": ["P1"]}, {"H2": ["P3"]}]),
        "status": st.dictionaries(
            st.sampled_from(["vehicle", "property"]), st.sampled_from(["fresh", "stale", "absent"])
        ),
        "rules": st.sampled_from([SWITCHED_ON, {"CL-01": "vehicle"}]),
        "unreadable": st.lists(st.sampled_from(["H1", "H2"])),
        "cleared": st.sets(st.sampled_from(KEYS)),
    }
)


@settings(deadline=None, max_examples=40)
@given(st.lists(a_night, min_size=1, max_size=5))
def test_the_books_balance_whatever_the_nights_bring(nights: list[dict[str, Any]]) -> None:
    last = no_last_night(found())
    for day, night in enumerate(nights):
        as_of = MONDAY + timedelta(days=day)
        scope = assessment(night["people"], night["status"], rules=night["rules"], unreadable=night["unreadable"])
        fresh = [rule for rule, feed in night["rules"].items() if night["status"].get(feed, "fresh") == "fresh"]
        at_home = {(h, p) for h, persons in night["people"].items() for p in persons}
        keys = [k for k in sorted(night["keys"]) if tuple(k.split("/")[:2]) in at_home and k.split("/")[2] in fresh]
        tonight = found(*keys, fingerprint=night["fingerprint"], as_of=as_of)
        remembered = remember(tonight, last, scope, as_of, cleared(*sorted(night["cleared"])))
        counts = rule_counts(remembered, scope, as_of)
        equations = books(counts, remembered, last, roster_households=len(night["people"]), out_of_scope=0)
        assert all(equation.holds for equation in equations)
        # Nothing is lost: last night's findings are here tonight or resolved for a reason.
        raised, held = set(remembered.findings["finding_id"]), set(remembered.suppressed["finding_id"])
        assert not raised & held
        assert set(last.findings["finding_id"]) | set(keys) <= raised | held | set(remembered.resolved["finding_id"])
        # What was suppressed is still, was raised again, or is remembered.
        was_held = set(last.suppressed["finding_id"])
        assert was_held <= raised | held | set(remembered.history["finding_id"])
        assert not (raised | held) & set(remembered.history["finding_id"])
        # Only a verdict at tonight's facts, or that nobody looked, keeps a finding down.
        if night["fingerprint"] == "b":
            assert set(remembered.suppressed.filter(pl.col("outcome") == "flagged")["finding_id"]) == set()
        last = after(remembered)
