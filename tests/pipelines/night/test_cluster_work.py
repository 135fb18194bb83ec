"""What goes to a worker and comes back is what stays here: rules of every kind, without a cluster."""

import pickle
from dataclasses import replace
from functools import cache

import pytest
from polars.testing import assert_frame_equal

from pipelines.domain.context import NightContext
from pipelines.domain.findings import ordered
from pipelines.domain.judge import judge_feed
from pipelines.domain.rulebook import rulebook
from pipelines.domain.shards import cut, judged_in_shards, judged_whole
from pipelines.night.cluster.engine import _reason
from pipelines.night.cluster.versions import versions
from pipelines.night.cluster.work import (
    Judging,
    Search,
    WorkerError,
    found_in,
    judged,
    packed,
    tables_of,
    unpacked,
    with_tables,
    without_rows,
)
from tests.pipelines.domain.drawn_night import draw_night, policy_with_everything

SECRET = b"s" * 32
FEEDS = ("roster", "social_insurance", "property", "marriage", "death", "payments")
"""With rules by household and by person, over other feeds and persons looked up, and over the whole district."""


@cache
def night() -> NightContext:
    """A drawn night as the feeds are judged: nothing is reckoned yet."""
    return replace(draw_night(3, policy_with_everything(), families=40), reckoned=None)


def test_shards_judged_by_workers_and_the_rest_judged_here_find_what_the_whole_finds() -> None:
    drawn = night()
    unasked = drawn.members.select("id_number").unique(maintain_order=True).gather_every(4)
    whole = replace(drawn, not_queried=dict.fromkeys(drawn.matched, unasked))
    book, found = rulebook(), 0
    for feed in FEEDS:
        rules = tuple(one.rule_id for one in judged_in_shards(book).judged_with(feed))
        # As Spark hands it over: pickled, the tables of each shard as Arrow beside it.
        judging = pickle.loads(pickle.dumps(Judging(feed, without_rows(whole), rules, versions(), SECRET)))  # noqa: S301  our own
        parcels = [{table: packed(rows) for table, rows in tables_of(one).items()} for one in cut(whole, 2)]
        parts = [unpacked(judged(pickle.loads(pickle.dumps(one)), judging)) for one in parcels]  # noqa: S301
        together = ordered([judge_feed(feed, whole, SECRET, judged_whole(book)), *parts])
        assert_frame_equal(together, judge_feed(feed, whole, SECRET, book))
        found += together.height
    assert found > 50


def test_nothing_of_a_person_goes_along_with_the_work_itself() -> None:
    whole = night()
    parcel = pickle.dumps(Judging("vehicle", without_rows(whole), ("CL-01",), versions(), SECRET))
    told = {*whole.members.get_column("id_number"), *whole.households.get_column("household_id")}
    assert not [one for one in told if one.encode() in parcel]
    assert SECRET.decode() not in repr(Judging("vehicle", without_rows(whole), ("CL-01",), versions(), SECRET))


def test_the_tables_of_a_night_come_back_with_their_types() -> None:
    whole = night()
    tables = {table: unpacked(packed(rows)) for table, rows in tables_of(whole).items()}
    again = with_tables(without_rows(whole), tables)
    for table, rows in tables_of(whole).items():
        assert_frame_equal(tables_of(again)[table], rows)


def test_a_worker_that_joined_with_another_version_does_nothing() -> None:
    other = {**versions(), "polars": "0.1+x"}
    with pytest.raises(WorkerError, match="other versions") as failed:
        judged({}, Judging("vehicle", night(), (), other, SECRET))
    assert f"polars {versions()['polars']} instead of 0.1+x" in _reason(
        f"Job aborted: {failed.value} and more", "judged"
    )
    with pytest.raises(WorkerError, match="other versions"):
        next(found_in([], Search(("id_number",), "100MB", other), b""))
