"""Releasing a held night: which one is meant, whether it may be, and the account of who did it and why.

What belongs here: what `hedui publish` asks before a night moves, and what it records. How a folder moves is in
`warehouse.release`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines.night.held_words import can_be_released, gate_sentence, holding
from warehouse.events.event import Draft
from warehouse.events.store import EventStore
from warehouse.publication import Publication, published_nights
from warehouse.release import RELEASE, RELEASED, Pages, StoredFolder, held_nights, point_at, release
from warehouse.session import Vault

RELEASED_EVENT = "released"
ORIGIN = "command line"
_ID_NUMBER = re.compile(r"\d{17}[\dXx]")
MOST_CHARACTERS = 500


class ReleaseError(Exception):
    """A night that cannot be released as asked: says what was expected, what was found and what to do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for.

    Attributes:
        run: a run id, its first characters (8 or more), or the name of a held folder.
        reason: why the night is right as it is.
        by: who says so.
    """

    run: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Released:
    """A night that was released.

    Attributes:
        publication: where it is now.
        as_of: its comparison date.
        gates: what had held it, a sentence each.
        later: later nights of its profile that were published before it, and did not know of it.
    """

    publication: Publication
    as_of: str
    gates: tuple[str, ...]
    later: tuple[str, ...]


def release_night(vault: Vault, store: EventStore, asked: Asked, pages: Pages | None = None) -> Released:
    """Release a held night, and record who did it and why.

    A run that was released already, but killed before all was done, is finished.

    Args:
        vault: the warehouse.
        store: where it is recorded.
        asked: which night, why, and who says so.
        pages: makes the night's pages again, which told that it is held.

    Raises:
        ReleaseError: no reason, no such night, several that fit, one published already, or one that cannot be released.
        WarehouseError: the warehouse or the event store refuses.
    """
    reason = checked_reason(asked.reason)
    if _ID_NUMBER.search(asked.by):
        raise ReleaseError("--by: expected a name without an ID number, found one; it is kept readable for everybody")
    done = [one for one in _published(vault) if _is_meant(one, asked.run)]
    night = chosen(asked.run, held_nights(vault), done)
    if night in done:
        return _finished(vault, store, night)
    gates = holding(night.manifest.get("gates", []))
    _check(vault, night, gates)
    told = {
        "by": asked.by,
        "reason": reason,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "gates": [str(gate["name"]) for gate in gates],
    }
    publication = release(vault, night, told, pages)
    _record(vault, store, night, publication.folder, told)
    return Released(publication, night.as_of, tuple(map(gate_sentence, gates)), _later(vault, night))


def checked_reason(reason: str) -> str:
    """The reason, which everybody who reads the night sees, without blanks around it.

    Raises:
        ReleaseError: there is none, it is longer than a few sentences, or it names a person by ID number.
    """
    told = reason.strip()
    if not told:
        raise ReleaseError("--reason: expected why the night is right as it is, found nothing; say it in a sentence")
    if len(told) > MOST_CHARACTERS:
        raise ReleaseError(f"--reason: expected at most {MOST_CHARACTERS} characters, found {len(told)}; shorten it")
    if _ID_NUMBER.search(told):
        raise ReleaseError(
            "--reason: expected words without an ID number, found one; it is kept readable for everybody"
        )
    return told


def chosen(run: str, held: Sequence[StoredFolder], published: Sequence[StoredFolder]) -> StoredFolder:
    """The night that is meant by a run id, its beginning, or a folder's name.

    Args:
        run: what was typed.
        held: every held night.
        published: those of the published nights that it fits.

    Raises:
        ReleaseError: none or several fit.
    """
    found = [one for one in held if _is_meant(one, run)]
    if len(found) == 1:
        return found[0]
    if not found and len(published) == 1:
        return published[0]
    there = ", ".join(f"{one.folder.name} (run {one.run_id[:8]})" for one in found or held)
    if found or published:
        names = there if found else ", ".join(one.folder.name for one in published)
        raise ReleaseError(f"--run {run}: expected one night, found several: {names}; give the folder's whole name")
    raise ReleaseError(
        f"--run {run}: expected a held night (run id, its first 8 characters, or the folder's name), "
        f"found {there or 'none held'}; see hedui status"
    )


def _is_meant(night: StoredFolder, run: str) -> bool:
    """Whether a night is meant; fewer than eight characters of a run id mean none."""
    return run in (night.folder.name, night.run_id) or (len(run) >= len("01234567") and night.run_id.startswith(run))


def _check(vault: Vault, night: StoredFolder, gates: Sequence[Any]) -> None:
    """Whether the night may be released.

    Raises:
        ReleaseError: a gate shows an error of ours, or its date was published since.
    """
    if not can_be_released(gates):
        wrong = "; ".join(gate_sentence(gate) for gate in gates if not gate.get("can_be_released", False))
        raise ReleaseError(
            f"{night.folder.name}: expected a night whose books balance and whose canaries are right, found {wrong}; "
            "that is an error of ours, no reason makes such a night right: hand it to the developers"
        )
    since = [
        one.folder.name
        for one in _published(vault)
        if (one.as_of, one.profile) == (night.as_of, night.profile)
        and one.manifest["publication_no"] >= night.manifest.get("publication_no", 0)
    ]
    if since:
        raise ReleaseError(
            f"{night.folder.name}: expected a night whose date was not published since, found {', '.join(since)}; "
            "the newer one stands, run that date again if it is wrong"
        )


def _finished(vault: Vault, store: EventStore, night: StoredFolder) -> Released:
    """Do what a killed release has left undone.

    Raises:
        ReleaseError: nothing was, or the night was never held.
    """
    told = night.manifest.get(RELEASED)
    was_current = _is_current(vault, night.folder)
    events_before = store.head().seq
    is_current = was_current
    if told is not None and (night.folder / RELEASE).is_file():
        is_current = point_at(vault, night.folder)
        _record(vault, store, night, night.folder, told)
    if is_current == was_current and store.head().seq == events_before:
        raise ReleaseError(f"{night.folder.name}: expected a held night, found it published already; nothing to do")
    gates = holding(night.manifest.get("gates", []))
    publication = Publication(night.folder, (), is_current)
    return Released(publication, night.as_of, tuple(map(gate_sentence, gates)), _later(vault, night))


def _record(vault: Vault, store: EventStore, night: StoredFolder, folder: Path, told: dict[str, Any]) -> None:
    """The release as an event; recorded once, however often it is asked for."""
    newest = max(one.as_of for one in _published(vault) if one.profile == night.profile)
    store.append(
        [
            Draft(
                kind=RELEASED_EVENT,
                case_id=None,
                finding_id=None,
                known_after=date.fromisoformat(newest),
                by=str(told["by"]),
                origin=ORIGIN,
                payload={"folder": folder.name, "run_id": night.run_id, "as_of": night.as_of, **told},
                dedupe=f"{RELEASED_EVENT}:{night.run_id}:{night.as_of}",
            )
        ]
    )


def _published(vault: Vault) -> list[StoredFolder]:
    """Every published night."""
    return [StoredFolder(folder, told) for folder, told in published_nights(vault)]


def _later(vault: Vault, night: StoredFolder) -> tuple[str, ...]:
    """The dates published since that are later than a night's: they were compared with an older one."""
    return tuple(
        sorted({one.as_of for one in _published(vault) if one.profile == night.profile and one.as_of > night.as_of})
    )


def _is_current(vault: Vault, folder: Path) -> bool:
    """Whether `current` points at a folder."""
    return (vault.root / "published" / "current").resolve() == folder.resolve()
