"""Memory: what a clearing verdict keeps down, and what raises it again (casework.md section 1)."""

import pytest

from pipelines.domain.memory import MEMORY, SUPPRESSION, no_last_night, remember
from tests.pipelines.domain.remembered_nights import (
    FINDINGS,
    MONDAY,
    SWITCHED_ON,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    after,
    assessment,
    changes,
    cleared,
    found,
    ids,
    monday,
    reasons,
)


def test_what_is_cleared_is_resolved_once_and_suppressed_from_then_on() -> None:
    tuesday = remember(
        found("H1/P1/CL-01", "H2/P3/CL-01"),
        after(monday("H1/P1/CL-01", "H2/P3/CL-01")),
        assessment(),
        TUESDAY,
        cleared("H1/P1/CL-01"),
    )
    assert (ids(tuesday.findings), ids(tuesday.suppressed)) == (["H2/P3/CL-01"], ["H1/P1/CL-01"])
    assert reasons(tuesday) == {"H1/P1/CL-01": "cleared"}
    assert tuesday.suppressed.schema == {**FINDINGS, **MEMORY, **SUPPRESSION}
    (row,) = tuesday.suppressed.to_dicts()
    assert (row["conclusion"], row["decided_on"], row["event_id"]) == ("属实-可豁免", MONDAY, "e H1/P1/CL-01")
    assert (row["change"], row["first_seen"], row["nights_seen"]) == ("persisting", MONDAY, 2)
    assert tuesday.history.is_empty()
    wednesday = remember(
        found("H1/P1/CL-01", outcome="undetermined"), after(tuesday), assessment(), WEDNESDAY, cleared("H1/P1/CL-01")
    )
    assert wednesday.suppressed["outcome"].to_list() == ["undetermined"]
    assert wednesday.suppressed["nights_seen"].to_list() == [3]
    assert reasons(wednesday) == {"H2/P3/CL-01": "no_longer_found"}


@pytest.mark.parametrize("tonight", [{"fingerprint": "b"}, {}])
def test_what_was_suppressed_comes_back_as_reopened_with_its_first_day(tonight: dict[str, str]) -> None:
    """The facts have changed, or the verdict holds no longer."""
    verdicts = cleared("H1/P1/CL-01")
    tuesday = remember(found("H1/P1/CL-01"), after(monday("H1/P1/CL-01")), assessment(), TUESDAY, verdicts)
    held = verdicts if tonight else None
    wednesday = remember(found("H1/P1/CL-01", **tonight), after(tuesday), assessment(), WEDNESDAY, held)
    (row,) = wednesday.findings.to_dicts()
    assert (row["change"], row["first_seen"], row["nights_seen"]) == ("reopened", MONDAY, 3)
    assert wednesday.suppressed.is_empty()
    assert wednesday.resolved.is_empty()
    thursday = remember(found("H1/P1/CL-01", **tonight), after(wednesday), assessment(), THURSDAY, held)
    assert changes(thursday) == {"H1/P1/CL-01": "persisting"}


def test_a_cleared_finding_that_appears_for_the_first_time_is_never_raised() -> None:
    tonight = found("H1/P1/CL-01")
    night = remember(tonight, no_last_night(tonight), assessment(), MONDAY, cleared("H1/P1/CL-01"))
    assert (ids(night.findings), ids(night.suppressed), ids(night.resolved)) == ([], ["H1/P1/CL-01"], [])
    assert (night.suppressed["change"].item(), night.suppressed["nights_seen"].item()) == ("new", 1)


def test_a_suppressed_finding_that_is_gone_leaves_and_is_remembered() -> None:
    verdicts = cleared("H1/P1/CL-01")
    tuesday = remember(found("H1/P1/CL-01"), after(monday("H1/P1/CL-01")), assessment(), TUESDAY, verdicts)
    wednesday = remember(found(), after(tuesday), assessment(), WEDNESDAY, verdicts)
    assert wednesday.suppressed.is_empty()
    assert wednesday.resolved.is_empty()  # it was not raised last night
    assert wednesday.history.rows() == [("H1/P1/CL-01", WEDNESDAY, MONDAY, 2)]
    thursday = remember(found("H1/P1/CL-01"), after(wednesday), assessment(), THURSDAY)
    (row,) = thursday.findings.to_dicts()
    assert (row["change"], row["first_seen"], row["nights_seen"]) == ("reopened", MONDAY, 3)


def test_a_suppressed_finding_stays_while_nobody_looks_whatever_became_of_the_verdict() -> None:
    stale = assessment(status={"vehicle": "stale"})
    tuesday = remember(
        found("H1/P1/CL-01"), after(monday("H1/P1/CL-01")), assessment(), TUESDAY, cleared("H1/P1/CL-01")
    )
    wednesday = remember(found(), after(tuesday), stale, WEDNESDAY)
    (row,) = wednesday.suppressed.to_dicts()
    assert (row["outcome"], row["assessed_outcome"], row["nights_seen"]) == ("not_assessed", "flagged", 2)
    assert row["event_id"] == "e H1/P1/CL-01"
    assert wednesday.findings.is_empty()
    thursday = remember(found("H1/P1/CL-01"), after(wednesday), assessment(), THURSDAY)
    assert changes(thursday) == {"H1/P1/CL-01": "reopened"}


def test_what_is_cleared_while_nobody_looks_is_not_raised_either() -> None:
    stale = assessment(status={"vehicle": "stale"})
    night = remember(found(), after(monday("H1/P1/CL-01")), stale, TUESDAY, cleared("H1/P1/CL-01"))
    assert (ids(night.findings), ids(night.suppressed)) == ([], ["H1/P1/CL-01"])
    assert night.suppressed["outcome"].item() == "not_assessed"
    assert reasons(night) == {"H1/P1/CL-01": "cleared"}


def test_a_verdict_on_other_facts_clears_nothing() -> None:
    night = remember(
        found("H1/P1/CL-01"),
        after(monday("H1/P1/CL-01")),
        assessment(),
        TUESDAY,
        cleared("H1/P1/CL-01", fingerprint="b"),
    )
    assert changes(night) == {"H1/P1/CL-01": "persisting"}


def test_a_suppressed_finding_keeps_an_estimate_of_its_household_in_doubt_while_it_is_not_assessed() -> None:
    rules = {**SWITCHED_ON, "TK-02": "roster"}
    scope = {"rules": rules, "after_income": frozenset({"TK-02"})}
    tuesday = remember(
        found("H1/P1/CL-01", "H1/P2/TK-02"),
        after(monday("H1/P1/CL-01", "H1/P2/TK-02")),
        assessment(status={"roster": "fresh"}, **scope),
        TUESDAY,
        cleared("H1/P1/CL-01"),
    )
    late = assessment(status={"vehicle": "stale", "roster": "fresh"}, **scope)
    wednesday = remember(found(), after(tuesday), late, WEDNESDAY)
    assert (ids(wednesday.findings), ids(wednesday.suppressed)) == (["H1/P2/TK-02"], ["H1/P1/CL-01"])
