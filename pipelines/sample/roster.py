"""The roster of the district: benefits, incomes, amounts, reviews and grace periods, one row per member.

What belongs here: the clean rows of the feed roster, and the subjects that the other feeds tell about. Money is in 分.
"""

from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from pipelines.domain.dates import first_of_month, months_before
from pipelines.sample.archetype import SUBJECTS
from pipelines.sample.chance import pick

DAYS_OLD: Final = 0
"""Age of the roster's snapshot at as_of."""

_STANDARD: Final = {"dibao_rural": 63_000}
_URBAN_STANDARD: Final = 77_000
_LEAST_AMOUNT: Final = 5_000
_GRACE_SHARE: Final = 0.03
_GRACE_ELSEWHERE_SHARE: Final = 0.08
_GRACE_KINDS: Final = ("in force", "first day", "last day", "ended yesterday", "starts tomorrow")
_GRACE_KIND_SHARES: Final = (6, 2, 2, 2, 1)
_IN_FORCE: Final = _GRACE_KINDS[:3]
_CHILD_AGE: Final = 16


def roster_rows(rng: np.random.Generator, people: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The roster as it is meant, before anybody writes it down.

    Args:
        rng: the stream to draw from.
        people: one row per member (`pipelines.sample.people`).
        as_of: the comparison date.

    Returns:
        One row per member in the order of `people`: the contract's fields (codes by our names, dates as dates, money in
        分) and, for the sample's own use, `home`, `is_stopped`, `is_adult`, `is_elder`, `kind`.
    """
    homes = int(people["home"][-1]) + 1
    per_home = _money(rng, _terms(rng, people, homes, as_of))
    return per_home.with_columns(
        household_id=pl.format("YZ{}", pl.col("home").cast(pl.String).str.zfill(7)),
        covered=pl.when("is_covered").then(pl.lit("yes")).otherwise(pl.lit("no")),
        status=pl.when("is_stopped").then(pl.lit("stopped")).otherwise(pl.lit("active")),
        region_code=pl.lit("500103"),
        account_holder=pl.col("name").first().over("home"),
    ).drop("place", "is_male", "age", "is_covered")


def _terms(rng: np.random.Generator, people: pl.DataFrame, homes: int, as_of: date) -> pl.DataFrame:
    """Add what a household has once, and each member's review date and grace dates."""
    home, size = people["home"], people.height
    approved = np.datetime64(first_of_month(as_of), "M") - rng.integers(1, 120, homes)
    reviewed = np.datetime64(as_of) - rng.integers(1, 330, size)
    accounts = rng.integers(10**9, 10**10, homes)
    kinds = _grace_kinds(rng, people, homes)
    dates = _grace_dates(as_of).with_columns(pl.col("grace_from", "grace_to").cast(pl.Date))
    villages = rng.integers(1, 13, homes)
    return (
        people.with_columns(
            grace=kinds.gather(home),
            approved_month=pl.Series(approved.astype("datetime64[D]")).cast(pl.Date).gather(home),
            last_review_on=pl.Series(reviewed).cast(pl.Date),
            account_no="62220031" + pl.Series(accounts).gather(home).cast(pl.String),
            village="第" + pl.Series(villages).gather(home).cast(pl.String) + "社区",
            is_shown=pl.Series(rng.random(size) < 0.5) | (pl.col("place") == 0),  # noqa: PLR2004 (half of the others)
        )
        .join(dates, on="grace", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("is_shown") | (pl.col("is_stopped"))).then(pl.col("grace_from", "grace_to")),
            kind=_kind(),
            single=pl.when(pl.len().over("home") == 1).then(pl.lit("no")),
        )
        .drop("grace", "is_shown")
    )


def _grace_kinds(rng: np.random.Generator, people: pl.DataFrame, homes: int) -> pl.Series:
    """Which grace period a household's head shows, if any; a few in every sample, dibao or not."""
    is_dibao = (
        people.group_by("home", maintain_order=True).agg(pl.col("benefit").first())["benefit"].str.starts_with("dibao")
    )
    drawn = rng.random(homes)
    kinds = pick(rng, _GRACE_KINDS, homes, _GRACE_KIND_SHARES)
    limit = np.where(is_dibao.to_numpy(), _GRACE_SHARE, _GRACE_ELSEWHERE_SHARE)
    return pl.select(pl.when(pl.lit(pl.Series(drawn < limit))).then(pl.lit(pl.Series(kinds)))).to_series()


