"""Which snapshots of a feed are used on a date, and what they say together (feeds.md section 1)."""

from datetime import date
from pathlib import Path

from tests.reference.contract import Feed
from tests.reference.files import UNFINISHED, Refused
from tests.reference.landing import Landed, Row, read_snapshot
from tests.reference.manifest import read_manifest, requested
from tests.reference.natural_keys import natural_key

Used = tuple[Landed, str, set[str]]


def land(inbox: Path, feed: Feed, as_of: date) -> Landed | None:
    """What the feed says on as_of; None where it is absent, stale or refused."""
    folder = inbox / feed.name
    used: list[Used] = []  # newest first
    for day in sorted(_ready(folder, as_of), reverse=True):
        modes = [mode for _, mode, _ in used]
        # of full snapshots and responses none older than max_age_days; the base of newer deltas may be older
        if (as_of - day).days > feed.max_age_days and "delta" not in modes:
            break
        if "full" in modes:
            break
        here = folder / day.isoformat()
        try:
            landed = read_snapshot(here, feed, day, as_of)
        except Refused:
            continue  # the next older one
        manifest = read_manifest(here)
        mode = str(manifest.get("mode", "full"))
        used.append((landed, mode, requested(here, manifest) if mode == "response" else set()))
    return _together(feed, used) if used else None


def _ready(folder: Path, as_of: date) -> list[date]:
    days = []
    for each in folder.iterdir() if folder.is_dir() else ():
        try:
            day = date.fromisoformat(each.name)
        except ValueError:
            continue
        if (
            each.name == day.isoformat()
            and day <= as_of
            and not any(file.name.endswith(UNFINISHED) for file in each.iterdir())
        ):
            days.append(day)
    return days


def _together(feed: Feed, used: list[Used]) -> Landed:
    """The newest full snapshot with the later deltas in order, or of the responses the newest per person."""
    newest = used[0][0]
    whole = Landed(newest.snapshot, set().union(*(one.present for one, _, _ in used)))
    for one, _, _ in used:
        for name in ("rows", "quarantined", "skipped", "duplicate", "superseded"):
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
        whole.kept_in_books += len(one.kept)
        whole.incomplete |= one.incomplete
    is_answer = used[0][1] == "response"
    whole.asked = set().union(*(asked for _, _, asked in used)) if is_answer else None
    rows = _answers(feed, used) if is_answer else _changes(feed, used)
    whole.kept = [{**row, "_order": place} for place, row in enumerate(rows)]
    return whole


def _changes(feed: Feed, used: list[Used]) -> list[Row]:
    """A later row takes the place of an earlier one of the same natural key."""
    rows: list[Row] = []
    for landed, _, _ in reversed(used):
        new = {natural_key(feed, row) for row in landed.kept} - {None}
        rows = [row for row in rows if natural_key(feed, row) not in new] + landed.kept
    return rows


def _answers(feed: Feed, used: list[Used]) -> list[Row]:
    """The newest answer per person; a person asked about later has no older rows.

    A record is about both its persons, so an answer about either speaks of it. A row about somebody who is on no list
    is a row all the same; where two answers hold it, it is one record.
    """
    rows: list[Row] = []
    for landed, _, asked in reversed(used):
        new = {natural_key(feed, row) for row in landed.kept} - {None}
        older = [row for row in rows if natural_key(feed, row) not in new]
        rows = [row for row in older if {row["id_number"], row.get("spouse_id_number")}.isdisjoint(asked)] + landed.kept
    return rows
