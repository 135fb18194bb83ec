"""A fictional district with known answers, written as its departments would deliver it.

What belongs here: the one entry, `write_sample`, and the order of its steps: settle the people, write their roster, plant
the archetypes of each feed among rows about other people, write the truth. Grain of the truth: one row per finding that a
correct engine raises.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from connectors.contract import Contract, load_contracts
from pipelines.sample import district, people, plant, roster
from pipelines.sample.archetype import SampleFeed
from pipelines.sample.chance import shares, stream
from pipelines.sample.delivery import Delivery, Extra, Parts, deliver
from pipelines.sample.feeds import FEEDS
from pipelines.sample.forms import FileFormat, file_format, form_of, part_count
from pipelines.sample.report import FeedCounts, SampleError, SampleReport
from pipelines.sample.spoil import outdated, outdated_incomes, repeated, with_rare_names_unreadable, with_unknown_codes
from pipelines.sample.trouble import write_trouble

ROWS_PER_PERSON: Final = 5.0
"""Feed rows per roster person, all feeds together, as a district delivers them."""

_TROUBLE_ROWS: Final = 40
_SUBJECT_COLUMNS: Final = ("home", "is_stopped", "is_adult", "is_elder", "kind")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class _City:
    """What all feeds of one sample share."""

    out: Path
    seed: int
    as_of: date
    is_dirty: bool
    wanted: FileFormat | None
    kind: FileFormat
    roster: pl.DataFrame
    feed_rows: int
    contracts: dict[str, Contract]

    def stream(self, *labels: str | int) -> np.random.Generator:
        """A random stream of this sample."""
        return stream(self.seed, *labels)


def write_sample(
    out: Path,
    persons: int,
    seed: int,
    as_of: date,
    dirty: bool = False,
    file_format: FileFormat | None = None,
    progress: Progress | None = None,
    *,
    rows_per_person: float = ROWS_PER_PERSON,
    contracts: Path | None = None,
) -> SampleReport:
    """Write a fictional inbox with its truth: `<out>/<feed>/<date>/…`, `truth.parquet`, `truth_counts.json`.

    The same arguments give the same bytes.

    Args:
        out: the inbox to write; must not hold feeds yet.
        persons: how many people receive dibao or tekun, at least 1. 10,003 gives the district of the bulletin: 7,514
            households with 9,261 persons in dibao, 742 in tekun; members without benefit, households at the margin or
            with rigid expenses and those who have left come on top (one row in nine).
        seed: of all chance, not negative.
        as_of: the comparison date; the snapshots are dated on it or up to 35 days before.
        dirty: whether the departments write in every untidy way of feeds.md section 2.
        file_format: csv or parquet; by default csv, above 1.5 million rows Parquet, and when dirty as departments do.
        progress: told what was just written, in counts.
        rows_per_person: rows in the other feeds for each row of the roster; at least those about roster persons.
        contracts: the folder of feed contracts; by default the project's.

    Returns:
        Counts of what was written.

    Raises:
        SampleError: persons, seed or rows_per_person out of range, or `out` holds a feed already.
    """
    _check(out, persons, seed, rows_per_person)
    city = _settle(out, persons, seed, as_of, dirty, file_format, rows_per_person, contracts)
    tell = progress or _say_nothing
    out.mkdir(parents=True, exist_ok=True)
    counts = {"roster": _write_roster(city)}
    tell(f"roster: {counts['roster'].rows} rows")
    truths = []
    about = {feed.feed: _planted(city, feed) for feed in FEEDS}
    others = _background(city, sum(rows.height for rows, _ in about.values()))
    for feed in FEEDS:
        planted, truth = about.pop(feed.feed)
        counts[feed.feed] = _write_feed(city, feed, planted, others[feed.feed])
        truths.append(truth)
        tell(f"{feed.feed}: {counts[feed.feed].rows} rows in {counts[feed.feed].files} files")
    return _write_truth(city, counts, pl.concat(truths))


def _check(out: Path, persons: int, seed: int, rows_per_person: float) -> None:
    if persons < 1 or seed < 0 or rows_per_person < 0:
        raise SampleError(
            f"sample: expected at least 1 person, a seed from 0 and rows per person from 0, found {persons}, {seed} and "
            f"{rows_per_person}; correct the options"
        )
    present = [feed for feed in ("roster", *(feed.feed for feed in FEEDS)) if (out / feed).exists()]
    if present:
        raise SampleError(
            f"sample: expected a folder without feeds to write to, found {', '.join(present)} in it; give another folder, "
            "or remove the old sample first"
        )


def _settle(
    out: Path,
    persons: int,
    seed: int,
    as_of: date,
    is_dirty: bool,
    wanted: FileFormat | None,
    rows_per_person: float,
    contracts: Path | None,
) -> _City:
    homes = district.households(stream(seed, "households"), persons)
    members = people.members(stream(seed, "people"), homes, as_of)
    rows = roster.roster_rows(stream(seed, "roster"), members, as_of)
    feed_rows = round(rows.height * rows_per_person)
    return _City(
        out=out,
        seed=seed,
        as_of=as_of,
        is_dirty=is_dirty,
        wanted=wanted,
        kind=file_format(rows.height + feed_rows, wanted),
        roster=rows,
        feed_rows=feed_rows,
        contracts=load_contracts(contracts or Path(__file__).resolve().parents[2] / "data" / "feeds"),
    )


def _write_roster(city: _City) -> FeedCounts:
    rows = city.roster.drop(_SUBJECT_COLUMNS)
    extra = None
    if city.is_dirty:
        rng = city.stream("roster", "dirt")
        rows = with_unknown_codes(rng, rows)
        extra = Extra(outdated_incomes(rng, rows), repeated(rng, rows, ("household_id",)))
    delivery = _delivery(city, "roster", rows, rows.height, roster.DAYS_OLD, extra, rows.height)
    count = part_count(rows.height, delivery.form, is_dirty=city.is_dirty)
    bounds = np.linspace(0, rows.height, count + 1).astype(int)
    parts = [partial(rows.slice, int(start), int(end - start)) for start, end in pairwise(bounds)]
    return _deliver(city, delivery, parts, rows)


def _planted(city: _City, feed: SampleFeed) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The feed's rows about roster persons, shuffled, and their truth."""
    rng = city.stream(feed.feed, "planted")
    subjects = roster.households(rng, city.roster) if feed.per_household else roster.persons(city.roster)
    rows, truth = plant.rows_of(rng, feed, plant.deal(rng, feed, subjects), city.as_of)
    rows = plant.with_other_names(rng, rows)[rng.permutation(rows.height)]
    return rows, truth


