"""Suppression (核清暂不提示): findings that people cleared are judged every night and not raised, until something changes.

What belongs here: the verdicts of a night as a table, and which of them clear tonight's findings (casework.md
section 3). What does not: remembering (`memory`), the states of cases (`case_state`).
"""

from datetime import date
from typing import Any, Final

import polars as pl

from pipelines.domain.case_events import APPROVED, Folded, Told, day_of
from pipelines.domain.dates import months_after_each
from pipelines.domain.verdict import CLEARING, CONFIRMING, Conclusion

STANDING: Final = pl.Schema(
    {
        "finding_id": pl.String,
        "conclusion": pl.String,
        "fingerprint": pl.String,
        "event_id": pl.String,
        "seq": pl.Int64,
        "case_id": pl.String,
        "rule_id": pl.String,
        "feed": pl.String,
        "snapshot_date": pl.Date,
        "material": pl.String,
        "first_seen": pl.Date,
        "decided_on": pl.Date,
        "known_after": pl.Date,
        "valid_until": pl.Date,
        "effective_month": pl.Date,
        "grace_to": pl.Date,
        "entered_by": pl.String,
        "is_approved": pl.Boolean,
        "reviewed_at": pl.Int64,
    }
)
"""Grain: one row per finding with a standing verdict. `fingerprint`, `feed`, `snapshot_date`, `material`: of the finding
as it was judged. `decided_on`: day of the investigation, else `known_after`. `valid_until`: as somebody gave it, or null.
`reviewed_at`: seq of the latest review, 0 without one."""

RETURNED: Final = pl.Schema({"finding_id": pl.String, "fingerprint": pl.String})
"""Grain: one row per finding and fingerprint of which a reviewer returned a verdict."""

CLEARANCES: Final = pl.Schema(
    {
        "finding_id": pl.String,
        "fingerprint": pl.String,
        "conclusion": pl.String,
        "decided_on": pl.Date,
        "valid_until": pl.Date,
        "event_id": pl.String,
    }
)
"""Grain: one row per clearing verdict that holds tonight: it clears its finding while the fingerprint is the same."""

CLEARED_BY: Final = ("conclusion", "decided_on", "valid_until", "event_id")
"""What a suppressed finding tells of the verdict that cleared it."""

SNAPSHOTS_LANDED: Final = pl.Schema({"feed": pl.String, "landed_on": pl.Date})
"""Grain: one row per feed and date of a snapshot that has landed, up to the one in use tonight."""

NEWER_SNAPSHOTS: Final = 2
"""数据有误 holds until the next snapshot of its feed but one (casework.md section 3): the department's first new
delivery may not have taken the correction up yet."""


class NoValidityError(ValueError):
    """A clearing verdict has no end of its own, and the policy sets no length."""


def standing_verdicts(folded: Folded) -> pl.DataFrame:
    """The standing verdicts as a table, ordered by finding."""
    told = [one for one in map(folded.standing, folded.verdicts) if one is not None]
    return pl.DataFrame([_row(one) for one in told], schema=STANDING).sort("finding_id")


def returned_verdicts(folded: Folded) -> pl.DataFrame:
    """What reviewers returned, as a table."""
    return pl.DataFrame(folded.returned(), schema=RETURNED, orient="row")


def _row(one: Told) -> dict[str, Any]:
    verdict, judged, event = one.verdict, one.judged, one.event
    return {
        "finding_id": event.finding_id,
        "conclusion": _text(verdict.get("conclusion")),
        "fingerprint": one.fingerprint,
        "event_id": event.event_id,
        "seq": event.seq,
        "case_id": event.case_id,
        "rule_id": _text(judged.get("rule_id")),
        "feed": _text(judged.get("feed")),
        "snapshot_date": day_of(judged.get("snapshot_date")),
        "material": _text(judged.get("material")),
        "first_seen": day_of(judged.get("first_seen")),
        "decided_on": day_of(verdict.get("investigated_on")) or event.known_after,
        "known_after": event.known_after,
        "valid_until": day_of(verdict.get("valid_until")),
        "effective_month": day_of(verdict.get("effective_month")),
        "grace_to": day_of(verdict.get("grace_to")),
        "entered_by": event.by,
        "is_approved": one.decision == APPROVED,
        "reviewed_at": one.decided_at,
    }


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def clearances(verdicts: pl.DataFrame, landed: pl.DataFrame, as_of: date, valid_months: int | None) -> pl.DataFrame:
    """The clearing verdicts that hold at as_of.

    One holds through its `valid_until`: as given, else `valid_months` after the investigation. 数据有误 without an end
    of its own also ends with the second snapshot of its feed that is newer than the one judged.

    Args:
        verdicts: standing verdicts, columns of `STANDING`.
        landed: snapshots that have landed up to those in use tonight, columns of `SNAPSHOTS_LANDED`.
        as_of: the comparison date.
        valid_months: how long a clearing verdict holds; None where the policy sets no length.

    Returns:
        Columns of `CLEARANCES`, ordered by finding.

    Raises:
        NoValidityError: a verdict needs the length that the policy does not set; tells how many.
    """
    clearing = verdicts.filter(pl.col("conclusion").is_in([str(one) for one in CLEARING]))
    endless = clearing.get_column("valid_until").null_count()
    if endless and valid_months is None:
        raise NoValidityError(f"expected a length for verdicts that name no end of their own, found none for {endless}")
    newer = (
        clearing.select("finding_id", "feed", "snapshot_date")
        .join(landed.unique(), on="feed", how="inner")
        .filter(pl.col("landed_on") > pl.col("snapshot_date"))
        .group_by("finding_id")
        .agg(newer=pl.col("landed_on").n_unique())
    )
    is_outdated = (
        (pl.col("conclusion") == str(Conclusion.WRONG_DATA))
        & pl.col("valid_until").is_null()
        & (pl.col("newer").fill_null(0) >= NEWER_SNAPSHOTS)
    )
    ends = pl.coalesce("valid_until", months_after_each(pl.col("decided_on"), valid_months or 0))
    return (
        clearing.join(newer, on="finding_id", how="left")
        .filter(~is_outdated)
        .with_columns(valid_until=ends)
        .filter(pl.lit(as_of) <= pl.col("valid_until"))
        .select(CLEARANCES.names())
        .cast(CLEARANCES)
        .sort("finding_id")
    )


def no_clearances() -> pl.DataFrame:
    """No verdict that clears anything."""
    return pl.DataFrame(schema=CLEARANCES)


def counting(findings: pl.DataFrame, cleared: pl.DataFrame) -> pl.DataFrame:
    """Findings whose money counts: without those that people proved to be wrong data, at this fingerprint.

    A wage that is somebody else's must not condemn the family by another finding. Other clearing verdicts change no
    arithmetic: what was paid was paid.

    Args:
        findings: tonight's findings.
        cleared: verdicts that hold tonight, columns of `CLEARANCES`.
    """
    refuted = cleared.filter(pl.col("conclusion") == str(Conclusion.WRONG_DATA))
    if refuted.is_empty():
        return findings
    return findings.join(refuted, on=["finding_id", "fingerprint"], how="anti")


def is_clearing() -> pl.Expr:
    """Whether a conclusion lets the household stay."""
    return pl.col("conclusion").is_in([str(one) for one in CLEARING])


def is_confirming() -> pl.Expr:
    """Whether a conclusion found the finding right."""
    return pl.col("conclusion").is_in([str(one) for one in CONFIRMING])
