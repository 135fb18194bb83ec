from datetime import date, timedelta
from functools import cache
from itertools import chain

import numpy as np
import polars as pl
import pytest

from connectors.contract import UNKNOWN
from pipelines.sample import district, people, plant, roster
from pipelines.sample.archetype import SUBJECTS, Archetype, Draw, Row, SampleFeed
from pipelines.sample.chance import stream
from pipelines.sample.feeds import FEEDS
from pipelines.sample.values import above_declared, at_most_declared, day, days_between, one_of, part_of_declared

AS_OF = date(2026, 9, 22)
EXPECTED = {
    ("SB-01", "flagged"),
    ("SB-01", "undetermined"),
    ("SB-01", "exempt"),
    ("SB-02", "flagged"),
    ("SB-02", "exempt"),
    ("SB-03", "flagged"),
    ("SB-03", "undetermined"),
    ("SB-03", "exempt"),
    ("SB-04", "flagged"),
    ("CL-01", "flagged"),
    ("CL-01", "undetermined"),
    ("CL-02", "flagged"),
    ("CL-02", "undetermined"),
    ("CL-03", "flagged"),
    ("CL-03", "undetermined"),
    ("FC-01", "flagged"),
    ("FC-01", "undetermined"),
    ("FC-01", "exempt"),
    ("FC-02", "flagged"),
    ("FC-02", "undetermined"),
    ("FC-03", "flagged"),
    ("GS-01", "flagged"),
    ("GS-01", "undetermined"),
    ("GS-01", "exempt"),
    ("GS-02", "flagged"),
}
"""Every outcome that rules.md section 3 knows."""


def findings_of(archetype: Archetype) -> list[tuple[str, str]]:
    return [*chain.from_iterable(row.findings for row in archetype.rows), *archetype.household_findings]


def subjects(count: int, **columns: object) -> pl.DataFrame:
    """Persons with numbers of their own; other columns as given, the same for each."""
    own = {
        "household_id": [f"H{at}" for at in range(count)],
        "head_id_number": [f"P{at}" for at in range(count)],
        "id_number_0": [f"P{at}" for at in range(count)],
        "id_number_1": [f"Q{at}" for at in range(count)],
    }
    same = {
        "name_0": "王伟",
        "name_1": "李芳",
        "declared": 30_000,
        "kind": "common",
        "is_adult": True,
        "is_elder": True,
    }
    return (
        pl.DataFrame(own).with_columns(**{k: pl.lit(v) for k, v in (same | columns).items()}).select(SUBJECTS.names())
    )


@cache
def planted(feed: SampleFeed, persons: int = district.RECIPIENTS) -> tuple[plant.Deal, pl.DataFrame, pl.DataFrame]:
    rng = stream(5, feed.feed)
    rows = roster.roster_rows(rng, people.members(rng, district.households(rng, persons), AS_OF), AS_OF)
    dealt = plant.deal(rng, feed, roster.households(rng, rows) if feed.per_household else roster.persons(rows))
    return dealt, *plant.rows_of(rng, feed, dealt, AS_OF)


def test_every_outcome_of_every_rule_is_planted():
    assert {finding for feed in FEEDS for one in feed.archetypes for finding in findings_of(one)} == EXPECTED


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.feed)
def test_archetypes_speak_the_words_of_the_contract(feed, contracts):
    contract = contracts[feed.feed]
    given = set(feed.ordinary) | {"id_number", "name"}
    assert {name for name, field in contract.by_name.items() if field.is_required} <= given <= set(contract.by_name)
    assert len({one.name for one in feed.archetypes}) == len(feed.archetypes)
    people_of = subjects(40)
    serials = np.arange(40, dtype=np.int64)
    for archetype in feed.archetypes:
        rows, _ = plant.rows_of(stream(1), feed, [(archetype, people_of, serials)], AS_OF)
        for name, field in ((name, contract.by_name[name]) for name in given):
            if field.kind == "code":
                assert set(rows[name].drop_nulls()) <= {*field.codes, UNKNOWN}, (archetype.name, name)
            if field.kind in {"date", "month"}:
                assert rows[name].dtype in (pl.Date, pl.Null)
            if field.kind == "money":
                assert rows[name].dtype in (pl.Int64, pl.Null)


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.feed)
def test_a_district_has_every_archetype(feed):
    dealt, rows, truth = planted(feed)
    assert {one.name for one, _, _ in dealt} == {one.name for one in feed.archetypes}
    assert truth.height == sum(len(findings_of(one)) * who.height for one, who, _ in dealt)
    assert truth.select("household_id", "id_number", "rule_id", "record_key").is_unique().all()
    assert rows.height == sum(len(one.rows) * who.height for one, who, _ in dealt)


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.feed)
def test_natural_keys_are_unique_among_all_rows(feed, contracts):
    _, rows, _ = planted(feed)
    others, _ = plant.rows_of(stream(2), feed, plant.outsiders(stream(3), feed, 0, 20_000, AS_OF), AS_OF)
    together = pl.concat([rows, others], how="vertical_relaxed")
    key, *fallback = contracts[feed.feed].keys
    complete = together.drop_nulls(key[0])
    assert complete.select(key).is_unique().all()
    for other in fallback:
        assert together.filter(pl.col(key[0]).is_null()).select(other).is_unique().all()


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.feed)
def test_outsiders_are_never_on_the_roster(feed):
    _, rows, _ = planted(feed, 500)
    others, _ = plant.rows_of(stream(2), feed, plant.outsiders(stream(3), feed, 0, 5_000, AS_OF), AS_OF)
    assert 4_800 < others.height < 5_200
    assert not set(rows["id_number"]) & set(others["id_number"])