def _grace_dates(as_of: date) -> pl.DataFrame:
    day = timedelta(days=1)
    ago, ahead = months_before(first_of_month(as_of), 2), months_before(first_of_month(as_of), -4) - day
    return pl.DataFrame(
        {
            "grace": _GRACE_KINDS,
            "grace_from": [ago, as_of, ago, ago, as_of + day],
            "grace_to": [ahead, ahead, as_of, as_of - day, ahead],
        }
    )


def _kind() -> pl.Expr:
    """What a member is to the feeds; see `pipelines.sample.archetype.SUBJECTS`."""
    in_force = pl.col("grace").is_in(_IN_FORCE)
    return (
        pl.when("is_stopped")
        .then(pl.lit("stopped"))
        .when(in_force & pl.col("benefit").str.starts_with("dibao"))
        .then(pl.lit("grace"))
        .when(in_force)
        .then(pl.lit("grace_elsewhere"))
        .otherwise(pl.lit("common"))
    )


def _money(rng: np.random.Generator, rows: pl.DataFrame) -> pl.DataFrame:
    """Add the declared income, mostly below the standard, and the household's amount, which fills it up."""
    size = rows.height
    standard = pl.col("benefit").replace_strict(_STANDARD, default=_URBAN_STANDARD, return_dtype=pl.Int64)
    band = pick(rng, (0, 12_000, 30_000, 50_000, 70_000, 98_000), size, (30, 15, 25, 18, 10, 2))
    drawn = pl.Series(band + np.where(band > 0, rng.integers(0, 4_000, size) // 50 * 50, 0))
    is_silent = pl.Series(rng.random(size) < 0.05)  # noqa: PLR2004 (one cell in twenty is empty)
    declared = pl.when(pl.col("age") < _CHILD_AGE).then(0).otherwise(pl.lit(drawn))
    gap = (pl.col("standard") - pl.col("monthly_income").fill_null(0)).filter("is_covered").sum().over("home")
    return (
        rows.with_columns(standard=standard, monthly_income=pl.when(~is_silent).then(declared))
        .with_columns(monthly_amount=pl.max_horizontal(gap, pl.lit(_LEAST_AMOUNT, dtype=pl.Int64)))
        .drop("standard")
    )


def persons(rows: pl.DataFrame) -> pl.DataFrame:
    """The roster's people as subjects of a feed: one row per member, columns of `SUBJECTS`."""
    return (
        rows.with_columns(head_id_number=_head())
        .select(
            "household_id",
            "head_id_number",
            pl.col("id_number").alias("id_number_0"),
            pl.col("name").alias("name_0"),
            pl.lit(None, pl.String).alias("id_number_1"),
            pl.lit(None, pl.String).alias("name_1"),
            pl.col("monthly_income").alias("declared"),
            "kind",
            "is_adult",
            "is_elder",
        )
        .cast(SUBJECTS)
    )


def households(rng: np.random.Generator, rows: pl.DataFrame) -> pl.DataFrame:
    """The roster's households as subjects: members who stay and members who have left apart, columns of `SUBJECTS`.

    The first two persons of a household are any two of its members, so that not only heads own things.
    """
    shuffled = rows.with_columns(head_id_number=_head(), turn=pl.Series(rng.random(rows.height))).sort("home", "turn")
    first_two = shuffled.group_by("household_id", "is_stopped", maintain_order=True).agg(
        pl.col("head_id_number", "kind").first(),
        pl.col("id_number", "name").first().name.suffix("_0"),
        pl.col("id_number", "name").slice(1, 1).first().name.suffix("_1"),
        pl.col("monthly_income").first().alias("declared"),
        pl.lit(value=True).alias("is_adult"),
        pl.col("is_elder").first(),
    )
    return first_two.select(SUBJECTS.names()).cast(SUBJECTS)


def _head() -> pl.Expr:
    """The household's head (rules.md section 1): relation 02; of several or none, the lowest number."""
    active = ~pl.col("is_stopped")
    heads = pl.col("id_number").filter((pl.col("relation") == "02") & active).min().over("home")
    return pl.coalesce(heads, pl.col("id_number").filter(active).min().over("home"))
