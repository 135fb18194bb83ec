"""The books of a night: equations that must hold, or the night fails (casework.md section 1).

What belongs here: the equations over households and findings. The books of a feed (rows read = kept + …) belong to its
load report.
"""

from dataclasses import dataclass

import polars as pl

from pipelines.domain.memory import LastNight, Remembered


@dataclass(frozen=True, slots=True)
class Equation:
    """One line of the books: two sides that must be equal. Counts only.

    Attributes:
        name: what is counted, in English, with the rule where there is one.
        left: the left side.
        right: the right side.
        terms: how both sides are made up, for whoever has to find the difference.
    """

    name: str
    left: int
    right: int
    terms: str

    @property
    def holds(self) -> bool:
        """Whether both sides are equal."""
        return self.left == self.right

    def as_fact(self) -> dict[str, str | int | bool]:
        """The equation as plain values, as the night keeps it."""
        return {"name": self.name, "left": self.left, "right": self.right, "holds": self.holds, "terms": self.terms}


def books(
    counts: pl.DataFrame, remembered: Remembered, last_night: LastNight, *, roster_households: int, out_of_scope: int
) -> list[Equation]:
    """Draw up the books of a night.

    Args:
        counts: tonight's `rule_counts`.
        remembered: tonight's findings with their memory, and those resolved.
        last_night: what the night before as_of left behind.
        roster_households: households with a row in the roster.
        out_of_scope: those of them that have no active row.

    Returns:
        Roster households = in scope + out of scope (where a rule is switched on); per rule in scope = assessed + not
        assessed; per rule, switched off ones included, and in all: findings last night + new + reopened − resolved =
        findings tonight.
    """
    return [*_scope(counts, roster_households, out_of_scope), *_movements(remembered, last_night)]


def _scope(counts: pl.DataFrame, roster_households: int, out_of_scope: int) -> list[Equation]:
    """Households: the roster's against the scope, then the scope against each rule."""
    equations = [
        Equation(
            name="roster households = in scope + out of scope",
            left=roster_households,
            right=in_scope + out_of_scope,
            terms=f"{roster_households} = {in_scope} + {out_of_scope}",
        )
        for in_scope in counts.get_column("households_in_scope").unique().sort()
    ]
    for rule_id, in_scope, assessed, not_assessed in counts.select(
        "rule_id", "households_in_scope", "households_assessed", "households_not_assessed"
    ).iter_rows():
        equations.append(
            Equation(
                name=f"{rule_id}: households in scope = assessed + not assessed",
                left=in_scope,
                right=assessed + not_assessed,
                terms=f"{in_scope} = {assessed} + {not_assessed}",
            )
        )
    return equations


def _movements(remembered: Remembered, last_night: LastNight) -> list[Equation]:
    """Findings: last night's, what came, what went, tonight's, counted from the tables themselves."""
    change = pl.col("change")
    tonight = remembered.findings.group_by("rule_id").agg(
        new=(change == "new").sum().cast(pl.Int64),
        reopened=(change == "reopened").sum().cast(pl.Int64),
        tonight=pl.len().cast(pl.Int64),
    )
    before = last_night.findings.group_by("rule_id").agg(before=pl.len().cast(pl.Int64))
    resolved = remembered.resolved.group_by("rule_id").agg(resolved=pl.len().cast(pl.Int64))
    sides = ["before", "new", "reopened", "resolved", "tonight"]
    per_rule = (
        tonight.join(before, on="rule_id", how="full", coalesce=True)
        .join(resolved, on="rule_id", how="full", coalesce=True)
        .select("rule_id", pl.col(sides).fill_null(0))
        .sort("rule_id")
    )
    total = per_rule.select(pl.lit("all rules").alias("rule_id"), pl.col(sides).sum())
    return [
        Equation(
            name=f"{rule_id}: findings last night + new + reopened - resolved = findings tonight",
            left=last + new + reopened - gone,
            right=now,
            terms=f"{last} + {new} + {reopened} - {gone} = {now}",
        )
        for rule_id, last, new, reopened, gone, now in pl.concat([total, per_rule]).iter_rows()
    ]
