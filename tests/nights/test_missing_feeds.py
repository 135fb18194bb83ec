"""Feeds that are absent, late, stale or refused: their rules are not assessed, never read as clear; others go on."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from shutil import move, rmtree

import pytest

from tests.nights.district import DAYS, EXPECTED, NEXT, RULES, deliver
from tests.nights.driver import District, Done

FEED_OF = {rule: feed for feed, rules in RULES.items() for rule in rules}


def make_absent(inbox: Path, feed: str) -> None:
    rmtree(inbox / feed)


def make_stale(inbox: Path, feed: str) -> None:
    folder = inbox / feed / DAYS[feed].isoformat()
    move(folder, folder.with_name("2026-08-18"))


def make_refused(inbox: Path, feed: str) -> None:
    deliver(inbox, feed, b"")


def make_late(inbox: Path, feed: str) -> None:
    deliver(inbox, feed, b"", name=f"{feed}2.csv.part")


WAYS: dict[str, tuple[Callable[[Path, str], None], str, date | None, str]] = {
    "business": (make_absent, "absent", None, ""),
    "vehicle": (make_stale, "stale", date(2026, 8, 18), ""),
    "property": (make_refused, "refused", None, "property.csv: expected a header row"),
    "social_insurance": (make_late, "absent", None, "not complete: social_insurance2.csv.part"),
}


@pytest.fixture(scope="module", params=[("business", "property"), ("vehicle", "social_insurance")], ids="-".join)
def without(
    request: pytest.FixtureRequest, first_night: tuple[District, Done], tmp_path_factory: pytest.TempPathFactory
) -> tuple[tuple[str, ...], Done, Done]:
    """A second night on which two feeds are away: the feeds, the first night, the second."""
    before, first = first_night
    district = before.copied_to(tmp_path_factory.mktemp("without"))
    for feed in request.param:
        WAYS[feed][0](district.inbox, feed)
    return request.param, first, district.run(NEXT)


def test_the_feeds_are_told_with_why(without: tuple[tuple[str, ...], Done, Done]) -> None:
    away, _, done = without
    for feed in away:
        _, status, day, told = WAYS[feed]
        state = done.states[feed]
        assert (state.status, state.snapshot_date) == (status, day)
        assert told in "".join(state.messages)
    assert {one.status for name, one in done.states.items() if name in DAYS.keys() - away} == {"fresh"}


def test_its_rules_assess_no_household_and_the_others_all(without: tuple[tuple[str, ...], Done, Done]) -> None:
    away, _, done = without
    assert not done.publication.problems
    for row in done.table("rule_counts").iter_rows(named=True):
        is_away = row["feed"] in away
        assert row["households_in_scope"] == 6
        assert row["households_not_assessed"] == (6 if is_away else 0)
        assert row["households_assessed"] == (0 if is_away else 6)
        assert row["feed_status"] == (WAYS[row["feed"]][1] if is_away else "fresh")
        assert row["resolved"] == 0
        if is_away:
            assert (row["flagged"], row["exempt"], row["undetermined"]) == (0, 0, 0)
            assert row["not_assessed"] == sum(rule == row["rule_id"] for _, rule, _ in EXPECTED)


def test_its_findings_stay_as_not_assessed_and_the_others_as_they_were(
    without: tuple[tuple[str, ...], Done, Done],
) -> None:
    away, _, done = without
    wanted = {
        (household, rule, "not_assessed" if FEED_OF[rule] in away else outcome) for household, rule, outcome in EXPECTED
    }
    assert done.outcomes() == wanted
    assert set(done.changes().values()) == {"persisting"}
    assert done.table("resolved_findings").is_empty()
    nights = done.table("findings").select("rule_id", "nights_seen").iter_rows()
    assert all(seen == (1 if FEED_OF[rule] in away else 2) for rule, seen in nights)


def test_its_cases_stay_open_with_id_day_and_action(without: tuple[tuple[str, ...], Done, Done]) -> None:
    _, first, done = without
    kept = ("household_id", "case_id", "opened_on", "suggested_action", "risk")
    before, after = (set(one.table("cases").select(kept[:4]).iter_rows()) for one in (first, done))
    assert before == after
