"""Everything in a warehouse that holds rows about persons, with when it was last used and whether something needs it.

What belongs here: looking. What does not: what may go (`pipelines.domain.retention`), removing (`retention`). Reads
folders, manifests and load reports; tables alone where published nights have a period, and then one of each profile.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.domain.case_state import CaseState
from pipelines.domain.retention import Kind, Periods, Stored, StoredFile, last_dates
from pipelines.night.case_states import STATES
from warehouse.content import effective_content
from warehouse.errors import WarehouseError
from warehouse.load_report import read_report
from warehouse.publication import MANIFEST, current, night_before, read_published
from warehouse.removal import files_below, snapshot_files, tables_of
from warehouse.session import Vault
from warehouse.snapshots import SnapshotStore

CHINA: Final = ZoneInfo("Asia/Shanghai")
FOR_EVER: Final = 10**7
"""Days; the age limit of a feed whose contract is not known here, so that nothing of it is taken for too old."""
AREAS: Final[Mapping[Kind, str]] = {Kind.PUBLISHED: "published", Kind.HELD: "held"}

Mark = tuple[str, str, str]
"""Feed, snapshot date, checksum."""


@dataclass(frozen=True)
class Place:
    """One night's folder of one kind.

    Attributes:
        kind: published, held or working.
        folder: where it is.
        as_of: its comparison date; None where its account cannot be read.
        profile: its policy profile.
        uses: the snapshots that it used.
        made_on: the day on which it was last worked on.
    """

    kind: Kind
    folder: Path
    as_of: date | None
    profile: str
    uses: frozenset[Mark]
    made_on: date


def stored_rows(vault: Vault, max_age_days: Mapping[str, int], kept: Periods, today: date) -> list[Stored]:
    """Look through a warehouse.

    Args:
        vault: the warehouse; its key is needed where the open cases of its last night are to be read.
        max_age_days: feed → how old a snapshot may be, by its contract.
        kept: how many of the last comparison dates keep their tables, and whether published nights have a period.
        today: the next night is today's or a later one.
    """
    nights = [*_published(vault.root), *_working(vault.root)]
    return [
        *_raw(vault, nights, max_age_days, today),
        *_tables(vault, nights, kept),
        *_workbooks(vault, nights),
    ]


def _raw(vault: Vault, nights: Iterable[Place], max_age_days: Mapping[str, int], today: date) -> Iterator[Stored]:
    """Snapshots; needed are those of the newest nights, and those that the next one would use."""
    used: dict[Mark, date] = {}
    for night in nights:
        day = max(night.made_on, night.as_of or night.made_on)
        used |= {mark: max(day, used.get(mark, day)) for mark in night.uses}
    needed = {mark: f"the newest night of {night.profile} uses it" for night in _newest(nights) for mark in night.uses}
    store = SnapshotStore(vault)
    # Of today, and of the latest date that ever was asked for: a night of a date to come takes nothing from tonight's.
    days = {today, max([today, *(night.as_of for night in nights if night.as_of)])}
    for folder in sorted(path for path in (vault.root / "snapshots").glob("*") if path.is_dir()):
        landed, oldest = store.list(folder.name), max_age_days.get(folder.name, FOR_EVER)
        next_nights = [effective_content(landed, day, oldest).content for day in days]
        coming = {one.path.stem for content in next_nights if content for one in content.snapshots}
        for data in sorted(folder.glob("*.duckdb")):
            mark = _mark(data)
            files = tuple(_file(one) for path in snapshot_files(data) for one in files_below(path))
            why = "the next night needs it" if data.stem in coming else needed.get(mark, "") if mark else ""
            last = used.get(mark) if mark else None
            name = data.with_suffix("").relative_to(vault.root).as_posix()
            yield Stored(Kind.RAW, name, last or _landed_on(data), files, why, mark[2] if mark else "")


def _mark(data: Path) -> Mark | None:
    """The delivery of a snapshot, by its load report; None where a kill left none."""
    try:
        report = read_report(data.with_suffix(".json"))
    except WarehouseError:
        return None
    return report.feed, report.snapshot_date.isoformat(), report.checksum


def _landed_on(data: Path) -> date:
    """The day on which a snapshot was landed: a second name of an older file keeps that file's day, its report does not."""
    return max(_day(path) for path in (data, data.with_suffix(".json")) if path.exists())


def _tables(vault: Vault, nights: Iterable[Place], periods: Periods) -> Iterator[Stored]:
    """Nights' folders that still hold tables."""
    now, dates = current(vault), _dates(nights)
    kept = {kind: last_dates(days, periods.nights) for kind, days in dates.items()}
    has_period = periods.days[Kind.PUBLISHED] is not None
    waits = _waiting_for_answers(vault, dates[Kind.PUBLISHED]) if has_period else frozenset()
    published = {profile: max(days) for profile, days in dates[Kind.PUBLISHED].items()}

    def needed(night: Place) -> str:
        if night.as_of is None:
            return "its account cannot be read: restore it"
        if night.folder == now:
            return "it is the current night"
        if night.as_of in kept[night.kind].get(night.profile, ()):
            return f"it is of the last {periods.nights} comparison dates of {night.profile}"
        if night.kind == Kind.HELD and night.as_of > published.get(night.profile, date.min):
            return "it waits for a release, nothing was published since"
        if night.kind == Kind.PUBLISHED and (waits is None or night.as_of in waits):
            return "open cases were handed out by it"
        return ""

    yield from _each(vault, nights, needed)


