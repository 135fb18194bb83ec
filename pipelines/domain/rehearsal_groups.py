"""A rehearsal in counts: by rule, town, benefit, age and sex. Counts only, no person.

What belongs here: how many stand on the flagged list under either policy, how many enter and leave, group by group, and
hiding groups so small that a count would point at a family. What does not: names.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

import polars as pl

from pipelines.domain.ages import born_on, has_reached

AGES_FROM: Final = (0, 16, 30, 45, 60, 70, 80)
"""First year of each age group. They only sort the table for reading; no rule knows them."""
MALE, FEMALE, NOT_TOLD = "男", "女", "（未填）"
TOO_FEW: Final = 5
"""Counts from 1 to one below this are hidden where a report carries no names."""
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

    The four counts of a row tell each other, and a column's total tells its last one: so no row and no column hides one
    count alone. What is withheld for that reason reads `—`. A table has as many rows as there are groups, not persons.
    """
    rows = groups.select(COUNTS).rows()
    small = {(n, place) for n, row in enumerate(rows) for place, count in enumerate(row) if 0 < count < TOO_FEW}
    hidden = _with_company(rows, small)
    columns = {
        name: [
            f"<{TOO_FEW}" if (n, place) in small else "—" if (n, place) in hidden else str(row[place])
            for n, row in enumerate(rows)
        ]
        for place, name in enumerate(COUNTS)
    }
    text = pl.DataFrame(columns, schema=dict.fromkeys(COUNTS, pl.String))
    return groups.select("key", _shown("in_scope")).hstack(text)


def _with_company(rows: Sequence[tuple[int, ...]], small: AbstractSet[tuple[int, int]]) -> AbstractSet[tuple[int, int]]:
    """Cells to hide: those that are small, and others until none is the only one hidden of its row or column."""
    row_cells = [[(n, place) for place in _GIVEN_UP_FIRST] for n in range(len(rows))]
    # Of a column the least count that is any; nothing is the last resort.
    column_cells = [
        sorted(
            ((n, place) for n in range(len(rows))),
            key=lambda cell: (rows[cell[0]][cell[1]] == 0, rows[cell[0]][cell[1]]),
        )
        for place in range(len(COUNTS))
    ]
    hidden, lonely = set(small), True
    while lonely:
        lonely = False
        for line in (*row_cells, *column_cells):
            shown = [cell for cell in line if cell not in hidden]
            if shown and len(line) - len(shown) == 1:
                hidden.add(shown[0])
                lonely = True
    return hidden


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
