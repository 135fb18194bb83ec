"""Counts per rule: what each rule found, changed and could not look at. Counts only, no person.

What belongs here: the published table `rule_counts`. Whether the counts add up is in `books`.
"""

from datetime import date
from typing import Final

import polars as pl

from pipelines.domain.assessment import Assessment
from pipelines.domain.memory import Remembered
from pipelines.domain.vocabulary import Outcome

OUTCOMES: Final = tuple(str(outcome) for outcome in Outcome)
CHANGES: Final = ("new", "persisting", "changed", "reopened")

RULE_COUNTS: Final = pl.Schema(
    {
        "as_of": pl.Date,
        "rule_id": pl.String,
        "rule_version": pl.String,
        "feed": pl.String,
        "feed_status": pl.String,
        "snapshot_date": pl.Date,
        "flagged": pl.Int64,
        "exempt": pl.Int64,
        "undetermined": pl.Int64,
        "not_assessed": pl.Int64,
        "households_in_scope": pl.Int64,
        "households_assessed": pl.Int64,
        "households_not_assessed": pl.Int64,
        "households_flagged": pl.Int64,
        "households_clear": pl.Int64,
        "new": pl.Int64,
        "persisting": pl.Int64,
        "changed": pl.Int64,
        "reopened": pl.Int64,
        "resolved": pl.Int64,
        "suppressed": pl.Int64,
    }
)
"""Grain: one row per rule switched on. `not_assessed` counts findings carried over from an earlier night, which are
among `persisting`; `households_not_assessed` counts households that the rule could not judge, `households_clear` those
that it judged without a word about them. `suppressed` counts findings that people cleared: they are in no other count."""


def rule_counts(remembered: Remembered, assessment: Assessment, as_of: date) -> pl.DataFrame:
    """Count tonight's findings per rule.

    Args:
        remembered: tonight's findings with their memory, and those resolved.
        assessment: which rules, households and persons were assessed tonight.
        as_of: the comparison date.

    Returns:
        One row per rule switched on, columns of `RULE_COUNTS`, ordered by rule.
    """
    outcome, change = pl.col("outcome"), pl.col("change")
    counted = remembered.findings.group_by("rule_id").agg(
        *[(outcome == name).sum().cast(pl.Int64).alias(name) for name in OUTCOMES],
        *[(change == name).sum().cast(pl.Int64).alias(name) for name in CHANGES],
        households_flagged=pl.col("household_id").filter(outcome == Outcome.FLAGGED).n_unique().cast(pl.Int64),
    )
    resolved = remembered.resolved.group_by("rule_id").agg(resolved=pl.len().cast(pl.Int64))
    suppressed = remembered.suppressed.group_by("rule_id").agg(suppressed=pl.len().cast(pl.Int64))
    spoken_of = pl.concat(
        [one.select("rule_id", "household_id") for one in (remembered.findings, remembered.suppressed)]
    )
    counts = [*OUTCOMES, *CHANGES, "households_flagged", "resolved", "suppressed"]
    return (
        assessment.assessed_households()
        .join(counted, on="rule_id", how="left")
        .join(resolved, on="rule_id", how="left")
        .join(suppressed, on="rule_id", how="left")
        .join(assessment.clear_households(spoken_of), on="rule_id", how="left")
        .with_columns(pl.col(counts).fill_null(0), as_of=pl.lit(as_of))
        .select(RULE_COUNTS.names())
        .cast(RULE_COUNTS)
        .sort("rule_id")
    )
