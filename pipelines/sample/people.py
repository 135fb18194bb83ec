"""The people of the district: who lives with whom, how old, under which number and name.

What belongs here: one row per member with relation, age, sex, number and name. Not money or dates of the benefit
(`pipelines.sample.roster`).
"""

from datetime import date
from typing import Final

import numpy as np
import polars as pl

from pipelines.sample.chance import Bools, Ints, weighted
from pipelines.sample.district import STREETS, Households
from pipelines.sample.identity import roster_numbers
from pipelines.sample.names import names, surnames

HEAD: Final = "02"
SPOUSE: Final = "10"
SON: Final = "20"
DAUGHTER: Final = "30"
GRANDCHILD: Final = "40"
PARENT: Final = "50"
SIBLING: Final = "70"
OTHER: Final = "80"

_DAYS_A_YEAR: Final = 365
_NOT_HEAD: Final = (SON, DAUGHTER, PARENT, GRANDCHILD, SIBLING, OTHER)
_NOT_HEAD_WEIGHTS: Final = (9, 9, 3, 2, 1, 0.5)
_SPOUSE_SHARE: Final = 0.55
_OLDEST: Final = 101
_YOUNGEST: Final = 90  # days; born before the oldest snapshot that a night uses, in which a birth is not in the future
_ADULT: Final = 18
_ELDER: Final = 60
_LEFT_SHARE: Final = 0.1
_ODD_HEAD_SHARE: Final = 0.02
_NO_HEAD, _TWO_HEADS = 1, 2


def members(rng: np.random.Generator, homes: Households, as_of: date) -> pl.DataFrame:
    """Let people live in the households.

    Args:
        rng: the stream to draw from.
        homes: the district's households.
        as_of: the comparison date; nobody is born after it.

    Returns:
        One row per member, in order of household and place in it: `home` (position), `place`, `relation`, `benefit`,
        `town`, `is_covered`, `is_stopped`, `is_male`, `age`, `id_number`, `name`. Heads come first. A few households
        have no head or two, and some members without benefit have left.
    """
    sizes = homes.covered + homes.uncovered
    home = np.repeat(np.arange(homes.count, dtype=np.int64), sizes)
    place = np.arange(len(home)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    relation = _relations(rng, place, homes, home)
    age, is_male = _ages(rng, relation, place, homes.benefit[home]), _sexes(rng, relation)
    births = (
        np.datetime64(as_of).astype(np.int64)
        - age * _DAYS_A_YEAR
        - age // 4
        - rng.integers(_YOUNGEST, _YOUNGEST + _DAYS_A_YEAR, len(age))
    )
    surname = surnames(rng, len(home))
    keeps = np.isin(relation, [SON, DAUGHTER, GRANDCHILD])
    surname = np.where(keeps, surname[np.arange(len(home)) - place], surname)
    is_covered = place < homes.covered[home]
    is_stopped = homes.is_stopped[home] | (~is_covered & (rng.random(len(home)) < _LEFT_SHARE))
    return pl.DataFrame(
        {
            "home": home,
            "place": place,
            "relation": _odd_heads(rng, relation, place, sizes[home], home),
            "benefit": homes.benefit[home],
            "town": pl.Series([street.town for street in STREETS]).gather(homes.town[home]),
            "is_covered": is_covered,
            "is_stopped": is_stopped,
            "is_male": is_male,
            "age": age,
            "id_number": roster_numbers(births, is_male),
            "name": names(rng, surname),
            "is_adult": age >= _ADULT,
            "is_elder": age >= _ELDER,
        }
    )


def _relations(rng: np.random.Generator, place: Ints, homes: Households, home: Ints) -> np.ndarray:
    drawn = np.asarray(_NOT_HEAD)[weighted(rng, len(place), _NOT_HEAD_WEIGHTS)]
    spouse = (place == 1) & (rng.random(len(place)) < _SPOUSE_SHARE)
    spouse &= ~np.char.startswith(homes.benefit[home].astype(str), "tekun")
    return np.where(place == 0, HEAD, np.where(spouse, SPOUSE, drawn))


def _ages(rng: np.random.Generator, relation: np.ndarray, place: Ints, benefit: np.ndarray) -> Ints:
    """Ages that fit the head's: children a generation younger, parents a generation older."""
    size = len(relation)
    head = rng.triangular(26, 58, 92, size).astype(np.int64)
    alone_old = np.char.startswith(benefit.astype(str), "tekun")
    head = np.where(alone_old, rng.integers(60, 96, size), head)[np.arange(size) - place]
    younger, near = rng.integers(20, 36, size), rng.integers(-6, 7, size)
    options = {
        HEAD: head,
        SPOUSE: np.maximum(head + near, 20),
        PARENT: np.minimum(head + rng.integers(20, 33, size), _OLDEST),
        GRANDCHILD: np.maximum(head - younger - rng.integers(20, 30, size), 0),
        SIBLING: np.maximum(head + near, 1),
    }
    others = np.maximum(head - younger, 0)
    fits = [relation == code for code in options]
    ages: Ints = np.select(fits, list(options.values()), others).astype(np.int64)
    return ages


def _sexes(rng: np.random.Generator, relation: np.ndarray) -> Bools:
    drawn = rng.random(len(relation)) < 0.5  # noqa: PLR2004 (as likely as not)
    married = relation == SPOUSE
    drawn[married] = ~drawn[np.flatnonzero(married) - 1]
    return np.select([relation == SON, relation == DAUGHTER], [True, False], drawn)


def _odd_heads(rng: np.random.Generator, relation: np.ndarray, place: Ints, size: Ints, home: Ints) -> np.ndarray:
    """Leave a few larger households without a head, and give others two, as rosters have it."""
    drawn = rng.random(int(home[-1]) + 1) if len(home) else rng.random(0)
    odd = np.where(drawn < _ODD_HEAD_SHARE, _NO_HEAD, np.where(drawn < 2 * _ODD_HEAD_SHARE, _TWO_HEADS, 0))[home]
    no_head = (odd == _NO_HEAD) & (place == 0) & (size > 1)
    second = (odd == _TWO_HEADS) & (place == 1)
    return np.where(no_head, OTHER, np.where(second, HEAD, relation))
