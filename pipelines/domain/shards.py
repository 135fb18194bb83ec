"""Shards: a night cut by household, so that each part can be judged by itself, beside the others or on other machines.

What belongs here: the cut, and which rules may be judged on a part. What does not: who judges the parts. Judging the
shards and putting their findings together gives what judging the whole gives, for any number of shards: rules look at
one household at a time. Those that look at the district as a whole say so (`Subject.whole_district`).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import polars as pl

from pipelines.domain.context import NightContext, Reckoned
from pipelines.domain.rule import Rule
from pipelines.domain.rulebook import Rulebook, rulebook, rulebook_of

HOUSEHOLD: Final = "household_id"
_PERSON: Final = "id_number"
_SHARD: Final = "shard of household"
_SEED: Final = 0


def shard_of(household_id: pl.Expr, shards: int) -> pl.Expr:
    """The number of a household's shard, 0 to `shards` - 1. It depends on the household_id alone.

    Args:
        household_id: texts; none of them null.
        shards: how many shards there are, at least one.

    Raises:
        ValueError: there is no shard.
    """
    if shards < 1:
        raise ValueError(f"shards: expected at least 1, found {shards}")
    return household_id.hash(_SEED) % shards


def shard(context: NightContext, place: int, shards: int) -> NightContext:
    """One shard of a night.

    Args:
        context: the night.
        place: which shard, 0 to `shards` - 1.
        shards: how many there are.

    Raises:
        ValueError: there is no such shard.
    """
    if not 0 <= place < shards:
        raise ValueError(f"shard: expected 0 to {shards - 1}, found {place}")
    return cut(context, shards)[place]


def cut(context: NightContext, shards: int) -> list[NightContext]:
    """All shards of a night, in their order: each with its households and everything that is told about them.

    Who was not asked about goes where the person is looked at; the date, the policy and the titles go everywhere.

    Raises:
        ValueError: there is no shard.
    """
    if shards == 1:
        return [context]
    households, members, roster, shared = (
        _parts(rows.lazy().collect(), shards)
        for rows in (context.households, context.members, context.roster, context.shared)
    )
    matched, looked_up = _parts_of_each(context.matched, shards), _parts_of_each(context.looked_up, shards)
    reckoned = _reckoned(context.reckoned, shards)
    cuts = [
        replace(
            context,
            households=households[place],
            members=members[place],
            roster=roster[place],
            shared=shared[place],
            matched={feed: parts[place] for feed, parts in matched.items()},
            looked_up={feed: parts[place] for feed, parts in looked_up.items()},
            reckoned=reckoned[place],
        )
        for place in range(shards)
    ]
    return [replace(one, not_queried=_looked_at(one)) for one in cuts]


def judged_in_shards(book: Rulebook) -> Rulebook:
    """Those of the rules that may be judged shard by shard: shipped ones that look at one household at a time.

    A region's own rules are judged over the whole district: whether they keep to households nobody has tested.
    """
    shipped = rulebook()
    return rulebook_of(one for one in book.values() if shipped.get(one.rule_id) is one and not _is_whole(one))


def judged_whole(book: Rulebook) -> Rulebook:
    """The other rules: those that may be judged over the whole district alone."""
    in_shards = judged_in_shards(book)
    return rulebook_of(one for one in book.values() if one.rule_id not in in_shards)


def _is_whole(one: Rule) -> bool:
    return one.subject.whole_district


def _parts(rows: pl.DataFrame, shards: int) -> list[pl.DataFrame]:
    """The rows of each shard, in the order in which they stood."""
    parts = rows.with_columns(shard_of(pl.col(HOUSEHOLD), shards).alias(_SHARD)).partition_by(
        _SHARD, as_dict=True, include_key=False
    )
    return [parts.get((place,), rows.clear()) for place in range(shards)]


def _parts_of_each(tables: Mapping[str, pl.DataFrame], shards: int) -> dict[str, list[pl.DataFrame]]:
    return {feed: _parts(rows, shards) for feed, rows in tables.items()}


def _reckoned(whole: Reckoned | None, shards: int) -> list[Reckoned | None]:
    """What is known of the income, by shard."""
    if whole is None:
        return [None] * shards
    parts = zip(*(_parts(rows, shards) for rows in (whole.findings, whole.ledger, whole.income)), strict=True)
    return [Reckoned(*one) for one in parts]


def _looked_at(part: NightContext) -> dict[str, pl.DataFrame]:
    """Of those about whom a feed was not asked: the persons that some table of the part names in `id_number`."""
    if all(rows.is_empty() for rows in part.not_queried.values()):
        return dict(part.not_queried)
    tables = [part.members.lazy().collect(), *part.matched.values(), *part.looked_up.values()]
    here = pl.concat(rows.select(_PERSON) for rows in tables if _PERSON in rows.columns).unique()
    return {
        feed: rows.join(here, on=_PERSON, how="semi", maintain_order="left") for feed, rows in part.not_queried.items()
    }
