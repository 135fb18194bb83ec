"""Memory: findings of nights that follow one another (casework.md section 1)."""

import pytest
from polars.testing import assert_frame_equal

from pipelines.domain.memory import MEMORY, LastNight, no_last_night, remember
from pipelines.domain.rule_counts import rule_counts
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
    found,
    monday,
    reasons,
)


def test_on_the_first_night_everything_is_new() -> None:
    night = monday("H2/P3/FC-01", "H1/P1/CL-01")
    assert changes(night) == {"H1/P1/CL-01": "new", "H2/P3/FC-01": "new"}
    assert night.findings["first_seen"].to_list() == [MONDAY, MONDAY]
    assert night.findings["nights_seen"].to_list() == [1, 1]
    assert night.findings["household_id"].is_sorted()
    assert night.resolved.is_empty()
    assert night.history.is_empty()
    assert night.findings.schema == {**FINDINGS, **MEMORY}


def test_a_first_night_without_findings() -> None:
    night = monday()
    assert night.findings.is_empty()
    assert night.findings.schema == {**FINDINGS, **MEMORY}


@pytest.mark.parametrize(("fingerprint", "change"), [("a", "persisting"), ("b", "changed")])
def test_the_fingerprint_tells_persisting_from_changed(fingerprint: str, change: str) -> None:
    night = remember(
        found("H1/P1/CL-01", fingerprint=fingerprint, as_of=TUESDAY),
        after(monday("H1/P1/CL-01")),
        assessment(),
        TUESDAY,
    )
    assert changes(night) == {"H1/P1/CL-01": change}
    assert night.findings["first_seen"].item() == MONDAY
    assert night.findings["nights_seen"].item() == 2


def test_exempt_findings_are_remembered_too() -> None:
    night = remember(
        found("H1/P1/CL-01", outcome="exempt", as_of=TUESDAY),
        after(monday("H1/P1/CL-01", outcome="exempt")),
        assessment(),
        TUESDAY,
    )
    assert changes(night) == {"H1/P1/CL-01": "persisting"}
    assert night.findings["assessed_outcome"].item() == "exempt"


@pytest.mark.parametrize("status", ["stale", "refused", "absent"])
def test_gone_is_not_resolved_while_nobody_looked(status: str) -> None:
    last = after(monday("H1/P1/CL-01", outcome="undetermined"))
    night = remember(found(), last, assessment(status={"vehicle": status}), TUESDAY)
    (row,) = night.findings.to_dicts()
    assert (row["outcome"], row["assessed_outcome"], row["change"]) == ("not_assessed", "undetermined", "persisting")
    assert (row["as_of"], row["snapshot_date"], row["first_seen"], row["nights_seen"]) == (TUESDAY, MONDAY, MONDAY, 1)
    assert night.resolved.is_empty()


def test_gone_is_resolved_when_its_feed_was_assessed_though_another_was_not() -> None:
    last = after(monday("H1/P1/CL-01", "H1/P1/FC-01"))
    night = remember(found(), last, assessment(status={"vehicle": "stale"}), TUESDAY)
    assert reasons(night) == {"H1/P1/FC-01": "no_longer_found"}
    assert night.resolved["resolved_on"].to_list() == [TUESDAY]
    assert changes(night) == {"H1/P1/CL-01": "persisting"}


def test_a_person_who_was_not_queried_is_not_cleared() -> None:
    last = after(monday("H1/P1/CL-01", "H1/P2/CL-01", "H1/P1/FC-01"))
    night = remember(found(), last, assessment(not_queried=[("vehicle", "P1")]), TUESDAY)
    assert changes(night) == {"H1/P1/CL-01": "persisting"}
    assert reasons(night) == {"H1/P2/CL-01": "no_longer_found", "H1/P1/FC-01": "no_longer_found"}


def test_what_looks_at_the_income_stays_while_another_finding_of_the_household_is_not_assessed() -> None:
    rules = {**SWITCHED_ON, "TK-02": "roster"}
    last = after(monday("H1/P1/CL-01", "H1/P2/TK-02", "H2/P3/TK-02", "H2/P3/FC-01"))
    scope = {"rules": rules, "after_income": frozenset({"TK-02"})}
    late = {"vehicle": "stale", "roster": "fresh"}
    tuesday = remember(found(), last, assessment(status=late, **scope), TUESDAY)
    assert tuesday.findings["outcome"].to_list() == ["not_assessed", "not_assessed"]
    assert changes(tuesday) == {"H1/P1/CL-01": "persisting", "H1/P2/TK-02": "persisting"}
    assert reasons(tuesday) == {"H2/P3/TK-02": "no_longer_found", "H2/P3/FC-01": "no_longer_found"}
    wednesday = remember(found(), after(tuesday), assessment(status={"roster": "fresh"}, **scope), WEDNESDAY)
    assert reasons(wednesday) == {"H1/P1/CL-01": "no_longer_found", "H1/P2/TK-02": "no_longer_found"}
    # Who left or which rule is switched off is known whatever else is late.
    gone = remember(found(), last, assessment({"H1": ["P1"]}, late, **scope), TUESDAY)
    assert reasons(gone)["H1/P2/TK-02"] == "member_left"
    off = remember(found(), last, assessment(status=late, after_income=frozenset({"TK-02"})), TUESDAY)
    assert reasons(off)["H1/P2/TK-02"] == "rule_switched_off"


