"""Answers to findings (反馈): what people did until a night as tables, and which of its findings have been answered.

What belongs here: setting a night's findings beside the standing verdicts. What does not: the fold of the events
(`case_events`), which verdicts suppress (`suppression`), where a case stands with its answers (`case_state`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from pipelines.domain.case_events import CaseFile
from pipelines.domain.suppression import is_clearing, is_confirming
from pipelines.domain.vocabulary import Outcome

FILES: Final = pl.Schema(
    {
        "case_id": pl.String,
        "dispatched_on": pl.Date,
        "reassigned_to": pl.String,
        "is_reassigned": pl.Boolean,
        "is_suspended": pl.Boolean,
        "suspended_until": pl.Date,
        "is_appealed": pl.Boolean,
        "handled_at": pl.Int64,
        "archived_at": pl.Int64,
    }
)
"""Grain: one row per case that something was done with (`case_events.CaseFile`)."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What people did until a night.

    Attributes:
        verdicts: standing verdicts (`suppression.STANDING`).
        returned: findings and fingerprints of verdicts that were returned (`suppression.RETURNED`).
        files: what was done with cases, columns of `FILES`.
    """

    verdicts: pl.DataFrame
    returned: pl.DataFrame
    files: pl.DataFrame


def files_table(cases: Mapping[str, CaseFile]) -> pl.DataFrame:
    """What was done with cases, as a table ordered by case."""
    rows = [
        {
            "case_id": case_id,
            "dispatched_on": one.dispatched_on,
            "reassigned_to": one.handled_by,
            "is_reassigned": one.is_reassigned,
            "is_suspended": one.is_suspended,
            "suspended_until": one.suspended_until,
            "is_appealed": one.is_appealed,
            "handled_at": one.handled_at,
            "archived_at": one.archived_at,
        }
        for case_id, one in sorted(cases.items())
    ]
    return pl.DataFrame(rows, schema=FILES)


def asks_for_answer() -> pl.Expr:
    """Whether a finding asks for an answer: flagged or undetermined, or so when it was last assessed."""
    raising = [str(one) for one in (Outcome.FLAGGED, Outcome.UNDETERMINED, Outcome.NOT_ASSESSED)]
    return pl.col("outcome").is_in(raising) & (pl.col("assessed_outcome") != str(Outcome.EXEMPT))


def answered_findings(
    findings: pl.DataFrame, desk: Desk, recorded_since: date | None = None, last_event: int | None = None
) -> pl.DataFrame:
    """Tonight's findings that ask for an answer, with the standing verdict at their fingerprint.

    A clearing verdict that holds suppresses its finding; one whose finding is raised all the same holds no longer, so that
    it is no answer any more: somebody has to look again. Between two nights one that was recorded since the night is the
    answer that the next night will take up.

    Args:
        findings: the night's findings with their memory and fingerprint.
        desk: what people did.
        recorded_since: comparison date of the findings' night, where later verdicts are among those of the desk; None
            for the night itself, which knows of none.
        last_event: `seq` of the last event that the night took into account: a verdict recorded while it ran is later,
            too, whatever night it says it was known after; None where that is not known.

    Returns:
        One row per such finding: its columns and `conclusion`, `is_approved`, `verdict_seq`, `reviewed_at`, `grace_ends_on`
        (null without a verdict) and `was_returned`.
    """
    at_fingerprint = ["finding_id", "fingerprint"]
    is_later = pl.lit(value=False) if recorded_since is None else pl.col("known_after") >= recorded_since
    if recorded_since is not None and last_event is not None:
        is_later |= pl.col("seq") > last_event
    verdicts = desk.verdicts.filter(~is_clearing() | is_later).select(
        *at_fingerprint,
        "conclusion",
        "is_approved",
        "reviewed_at",
        verdict_seq="seq",
        grace_ends_on=pl.when(is_confirming()).then("grace_to"),
    )
    returned = desk.returned.select(at_fingerprint).unique().with_columns(was_returned=pl.lit(value=True))
    return (
        findings.filter(asks_for_answer())
        .join(verdicts, on=at_fingerprint, how="left")
        .join(returned, on=at_fingerprint, how="left")
        .with_columns(pl.col("was_returned").fill_null(value=False))
    )
