"""Where a warehouse stands: the last night, its feeds and gates, what is held and why.

Reads manifests, load reports and the warehouse's marker alone: no table of persons, no key needed, so that it answers
while a night runs and also to somebody who may not see persons.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.domain.health_history import NIGHTS_SHOWN, NightAccount
from pipelines.night.cluster_place import EMBEDDED
from pipelines.night.health import PAGE, account_of
from pipelines.night.held_words import gate_sentence, holding, ways_on
from pipelines.night.labels import FEED_STATUS_LABELS, GATE_STATUS_LABELS
from pipelines.night.status_disk import DiskStanding, disk_line, disk_standing
from pipelines.night.status_health import (
    EventsStanding,
    Returned,
    events_line,
    events_standing,
    health_lines,
    nights_line,
    places_lines,
)
from warehouse.errors import WarehouseError
from warehouse.events.store import EventStore
from warehouse.load_report import LoadReport
from warehouse.night_accounts import recent_nights
from warehouse.occupancy import Occupant, occupant
from warehouse.publication import MANIFEST, current, read_manifest
from warehouse.release import RELEASED
from warehouse.session import MARKER, Vault
from warehouse.snapshots import SnapshotStore

ACCOUNTS = "accounts"
BOOKS = "workbooks"
"""Folder of the warehouse in which a night's workbooks lie, in a folder of the night's name."""


@dataclass(frozen=True)
class FeedStanding:
    """One feed on one day.

    Attributes:
        feed: its name.
        used: what the last night says of it: status, dates, counts, messages.
        landed: the newest snapshot in the warehouse, or None.
        refused: the refusal of a delivery newer than that, or None.
    """

    feed: str
    used: Mapping[str, Any]
    landed: LoadReport | None
    refused: LoadReport | None

    @property
    def is_away(self) -> bool:
        """Whether nothing of it was ever landed or refused: it was not delivered, and waits."""
        is_absent = self.used.get("status") == "absent" and not self.used.get("messages")
        return is_absent and self.landed is None and self.refused is None

    def age_days(self, today: date) -> int | None:
        """Days from the newest snapshot to a day."""
        return None if self.landed is None else (today - self.landed.snapshot_date).days

    def is_stale(self, today: date) -> bool:
        """Whether a night of that day could not use what is there."""
        age, most = self.age_days(today), self.used.get("max_age_days")
        return age is None or (most is not None and age > int(most))


@dataclass(frozen=True)
class HeldNight:
    """A night that was not published, the gates that held it, and the ways on from there; a sentence each."""

    name: str
    as_of: str
    gates: tuple[str, ...]
    ways: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Where a warehouse stands.

    Attributes:
        encrypted: whether what holds persons is encrypted at rest; None while the warehouse is empty.
        night: manifest of the night that ``current`` points at, or None.
        folder: that night's folder.
        feeds: every feed that was ever delivered or that the last night knows.
        held: nights held since.
        failures: accounts of what failed since, the newest last.
        nights: the last nights of that night's profile, published and held, with what became of them.
        events: what the store of case events says; None where it was not asked.
        page: the last night's health page.
        books: folder of the workbooks that were made of the last night.
        returned: where filled workbooks arrive; None where no folder is set.
        at_work: who changes the warehouse now, or None.
        disk: what the warehouse takes up, what is free, what a night needs; None where nobody looked.
    """

    encrypted: bool | None
    night: Mapping[str, Any] | None
    folder: Path | None
    feeds: tuple[FeedStanding, ...]
    held: tuple[HeldNight, ...]
    failures: tuple[Path, ...]
    nights: tuple[NightAccount, ...] = ()
    events: EventsStanding | None = None
    page: Path | None = None
    books: Path | None = None
    returned: Returned | None = None
    at_work: Occupant | None = None
    disk: DiskStanding | None = None