def test_a_person_whom_a_needed_feed_was_not_asked_about_is_not_cleared() -> None:
    last = after(monday("H1/P1/CL-01", "H1/P1/FC-01", "H1/P2/FC-01"))
    scope = assessment(not_queried=[("tax", "P1")], needed=[("FC-01", "tax")])
    night = remember(found(), last, scope, TUESDAY)
    assert changes(night) == {"H1/P1/FC-01": "persisting"}
    assert reasons(night) == {"H1/P1/CL-01": "no_longer_found", "H1/P2/FC-01": "no_longer_found"}
    cars, homes = rule_counts(night, scope, TUESDAY).to_dicts()
    assert (cars["households_not_assessed"], homes["households_not_assessed"]) == (0, 1)


def test_who_left_is_resolved_even_while_the_feed_is_stale() -> None:
    last = after(monday("H1/P1/CL-01", "H1/P2/CL-01", "H2/P3/CL-01"))
    night = remember(found(), last, assessment({"H1": ["P1"]}, {"vehicle": "stale"}), TUESDAY)
    assert reasons(night) == {"H1/P2/CL-01": "member_left", "H2/P3/CL-01": "household_left"}
    assert changes(night) == {"H1/P1/CL-01": "persisting"}


def test_a_roster_row_that_could_not_be_read_proves_nothing() -> None:
    last = after(monday("H1/P1/CL-01", "H1/P2/CL-01", "H2/P3/CL-01"))
    night = remember(found(), last, assessment({"H1": ["P1"]}, unreadable=["H1", "H2"]), TUESDAY)
    assert reasons(night) == {"H1/P1/CL-01": "no_longer_found"}
    assert night.findings["outcome"].to_list() == ["not_assessed", "not_assessed"]


def test_what_is_said_of_a_household_stays_while_one_of_its_rows_cannot_be_read() -> None:
    two_dwellings = found("H1/P1/FC-01", "H2/P3/FC-01").with_columns(record_key="household_id")
    last = after(remember(two_dwellings, no_last_night(two_dwellings), assessment(), MONDAY))
    night = remember(found(), last, assessment(unreadable=["H1"]), TUESDAY)
    assert reasons(night) == {"H2/P3/FC-01": "no_longer_found"}
    assert night.findings["outcome"].to_list() == ["not_assessed"]


def test_a_rule_that_is_switched_off_resolves_its_findings() -> None:
    last = after(monday("H1/P1/CL-01", "H2/P3/FC-01"))
    night = remember(found(), last, assessment(rules={"FC-01": "property"}, unreadable=["H1"]), TUESDAY)
    assert reasons(night) == {"H1/P1/CL-01": "rule_switched_off", "H2/P3/FC-01": "no_longer_found"}


def test_what_was_resolved_and_comes_back_is_reopened_once() -> None:
    tuesday = remember(found(), after(monday("H1/P1/CL-01")), assessment(), TUESDAY)
    assert tuesday.history["finding_id"].to_list() == ["H1/P1/CL-01"]
    wednesday = remember(found("H1/P1/CL-01", as_of=WEDNESDAY), after(tuesday), assessment(), WEDNESDAY)
    assert changes(wednesday) == {"H1/P1/CL-01": "reopened"}
    assert wednesday.findings.row(0, named=True)["first_seen"] == MONDAY
    assert wednesday.findings.row(0, named=True)["nights_seen"] == 2
    assert wednesday.history.is_empty()
    thursday = remember(found("H1/P1/CL-01", as_of=THURSDAY), after(wednesday), assessment(), THURSDAY)
    assert changes(thursday) == {"H1/P1/CL-01": "persisting"}


def test_the_history_outlives_nights_without_news() -> None:
    tuesday = remember(found(), after(monday("H1/P1/CL-01")), assessment(), TUESDAY)
    wednesday = remember(found(), after(tuesday), assessment(), WEDNESDAY)
    thursday = remember(found("H1/P1/CL-01"), after(wednesday), assessment(), THURSDAY)
    assert wednesday.history["resolved_on"].to_list() == [TUESDAY]
    assert changes(thursday) == {"H1/P1/CL-01": "reopened"}


def test_what_was_carried_over_and_is_found_again_persists() -> None:
    tuesday = remember(found(), after(monday("H1/P1/CL-01")), assessment(status={"vehicle": "stale"}), TUESDAY)
    wednesday = remember(found("H1/P1/CL-01", as_of=WEDNESDAY), after(tuesday), assessment(), WEDNESDAY)
    (row,) = wednesday.findings.to_dicts()
    assert (row["change"], row["outcome"], row["nights_seen"]) == ("persisting", "flagged", 2)


def test_running_a_night_again_gives_the_same() -> None:
    last, tonight = after(monday("H1/P1/CL-01", "H2/P3/CL-01")), found("H1/P1/CL-01", "H1/P2/FC-01")
    first = remember(tonight, last, assessment(), TUESDAY)
    again = remember(tonight.reverse(), last, assessment(), TUESDAY)
    assert_frame_equal(first.findings, again.findings)
    assert_frame_equal(first.resolved, again.resolved)
    assert_frame_equal(first.history, again.history)


def test_a_finding_that_stands_twice_is_refused() -> None:
    twice = found("H1/P1/CL-01", "H1/P1/CL-01")
    with pytest.raises(ValueError, match="found 1 more rows") as error:
        remember(twice, no_last_night(twice), assessment(), MONDAY)
    assert "P1" not in str(error.value)


def test_a_night_of_an_older_version_lacks_a_column() -> None:
    last = monday("H1/P1/CL-01", "H2/P3/CL-01")
    older = LastNight(last.findings.drop("snapshot_date"), last.history)
    night = remember(found("H1/P1/CL-01"), older, assessment(status={"vehicle": "stale"}), TUESDAY)
    assert night.findings["snapshot_date"].to_list() == [MONDAY, None]
