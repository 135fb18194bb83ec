"""Memory, counts and books: nights that follow one another (casework.md section 1)."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.domain.assessment import NEEDED, NOT_QUERIED, RULES, Assessment
from pipelines.domain.books import Equation, books
from pipelines.domain.memory import MEMORY, SUPPRESSION, LastNight, Remembered, no_last_night, remember
from pipelines.domain.rule_counts import RULE_COUNTS, rule_counts
from pipelines.domain.suppression import CLEARANCES

MONDAY = date(2026, 9, 21)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
_FINDINGS = {
    "as_of": pl.Date,
    "household_id": pl.String,
    "id_number": pl.String,
    "rule_id": pl.String,
    "outcome": pl.String,
    "record_key": pl.String,
    "finding_id": pl.String,
    "fingerprint": pl.String,
    "snapshot_date": pl.Date,
}
SWITCHED_ON = {"CL-01": "vehicle", "FC-01": "property"}


def found(*keys: str, fingerprint: str = "a", outcome: str = "flagged", as_of: date = MONDAY) -> pl.DataFrame:
    """Findings by short keys: `H1/P1/CL-01`."""
    return pl.DataFrame(
        [
            {
                "as_of": as_of,
                **dict(zip(("household_id", "id_number", "rule_id"), key.split("/"), strict=True)),
                "outcome": outcome,
                "record_key": "r",
                "finding_id": key,
                "fingerprint": fingerprint,
                "snapshot_date": as_of,
            }
            for key in keys
        ],
        schema=_FINDINGS,
    )


def assessment(
    people: dict[str, list[str]] | None = None,
    status: dict[str, str] | None = None,
    *,
    rules: dict[str, str] | None = None,
    not_queried: list[tuple[str, str]] | None = None,
    unreadable: list[str] | None = None,
    after_income: frozenset[str] = frozenset(),
    needed: list[tuple[str, str]] | None = None,
) -> Assessment:
    people = {"H1": ["P1", "P2"], "H2": ["P3"]} if people is None else people
    statuses = {"vehicle": "fresh", "property": "fresh", **(status or {})}
    on = SWITCHED_ON if rules is None else rules
    return Assessment(
        households=pl.DataFrame({"household_id": list(people)}, schema={"household_id": pl.String}),
        members=pl.DataFrame(
            [(household, person) for household, persons in people.items() for person in persons],
            schema={"household_id": pl.String, "id_number": pl.String},
            orient="row",
        ),
        rules=pl.DataFrame(
            [(rule, "1", feed, statuses[feed], MONDAY) for rule, feed in on.items()], schema=RULES, orient="row"
        ),
        not_queried=pl.DataFrame(not_queried or [], schema=NOT_QUERIED, orient="row"),
        unreadable_households=pl.Series("household_id", unreadable or [], dtype=pl.String),
        after_income=after_income,
        needed=pl.DataFrame(needed or [], schema=NEEDED, orient="row"),
    )


def after(night: Remembered) -> LastNight:
    return LastNight(night.findings, night.history, night.suppressed)


def monday(*keys: str, **more: Any) -> Remembered:
    tonight = found(*keys, **more)
    return remember(tonight, no_last_night(tonight), assessment(), MONDAY)


def changes(night: Remembered) -> dict[str, str]:
    return dict(night.findings.select("finding_id", "change").iter_rows())


def reasons(night: Remembered) -> dict[str, str]:
    return dict(night.resolved.select("finding_id", "resolved_reason").iter_rows())


def test_on_the_first_night_everything_is_new() -> None:
    night = monday("H2/P3/FC-01", "H1/P1/CL-01")
    assert changes(night) == {"H1/P1/CL-01": "new", "H2/P3/FC-01": "new"}
    assert night.findings["first_seen"].to_list() == [MONDAY, MONDAY]
    assert night.findings["nights_seen"].to_list() == [1, 1]
    assert night.findings["household_id"].is_sorted()
    assert night.resolved.is_empty()
    assert night.history.is_empty()
    assert night.findings.schema == {**_FINDINGS, **MEMORY}


def test_a_first_night_without_findings() -> None:
    night = monday()
    assert night.findings.is_empty()
    assert night.findings.schema == {**_FINDINGS, **MEMORY}


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


def cleared(*keys: str, fingerprint: str = "a") -> pl.DataFrame:
    """Clearing verdicts that hold."""
    return pl.DataFrame(
        [(key, fingerprint, "属实-可豁免", MONDAY, date(2027, 9, 21), f"e {key}") for key in keys],
        schema=CLEARANCES,
        orient="row",
    )


def ids(frame: pl.DataFrame) -> list[str]:
    return frame["finding_id"].to_list()


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
    assert tuesday.suppressed.schema == {**_FINDINGS, **MEMORY, **SUPPRESSION}
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
