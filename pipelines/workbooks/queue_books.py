"""The workbooks of a published night from the warehouse to a folder: what the command and the asset both do.

What belongs here: putting reading, words and writing together. What does not: settings, dispatch, records of clear
exports.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipelines.night.declared import declared
from pipelines.night.exports import ExportError
from pipelines.workbooks.declared_words import words_of
from pipelines.workbooks.handing_out import Before, Destination, HandedOut, hand_out
from pipelines.workbooks.material import Material
from pipelines.workbooks.reading import read_material
from pipelines.workbooks.words import Words
from warehouse.keys import identity_key
from warehouse.publication import read_manifest
from warehouse.session import Vault


@dataclass(frozen=True)
class Declarations:
    """The folders in which contracts, policy and rules are declared."""

    feeds: tuple[Path, ...]
    policy: tuple[Path, ...]
    rules: tuple[Path, ...] = ()

    def words(self, manifest: Mapping[str, Any]) -> Words:
        """The words of a published night's date and profile."""
        as_of = date.fromisoformat(str(manifest["as_of"]))
        return words_of(declared(str(manifest["profile"]), as_of, self.feeds, self.policy, self.rules))


@dataclass(frozen=True)
class Wish:
    """How workbooks are wanted.

    Attributes:
        destination: where they go, and whose.
        made_at: when.
        clear_ids: whether identity numbers stay readable; `before` then writes the record of it.
        password: what opens them; None: everybody.
        processes: that write beside this one; None: as the machine has processors.
    """

    destination: Destination
    made_at: datetime
    clear_ids: bool = False
    password: str | None = None
    processes: int | None = None


def write_queue_books(
    vault: Vault, folder: Path, declarations: Declarations, wish: Wish, before: Before = lambda _book: None
) -> list[HandedOut]:
    """Write the workbooks of a published night.

    Args:
        vault: the warehouse.
        folder: the published night.
        declarations: where its words are declared.
        wish: how the workbooks are wanted.
        before: called with each before it appears.

    Returns:
        The workbooks, the district's first.

    Raises:
        ExportError: no household of the night is in the town.
    """
    vault.open()

    def material() -> tuple[Material, Words]:
        night = read_material(vault, folder, clear_ids=wish.clear_ids)
        town = wish.destination.town
        if town is not None and town not in night.known_towns:
            there = "、".join(sorted(night.known_towns)) or "none"
            raise ExportError(f"--town: no row of this night is in a town of that name; towns of this night: {there}")
        return night, declarations.words(read_manifest(folder))

    secret = identity_key(vault.root, vault.key)
    return hand_out(
        material,
        secret,
        wish.destination,
        wish.made_at,
        password=wish.password,
        before=before,
        processes=wish.processes,
    )
