"""Names from a small fictional stock, a few of them with rare characters.

What belongs here: the name stock and its drawing. A family shares its surname.
"""

from typing import Final

import numpy as np
import polars as pl

from pipelines.sample.chance import Ints, weighted

SURNAMES: Final = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕")
GIVEN: Final = tuple("伟芳娜敏静丽强磊洋艳勇军杰涛超明秀霞平刚桂英华玉兰凤春梅建国文斌红燕玲")
RARE: Final = ("𠮷", "㐂", "䶮", "𬭎", "㛃")
LONG: Final = ("阿依·热西提", "古丽·买买提", "扎西·顿珠")
"""Names with a dot in them: departments write it in five ways."""

_RARE_SHARE: Final = 0.004
_LONG_SHARE: Final = 0.002
_SINGLE_SHARE: Final = 0.3


def surnames(rng: np.random.Generator, size: int) -> Ints:
    """Draw positions in the stock of surnames, the front ones more often."""
    return weighted(rng, size, [1.0 / (place + 3) for place in range(len(SURNAMES))])


def names(rng: np.random.Generator, surname_at: Ints) -> pl.Series:
    """Full names for persons with these surnames.

    Args:
        rng: the stream to draw from.
        surname_at: positions in `SURNAMES`, one per person.

    Returns:
        One name per person: surname and one or two characters; a few with a rare character or a dot.
    """
    size = len(surname_at)
    given = (*GIVEN, *RARE)
    first = rng.integers(0, len(GIVEN), size)
    rare = rng.random(size) < _RARE_SHARE
    first[rare] = len(GIVEN) + rng.integers(0, len(RARE), int(rare.sum()))
    second = np.where(rng.random(size) < _SINGLE_SHARE, 0, rng.integers(1, len(GIVEN) + 1, size))
    stock, seconds = pl.Series(given), pl.Series(("", *GIVEN))
    surname = pl.Series(SURNAMES).gather(surname_at)
    full = pl.select(pl.lit(surname) + pl.lit(stock.gather(first)) + pl.lit(seconds.gather(second))).to_series()
    long = pl.Series(LONG).gather(rng.integers(0, len(LONG), size))
    return pl.select(pl.when(pl.lit(pl.Series(rng.random(size) < _LONG_SHARE))).then(long).otherwise(full)).to_series()