def standing(vault: Vault, store: EventStore | None = None, returned: Returned | None = None) -> Standing:
    """Read where a warehouse stands; no table is opened, nothing is written.

    Args:
        vault: the warehouse; its key is not needed.
        store: the store of case events, to be asked for its extent.
        returned: where filled workbooks arrive.

    Raises:
        WarehouseError: a manifest or load report is damaged.
    """
    folder = current(vault)
    night = read_manifest(folder) if folder else None
    known = dict(night["feeds"]) if night else {}
    delivered = {path.name for path in vault.root.glob("snapshots/*") if path.is_dir()}
    feeds = [*known, *sorted(delivered - known.keys())]
    return Standing(
        encrypted=_is_encrypted(vault.root),
        night=night,
        folder=folder,
        feeds=tuple(_feed(vault, feed, known.get(feed, {})) for feed in feeds),
        held=_held_since(vault.root, folder),
        failures=_since(vault.root.glob(f"{ACCOUNTS}/*"), folder),
        nights=_last_nights(vault, night),
        events=None if store is None else events_standing(store, night),
        page=_there(folder, PAGE),
        books=_there(vault.root / BOOKS, folder.name) if folder else None,
        returned=returned,
        at_work=occupant(vault.root),
        disk=disk_standing(vault, str(night["profile"]) if night else None),
    )


def status_screen(found: Standing, today: date) -> RenderableType:
    """Show where a warehouse stands, with the ages of the feeds on a day."""
    parts: list[RenderableType] = [_night_lines(found)]
    if found.at_work is not None:
        parts.append(Text(f"At work now: {found.at_work.told()}", "bold"))
    parts += [line for one in found.held for line in _held_lines(one)]
    if found.failures:
        parts.append(Text(f"failed since: {len(found.failures)}, the last one: {found.failures[-1]}", "red"))
    if found.feeds:
        parts += [Text(""), _feeds_table(found.feeds, today), *_feed_lines(found.feeds)]
    if found.night is not None:
        parts += [Text(""), *_gate_lines(found.night)]
    nights = nights_line(found.nights)
    parts += [] if nights is None else [nights]
    parts += [] if found.night is None else health_lines(found.night)
    parts += [] if found.events is None else [events_line(found.events)]
    parts += [disk_line(found.disk)] if found.disk is not None and found.disk.used else []
    return Group(*parts, *places_lines(found.page, found.books, found.returned))


def _last_nights(vault: Vault, night: Mapping[str, Any] | None) -> tuple[NightAccount, ...]:
    if night is None:
        return ()
    return tuple(map(account_of, recent_nights(vault, date.max, str(night["profile"]), NIGHTS_SHOWN)))


def _there(folder: Path | None, name: str) -> Path | None:
    """A file or folder, where it is there."""
    return folder / name if folder is not None and (folder / name).exists() else None


