"""The memory of findings: what is new, what stays, what changed, what came back, and what is gone and why.

What belongs here: comparing tonight's findings with last night's (casework.md section 1). A finding is the same while
its finding_id is: household, person, rule and record key. Gone means resolved only when somebody looked; otherwise it
stays, as `not_assessed`. Everything is computed from the night before as_of, so that running a night again gives the
same answer.

What people cleared is suppressed (`pipelines.domain.suppression`): it is judged, remembered and counted, and stands in a
table of its own, beside what is raised. Nothing is ever in both.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

import polars as pl

from pipelines.domain.assessment import Assessment
from pipelines.domain.suppression import CLEARANCES, CLEARED_BY, no_clearances
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
"""What a finding that is gone gets besides: `household_left`, `rule_switched_off`, `member_left`, `no_longer_found`, or
`cleared` on the night on which it is suppressed."""

CLEARED: Final = "cleared"
"""Why a finding is not raised any more that is there all the same: a verdict says that the household may stay."""

SUPPRESSION: Final = pl.Schema({name: CLEARANCES[name] for name in CLEARED_BY})
"""What a suppressed finding gets besides: the verdict that cleared it."""

HISTORY: Final = pl.Schema(
    {
        "finding_id": pl.String,
        "resolved_on": pl.Date,
        "first_seen": pl.Date,
        "nights_seen": pl.Int32,
    }
)
"""Grain: one row per finding that was resolved on an earlier night and has not come back. It names no person."""


def _nothing() -> pl.DataFrame:
    """No suppressed finding, with the columns by which they are counted."""
    return pl.DataFrame(schema=dict.fromkeys(("finding_id", "rule_id", "household_id"), pl.String))


@dataclass(frozen=True, slots=True)
class LastNight:
    """What the night before as_of left behind.

    Attributes:
        findings: its findings with their memory, those carried over included; empty before the first night.
        history: findings resolved until then, columns of `HISTORY`; empty before the first night.
        suppressed: its suppressed findings with their memory and what cleared them; empty where it had none, or was
            made before there were any.
    """

    findings: pl.DataFrame
    history: pl.DataFrame
    suppressed: pl.DataFrame = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Remembered:
    """Tonight after remembering.

    Attributes:
        findings: tonight's findings and those carried over, with `MEMORY` columns, ordered by household, person, rule
            and record key. Grain: one row per finding_id.
        resolved: last night's findings that are gone, with `RESOLUTION` columns. Grain: one row per finding_id.
        history: what the next night needs to recognise a finding that comes back, columns of `HISTORY`.
        suppressed: tonight's findings that a verdict cleared, with `MEMORY` and `SUPPRESSION` columns, in the order of
            findings; none of them is among the findings. Their `change` is told against both tables of last night.
    """

    findings: pl.DataFrame
    resolved: pl.DataFrame
    history: pl.DataFrame
    suppressed: pl.DataFrame = field(default_factory=_nothing)


def no_last_night(tonight: pl.DataFrame) -> LastNight:
    """The memory before the first night: nothing was seen, so that every finding is new."""
    findings = pl.DataFrame(schema={**tonight.schema, **MEMORY})
    return LastNight(findings, pl.DataFrame(schema=HISTORY))


def remember(
    tonight: pl.DataFrame,
    last_night: LastNight,
    assessment: Assessment,
    as_of: date,
    cleared: pl.DataFrame | None = None,
) -> Remembered:
    """Compare tonight's findings, exempt ones included, with the night before (casework.md sections 1 and 3).

    Args:
        tonight: standing findings of this night, one row per finding_id, with `fingerprint`.
        last_night: what the night before as_of left behind.
        assessment: which rules, households and persons were assessed tonight.
        as_of: the comparison date.
        cleared: the clearing verdicts that hold tonight, columns of `suppression.CLEARANCES`; by default none.

    Returns:
        Findings with their memory, those resolved tonight, those suppressed, and the history for the next night.

    Raises:
        ValueError: a finding_id stands twice, tonight or last night; tells how many.
    """
    verdicts = no_clearances() if cleared is None else cleared
    before = _of_both_tables(last_night, tonight)
    _require_unique(tonight, "tonight's findings")
    _require_unique(before, "last night's findings")
    gone = assessment.assessed_pairs(before.join(tonight, on="finding_id", how="anti")).with_columns(
        resolved_reason=_reason()
    )
    gone = gone.with_columns(resolved_reason=_unless_in_doubt(assessment.after_income))
    schema = pl.Schema({**tonight.schema, **MEMORY, **SUPPRESSION, "was_suppressed": pl.Boolean()})
    found = _with_memory(tonight, before, last_night.history, as_of)
    here = pl.concat([_shaped(found, schema), _shaped(_carried_over(gone, as_of), schema)])
    here = _with_verdicts(here, verdicts)
    findings, suppressed = _reopened(here.filter(~_is_suppressed())), here.filter(_is_suppressed())
    resolved = _resolved(gone, before, suppressed, as_of)
    left = gone.filter(pl.col("was_suppressed"), pl.col("resolved_reason").is_not_null())
    remembered = pl.Schema({**tonight.schema, **MEMORY})
    history = _history(last_night.history, resolved, left.with_columns(resolved_on=pl.lit(as_of)), here)
    return Remembered(
        _ordered(_shaped(findings, remembered)),
        _ordered(_shaped(resolved, pl.Schema({**remembered, **RESOLUTION}))),
        history,
        _ordered(_shaped(suppressed, pl.Schema({**remembered, **SUPPRESSION}))),
    )


def _of_both_tables(last_night: LastNight, tonight: pl.DataFrame) -> pl.DataFrame:
    """Last night's findings, raised and suppressed, with which of the two they were."""
    raised = last_night.findings
    schema = pl.Schema({**tonight.schema, **MEMORY, **SUPPRESSION})
    return pl.concat(
        [
            _shaped(raised, schema).with_columns(was_suppressed=pl.lit(value=False)),
            _shaped(last_night.suppressed, schema).with_columns(was_suppressed=pl.lit(value=True)),
        ]
    )


