"""Releasing a held night: its folder moves whole from `held/` to `published/`.

Belongs here: the move, what is written beside the tables about it, and where `current` points afterwards. A kill at any
moment leaves the night held or published, never both and never half. Does not belong here: who may release, and why.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from warehouse.errors import WarehouseError
from warehouse.files import PRIVATE_FILE, move_into_place, private_folder, write_file
from warehouse.publication import (
    MANIFEST,
    Publication,
    current,
    make_current,
    next_number,
    read_manifest,
)
from warehouse.session import Vault

Pages = Callable[[Mapping[str, Any]], Mapping[str, bytes]]
"""Manifest → pages of a night's folder, name → content."""
LOCK = ".lock"
RELEASE = "release.json"
RELEASED = "released"
"""Where a manifest keeps who released the night, and why."""


@dataclass(frozen=True, slots=True)
class StoredFolder:
    """A night's folder with its manifest."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def run_id(self) -> str:
        """The run that made it."""
        return str(self.manifest.get("run_id", ""))

    @property
    def as_of(self) -> str:
        """Its comparison date, YYYY-MM-DD."""
        return str(self.manifest.get("as_of", ""))

    @property
    def profile(self) -> str:
        """Its policy profile."""
        return str(self.manifest.get("profile", ""))


def held_nights(vault: Vault) -> list[StoredFolder]:
    """Every held night, by the name of its folder; one whose manifest is damaged keeps no other from its release."""
    found = []
    for folder in sorted(path.parent for path in (vault.root / "held").glob(f"[0-9]*/{MANIFEST}")):
        with suppress(WarehouseError):
            found.append(StoredFolder(folder, read_manifest(folder)))
    return found


def release(vault: Vault, night: StoredFolder, told: Mapping[str, Any], pages: Pages | None = None) -> Publication:
    """Move a held night into `published/`, and let `current` point at it unless a later night is current.

    Args:
        vault: The warehouse.
        night: A night under `held/`.
        told: Who, why, when and despite which gates: no value of a person but the name of who releases.
        pages: Makes pages of the manifest again, name → content, which now tells that the night was released.

    Returns:
        Where the night is now.

    Raises:
        WarehouseError: it is no longer held.
    """
    with _alone(vault):
        if not (night.folder / MANIFEST).is_file():
            raise WarehouseError(f"{night.folder.name} is not held any more: look at hedui status")
        number = next_number(vault)
        # Written while it is still held: a kill before the rename leaves it held, to be released again.
        write_file(night.folder / RELEASE, _json(told))
        account = {**night.manifest, RELEASED: told, "publication_no": number}
        for name, content in (pages(account) if pages else {}).items():
            write_file(night.folder / name, content)
        write_file(night.folder / MANIFEST, _json(account))
        folder = _free_name(private_folder(vault.root / "published"), night.folder.name)
        move_into_place(night.folder, folder)
    return Publication(folder, (), point_at(vault, folder))


def point_at(vault: Vault, folder: Path) -> bool:
    """Let `current` point at a published night where none published later stands for its date or a later one.

    Also mends what a kill right after the move has left undone.
    """
    night, before = read_manifest(folder), current(vault)
    if before == folder.resolve():
        return True
    if before is not None and read_manifest(before)["publication_no"] > night["publication_no"]:
        return False
    return make_current(vault, folder, date.fromisoformat(str(night["as_of"])))


@contextmanager
def _alone(vault: Vault) -> Iterator[None]:
    """Let nobody else release a night meanwhile; the lock goes with the process, however that ends."""
    area = private_folder(vault.root / "held")
    handle = os.open(area / LOCK, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _free_name(area: Path, name: str) -> Path:
    folder, again = area / name, 1
    while folder.exists():
        again += 1
        folder = area / f"{name}-{again}"
    return folder


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
