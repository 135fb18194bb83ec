"""Nights that were published, opened again: which snapshots they used, so that they can be judged a second time.

What belongs here: choosing published nights and pinning down their snapshots by date and checksum. What does not: what is
done with them (`rehearsal`). Nothing here writes to a night, to a snapshot or to what is published.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from connectors.contract import Contract
from pipelines.night.state import FeedState
from warehouse.load_report import LoadReport
from warehouse.publication import published_nights
from warehouse.session import Vault
from warehouse.snapshots import Snapshot, SnapshotStore

Mark = tuple[str, str]
"""Snapshot date and checksum: what tells one delivery from another, also where one comes twice."""


class RehearsalError(Exception):
    """A rehearsal that cannot be made as asked: says what was expected, what was found and what to do."""


@dataclass(frozen=True)
class StoredNight:
    """A published night. Of several publications of one date and profile the latest stands for the night.

    Attributes:
        folder: where its tables are; only read.
        manifest: its account: feeds with their snapshots, policy version, code version.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def as_of(self) -> date:
        """The comparison date."""
        return date.fromisoformat(str(self.manifest["as_of"]))

    @property
    def profile(self) -> str:
        """The policy profile that it was judged by."""
        return str(self.manifest["profile"])

    @property
    def policy_version(self) -> str:
        """The version of what applied that night."""
        return str(self.manifest.get("policy_version", ""))

    @property
    def code_version(self) -> str:
        """The version of the program that made it."""
        return str(self.manifest.get("code_version", ""))

    @property
    def feeds(self) -> Mapping[str, Mapping[str, Any]]:
        """The account of each feed."""
        feeds: Mapping[str, Mapping[str, Any]] = self.manifest.get("feeds", {})
        return feeds

    def marks(self, feed: str) -> list[Mark]:
        """The snapshots that the night used of a feed, the newest first; none where it was not assessed."""
        told = self.feeds.get(feed, {})
        if told.get("status") != "fresh":
            return []
        return [(str(one["snapshot_date"]), str(one["checksum"])) for one in told.get("snapshots") or [told]]


def choose_nights(vault: Vault, number: int, until: date | None, profile: str | None) -> list[StoredNight]:
    """Give the last published nights of one profile, the oldest first.

    Args:
        vault: the warehouse.
        number: how many; fewer where fewer are stored.
        until: the last comparison date that counts; None for no limit.
        profile: of this profile; None for that of the newest night.

    Raises:
        RehearsalError: there is no such night.
    """
    stored = [
        (str(told["as_of"]), int(told["publication_no"]), StoredNight(folder, told))
        for folder, told in published_nights(vault)
        if (until is None or str(told["as_of"]) <= until.isoformat()) and profile in (None, told.get("profile"))
    ]
    if not stored:
        asked = "".join([f" up to {until}" if until else "", f" of profile {profile}" if profile else ""])
        there = ", ".join(sorted({f"{told['as_of']} {told.get('profile')}" for _, told in published_nights(vault)}))
        raise RehearsalError(
            f"expected a published night{asked} to rehearse on, found {there or 'none in this warehouse'}: "
            "run hedui nightly first, or check --warehouse, --as-of and --nights-of"
        )
    newest = max(stored, key=lambda one: one[:2])[2]
    latest = {
        night.as_of: night for _, _, night in sorted(stored, key=lambda one: one[:2]) if night.profile == newest.profile
    }
    return [latest[day] for day in sorted(latest)][-number:]


class PinnedSnapshots(SnapshotStore):
    """The snapshots that a stored night used, and no other, whatever has landed since.

    Their dates are those of everything that has landed: how long a verdict holds does not depend on what is pinned.
    """

    def __init__(self, vault: Vault, pinned: Mapping[str, Collection[Mark]]) -> None:
        super().__init__(vault)
        self._pinned = pinned

    def list(self, feed: str) -> list[Snapshot]:
        """Give the night's snapshots of a feed, oldest date first, then by landing."""
        wanted = set(self._pinned.get(feed, ()))
        return [one for one in super().list(feed) if (one.snapshot_date.isoformat(), one.checksum) in wanted]


def pinned_snapshots(vault: Vault, night: StoredNight) -> PinnedSnapshots:
    """The snapshots of a stored night, all of them there.

    Raises:
        RehearsalError: some are no longer in the warehouse; names feed and date.
    """
    pinned = {feed: night.marks(feed) for feed in night.feeds}
    store = PinnedSnapshots(vault, pinned)
    missing = [
        f"{feed} {day}"
        for feed, marks in pinned.items()
        for day in sorted({day for day, _ in set(marks) - {_mark(one) for one in store.list(feed)}})
    ]
    if missing:
        raise RehearsalError(
            f"night {night.as_of}: expected the snapshots that it used, found these no longer in the warehouse "
            f"(retention): {', '.join(missing)}; restore them from the backup, or rehearse on fewer or later nights"
        )
    return store


def feed_states(night: StoredNight, store: SnapshotStore, contracts: Mapping[str, Contract]) -> list[FeedState]:
    """What the stored night knew of each feed; one that it did not take up was not there.

    Raises:
        RehearsalError: a feed has no contract any more, or its contract has gained fields since.
    """
    gone = sorted(feed for feed in night.feeds if night.marks(feed) and feed not in contracts)
    if gone:
        raise RehearsalError(
            f"night {night.as_of}: expected a contract for each of its feeds, found none for {', '.join(gone)}; "
            "restore the contract in the folder of contracts, or rehearse on a later night"
        )
    return [_state(night, store, contract) for contract in contracts.values()]


def _state(night: StoredNight, store: SnapshotStore, contract: Contract) -> FeedState:
    told = night.feeds.get(contract.feed)
    if told is None:
        return FeedState(
            feed=contract.feed,
            title=contract.title,
            as_of=night.as_of,
            status="absent",
            max_age_days=contract.max_age_days,
        )
    reports = {_mark(one): one.report for one in store.list(contract.feed)}
    used = [reports[mark] for mark in night.marks(contract.feed)]
    for report in used:
        _check_fields(night, contract, report)
    return FeedState.model_validate(
        {
            "feed": contract.feed,
            "as_of": night.as_of,
            "used": used,
            **{name: told[name] for name in ("title", "status", "snapshot_date", "age_days", "max_age_days")},
        }
    )


def _check_fields(night: StoredNight, contract: Contract, report: LoadReport) -> None:
    """A snapshot holds the fields of the contract by which it was landed; rules look at those of today's."""
    landed = {str(one["field"]) for one in report.fields}
    new = sorted({one.name for one in contract.fields} - landed)
    if new:
        raise RehearsalError(
            f"night {night.as_of}: the contract of {contract.feed} has gained fields since ({', '.join(new)}), which its "
            f"snapshot of {report.snapshot_date} does not have; run hedui nightly for that date again, then rehearse"
        )


def _mark(one: Snapshot) -> Mark:
    return one.snapshot_date.isoformat(), one.checksum
