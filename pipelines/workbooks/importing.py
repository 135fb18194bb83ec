"""Importing returned workbooks: from files to events, each row by itself, each file in one transaction.

What belongs here: the order of things. A file is read whole and judged before anything is recorded; all of its rows are
recorded together; rejects and the mark of its content come last. So a kill at any moment leaves all of a file or none,
and importing it again finishes what was left. What does not: how a row is read (`returned`), which answers count
(`pipelines.casework`).
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from pipelines.casework.night import PublishedNight, published_night
from pipelines.casework.recording import Recorded, VerdictDraft, record_verdicts
from pipelines.casework.refusal import CaseworkError
from pipelines.casework.reviewing import ReviewDraft, Reviewed, record_reviews
from pipelines.domain.verdict import Verdict
from pipelines.workbooks.answers import held_for, held_review, review_of, verdict_of
from pipelines.workbooks.handled import is_handled
from pipelines.workbooks.held import Cause, Held
from pipelines.workbooks.opening import UnusableWorkbookError, open_workbook, read_limited
from pipelines.workbooks.outcome import FileOutcome, Status
from pipelines.workbooks.returned import Returned, read_account, read_returned
from pipelines.workbooks.seal import Meta, seal_key
from pipelines.workbooks.sheets import ROW, Book
from pipelines.workbooks.tampering import Expected
from pipelines.workbooks.together import together
from warehouse.events.store import EventStore
from warehouse.keys import identity_key
from warehouse.session import Vault

DROPPED: Final = "drop"
WHOLE_DISTRICT: Final = "全区"


@dataclass(frozen=True)
class ImportDesk:
    """Where returned workbooks are imported, by whom and when.

    Attributes:
        vault: the warehouse.
        store: the event store.
        when: the moment, in China.
        written: what was written into the rows of a workbook, for a workbook's account.
        by: who imports; None: nobody is there (a drop folder), and it is `drop:` and the workbook's town.
        password: to open the workbooks.
        dry_run: decide and record nothing.
    """

    vault: Vault
    store: EventStore
    when: datetime
    written: Callable[[Meta], Expected]
    by: str | None = None
    password: str | None = field(default=None, repr=False)
    dry_run: bool = False


@dataclass(frozen=True)
class Incoming:
    """A file that could be read, and what became of it so far."""

    path: Path
    sha256: str
    was_encrypted: bool
    returned: Returned
    answers: Mapping[int, Verdict]
    outcome: FileOutcome

    @cached_property
    def reviewed(self) -> list[int]:
        """Rows of the sheet in which a reviewer filled something in."""
        return [row for row, values in self.rows.items() if values["is_answered"]]

    @cached_property
    def rows(self) -> Mapping[int, Mapping[str, Any]]:
        """Row of the sheet → its values."""
        return {row[ROW]: row for row in self.returned.rows.iter_rows(named=True)}

    def with_held(self, more: Sequence[Held]) -> "Incoming":
        """The same with further reasons; in the order of the rows."""
        held = sorted([*self.outcome.held, *more], key=lambda one: one.row)
        return replace(self, outcome=replace(self.outcome, held=held))


@dataclass(frozen=True)
class Imported:
    """What became of one file; `incoming` is None where it could not be used."""

    outcome: FileOutcome
    incoming: Incoming | None = None


def import_workbooks(paths: Sequence[Path], desk: ImportDesk) -> list[Imported]:
    """Import workbooks; one that cannot be used keeps no other one from it.

    Args:
        paths: the files.
        desk: where, by whom and when.

    Returns:
        What became of each, in their order. Nothing is written beside the files.

    Raises:
        WarehouseError: the warehouse or its event store cannot be used.
    """
    key = seal_key(identity_key(desk.vault.root, desk.vault.key))
    read: list[Imported] = []
    for path in paths:
        one = _read(path, desk, key)
        same = next((other for other in read if other.outcome.sha256 == one.outcome.sha256 != ""), None)
        if same is not None:
            told = f"与“{same.outcome.name}”内容完全相同，只导入一次"
            one = Imported(replace(one.outcome, status=Status.SAME, told=told))
        read.append(one)
    usable = _without_disagreement([one.incoming for one in read if one.incoming is not None])
    nights: dict[str, PublishedNight] = {}
    done = {incoming.path: _recorded(incoming, desk, nights) for incoming in usable}
    return [one if one.incoming is None else done[one.incoming.path] for one in read]


def _read(path: Path, desk: ImportDesk, key: bytes) -> Imported:
    """A file read and judged by itself."""
    outcome = FileOutcome(path.name)
    try:
        content = read_limited(path)
        outcome = replace(outcome, sha256=hashlib.sha256(content).hexdigest())
        opened = open_workbook(content, desk.password)
        book = Book(opened)
        meta = read_account(book, key)
        returned = read_returned(book, meta, key, desk.written(meta))
    except UnusableWorkbookError as error:
        return Imported(replace(outcome, status=Status.UNUSABLE, told=str(error)))
    outcome = replace(
        outcome,
        town=meta.town,
        missing=returned.missing,
        sheet=returned.sheet,
        letters=returned.letters,
        held=returned.held,
        was_imported=is_handled(desk.vault.root, outcome.sha256),
    )
    sound = returned.sound().filter(~pl.col("is_answered"))
    answers = {row[ROW]: verdict_of(row) for row in sound.iter_rows(named=True)}
    return Imported(outcome, Incoming(path, outcome.sha256, opened.was_encrypted, returned, answers, outcome))


def _without_disagreement(files: Sequence[Incoming]) -> list[Incoming]:
    """The files, with those rows held in each of them in which two files say different things of one finding."""
    said: dict[tuple[str, str], list[tuple[int, int, object]]] = {}
    for place, one in enumerate(files):
        for row, verdict in one.answers.items():
            said.setdefault(("conclusion", verdict.finding_id), []).append((place, row, verdict.content()))
        for row in one.reviewed:
            values = one.rows[row]
            said.setdefault(("opinion", values["finding_id"]), []).append((place, row, values.get("opinion")))
    told = "同时导入的几份文件对这条疑点的内容不一致，都没有接受：请确定以哪一份为准，再单独导入"
    more: dict[int, list[Held]] = {}
    for (key, _), contents in said.items():
        if any(content != contents[0][2] for _, _, content in contents[1:]):
            for place, row, _ in contents:
                more.setdefault(place, []).append(Held(row, key, Cause.OTHER_FILE, told))
    return [one.with_held(more.get(place, ())) for place, one in enumerate(files)]


def _recorded(incoming: Incoming, desk: ImportDesk, nights: dict[str, PublishedNight]) -> Imported:
    """All rows of a file recorded together."""
    meta = incoming.returned.meta
    try:
        if meta.profile not in nights:
            nights[meta.profile] = published_night(desk.vault, meta.profile)
        night = nights[meta.profile]
    except CaseworkError:
        told = f"库中没有政策方案 {meta.profile} 的已发布结果：请检查 --warehouse"
        return Imported(replace(incoming.outcome, status=Status.UNUSABLE, told=told))
    results, refused = _record(incoming, desk, night)
    done = incoming.with_held(refused)
    outcome = replace(done.outcome, accepted=results.count("verdict"), reviewed=results.count("review"))
    known = set(incoming.returned.cells.filter(pl.col("finding_id").is_not_null())[ROW].to_list())
    held_known = known & {one.row for one in outcome.held}
    outcome = replace(outcome, unchanged=len(known) - len(held_known) - outcome.accepted - outcome.reviewed)
    done = replace(done, outcome=outcome)
    return Imported(outcome, done)


def _record(incoming: Incoming, desk: ImportDesk, night: PublishedNight) -> tuple[list[str], list[Held]]:
    """Verdicts and reviews of a file in one transaction: what was accepted, and why the rest is held."""
    held_rows = {one.row for one in incoming.outcome.held}
    rows = incoming.rows
    answers = [(row, verdict) for row, verdict in incoming.answers.items() if row not in held_rows]
    read = [(row, review_of(rows[row], desk.when.date())) for row in incoming.reviewed if row not in held_rows]
    meta = incoming.returned.meta
    reviews = [(row, replace(one, seen_at=meta.made_at)) for row, one in read if isinstance(one, ReviewDraft)]
    origin = f"workbook:{incoming.path.name} {incoming.sha256}"

    def record(store: EventStore) -> tuple[list[Recorded], list[Reviewed]]:
        said = record_verdicts(
            store,
            night,
            [VerdictDraft(verdict, of_night=meta.as_of) for _, verdict in answers],
            by=desk.by or f"{DROPPED}:{meta.town or WHOLE_DISTRICT}",
            origin=origin,
            entered_on=desk.when.date(),
            dry_run=desk.dry_run,
        )
        drafts = [one for _, one in reviews]
        return said, record_reviews(store, night, drafts, origin=origin, dry_run=desk.dry_run)

    said, reviewed = record(desk.store) if desk.dry_run else together(desk.store, record)
    accepted = ["verdict" for one in said if one.status == "accepted"]
    accepted += ["review" for one in reviewed if one.status == "accepted"]
    refused = [held for _, one in read if not isinstance(one, ReviewDraft) for held in one]
    for (row, _), told in zip(answers, said, strict=True):
        if told.status == "rejected":
            refused += held_for(rows[row], told.rejection or Cause.REFUSED, told.told, told.lacks)
    for (row, _), decided in zip(reviews, reviewed, strict=True):
        if decided.status == "rejected" and decided.rejection is not None:
            refused.append(held_review(rows[row], decided.rejection, decided.told))
    return accepted, refused