def test_a_subject_has_one_archetype_at_most():
    for feed in FEEDS:
        dealt, _, _ = planted(feed, 900)
        taken = np.concatenate([at for _, _, at in dealt])
        assert len(np.unique(taken)) == len(taken)


def test_stopped_people_have_no_truth():
    for feed in FEEDS:
        stopped = [one for one in feed.archetypes if one.who == "stopped"]
        assert stopped
        assert not any(findings_of(one) for one in stopped)


def draw(declared: int | None, count: int = 500) -> Draw:
    return Draw(stream(4), subjects(count, declared=declared), np.arange(count), AS_OF)


@pytest.mark.parametrize("declared", [None, 0, 1, 12_345])
def test_amounts_about_the_declared_income(declared):
    base = declared or 0
    above, within = above_declared(1, 500)(draw(declared)), at_most_declared()(draw(declared))
    assert above.min() > base
    assert within.max() <= base
    assert within.min() >= 0
    half, more = part_of_declared(1, 2, 0)(draw(declared)), part_of_declared(1, 2, 1)(draw(declared))
    assert (half * 2 <= base).all()
    assert (more * 2 > base).all()


def test_days_of_a_window_hold_its_ends():
    assert day(36)(draw(0, 1)).to_list() == [date(2023, 9, 22)]
    assert day(36, -1)(draw(0, 1)).to_list() == [date(2023, 9, 21)]
    days = days_between(1, 0)(draw(0, 2000))
    assert (days.min(), days.max()) == (date(2026, 8, 22), AS_OF)


def test_a_leap_day_is_its_months_last():
    leap = Draw(stream(1), subjects(1), np.arange(1), date(2028, 2, 29))
    assert day(12)(leap).to_list() == [date(2027, 2, 28)]


def test_the_truth_of_a_bundle_names_row_and_household():
    feed = SampleFeed(
        feed="property",
        per_household=True,
        ordinary={"unit_no": "U", "use": one_of("dwelling")},
        archetypes=(),
        record_key=pl.col("unit_no"),
        background=0,
        days_old=0,
        twist=("use", "shop", "office"),
    )
    rows = (Row({}), Row({"unit_no": "V"}, (("FC-01", "flagged"),), holder=1))
    bundle = Archetype("both", 1, rows, household_findings=(("FC-02", "flagged"),))
    made, truth = plant.rows_of(stream(1), feed, [(bundle, subjects(1), np.arange(1))], AS_OF)
    assert made.rows() == [("P0", "王伟", "U", "dwelling"), ("Q0", "李芳", "V", "dwelling")]
    assert truth.rows() == [
        ("H0", "Q0", "FC-01", "flagged", "V", "both"),
        ("H0", "P0", "FC-02", "flagged", "H0", "both"),
    ]


def test_nobody_is_born_after_the_oldest_snapshot():
    rng = stream(6)
    rows = roster.roster_rows(rng, people.members(rng, district.households(rng, 5000), AS_OF), AS_OF)
    born = rows["id_number"].str.slice(6, 8).str.to_date("%Y%m%d")
    assert born.max() < AS_OF - timedelta(days=max(feed.days_old for feed in FEEDS))
