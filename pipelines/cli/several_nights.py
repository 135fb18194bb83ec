"""``hedui nightly --from … --to …``: several nights, one after another in the order of their dates.

What belongs here: which dates, what is shown of each, when to go on after a night that was not published, and the exit
code of the whole. A night itself is `pipelines.jobs.run_night`.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from pipelines.cli.progress import Progress
from pipelines.cli.screen import message, show
from pipelines.settings import Settings, SettingsError

if TYPE_CHECKING:
    from pipelines.jobs import NightOutcome

PUBLISHED, OUR_ERROR, WRONG_USAGE, HELD, NO_ROSTER = range(5)
GOES_ON_AFTER = frozenset({PUBLISHED, HELD, NO_ROSTER})
"""What is wrong with a delivery is that day's own; an error of ours, or of the settings, would meet every later night."""
OUTCOMES = {
    PUBLISHED: "published",
    OUR_ERROR: "an error of ours",
    WRONG_USAGE: "wrong settings",
    HELD: "held by a gate",
    NO_ROSTER: "no roster",
}


@dataclass(frozen=True, slots=True)
class NightDone:
    """One night of several: its date, exit code, run and how long it took (seconds)."""

    as_of: date
    exit_code: int
    run_id: str
    seconds: float


def dates_between(first: date | None, last: date | None) -> list[date]:
    """Every date from the first to the last.

    Raises:
        SettingsError: one of the two is missing, or the last is before the first.
    """
    if first is None or last is None:
        missing = "--from" if first is None else "--to"
        raise SettingsError(
            f"{missing}: expected a date YYYY-MM-DD, found none; several nights need the first and the last"
        )
    if last < first:
        raise SettingsError(f"--to: expected a date not before --from ({first}), found {last}")
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def run_nights(settings: Settings, dates: list[date]) -> int:
    """Run the nights and show what became of each; the exit code of the first that was not published, else 0.

    The warehouse is held from the first night to the last: nobody publishes between two of them.
    """
    from pipelines.jobs import must_be_a_night, run_night  # noqa: PLC0415  Dagster takes seconds to import
    from pipelines.resources import night_resource  # noqa: PLC0415
    from warehouse.occupancy import Occupant, occupied  # noqa: PLC0415

    # Dates, settings, policy and key are asked for at both ends before anything is done.
    for end in (dates[0], dates[-1]):
        must_be_a_night(end)
        night_resource(settings).open(end)
    done: list[NightDone] = []
    with Progress() as progress:

        def one(as_of: date) -> "NightOutcome":
            progress("log", f"night of {as_of} ({dates.index(as_of) + 1} of {len(dates)}), profile {settings.profile}")
            outcome = run_night(settings, as_of, progress)
            for told in outcome.messages:
                message(f"! {as_of}: {told}", "red" if outcome.exit_code else "yellow")
            return outcome

        by = Occupant(f"the nights of {dates[0]} to {dates[-1]}")
        with occupied(settings.warehouse, by, lambda told: progress("log", told)):
            try:
                done.extend(in_order(dates, one))
            finally:
                show(account(done))
    if len(done) < len(dates):
        message(f"stopped: once that is mended, go on with --from {done[-1].as_of} --to {dates[-1]}", "bold")
    return next((night.exit_code for night in done if night.exit_code), PUBLISHED)


def in_order(dates: list[date], run: Callable[[date], "NightOutcome"]) -> Iterator[NightDone]:
    """Run one night after another, until all are done or one fails in a way that the next would meet too."""
    for as_of in dates:
        begun = time.monotonic()
        outcome = run(as_of)
        yield NightDone(as_of, outcome.exit_code, outcome.run_id, time.monotonic() - begun)
        if outcome.exit_code not in GOES_ON_AFTER:
            return


def account(done: Sequence[NightDone]) -> Table:
    """One line a night."""
    table = Table(box=None, header_style="dim")
    for head in ("night", "outcome", "run"):
        table.add_column(head)
    table.add_column("seconds", justify="right")
    for night in done:
        colour = "green" if night.exit_code == PUBLISHED else "red"
        table.add_row(
            str(night.as_of), Text(OUTCOMES[night.exit_code], colour), night.run_id[:8], f"{night.seconds:.1f}"
        )
    return table