def _background(city: _City, planted: int) -> dict[str, int]:
    """How many rows about outsiders each feed has."""
    wanted = max(city.feed_rows - planted, 0)
    counts = shares(wanted, [feed.background for feed in FEEDS])
    return {feed.feed: int(count) for feed, count in zip(FEEDS, counts, strict=True)}


def _write_feed(city: _City, feed: SampleFeed, planted: pl.DataFrame, others: int) -> FeedCounts:
    extra = None
    if city.is_dirty:
        rng = city.stream(feed.feed, "dirt")
        planted = with_rare_names_unreadable(rng, planted)
        extra = Extra(outdated(rng, planted, feed), repeated(rng, planted, feed.key))
    total = planted.height + others
    delivery = _delivery(city, feed.feed, planted, total, feed.days_old, extra, planted.height)
    count = part_count(total, delivery.form, is_dirty=city.is_dirty)
    own = np.linspace(0, planted.height, count + 1).astype(int)
    foreign = np.linspace(0, others, count + 1).astype(int)
    parts = [
        partial(_part, city, feed, planted[int(own[at]) : int(own[at + 1])], int(foreign[at]), int(foreign[at + 1]))
        for at in range(count)
    ]
    return _deliver(city, delivery, parts, planted)


def _part(city: _City, feed: SampleFeed, planted: pl.DataFrame, first: int, end: int) -> pl.DataFrame:
    """One file's rows: some about roster persons among many about outsiders."""
    if first == end:
        return planted
    rng = city.stream(feed.feed, "outsiders", first)
    others, _ = plant.rows_of(rng, feed, plant.outsiders(rng, feed, first, end - first, city.as_of), city.as_of)
    together = pl.concat([planted, others.select(planted.columns)], how="vertical_relaxed")
    return together[rng.permutation(together.height)]


def _delivery(
    city: _City, feed: str, rows: pl.DataFrame, total: int, days_old: int, extra: Extra | None, planted: int
) -> Delivery:
    return Delivery(
        contract=city.contracts[feed],
        fields=rows.columns,
        snapshot=city.as_of - timedelta(days=days_old),
        form=form_of(feed, total, city.kind, is_dirty=city.is_dirty, is_forced=city.wanted is not None),
        is_dirty=city.is_dirty,
        extra=extra,
        planted=planted,
    )


def _deliver(city: _City, delivery: Delivery, parts: Parts, some: pl.DataFrame) -> FeedCounts:
    counts = deliver(city.out, delivery, parts, city.seed)
    if city.is_dirty:
        write_trouble(city.out, delivery, some[:_TROUBLE_ROWS], city.as_of)
    return counts


def _write_truth(city: _City, counts: dict[str, FeedCounts], truth: pl.DataFrame) -> SampleReport:
    truth = truth.sort(pl.all())
    truth.write_parquet(city.out / "truth.parquet")
    benefit, covered = pl.col("benefit"), (pl.col("covered") == "yes") & ~pl.col("is_stopped")
    warned = truth.filter(pl.col("outcome") != "exempt").select("household_id", "id_number").n_unique()
    report = SampleReport(
        recipients=city.roster.filter(covered & benefit.str.contains("^(dibao|tekun)")).height,
        members=city.roster.height,
        households=city.roster["household_id"].n_unique(),
        findings=truth.height,
        warned=warned,
        feeds=counts,
    )
    text = json.dumps(report.as_json(), ensure_ascii=False, indent=1)
    (city.out / "truth_counts.json").write_text(text + "\n", encoding="utf-8")
    return report


def _say_nothing(_: str) -> None:
    """Nobody listens."""
