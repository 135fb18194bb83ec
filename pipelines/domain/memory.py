"""The memory of findings: what is new, what stays, what changed, what came back, and what is gone and why.

What belongs here: comparing tonight's findings with last night's (casework.md section 1). A finding is the same while
its finding_id is: household, person, rule and record key. Gone means resolved only when somebody looked; otherwise it
stays, as `not_assessed`. Everything is computed from the night before as_of, so that running a night again gives the
same answer.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from pipelines.domain.assessment import Assessment
from pipelines.domain.vocabulary import Outcome

MEMORY: Final = pl.Schema(
    {
        "assessed_outcome": pl.String,
        "change": pl.String,
        "first_seen": pl.Date,
        "nights_seen": pl.Int32,
    }
)
"""What memory adds to a finding. `assessed_outcome`: the outcome when it was last assessed, equal to `outcome` but for
what is carried over. `nights_seen`: nights on which it was found; a night on which nobody looked does not count."""

RESOLUTION: Final = pl.Schema({"resolved_on": pl.Date, "resolved_reason": pl.String})
"""What a finding that is gone gets besides: `household_left`, `rule_switched_off`, `member_left`, `no_longer_found`."""

HISTORY: Final = pl.Schema(
    {
        "finding_id": pl.String,
        "resolved_on": pl.Date,
        "first_seen": pl.Date,
        "nights_seen": pl.Int32,
    }
)
"""Grain: one row per finding that was resolved on an earlier night and has not come back. It names no person."""


@dataclass(frozen=True, slots=True)
class LastNight:
    """What the night before as_of left behind.

    Attributes:
        findings: its findings with their memory, those carried over included; empty before the first night.
        history: findings resolved until then, columns of `HISTORY`; empty before the first night.
    """

    findings: pl.DataFrame
    history: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Remembered:
    """Tonight after remembering.

    Attributes:
        findings: tonight's findings and those carried over, with `MEMORY` columns, ordered by household, person, rule
            and record key. Grain: one row per finding_id.
        resolved: last night's findings that are gone, with `RESOLUTION` columns. Grain: one row per finding_id.
        history: what the next night needs to recognise a finding that comes back, columns of `HISTORY`.
    """

    findings: pl.DataFrame
    resolved: pl.DataFrame
    history: pl.DataFrame


def no_last_night(tonight: pl.DataFrame) -> LastNight:
    """The memory before the first night: nothing was seen, so that every finding is new."""
    findings = pl.DataFrame(schema={**tonight.schema, **MEMORY})
    return LastNight(findings, pl.DataFrame(schema=HISTORY))


def remember(tonight: pl.DataFrame, last_night: LastNight, assessment: Assessment, as_of: date) -> Remembered:
    """Compare tonight's findings, exempt ones included, with the night before (casework.md section 1).

    Args:
        tonight: standing findings of this night, one row per finding_id, with `fingerprint`.
        last_night: what the night before as_of left behind.
        assessment: which rules, households and persons were assessed tonight.
        as_of: the comparison date.

    Returns:
        Findings with their memory, those resolved tonight, and the history for the next night.

    Raises:
        ValueError: a finding_id stands twice, tonight or last night; tells how many.
    """
    _require_unique(tonight, "tonight's findings")
    _require_unique(last_night.findings, "last night's findings")
    found = _with_memory(tonight, last_night, as_of)
    gone = assessment.assessed_pairs(last_night.findings.join(tonight, on="finding_id", how="anti")).with_columns(
        resolved_reason=_reason()
    )
    gone = gone.with_columns(resolved_reason=_unless_in_doubt(assessment.after_income))
    remembered = pl.Schema({**tonight.schema, **MEMORY})
    carried, resolved = _carried_over(gone, as_of), _resolved(gone, as_of)
    findings = pl.concat([_shaped(found, remembered), _shaped(carried, remembered)])
    resolved = _shaped(resolved, pl.Schema({**remembered, **RESOLUTION}))
    return Remembered(_ordered(findings), _ordered(resolved), _history(last_night.history, resolved, findings))


def _with_memory(tonight: pl.DataFrame, last_night: LastNight, as_of: date) -> pl.DataFrame:
    """Tonight's findings with how each stands to the night before."""
    before = last_night.findings.select(
        "finding_id", last_fingerprint="fingerprint", last_first="first_seen", last_nights="nights_seen"
    )
    earlier = last_night.history.select("finding_id", resolved_first="first_seen", resolved_nights="nights_seen")
    was_there, was_resolved = pl.col("last_first").is_not_null(), pl.col("resolved_first").is_not_null()
    change = (
        pl.when(was_there & pl.col("fingerprint").ne_missing(pl.col("last_fingerprint")))
        .then(pl.lit("changed"))
        .when(was_there)
        .then(pl.lit("persisting"))
        .when(was_resolved)
        .then(pl.lit("reopened"))
        .otherwise(pl.lit("new"))
    )
    return (
        tonight.join(before, on="finding_id", how="left")
        .join(earlier, on="finding_id", how="left")
        .with_columns(
            assessed_outcome=pl.col("outcome"),
            change=change,
            first_seen=pl.coalesce("last_first", "resolved_first", pl.lit(as_of)),
            nights_seen=(pl.coalesce("last_nights", "resolved_nights", pl.lit(0)) + 1).cast(pl.Int32),
        )
    )