def _with_verdicts(here: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """Tonight's rows with the verdict that clears them at their fingerprint; one found without any loses its old one.

    What was suppressed and could not be looked at tonight stays so, whatever became of the verdict: it comes back when
    somebody has looked.
    """
    held = [pl.col(name).alias(f"held_{name}") for name in CLEARED_BY]
    nobody_looked = pl.col("outcome") == str(Outcome.NOT_ASSESSED)
    stays = pl.col("was_suppressed").fill_null(value=False) & nobody_looked
    return (
        here.join(verdicts.select("finding_id", "fingerprint", *held), on=["finding_id", "fingerprint"], how="left")
        .with_columns(
            pl.when(pl.col("held_event_id").is_not_null())
            .then(pl.col(f"held_{name}"))
            .when(stays)
            .then(pl.col(name))
            .alias(name)
            for name in CLEARED_BY
        )
        .select(here.columns)
    )


def _is_suppressed() -> pl.Expr:
    return pl.col("event_id").is_not_null()


def _reopened(findings: pl.DataFrame) -> pl.DataFrame:
    """What was suppressed last night and is raised tonight has come back, whatever its facts."""
    was_suppressed = pl.col("was_suppressed").fill_null(value=False)
    return findings.with_columns(change=pl.when(was_suppressed).then(pl.lit("reopened")).otherwise(pl.col("change")))


def _with_memory(tonight: pl.DataFrame, both: pl.DataFrame, history: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Tonight's findings with how each stands to the night before, in whichever of its tables it was."""
    before = both.select(
        "finding_id",
        "was_suppressed",
        last_fingerprint="fingerprint",
        last_first="first_seen",
        last_nights="nights_seen",
    )
    earlier = history.select("finding_id", resolved_first="first_seen", resolved_nights="nights_seen")
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


def _resolved(gone: pl.DataFrame, before: pl.DataFrame, suppressed: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Last night's findings that are not raised any more: gone for a reason that somebody could see, or cleared.

    What leaves the suppressed ones was not raised last night either, so that it is not among them.
    """
    seen = gone.filter(pl.col("resolved_reason").is_not_null(), ~pl.col("was_suppressed"))
    raised = before.filter(~pl.col("was_suppressed"))
    cleared = raised.join(suppressed, on="finding_id", how="semi").with_columns(resolved_reason=pl.lit(CLEARED))
    return pl.concat([seen.select(cleared.columns), cleared]).with_columns(resolved_on=pl.lit(as_of))


def _shaped(findings: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """The columns of tonight; one that last night's version of the programme did not write yet is null."""
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in findings.columns]
    return findings.with_columns(missing).select(schema.names()).cast(schema)


def _history(history: pl.DataFrame, resolved: pl.DataFrame, left: pl.DataFrame, here: pl.DataFrame) -> pl.DataFrame:
    """Findings that are gone and have not come back, the latest time of each; what is suppressed is not gone."""
    return (
        pl.concat([one.select(HISTORY.names()).cast(HISTORY) for one in (history, resolved, left)])
        .join(here, on="finding_id", how="anti")
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
