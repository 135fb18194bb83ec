"""Thirty nights of a hidden city against an independent replay (casework.md sections 1 and 3).

Facts appear, change and vanish; deliveries are late, refused or missing; rows are quarantined; people answer, late and
against each other, and reviewers send answers back; nights are skipped, run twice, and run again for a past date.
Other cities, by their seeds: HEDUI_CITIES="1 2 3".
"""
# ruff: noqa: S311  the same city every time, no secrets

import os
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

import pytest

from tests.nights.thirty.city import MAX_AGE, City, day
from tests.nights.thirty.compare import Known, hold_against
from tests.nights.thirty.files import write
from tests.nights.thirty.people import People
from tests.nights.thirty.replay import Outcome, night
from tests.nights.thirty.staging import Stage, staged

CITIES = [(4, 30, False)]
"""City, nights, whether canaries go along."""
MORE = [(int(one), 30, int(one) % 2 == 0) for one in os.environ.get("HEDUI_CITIES", "").split()]


class Year:
    """The nights of one city so far."""

    def __init__(self, seed: int, stage: Stage) -> None:
        self.rng, self.looks = Random(seed * 1000 + 1), Random(seed * 1000 + 2)
        self.city, self.stage, self.people = City(seed), stage, People(self.rng)
        self.known = Known(events=self.people.events)
        self.landed: dict[str, set[date]] = {feed: set() for feed in MAX_AGE}
        self.published: dict[date, Outcome] = {}
        self.written = 0
        self.seen: Counter[str] = Counter()

    def run(self, as_of: date, today: date) -> bytes | None:
        """Run a night with what lies in the inbox today, and hold it against the replay."""
        inbox = self.city.arrived(today)
        earlier = [day for day in self.published if day < as_of]
        before = self.published[max(earlier)] if earlier else None
        expected = night(as_of, inbox, before, self.people.said, self.landed, self.people.sent)
        if expected is None:
            return None
        told = self.stage.run(as_of)
        hold_against(expected, told, self.known, before)
        self.published[as_of] = expected
        self._count(expected)
        return repr(told.bytes()).encode()

    def deliver(self, today: date) -> None:
        """Put into the inbox what has come by today."""
        come = sorted(self.city.arrived(today), key=lambda one: one.arrives)
        for delivery in come[self.written :]:
            write(delivery, self.stage.inbox, self.looks)
        self.written = len(come)

    def _count(self, told: Outcome) -> None:
        self.seen.update(one.change for one in told.raised.values())
        self.seen.update(one.outcome for one in told.raised.values())
        self.seen.update(told.resolved.values())
        self.seen["suppressed"] += len(told.suppressed)
        self.seen["suppressed, not assessed"] += sum(one.outcome == "not_assessed" for one in told.suppressed.values())
        self.seen.update(state for state, _, _ in told.states.values())
        self.seen["not queried"] += any(0 < number < told.in_scope for number in told.not_assessed.values())


@pytest.mark.parametrize(("seed", "nights", "has_canaries"), MORE or CITIES)
def test_thirty_nights(seed: int, nights: int, has_canaries: bool, tmp_path: Path, repository: Path) -> None:
    with staged(tmp_path, repository, has_canaries=has_canaries) as stage:
        year = Year(seed, stage)
        for place in range(nights):
            today = day(place)
            year.deliver(today)
            if place and year.rng.random() < 0.1:
                year.seen["skipped"] += 1
                continue
            done = year.run(today, today)
            if done is None:
                continue
            year.people.work(stage, year.published[today], year.known, place)
            if year.rng.random() < 0.07:
                year.seen["run twice"] += 1
                assert year.run(today, today) == done
            if place > 4 and year.rng.random() < 0.1:
                year.seen["run again"] += 1
                year.run(year.rng.choice(sorted(year.published)[:-1]), today)
    if not MORE:
        assert_everything_happened(year)


def assert_everything_happened(year: Year) -> None:
    """A city in which nothing happens proves nothing."""
    happened = {"new", "persisting", "changed", "reopened", "not_assessed", "exempt", "undetermined", "cleared"}
    happened |= {"待下发", "待核查", "已反馈", "退回", "归档"}
    happened |= {"no_longer_found", "household_left", "suppressed", "suppressed, not assessed", "not queried"}
    assert {name for name in happened if not year.seen[name]} == set()