def _reason() -> pl.Expr:
    """Why a finding of last night that is not there tonight is resolved; null where nobody could look."""
    # A roster row that could not be read proves nothing: its household or member may well be there.
    is_readable = ~pl.col("is_unreadable")
    return (
        pl.when(~pl.col("is_switched_on"))
        .then(pl.lit("rule_switched_off"))
        .when(~pl.col("is_in_scope") & is_readable)
        .then(pl.lit("household_left"))
        .when(~pl.col("is_member") & is_readable)
        .then(pl.lit("member_left"))
        .when(pl.col("is_member") & pl.col("is_assessed"))
        .then(pl.lit("no_longer_found"))
    )


def _unless_in_doubt(after_income: frozenset[str]) -> pl.Expr:
    """The reason, null also for what rested on something of the household that nobody could look at tonight.

    A rule judged after the income goes quiet when a feed is late: its finding is in doubt as long as another one of the
    household is.
    """
    is_after, reason = pl.col("rule_id").is_in(sorted(after_income)), pl.col("resolved_reason")
    is_in_doubt = (reason.is_null() & ~is_after).any().over("household_id")
    return pl.when(is_after & is_in_doubt & (reason == "no_longer_found")).then(None).otherwise(reason)


def _carried_over(gone: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """What nobody could look at tonight: the row stays as it was told last, as `not_assessed`."""
    return gone.filter(pl.col("resolved_reason").is_null()).with_columns(
        as_of=pl.lit(as_of), outcome=pl.lit(str(Outcome.NOT_ASSESSED)), change=pl.lit("persisting")
    )


def _resolved(gone: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """What is gone for a reason that somebody could see tonight."""
    return gone.filter(pl.col("resolved_reason").is_not_null()).with_columns(resolved_on=pl.lit(as_of))


def _shaped(findings: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """The columns of tonight; one that last night's version of the programme did not write yet is null."""
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in findings.columns]
    return findings.with_columns(missing).select(schema.names()).cast(schema)


def _history(history: pl.DataFrame, resolved: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """Resolved findings that have not come back, the latest resolution of each."""
    return (
        pl.concat([history.select(HISTORY.names()), resolved.select(HISTORY.names())])
        .join(findings, on="finding_id", how="anti")
        .unique("finding_id", keep="last", maintain_order=True)
        .cast(HISTORY)
        .sort("finding_id")
    )


def _ordered(findings: pl.DataFrame) -> pl.DataFrame:
    """The same order whatever order the night was computed in."""
    return findings.sort("household_id", "id_number", "rule_id", "record_key", "finding_id")


def _require_unique(findings: pl.DataFrame, what: str) -> None:
    """Two findings with one identity would be counted twice in the books."""
    if repeated := findings.height - findings.get_column("finding_id").n_unique():
        raise ValueError(
            f"{what}: expected one row per finding_id, found {repeated} more rows; "
            "keep one standing row per household, person, rule and record key before remembering"
        )
