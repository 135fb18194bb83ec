"""Where cases stand now: the newest published night, and everything that was recorded since.

What belongs here: the same reckoning as the night's own (`pipelines.domain.case_state`), over published tables and all
events. Nothing here writes.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

from pipelines.casework.night import PublishedNight
from pipelines.domain.case_answers import Desk, answered_findings, files_table
from pipelines.domain.case_events import CaseEvent, Folded, fold
from pipelines.domain.case_state import CASE_STATES, TonightsCases, case_states
from pipelines.domain.deadlines import Terms
from pipelines.domain.suppression import returned_verdicts, standing_verdicts
from pipelines.domain.verdict import CLEARING
from pipelines.night.working_days import working_days
from warehouse.events.store import EventStore, Reader

STATES: Final = "case_states"
_MEMORY: Final = ("finding_id", "fingerprint", "assessed_outcome")


def desk_of(folded: Folded) -> Desk:
    """What people did, as tables."""
    return Desk(standing_verdicts(folded), returned_verdicts(folded), files_table(folded.cases))


def folded_now(store: EventStore | Reader) -> Folded:
    """Everything recorded until now."""
    events: Sequence[CaseEvent] = store.read()
    return fold(events)


def findings_of(night: PublishedNight) -> pl.DataFrame:
    """The published findings with what they are remembered by."""
    kept = night.table("memory").select(_MEMORY)
    return night.table("findings").join(kept, on="finding_id", how="left")


def terms_of(night: PublishedNight) -> Terms:
    """How long people have, as it was on that night; no deadlines on a night of an older version."""
    told = night.manifest.get("terms", {})
    return Terms(*(told.get(name) for name in Terms.__dataclass_fields__))


def states_now(night: PublishedNight, folded: Folded, today: date) -> pl.DataFrame:
    """Where every case of the night stands now, those closed on it included.

    Args:
        night: the newest published night.
        folded: everything recorded until now.
        today: the day on which somebody looks; an earlier one than the night's counts as the night's.

    Returns:
        Columns of `CASE_STATES`.
    """
    told = night.table(STATES) if night.has(STATES) else pl.DataFrame(schema=CASE_STATES)
    tonight = TonightsCases(
        cases=night.table("cases"),
        findings=findings_of(night),
        resolved=night.table("resolved_findings"),
        households=told.select("household_id", latest_grace_to="grace_ends_on").unique("household_id", keep="first"),
        last_states=told,
        recorded_since=night.as_of,
        last_event=night.last_event,
    )
    on = max(today, night.as_of)
    states = case_states(tonight, desk_of(folded), terms_of(night), working_days(on.year), on)
    closed = told.filter(pl.col("closed_reason").is_not_null()).join(states, on="case_id", how="anti")
    # A night of an older version tells less.
    return pl.concat([states, closed], how="diagonal").sort("household_id", "case_id")


def answers_now(night: PublishedNight, folded: Folded) -> pl.DataFrame:
    """The findings that ask for an answer, with the verdict that stands at their fingerprint; null where none does.

    One row per such finding: its published columns and `conclusion, is_approved, verdict_seq, reviewed_at,
    grace_ends_on, was_returned`.
    """
    return answered_findings(findings_of(night), desk_of(folded), night.as_of, night.last_event)


def unreviewed(folded: Folded) -> pl.DataFrame:
    """Standing verdicts that nobody has reviewed, per case, closed ones included: a clearing one closes its case at once.

    Returns:
        `case_id, household_id, town, verdicts, clearing, since`, the oldest first; `since`: night after which the first
        of them was entered.
    """
    told = [one for one in map(folded.standing, folded.verdicts) if one is not None and one.decision is None]
    rows = [
        {
            "case_id": one.event.case_id,
            "household_id": one.judged.get("household_id"),
            "town": one.judged.get("town"),
            "is_clearing": one.verdict.get("conclusion") in tuple(CLEARING),
            "since": one.event.known_after,
        }
        for one in told
        if one.event.case_id
    ]
    schema = {
        **dict.fromkeys(("case_id", "household_id", "town"), pl.String),
        "is_clearing": pl.Boolean,
        "since": pl.Date,
    }
    return (
        pl.DataFrame(rows, schema=schema)
        .group_by("case_id")
        .agg(
            pl.col("household_id", "town").first(),
            verdicts=pl.len(),
            clearing=pl.col("is_clearing").sum(),
            since=pl.col("since").min(),
        )
        .sort("since", "town", "case_id", nulls_last=True)
    )


def case_of(states: pl.DataFrame, wanted: str) -> str | None:
    """The one case whose id is, or begins with, what somebody typed; None where none or several do."""
    found = states.filter(pl.col("case_id").str.starts_with(wanted.strip().lower())).get_column("case_id").unique()
    return str(found.item()) if wanted.strip() and found.len() == 1 else None
