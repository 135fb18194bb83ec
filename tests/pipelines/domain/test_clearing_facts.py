"""No rule ships a clearing fact that does not clear: every change of every rule is made and judged again.

The facts are drawn (`drawn_night`), so that the changes meet every state that a record may be in.
"""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import polars as pl
import pytest

from pipelines.domain.context import NightContext
from pipelines.domain.rulebook import rulebook
from tests.pipelines.domain.changed_facts import changed, judged, offered, on_each_day, still_open
from tests.pipelines.domain.drawn_night import draw_night, policy_with_everything

NIGHTS = {
    "everything set": lambda: draw_night(1, policy_with_everything()),
    "parameters unset": lambda: draw_night(2, policy_with_everything(is_unset=True), families=250),
    "no declared income": lambda: draw_night(3, policy_with_everything(), families=250, has_declared_income=False),
}
night_of_kind = cache(lambda kind: NIGHTS[kind]())


@pytest.fixture(scope="module", params=NIGHTS)
def drawn(request: pytest.FixtureRequest) -> NightContext:
    return night_of_kind(request.param)


@pytest.fixture(scope="module")
def everything_set() -> NightContext:
    return night_of_kind("everything set")


@pytest.mark.parametrize("rule_id", rulebook())
def test_what_clears_a_finding_clears_it_and_no_less_does(drawn, rule_id):
    rule = rulebook()[rule_id]
    for at, change in enumerate(rule.judge(drawn).changes):
        hits = offered(rule, change, drawn)
        assert hits.get_column("told").is_not_null().all(), f"{rule_id}, change {at}: is told nothing"
        if change.on is not None:
            for day, those in on_each_day(rule, at, hits, drawn).items():
                before = replace(drawn, as_of=day - timedelta(days=1))
                assert still_open(rule, replace(drawn, as_of=day), those).is_empty(), f"{rule_id}: fires on {day}"
                assert still_open(rule, before, those).height == those.height, f"{rule_id}: cleared before {day}"
            continue
        again = still_open(*changed(rule, at, hits, drawn), hits)
        assert again.is_empty(), f"{rule_id}, change {at}: {again.height} of {hits.height} are not cleared by it"
        for field, new in change.sets.items():
            if new.nearer is not None:
                shows = hits.select(pl.col("told").str.contains(new.shown, literal=True)).to_series()
                assert shows.all(), f"{rule_id}, change {at}: does not tell the value of {field}"
                nearer = still_open(*changed(rule, at, hits, drawn, nearer=field), hits)
                assert nearer.height == hits.height, (
                    f"{rule_id}, change {at}: one step less of {field} clears {hits.height - nearer.height} "
                    f"of {hits.height} as well, so it is not the smallest"
                )


@pytest.mark.parametrize("rule_id", rulebook())
def test_every_open_finding_says_what_would_clear_it(drawn, rule_id):
    rule = rulebook()[rule_id]
    verdict = rule.judge(drawn)
    hits = judged(rule, drawn).filter(pl.col("outcome") != "exempt")
    facts = hits.select(pl.any_horizontal(change.words().is_not_null() for change in verdict.changes)).to_series()
    assert facts.all(), f"{rule_id}: {(~facts).sum()} of {hits.height} open findings have no fact that clears them"


@pytest.mark.parametrize("rule_id", rulebook())
def test_every_change_of_a_rule_is_tried(everything_set, rule_id):
    """A change that no drawn night offers proves nothing: draw its case (`drawn_night.POOLS`)."""
    rule, night = rulebook()[rule_id], everything_set
    verdict = rule.judge(night)
    changes = verdict.changes
    assert changes
    tried = {at for at, change in enumerate(changes) if offered(rule, change, night).height}
    assert tried == set(range(len(changes)))
