"""A rehearsal in counts: by rule, town, benefit, age and sex. Counts only, no person.

What belongs here: how many stand on the flagged list under either policy, how many enter and leave, group by group. What
does not: names.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

import polars as pl

from pipelines.domain.ages import born_on, has_reached
from pipelines.domain.small_groups import TOO_FEW, hidden_counts

AGES_FROM: Final = (0, 16, 30, 45, 60, 70, 80)
"""First year of each age group. They only sort the table for reading; no rule knows them."""
MALE, FEMALE, NOT_TOLD = "男", "女", "（未填）"
COUNTS: Final = ("before", "after", "entering", "leaving")
_GIVEN_UP_FIRST: Final = (1, 3, 2, 0)
"""Places in `COUNTS`: `after` can best be missed."""

GROUPS: Final = pl.Schema(
    {
        "key": pl.String,
        "in_scope": pl.Int64,
        "before": pl.Int64,
        "after": pl.Int64,
        "entering": pl.Int64,
        "leaving": pl.Int64,
    }
)
"""Grain: one row per group. `in_scope`: households or persons of the roster in the group; `before`, `after`: those on
the flagged list under either policy; `after = before + entering − leaving`."""


@dataclass(frozen=True)
class Moves:
    """How many stood on a list, stand on it, entered and left it."""

    before: int
    after: int
    entering: int
    leaving: int

    @property
    def net(self) -> int:
        """More, or fewer, than before."""
        return self.after - self.before


def moves(rows: pl.DataFrame, was: str = "was_flagged", now: str = "is_flagged") -> Moves:
    """Count rows of which each stood or stands on a list."""
    had, has = pl.col(was), pl.col(now)
    counted = rows.select(
        before=had.sum(), after=has.sum(), entering=(has & ~had).sum(), leaving=(had & ~has).sum()
    ).row(0, named=True)
    return Moves(**{name: int(value) for name, value in counted.items()})


def standing_of(findings: pl.DataFrame, subject: str) -> pl.DataFrame:
    """One row per household or person with a finding: whether they were and are on the flagged list."""
    return findings.group_by(subject).agg(pl.col("was_flagged", "is_flagged").any()).sort(subject)


def households_by(households: pl.DataFrame, findings: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Households of the night by town, benefit, or both together.

    Args:
        households: one row per household in scope.
        findings: `rehearsal.Comparison.findings`.
        columns: what to group by; of several the key joins them with ` · `.
    """
    keyed = households.select("household_id", key=pl.concat_str([_told(name) for name in columns], separator=" · "))
    return _grouped(keyed, standing_of(findings, "household_id"), "household_id")


def persons_by_age(members: pl.DataFrame, findings: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Persons of the roster by age at the comparison date, read from the ID number."""
    born = born_on(pl.col("id_number"))
    labels = [*(f"{first}-{end - 1}岁" for first, end in pairwise(AGES_FROM)), f"{AGES_FROM[-1]}岁及以上"]
    group = pl.lit(NOT_TOLD)
    for first, label in zip(AGES_FROM, labels, strict=True):
        group = pl.when(has_reached(born, first, as_of)).then(pl.lit(label)).otherwise(group)
    keyed = _persons(members).with_columns(key=group)
    return _grouped(keyed, standing_of(findings, "id_number"), "id_number")


def persons_by_sex(members: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """Persons of the roster by sex, read from the ID number (its 17th digit is odd for men)."""
    digit = pl.col("id_number").str.slice(16, 1).cast(pl.Int32, strict=False)
    sex = pl.when(digit.is_null()).then(pl.lit(NOT_TOLD)).when(digit % 2 == 1).then(pl.lit(MALE))
    keyed = _persons(members).with_columns(key=sex.otherwise(pl.lit(FEMALE)))
    return _grouped(keyed, standing_of(findings, "id_number"), "id_number")


def by_rule(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings and households by rule: `rule_id`, the counts of `GROUPS`, and the same of households."""
    per_household = findings.group_by("rule_id", "household_id").agg(pl.col("was_flagged", "is_flagged").any())
    counted = findings.group_by("rule_id").agg(_counts())
    households = per_household.group_by("rule_id").agg(_counts())
    return counted.join(households, on="rule_id", how="left", suffix="_households").sort("rule_id")


def hide_small(groups: pl.DataFrame) -> pl.DataFrame:
    """Make a table of groups fit for a report without names: text columns, counts from 1 to 4 as `<5`.

    No row and no column hides one count alone (`small_groups`).
    """
    rows = hidden_counts(groups.select(COUNTS).rows(), _GIVEN_UP_FIRST)
    text = pl.DataFrame(rows, schema=dict.fromkeys(COUNTS, pl.String), orient="row")
    return groups.select("key", _shown("in_scope")).hstack(text)


def _shown(name: str) -> pl.Expr:
    count = pl.col(name)
    is_small = count.is_between(1, TOO_FEW - 1)
    return pl.when(is_small).then(pl.lit(f"<{TOO_FEW}")).otherwise(count.cast(pl.String)).alias(name)


def _told(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String).fill_null("")
    return pl.when(text == "").then(pl.lit(NOT_TOLD)).otherwise(text)


def _persons(members: pl.DataFrame) -> pl.DataFrame:
    """Each person once, also who stands in several households."""
    return members.select("id_number").unique().sort("id_number")


def _grouped(keyed: pl.DataFrame, standing: pl.DataFrame, subject: str) -> pl.DataFrame:
    """Counts by key; whoever has no finding counts as in scope alone."""
    return (
        keyed.join(standing, on=subject, how="left")
        .with_columns(pl.col("was_flagged", "is_flagged").fill_null(value=False))
        .group_by("key")
        .agg(pl.len().alias("in_scope"), *_counts())
        .select(GROUPS.names())
        .cast(GROUPS)
        .sort("key")
    )


def _counts() -> list[pl.Expr]:
    had, has = pl.col("was_flagged"), pl.col("is_flagged")
    return [
        had.sum().cast(pl.Int64).alias("before"),
        has.sum().cast(pl.Int64).alias("after"),
        (has & ~had).sum().cast(pl.Int64).alias("entering"),
        (had & ~has).sum().cast(pl.Int64).alias("leaving"),
    ]
