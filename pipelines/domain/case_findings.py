"""The findings that make a case, each with the action it counts for.

What belongs here: which of a night's findings raise a case, and how strong each one is (rules.md section 6). Findings
come from memory, so that those carried over from an earlier night are among them.
"""

from typing import Final

import polars as pl

from pipelines.domain.vocabulary import ACTIONS_BY_STRENGTH, Action, Outcome

RAISING_OUTCOMES: Final = (Outcome.FLAGGED, Outcome.UNDETERMINED, Outcome.NOT_ASSESSED)

CASE_FINDINGS = pl.Schema(
    {
        "household_id": pl.String,
        "rule_id": pl.String,
        "outcome": pl.String,
        "action": pl.String,
        "strength": pl.Int32,
        "fact_date": pl.Date,
        "change": pl.String,
    }
)
"""Grain: one row per finding that raises a case. `strength` 0 is the strongest action."""


def case_findings(findings: pl.DataFrame) -> pl.DataFrame:
    """Keep the findings that raise a case and tell the action each one counts for.

    Flagged and undetermined ones do, and those of an earlier night that are not assessed now. An exemption raises none,
    not even one that is carried over. Undetermined counts as VERIFY, whatever its rule would have suggested.

    Args:
        findings: tonight's findings with their memory (`pipelines.domain.memory`).

    Returns:
        One row per such finding, columns of `CASE_FINDINGS`.

    Raises:
        ValueError: a finding has an action outside the vocabulary; tells how many.
    """
    outcome, assessed = pl.col("outcome"), pl.col("assessed_outcome")
    raising = findings.filter(outcome.is_in(RAISING_OUTCOMES), assessed != Outcome.EXEMPT)
    found = raising.select(
        "household_id",
        "rule_id",
        "outcome",
        "fact_date",
        "change",
        action=pl.when(assessed == Outcome.UNDETERMINED).then(pl.lit(Action.VERIFY)).otherwise(pl.col("action")),
    )
    if foreign := found.filter(~pl.col("action").is_in(ACTIONS_BY_STRENGTH) | pl.col("action").is_null()).height:
        raise ValueError(
            f"findings: expected one of the actions {', '.join(ACTIONS_BY_STRENGTH)}, found "
            f"another one in {foreign} findings; correct the action of their rules in the policy"
        )
    strength = pl.col("action").replace_strict(
        list(ACTIONS_BY_STRENGTH), list(range(len(ACTIONS_BY_STRENGTH))), return_dtype=pl.Int32
    )
    return found.with_columns(strength=strength).select(CASE_FINDINGS.names()).cast(CASE_FINDINGS)
