"""Is there room on the disk? Asked before a night begins, and before each delivery is landed: nothing is written yet.

What belongs here: looking at deliveries, at the last night and at the disk, and the error that says what is needed, what is
free, and what retention would free. The arithmetic stands in `pipelines.domain.disk_need`.
"""

import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from connectors.contract import Contract
from connectors.inbox import Delivery, find_deliveries
from connectors.refusal import Refusal
from pipelines.domain.disk_need import MARGIN, Delivered, Need, memory_bytes, night_bytes, snapshot_bytes, spill_bytes
from pipelines.domain.policy import PolicyError
from pipelines.night.night import ROSTER, Night
from pipelines.night.retention import plan_retention
from pipelines.night.seen_deliveries import known_checksum
from warehouse.disk import free_bytes
from warehouse.errors import DiskFullError, WarehouseError
from warehouse.publication import night_before
from warehouse.removal import files_below
from warehouse.session import Vault

OF_ARCHIVE: Final = 10
"""Unpacked ÷ packed of an archive that cannot be looked into; landing will refuse it."""


def room_for_night(night: Night) -> None:
    """Look whether everything that this night will land and make has room.

    Raises:
        DiskFullError: it has not; nothing was written.
    """
    free = free_bytes(night.vault.root)
    if need_of_night(night).total <= free:
        return
    # What looks new by its time may have been landed already; only where it matters is every file read to be sure.
    need = need_of_night(night, is_sure=True)
    if need.total > free:
        landed = ", ".join(f"{feed} {_mb(size)}" for feed, size in need.snapshots.items()) or "none"
        parts = f"snapshots: {landed}; work and results: {_mb(max(need.spill, need.night))}"
        raise _too_little(night, f"the night of {night.as_of}", need.total, free, parts)


def room_for_delivery(night: Night, contract: Contract, delivery: Delivery) -> None:
    """Look whether one delivery that is about to be landed has room.

    Raises:
        DiskFullError: it has not; nothing of it was written.
    """
    files = list(delivered(delivery))
    need = int((snapshot_bytes(files) + spill_bytes(files, memory_bytes(night.vault.memory_limit))) * MARGIN)
    free = free_bytes(night.vault.root)
    if need > free:
        raise _too_little(night, f"{contract.feed} {delivery.snapshot_date}", need, free, "its snapshot")


def need_of_night(night: Night, *, is_sure: bool = False) -> Need:
    """What a night will need.

    Args:
        night: the night.
        is_sure: whether deliveries are known by their checksums, for which every file is read; else by the times of files.
    """
    coming: dict[str, list[Delivered]] = {}
    for feed, contract in night.contracts.items():
        for delivery in to_be_looked_at(night, contract):
            if not _is_landed(night, contract, delivery, is_sure=is_sure):
                coming.setdefault(feed, []).extend(delivered(delivery))
    memory = memory_bytes(night.vault.memory_limit)
    roster = find_deliveries(night.inbox, ROSTER, night.as_of)[:1]
    return Need(
        {feed: snapshot_bytes(files) for feed, files in coming.items()},
        max((spill_bytes(files, memory) for files in coming.values()), default=0),
        night_bytes(
            last_night_bytes(night.vault, night.profile),
            sum(one.size for delivery in roster for one in delivered(delivery)),
        ),
    )


def to_be_looked_at(night: Night, contract: Contract) -> Iterator[Delivery]:
    """The deliveries that landing will come to if it accepts each: from the newest back to the first full one."""
    oldest = night.as_of - timedelta(days=contract.max_age_days)
    has_delta = False
    for delivery in find_deliveries(night.inbox, contract.feed, night.as_of):
        if delivery.snapshot_date < oldest and not has_delta:
            return
        yield delivery
        if delivery.mode == "full":
            return
        has_delta = has_delta or delivery.mode == "delta"


def delivered(delivery: Delivery) -> Iterator[Delivered]:
    """The files of a delivery as they will be read; one that is gone by now is left to landing."""
    for path in delivery.files:
        if path.suffix.lower() == ".zip":
            yield from _members(path)
        elif path.is_file():
            yield Delivered(path.suffix.lower(), path.stat().st_size)


def last_night_bytes(vault: Vault, profile: str) -> int | None:
    """What the last night of a profile took up after landing, its publication twice; None where there is none."""
    folder = night_before(vault, date.max, profile)
    if folder is None:
        return None
    working = vault.root / "nights" / folder.name[: len("2026-01-01")] / profile
    books = vault.root / "workbooks" / folder.name
    return 2 * _size(folder) + _size(working) + _size(books)


def _is_landed(night: Night, contract: Contract, delivery: Delivery, *, is_sure: bool) -> bool:
    if is_sure:
        try:
            mark = known_checksum(night.vault.root, delivery, contract)
        except Refusal:
            return True  # it cannot be read, so it will take up nothing
        known = night.snapshots
        return any(
            one is not None
            for one in (
                known.find(contract.feed, delivery.snapshot_date, mark),
                known.find_earlier(contract.feed, delivery.snapshot_date, mark),
            )
        )
    reports = list((night.vault.root / "snapshots" / contract.feed).glob(f"{delivery.snapshot_date}-*.json"))
    landed = [one.stat().st_mtime for one in reports if one.with_suffix(".duckdb").exists()]
    written = max((path.stat().st_mtime for path in delivery.files if path.exists()), default=0.0)
    return bool(landed) and max(landed) >= written


def _members(archive: Path) -> Iterator[Delivered]:
    """The members of an archive by their unpacked sizes."""
    try:
        with zipfile.ZipFile(archive) as opened:
            for one in opened.infolist():
                yield Delivered(Path(one.filename).suffix.lower(), one.file_size)
    except (OSError, zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError):
        yield Delivered(".csv", OF_ARCHIVE * archive.stat().st_size if archive.exists() else 0)


def _too_little(night: Night, what: str, need: int, free: int, parts: str) -> DiskFullError:
    """The error: what is needed, what is free, what to do."""
    return DiskFullError(
        f"{what}: expected about {_mb(need)} free on the disk of the warehouse ({parts}), found {_mb(free)}; nothing was "
        f"written, the last publication stays. {_advice(night)}Free space on the disk or move the warehouse to a greater "
        "one, then run it again"
    )


def _advice(night: Night) -> str:
    """What retention would free, where that can be told."""
    try:
        plan, _ = plan_retention(night.vault, night.contracts, night.policy, night.as_of)
    except (WarehouseError, PolicyError, OSError):
        return ""
    freed = plan.bytes_freed
    return f"hedui retain would free {_mb(freed)}. " if freed else "hedui retain would free nothing. "


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in files_below(folder)) if folder.is_dir() else 0


def _mb(amount: int) -> str:
    return f"{amount / 1e6:,.0f} MB"
