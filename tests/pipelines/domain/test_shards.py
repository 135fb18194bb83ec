"""Judging a night shard by shard gives what judging the whole gives, whatever the number of shards."""

from dataclasses import replace
from functools import cache

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.domain.context import NightContext
from pipelines.domain.findings import no_findings, ordered
from pipelines.domain.judge import judge_after_income, judge_feed
from pipelines.domain.rulebook import rulebook, rulebook_of
from pipelines.domain.shards import cut, judged_in_shards, judged_whole, shard, shard_of
from tests.pipelines.domain.drawn_night import draw_night, policy_with_everything


@cache
def night(seed: int) -> NightContext:
    """A drawn night on which some people were not asked about."""
    drawn = draw_night(seed, policy_with_everything(), families=100)
    unasked = drawn.members.select("id_number").unique(maintain_order=True).gather_every(3)
    return replace(drawn, not_queried=dict.fromkeys(("disability", "payments", "students"), unasked))


@pytest.mark.parametrize(("seed", "shards"), [(1, 2), (2, 3)])
def test_the_shards_together_find_what_the_whole_finds(seed, shards):
    whole, book = night(seed), judged_in_shards(rulebook())
    parts = cut(whole, shards)
    for feed in book.feeds_with_rules():
        found = ordered(judge_feed(feed, part, b"s", book) for part in parts)
        assert_frame_equal(found, judge_feed(feed, whole, b"s", book))
    after = ordered(judge_after_income(part, b"s", book) for part in parts)
    assert_frame_equal(after, judge_after_income(whole, b"s", book))
    assert after.height


def test_rules_in_shards_and_the_others_together_find_what_all_find():
    whole, book = night(1), rulebook()
    assert set(judged_whole(book)) == {"ZF-03", "ZJ-02"}
    for feed in ("other_rosters", "payments", "vehicle"):
        two = (judge_feed(feed, whole, b"s", one) for one in (judged_in_shards(book), judged_whole(book)))
        assert_frame_equal(ordered(two), judge_feed(feed, whole, b"s"))
    assert whole.matched["payments"].height


def test_more_shards_than_households_leave_empty_ones():
    few = night(1).households.head(2).select("household_id")
    whole = replace(
        night(1),
        **{
            name: getattr(night(1), name).join(few, on="household_id", how="semi")
            for name in ("households", "members", "roster", "shared")
        },
        matched={},
        looked_up={},
        not_queried={},
        reckoned=None,
    )
    parts = cut(whole, 50)
    assert sum(one.households.height for one in parts) == 2
    assert ordered([no_findings(), *(judge_feed("roster", one, b"s") for one in parts)]).equals(
        judge_feed("roster", whole, b"s")
    )


def test_tables_in_a_file_are_cut_as_those_in_memory():
    whole = night(1)
    tables = ("members", "roster", "shared")
    scanned = replace(whole, **{name: getattr(whole, name).lazy() for name in tables})
    for part, same in zip(cut(whole, 3), cut(scanned, 3), strict=True):
        for name in (*tables, "households"):
            assert_frame_equal(getattr(part, name), getattr(same, name))
    for name in tables:
        assert_frame_equal(getattr(scanned.in_memory(), name), getattr(whole, name))


def test_a_shard_keeps_the_order_of_its_rows():
    part = shard(night(1), 1, 3)
    rows = part.matched["vehicle"]
    assert rows.equals(rows.sort("household_id", "id_number", "delivery_order"))
    assert set(rows.get_column("household_id")) <= set(part.households.get_column("household_id"))


def test_one_shard_is_the_night_itself():
    assert cut(night(1), 1) == [night(1)]
    assert shard(night(1), 0, 1) is night(1)


@pytest.mark.parametrize(("place", "shards"), [(0, 0), (-1, 2), (2, 2)])
def test_there_is_no_such_shard(place, shards):
    with pytest.raises(ValueError, match=r"shards?: expected"):
        shard(night(1), place, shards)
    with pytest.raises(ValueError, match="expected at least 1"):
        shard_of(pl.col("household_id"), 0)


def test_a_household_has_one_shard_wherever_it_stands():
    ids = pl.DataFrame({"household_id": ["H1", "H2", "H1", ""]})
    first = ids.select(shard_of(pl.col("household_id"), 7)).to_series()
    assert first.equals(ids.reverse().select(shard_of(pl.col("household_id"), 7)).to_series().reverse())
    assert first[0] == first[2]
    assert set(first) <= set(range(7))


def test_a_rule_of_a_region_is_judged_over_the_whole():
    book = rulebook()
    own = replace(book["CL-01"], rule_id="XX-01")
    both = rulebook_of([*book.values(), own])
    assert "XX-01" in judged_whole(both)
    assert "XX-01" not in judged_in_shards(both)
    assert "CL-01" in judged_in_shards(both)