def _each(vault: Vault, nights: Iterable[Place], needed: Callable[[Place], str]) -> Iterator[Stored]:
    for night in nights:
        files = tuple(map(_file, tables_of(night.folder)))
        if files:
            name = night.folder.relative_to(vault.root).as_posix()
            yield Stored(night.kind, name, night.made_on, files, needed(night))


def _workbooks(vault: Vault, nights: Iterable[Place]) -> Iterator[Stored]:
    """Workbooks that the nights wrote; needed are those of the newest published night of each profile."""
    newest = {one.folder.name for one in _newest(one for one in nights if one.kind == Kind.PUBLISHED)}
    for folder in sorted(path for path in (vault.root / "workbooks").glob("[0-9]*") if path.is_dir()):
        files = list(files_below(folder))
        made_on = max(map(_day, files), default=_day(folder))
        why = "they are of the newest night" if folder.name in newest else ""
        yield Stored(Kind.WORKBOOKS, folder.relative_to(vault.root).as_posix(), made_on, tuple(map(_file, files)), why)


def _published(root: Path) -> list[Place]:
    """Published and held nights; one whose manifest is damaged is there without a date."""
    found = []
    for kind, area in AREAS.items():
        for folder in sorted(path for path in (root / area).glob("[0-9]*") if path.is_dir()):
            told = _json(folder / MANIFEST)
            as_of = _date(told.get("as_of"))
            made_on = max(
                (_day(path) for path in (folder / MANIFEST, *tables_of(folder)) if path.exists()), default=_day(folder)
            )
            uses = frozenset() if as_of is None else _uses_of(told)
            found.append(Place(kind, folder, as_of, str(told.get("profile", "")), uses, made_on))
    return found


def _working(root: Path) -> list[Place]:
    """Nights' tables, and the accounts of landing that tell what a night used which never came to its end."""
    found = []
    for folder in sorted(path for path in (root / "nights").glob("[0-9]*/*") if path.is_dir()):
        states = [(path, _json(path)) for path in sorted(folder.glob("landing_*.json"))]
        uses = {
            (str(told.get("feed", "")), str(one.get("snapshot_date", "")), str(one.get("checksum", "")))
            for _, told in states
            for one in told.get("used", [])
        }
        days = [_day(path) for path in (*(path for path, _ in states), *tables_of(folder))]
        as_of = date.fromisoformat(folder.parent.name)
        found.append(Place(Kind.WORKING, folder, as_of, folder.name, frozenset(uses), max(days, default=_day(folder))))
    return found


def _uses_of(manifest: Mapping[str, Any]) -> frozenset[Mark]:
    """As `StoredNight.marks`: an account of an early version tells the one snapshot in the place of all."""
    return frozenset(
        (feed, str(one["snapshot_date"]), str(one["checksum"]))
        for feed, told in manifest.get("feeds", {}).items()
        for one in told.get("snapshots") or [told]
        if one.get("checksum")
    )


def _newest(nights: Iterable[Place]) -> list[Place]:
    """Of each kind and profile the nights of the last comparison date."""
    dated = [night for night in nights if night.as_of is not None]
    latest: dict[tuple[Kind, str], date] = {}
    for night in dated:
        key = (night.kind, night.profile)
        latest[key] = max(night.as_of or date.min, latest.get(key, date.min))
    return [night for night in dated if night.as_of == latest[night.kind, night.profile]]


def _dates(nights: Iterable[Place]) -> dict[Kind, dict[str, list[date]]]:
    """Comparison dates by kind and profile."""
    found: dict[Kind, dict[str, list[date]]] = {kind: defaultdict(list) for kind in Kind}
    for night in nights:
        if night.as_of is not None:
            found[night.kind][night.profile].append(night.as_of)
    return found


def _waiting_for_answers(vault: Vault, published: Mapping[str, list[date]]) -> frozenset[date] | None:
    """The dates on which cases were handed out that are still open; None where that cannot be read."""
    days: set[date] = set()
    for profile in published:
        folder = night_before(vault, date.max, profile)
        if folder is None or not (folder / f"{STATES}.parquet").exists():
            continue
        try:
            states = read_published(vault, folder, STATES)
        except WarehouseError:
            return None
        is_open = pl.col("closed_reason").is_null() & (pl.col("state") != CaseState.ARCHIVED)
        days |= set(states.filter(is_open).get_column("dispatched_on").drop_nulls())
    return frozenset(days)


def _json(path: Path) -> dict[str, Any]:
    """An account, empty where it cannot be read: then nothing is told of it."""
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _date(told: object) -> date | None:
    try:
        return date.fromisoformat(str(told))
    except ValueError:
        return None


def _file(path: Path) -> StoredFile:
    told = path.stat()
    return StoredFile((told.st_dev, told.st_ino), told.st_nlink, told.st_size)


def _day(path: Path) -> date:
    """The day, in China, on which a file was last written."""
    return datetime.fromtimestamp(path.stat().st_mtime, CHINA).date()