def _is_encrypted(root: Path) -> bool | None:
    try:
        return bool(json.loads((root / MARKER).read_bytes())["encrypted"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise WarehouseError(f"{MARKER} in the warehouse cannot be read: restore the file") from None


def _feed(vault: Vault, feed: str, used: Mapping[str, Any]) -> FeedStanding:
    reports = SnapshotStore(vault).reports(feed)
    landed = next((one for one in reversed(reports) if one.status == "landed"), None)
    refused = next((one for one in reversed(reports) if one.status == "refused"), None)
    is_newer = refused is not None and (landed is None or refused.snapshot_date > landed.snapshot_date)
    return FeedStanding(feed, used, landed, refused if is_newer else None)


def _held_since(root: Path, folder: Path | None) -> tuple[HeldNight, ...]:
    """Held nights that no later publication has made pointless, oldest first."""
    return tuple(_held(path.parent) for path in _since(root.glob(f"held/[0-9]*/{MANIFEST}"), folder))


def _since(files: Iterable[Path], folder: Path | None) -> tuple[Path, ...]:
    """The files written after the current night was, oldest first."""
    # By the oldest file: a release writes manifest and page of a night anew, long after the night was made.
    published_at = min((path.stat().st_mtime_ns for path in folder.iterdir()), default=0) if folder else 0
    written = sorted((path.stat().st_mtime_ns, path) for path in files)
    return tuple(path for moment, path in written if moment > published_at)


def _held(folder: Path) -> HeldNight:
    try:
        told = read_manifest(folder)
    except WarehouseError as error:  # of the current night it is an error; this one is told beside the others
        return HeldNight(folder.name, "", (str(error),))
    gates, as_of = told.get("gates", []), str(told.get("as_of", ""))
    failed = tuple(map(gate_sentence, holding(gates)))
    return HeldNight(folder.name, as_of, failed, tuple(ways_on(as_of, str(told.get("run_id", "")), gates)))


def _held_lines(one: HeldNight) -> list[Text]:
    """A held night, with the ways on below it."""
    first = Text(f"held: {one.name}: {'; '.join(one.gates) or 'see its manifest'}", "red")
    return [first, *(Text(f"  -> {way}", "yellow") for way in one.ways)]


def _night_lines(found: Standing) -> Text:
    secrecy = {
        True: "The files that hold persons are encrypted.",
        False: "The files that hold persons are not encrypted; they are readable by their owner alone.",
        None: "The warehouse is empty.",
    }[found.encrypted]
    if found.night is None or found.folder is None:
        return Text(f"No night is published yet.\n{secrecy}")
    counts = found.night.get("counts", {})
    told = ", ".join(f"{counts[name]:,} {name}" for name in ("households", "findings", "cases") if name in counts)
    lines = Text(f"Last night 比对日 {found.night['as_of']}", style="bold")
    engine = found.night.get("engine")
    compared = f"  compared by {engine}" if engine not in (None, EMBEDDED) else ""
    lines.append(f"  profile {found.night['profile']}  {told}{compared}\n{found.folder}\n", style="not bold")
    return lines.append(secrecy, style="not bold" if found.encrypted else "not bold yellow")


def _feeds_table(feeds: tuple[FeedStanding, ...], today: date) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for name in ("feed", "last night", "snapshot used", "newest landed", f"days old on {today}", "limit", "rows"):
        table.add_column(name, justify="right" if name.startswith(("days", "limit", "rows")) else "left")
    for feed in (one for one in feeds if not one.is_away):
        status = str(feed.used.get("status", ""))
        age = feed.age_days(today)
        table.add_row(
            feed.feed,
            Text(f"{status} {FEED_STATUS_LABELS.get(status, '')}".strip(), "green" if status == "fresh" else "yellow"),
            str(feed.used.get("snapshot_date") or ""),
            str(feed.landed.snapshot_date) if feed.landed else "none",
            Text("" if age is None else str(age), "red" if feed.is_stale(today) else ""),
            str(feed.used.get("max_age_days", "")),
            f"{feed.landed.books.kept:,}" if feed.landed else "",
        )
    return table


def _feed_lines(feeds: tuple[FeedStanding, ...]) -> list[Text]:
    """What was said about feeds: by the last night, and in refusals since; and which were never delivered."""
    said = {message for feed in feeds for message in feed.used.get("messages", [])}
    said |= {feed.refused.message for feed in feeds if feed.refused is not None}
    away = [f"{feed.feed} {feed.used.get('title', '')}".strip() for feed in feeds if feed.is_away]
    lines = [Text(f"! {message}", style="yellow") for message in sorted(said)]
    told = f"not delivered, their rules are not assessed 未交付，未核 ({len(away)}): {', '.join(away)}"
    return [Text(told, style="yellow"), *lines] if away else lines


def _gate_lines(night: Mapping[str, Any]) -> list[Text]:
    """The gates of the last night: how many passed, how many of them without judging, and who released it despite which."""
    gates = night.get("gates", [])
    passed = [gate for gate in gates if gate["passed"]]
    unjudged = Counter(gate["status"] for gate in passed if gate.get("status", "passed") != "passed")
    more = "".join(f", {number} {status} {GATE_STATUS_LABELS[status]}" for status, number in sorted(unjudged.items()))
    style = "green" if len(passed) == len(gates) else "red"
    lines = [Text(f"gates: {len(passed)} of {len(gates)} passed{more}", style)]
    lines += [Text(f"  {gate_sentence(gate)}", "red") for gate in holding(gates)]
    few = [gate for gate in passed if gate.get("status") == "too_few"]
    lines += [Text(f"  {gate_sentence(gate)}", "yellow") for gate in few]
    if released := night.get(RELEASED):
        lines.append(Text(f"  released by {released['by']} at {released['at']}: {released['reason']}", "yellow"))
    return lines
