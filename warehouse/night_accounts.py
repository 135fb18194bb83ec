"""Accounts of earlier nights: the manifests of what was published and of what a gate held, without opening a table.

Belongs here: choosing folders by their date, so that a warehouse of many years reads as few files as one of a month.
Does not belong here: what the accounts mean.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from warehouse.errors import WarehouseError
from warehouse.publication import MANIFEST, read_manifest
from warehouse.session import Vault

AREAS = ("held", "published")
RELEASE = "release.json"
"""Lies in a published night that a gate had held: who released it, and why."""
DAY = len("2026-01-01")


@dataclass(frozen=True)
class NightOnDisk:
    """One night's folder and its manifest."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def is_held(self) -> bool:
        """Whether it still waits for a person."""
        return self.folder.parent.name == "held"

    @property
    def is_released(self) -> bool:
        """Whether a person published it although a gate had held it."""
        return (self.folder / RELEASE).exists()


def recent_nights(vault: Vault, before: date, profile: str, most: int) -> list[NightOnDisk]:
    """Give the nights of a profile on the last comparison dates before a day, published and held.

    A damaged manifest is passed over: an old night must not stop those to come.

    Args:
        vault: the warehouse; its tables are not opened.
        before: only earlier comparison dates.
        profile: the policy profile.
        most: of how many comparison dates at most.

    Returns:
        Ordered by date; of one date held ones first, then by publication.
    """
    found: list[NightOnDisk] = []
    days = 0
    for _, folders in _by_day(vault.root, before):
        nights = [one for one in map(_read, folders) if one is not None and one.manifest.get("profile") == profile]
        found += nights
        days += bool(nights)
        if days == most:
            break
    return sorted(found, key=lambda one: (str(one.manifest["as_of"]), not one.is_held, _number(one), one.folder.name))


def _by_day(root: Path, before: date) -> Iterator[tuple[str, list[Path]]]:
    """Folders of nights by the date that their name begins with, the newest first."""
    paths = [path.parent for area in AREAS for path in (root / area).glob(f"[0-9]*/{MANIFEST}")]
    earlier = sorted((one for one in paths if one.name[:DAY] < before.isoformat()), key=_day, reverse=True)
    return ((day, list(folders)) for day, folders in groupby(earlier, key=_day))


def _day(folder: Path) -> str:
    return folder.name[:DAY]


def _read(folder: Path) -> NightOnDisk | None:
    with suppress(WarehouseError):
        told = read_manifest(folder)
        if "as_of" in told:
            return NightOnDisk(folder, told)
    return None


def _number(one: NightOnDisk) -> int:
    number = one.manifest.get("publication_no", 0)
    return number if isinstance(number, int) else 0
