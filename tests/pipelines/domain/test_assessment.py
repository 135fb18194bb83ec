"""Assessment: a household is clear for a rule only where the rule looked and said nothing."""

from datetime import date

import polars as pl

from pipelines.domain.assessment import NOT_QUERIED, RULES, Assessment

DAY = date(2026, 9, 22)


def assessment(*not_queried: tuple[str, str], **status: str) -> Assessment:
    """Three households of one person each; a rule on vehicles and one on homes."""
    rules = [("CL-01", "1", "vehicle", status.get("vehicle", "fresh"), DAY), ("FC-01", "1", "property", "fresh", DAY)]
    people = {"household_id": ["H1", "H2", "H3"], "id_number": ["P1", "P2", "P3"]}
    return Assessment(
        households=pl.DataFrame({"household_id": people["household_id"]}),
        members=pl.DataFrame(people),
        rules=pl.DataFrame(rules, schema=RULES, orient="row"),
        not_queried=pl.DataFrame(not_queried, schema=NOT_QUERIED, orient="row"),
        unreadable_households=pl.Series("household_id", [], dtype=pl.String),
    )


def said(*pairs: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema={"rule_id": pl.String, "household_id": pl.String}, orient="row")


def clear(scope: Assessment, findings: pl.DataFrame) -> dict[str, int]:
    return dict(scope.clear_households(findings).iter_rows())


def test_whoever_nothing_is_said_of_is_clear() -> None:
    assert clear(assessment(), said()) == {"CL-01": 3, "FC-01": 3}
    twice = said(("CL-01", "H1"), ("CL-01", "H1"), ("CL-01", "H2"))
    assert clear(assessment(), twice) == {"CL-01": 1, "FC-01": 3}


def test_nobody_is_clear_of_a_feed_that_is_away() -> None:
    assert clear(assessment(vehicle="stale"), said(("CL-01", "H1"))) == {"CL-01": 0, "FC-01": 3}


def test_who_was_not_asked_about_is_not_clear_and_is_taken_off_once() -> None:
    scope = assessment(("vehicle", "P1"))
    assert clear(scope, said()) == {"CL-01": 2, "FC-01": 3}
    assert clear(scope, said(("CL-01", "H1"))) == {"CL-01": 2, "FC-01": 3}
    assert clear(scope, said(("CL-01", "H2"))) == {"CL-01": 1, "FC-01": 3}


def test_a_household_that_left_the_scope_takes_nobody_away() -> None:
    assert clear(assessment(), said(("CL-01", "H9"))) == {"CL-01": 3, "FC-01": 3}
