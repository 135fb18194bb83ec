"""The workbooks of a published night from the warehouse to a folder: what the command and the asset both do.

What belongs here: putting reading, answers, words, writing and dispatch together. What does not: settings, records of
clear exports.

Handing out is dispatch: the time to answer runs from the night's date, which the workbooks show. Only the newest night
of its profile is dispatched; workbooks of an older one are made again, not sent out again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.casework.acts import dispatch
from pipelines.casework.night import PublishedNight
from pipelines.casework.standing import folded_now, states_now
from pipelines.night.declared import declared
from pipelines.night.exports import ExportError, queue
from pipelines.workbooks.answered import answers, case_files, dispatched
from pipelines.workbooks.declared_words import words_of
from pipelines.workbooks.handing_out import Before, Destination, HandedOut, hand_out
from pipelines.workbooks.material import Material
from pipelines.workbooks.reading import read_material
from pipelines.workbooks.words import Words
from warehouse.events.store import EventStore
from warehouse.publication import night_before, read_manifest
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
        by: who hands them out.
        origin: `export` or `workbooks`.
        clear_ids: whether identity numbers stay readable; `before` then writes the record of it.
        password: what opens them; None: everybody.
        processes: that write beside this one; None: as the machine has processors.
    """

    destination: Destination
    made_at: datetime
    by: str
    origin: str
    clear_ids: bool = False
    password: str | None = None
    processes: int | None = None


@dataclass(frozen=True)
class Done:
    """What was handed out.

    Attributes:
        books: the workbooks, the district's first.
        dispatched: cases that had not been handed out before.
    """

    books: list[HandedOut]
    dispatched: int


def write_queue_books(
    vault: Vault,
    folder: Path,
    store: EventStore,
    declarations: Declarations,
    wish: Wish,
    before: Before = lambda _book: None,
) -> Done:
    """Write the workbooks of a published night and record that its cases were handed out.

    Args:
        vault: the warehouse.
        folder: the published night.
        store: the case events.
        declarations: where its words are declared.
        wish: how the workbooks are wanted.
        before: called with each before it appears.

    Raises:
        ExportError: no household of the night is in the town.
        TooManyFindingsError: a sheet cannot hold the findings of one.
        BookbindingError: one could not be written.
        EventStoreError: the store cannot be read or written.
    """
    vault.open()
    night = PublishedNight(vault, folder, read_manifest(folder))

    def material() -> tuple[Material, Words]:
        read = read_night(night, store, clear_ids=wish.clear_ids)
        town = wish.destination.town
        if town is not None and town not in read.known_towns:
            there = "、".join(sorted(read.known_towns)) or "none"
            raise ExportError(f"--town: no row of this night is in a town of that name; towns of this night: {there}")
        return read, declarations.words(night.manifest)

    books = hand_out(
        material,
        night.secret,
        wish.destination,
        wish.made_at,
        password=wish.password,
        before=before,
        processes=wish.processes,
    )
    newest = night_before(vault, date.max, night.profile)
    # The link `current` gives a whole path, a warehouse may be named by a relative one.
    if newest is None or folder.resolve() != newest.resolve():
        return Done(books, 0)
    case_ids = {case_id for book in books for case_id in book.case_ids}
    # A case counts as handed out once its workbook is there, not before.
    return Done(books, dispatch(store, night, case_ids, by=wish.by, origin=wish.origin))


def read_night(night: PublishedNight, store: EventStore, *, clear_ids: bool) -> Material:
    """Read what is handed out of a night, with the answers recorded until now and the days of dispatch it will have."""
    folded = folded_now(store)
    sent = queue(night.table("cases")).get_column("case_id")
    said = answers(folded, _fingerprints(night), night.as_of, night.last_event)
    files = (
        case_files(states_now(night, dispatched(folded, sent, night.as_of), night.as_of))
        if _has_states(night)
        else None
    )
    return read_material(night.vault, night.folder, clear_ids=clear_ids, answers=said, files=files)


def _fingerprints(night: PublishedNight) -> pl.DataFrame:
    if not night.has("memory"):
        return pl.DataFrame(schema={"finding_id": pl.String, "fingerprint": pl.String})
    return night.table("memory").select("finding_id", "fingerprint").unique("finding_id", maintain_order=True)


def _has_states(night: PublishedNight) -> bool:
    """Whether the night was made by a version that keeps what the states of cases are reckoned from."""
    return all(night.has(name) for name in ("memory", "resolved_findings"))
