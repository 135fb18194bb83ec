"""The district: its streets, and how many households of which kind live in each.

What belongs here: the bulletin of a district of ten thousand recipients (August 2023: 7,514 households with 9,261
persons in dibao, 742 in tekun, 185 households with 288 persons at the margin), scaled to the size asked for.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pipelines.sample.chance import Bools, Ints, shares

MAX_MEMBERS: Final = 6


@dataclass(frozen=True)
class Street:
    """One street of the district with its recipients in the bulletin (persons)."""

    town: str
    dibao: int
    tekun: int
    is_home: bool = False


STREETS: Final = (
    Street("两路口街道", 1074, 69),
    Street("菜园坝街道", 1019, 61),
    Street("石油路街道", 351, 25),
    Street("南纪门街道", 1069, 61),
    Street("大坪街道", 797, 33),
    Street("化龙桥街道", 475, 44),
    Street("大溪沟街道", 599, 56),
    Street("解放碑街道", 1150, 110),
    Street("上清寺街道", 650, 28),
    Street("朝天门街道", 884, 66),
    Street("七星岗街道", 1192, 106),
    Street("福利院", 1, 83, is_home=True),
)

DIBAO_PERSONS: Final = 9261
DIBAO_HOUSEHOLDS: Final = 7514
TEKUN_PERSONS: Final = 742
MARGIN_PERSONS: Final = 288
MARGIN_HOUSEHOLDS: Final = 185
RECIPIENTS: Final = DIBAO_PERSONS + TEKUN_PERSONS

_RIGID_SHARE: Final = 0.004
_STOPPED_SHARE: Final = 0.015
_RURAL_SHARE: Final = 0.15
_FAMILY_SHARE: Final = 0.25
_UNCOVERED_SHARE: Final = 0.07


@dataclass(frozen=True)
class Households:
    """The households of the sample, one position per household in every array.

    Attributes:
        town: position in `STREETS`.
        benefit: our own code of the benefit.
        covered: members who receive it.
        uncovered: members who live with them without it.
        is_stopped: whether the whole household has left.
    """

    town: Ints
    benefit: np.ndarray
    covered: Ints
    uncovered: Ints
    is_stopped: Bools

    @property
    def count(self) -> int:
        """How many households there are."""
        return len(self.town)


def households(rng: np.random.Generator, persons: int) -> Households:
    """Settle a district.

    Args:
        rng: the stream to draw from.
        persons: recipients of dibao and tekun together, at least 1. Members without benefit, households at the margin or
            with rigid expenses and those who have left come on top, so that the recipients are those of the bulletin.

    Returns:
        The households, in order of street and benefit.
    """
    dibao, tekun = (int(part) for part in shares(persons, [DIBAO_PERSONS, TEKUN_PERSONS]))
    margin, rigid = round(persons * MARGIN_PERSONS / RECIPIENTS), round(persons * _RIGID_SHARE)
    left = round(persons * _STOPPED_SHARE)
    parts = [
        _dibao(rng, dibao),
        _tekun(tekun),
        _beyond(rng, "margin", margin, round(margin * MARGIN_HOUSEHOLDS / MARGIN_PERSONS)),
        _beyond(rng, "rigid", rigid, round(rigid * MARGIN_HOUSEHOLDS / MARGIN_PERSONS)),
        _beyond(rng, "dibao_urban", left, round(left * DIBAO_HOUSEHOLDS / DIBAO_PERSONS), is_stopped=True),
    ]
    together = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in Households.__dataclass_fields__
    }
    order = np.lexsort((rng.random(len(together["town"])), together["town"]))
    return Households(**{name: column[order] for name, column in together.items()})


def _dibao(rng: np.random.Generator, persons: int) -> Households:
    homes = shares(persons, [street.dibao for street in STREETS])
    counts = np.minimum(
        _at_least_one(shares(round(persons * DIBAO_HOUSEHOLDS / DIBAO_PERSONS), homes.tolist()), homes), homes
    )
    town = np.repeat(np.arange(len(STREETS), dtype=np.int64), counts)
    covered = np.concatenate(
        [_sizes(rng, int(people), int(count)) for people, count in zip(homes, counts, strict=True)]
    ).astype(np.int64)
    uncovered = (rng.random(len(town)) < _UNCOVERED_SHARE).astype(np.int64)
    uncovered += (uncovered > 0) & (rng.random(len(town)) < _FAMILY_SHARE)
    benefit = np.where(rng.random(len(town)) < _RURAL_SHARE, "dibao_rural", "dibao_urban")
    uncovered = np.minimum(uncovered, MAX_MEMBERS - covered)
    return Households(town, benefit, covered, uncovered, np.zeros(len(town), dtype=np.bool_))


def _at_least_one(counts: Ints, people: Ints) -> Ints:
    """Give every street with people a household, and take it from the fullest street, so that the sum stays."""
    missing = (counts == 0) & (people > 0)
    fixed = np.where(missing, 1, counts)
    fixed[int(np.argmax(fixed))] -= int(missing.sum())
    return np.where(people > 0, np.maximum(fixed, 1), 0)


def _tekun(persons: int) -> Households:
    people = shares(persons, [street.tekun for street in STREETS])
    town = np.repeat(np.arange(len(STREETS), dtype=np.int64), people)
    in_home = np.asarray([street.is_home for street in STREETS])[town]
    benefit = np.where(in_home, "tekun_central", "tekun_scattered")
    one, none = np.ones(len(town), dtype=np.int64), np.zeros(len(town), dtype=np.int64)
    return Households(town, benefit, one, none, np.zeros(len(town), dtype=np.bool_))


def _beyond(
    rng: np.random.Generator, benefit: str, persons: int, count: int, *, is_stopped: bool = False
) -> Households:
    count = min(max(count, 1), persons) if persons else 0
    town = np.sort(rng.integers(0, len(STREETS) - 1, count))
    covered = _sizes(rng, persons, count)
    none = np.zeros(count, dtype=np.int64)
    return Households(town, np.full(count, benefit), covered, none, np.full(count, is_stopped))


def _sizes(rng: np.random.Generator, persons: int, count: int) -> Ints:
    """Spread persons over households of 1 to 6: most live alone, a quarter are families."""
    if not count:
        return np.zeros(0, dtype=np.int64)
    is_alone = rng.random(count) >= _FAMILY_SHARE
    places = rng.random((count, MAX_MEMBERS - 1)) + is_alone[:, None]
    extra = np.argsort(places, axis=None, kind="stable")[: persons - count]
    return 1 + np.bincount(extra // (MAX_MEMBERS - 1), minlength=count).astype(np.int64)
