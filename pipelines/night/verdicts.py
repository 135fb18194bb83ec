"""Verdicts enter the night: what people recorded until the night before, as tables.

What belongs here: reading the events that tonight takes into account, and what follows for findings and money. A night
takes those with `known_after` before its as_of, whatever the wall clock says: run again, it gives the same.
"""

from typing import Final

import polars as pl

from pipelines.domain.case_answers import FILES, Desk, files_table
from pipelines.domain.case_events import fold
from pipelines.domain.policy import PolicyError
from pipelines.domain.suppression import (
    CLEARANCES,
    RETURNED,
    SNAPSHOTS_LANDED,
    STANDING,
    NoValidityError,
    clearances,
    counting,
    no_clearances,
    returned_verdicts,
    standing_verdicts,
)
from pipelines.night.event_chain import events_must_stand
from pipelines.night.night import Night
from warehouse.events.event import Head

VERDICTS: Final = "verdicts"
CLEARED: Final = "clearances"
RETURNED_VERDICTS: Final = "returned_verdicts"
CASE_FILES: Final = "case_files"
EVENTS: Final = "events"
"""Facts: the head of the event store as tonight takes it into account."""
VALID_MONTHS: Final = "verdict_valid_months"


def take_verdicts(night: Night) -> pl.DataFrame:
    """Fold the events that tonight knows of and store `verdicts`, what they clear, and what was done with cases.

    Returns:
        The standing verdicts, columns of `suppression.STANDING`.

    Raises:
        PolicyError: a verdict without an end of its own clears a finding, and the policy sets no length.
        EventStoreError: the store has lost events that an earlier night took into account.
    """
    events_must_stand(night)
    events = night.events.read(known_before=night.as_of)
    folded = fold(events)
    verdicts = standing_verdicts(folded)
    tables = {
        VERDICTS: verdicts,
        CLEARED: _clearances(night, verdicts),
        RETURNED_VERDICTS: returned_verdicts(folded),
        CASE_FILES: files_table(folded.cases),
    }
    for name, frame in tables.items():
        # Most warehouses have no verdict for long: an empty table is written where it is shown, or hides an older one.
        if name == VERDICTS or not frame.is_empty() or night.tables.has(name):
            night.tables.write(name, frame)
    # Of what was read, not of what stands by now: somebody may be recording meanwhile.
    head = Head(events[-1].seq, events[-1].digest) if events else Head()
    night.tables.write_facts(EVENTS, {"seq": head.seq, "digest": head.digest})
    return verdicts


def _clearances(night: Night, verdicts: pl.DataFrame) -> pl.DataFrame:
    """The clearing verdicts that hold tonight."""
    if verdicts.is_empty():
        return no_clearances()
    try:
        months = night.policy.months_if_set(VALID_MONTHS)
        return clearances(verdicts, _landed(night, verdicts), night.as_of, months)
    except NoValidityError as error:
        place = night.policy.place_of(VALID_MONTHS)
        raise PolicyError(
            f"{place}profile {night.profile}, parameter {VALID_MONTHS} on {night.as_of}: {error}; "
            "set it in a layer of the policy"
        ) from None


def _landed(night: Night, verdicts: pl.DataFrame) -> pl.DataFrame:
    """Dates of the snapshots that have landed, of the feeds that verdicts are about, up to the one in use tonight."""
    rows = []
    for feed in sorted(set(verdicts.get_column("feed").drop_nulls()) & set(night.contracts)):
        newest = night.state(feed).snapshot_date
        rows += [(feed, day) for day in night.snapshots.dates(feed) if newest is not None and day <= newest]
    return pl.DataFrame(rows, schema=SNAPSHOTS_LANDED, orient="row")


def cleared_tonight(night: Night) -> pl.DataFrame:
    """The clearing verdicts that hold tonight; none where the night took no verdicts."""
    return _table(night, CLEARED, CLEARANCES)


def standing_tonight(night: Night) -> pl.DataFrame:
    """The standing verdicts that tonight knows of."""
    return _table(night, VERDICTS, STANDING)


def desk_tonight(night: Night) -> Desk:
    """What people did until tonight."""
    return Desk(
        verdicts=standing_tonight(night),
        returned=_table(night, RETURNED_VERDICTS, RETURNED),
        files=_table(night, CASE_FILES, FILES),
    )


def counting_tonight(night: Night, findings: pl.DataFrame) -> pl.DataFrame:
    """The findings whose money and word count tonight: without those proven to be wrong data."""
    return counting(findings, cleared_tonight(night))


def _table(night: Night, name: str, schema: pl.Schema) -> pl.DataFrame:
    """A table of this stage; empty where the night was composed without it, or had nothing to write."""
    return night.tables.read(name) if night.tables.has(name) else pl.DataFrame(schema=schema)
