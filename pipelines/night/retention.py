"""Retention: planning for one warehouse, removing what may go, and the record of it.

What belongs here: the acts. What may go stands in `pipelines.domain.retention`, what there is in `stored_rows`. Nothing
of case events, load reports, manifests and pages is ever touched.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from connectors.contract import Contract
from pipelines.domain.policy import PolicyInForce
from pipelines.domain.retention import Kind, Periods, Plan, Stored, bytes_freed, periods, retention_plan
from pipelines.night.night import Night
from pipelines.night.stored_rows import stored_rows
from warehouse.audit_log import append_record
from warehouse.disk import is_full
from warehouse.errors import WarehouseError, disk_full
from warehouse.removal import remove_folder, remove_snapshot_rows, remove_tables
from warehouse.session import Vault

AUDIT_FILE: Final = Path("audit") / "retention.jsonl"
RETENTION: Final = "retention"
"""What others are told who find it at work (`warehouse.occupancy`)."""
BEGUN, DONE, STOPPED = "begun", "done", "stopped"


@dataclass
class Removed:
    """What has gone so far."""

    things: list[Stored] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes that the disk got back."""
        return bytes_freed(self.things)


def plan_retention(
    vault: Vault, contracts: Mapping[str, Contract], policy: PolicyInForce, today: date
) -> tuple[Plan, Periods]:
    """What may go from a warehouse on a day, and by which periods.

    Args:
        vault: the warehouse.
        contracts: how old the snapshots of a feed may be; of a feed without a contract the newest ones always stay.
        policy: in force on that day.
        today: the day.

    Raises:
        PolicyError: a period is no whole number of days.
        WarehouseError: a load report is damaged.
    """
    kept = periods(policy)
    ages = {feed: contract.max_age_days for feed, contract in contracts.items()}
    return retention_plan(stored_rows(vault, ages, kept, today), kept, today), kept


def retain(vault: Vault, plan: Plan, kept: Periods, by: str, when: datetime) -> Removed:
    """Remove what may go. What a kill leaves to be done is done by the next time.

    Whoever calls it holds the warehouse: a night must not lose the rows that it has just found.

    Args:
        vault: the warehouse.
        plan: what may go.
        kept: by which periods, for the record.
        by: who asked.
        when: the moment, with its time zone.

    Returns:
        What has gone.

    Raises:
        WarehouseError: something could not be removed; what went before it has gone, and is in the record.
    """
    removed = Removed()
    if not plan.goes:
        return removed
    vault.open()
    about = {
        "at": when.isoformat(timespec="seconds"),
        "by": by,
        "periods": {kind.value: days for kind, days in kept.days.items()},
    }
    phase = STOPPED
    try:
        _tell(vault, about | _account(BEGUN, [one for one, _ in plan.goes]), plan)
        for one, why in plan.goes:
            _remove(vault.root, one, {"at": about["at"], "why": why})
            removed.things.append(one)
        phase = DONE
    except OSError as error:
        if is_full(error):
            raise disk_full("retention, which needs a few kilobytes for its record", vault.root) from None
        raise WarehouseError(
            f"retention: {_what(plan, removed)} could not be removed ({error.strerror or type(error).__name__}): check that the "
            "warehouse may be written by this user, then run it again; what went before is in audit/retention.jsonl"
        ) from None
    finally:
        if removed.things:
            append_record(vault.root / AUDIT_FILE, about | _account(phase, removed.things))
    return removed


def _what(plan: Plan, removed: Removed) -> str:
    """The thing after those that have gone."""
    return plan.goes[len(removed.things)][0].name


def _tell(vault: Vault, begun: Mapping[str, Any], plan: Plan) -> None:
    """Record what is meant to go before anything does: a kill leaves no loss without a record.

    On a disk without room for a line, working tables go before it is written: a night makes them again.
    """
    try:
        append_record(vault.root / AUDIT_FILE, begun)
    except OSError as error:
        if not is_full(error) or not plan.of(Kind.WORKING):
            raise
        for one in plan.of(Kind.WORKING):
            remove_tables(vault.root / one.name)
        append_record(vault.root / AUDIT_FILE, begun)


def rows_gone(night: Night, contract: Contract, used: date | None) -> list[str]:
    """What a night would have used of a feed if its rows were still there: told, so that nobody takes it for the same.

    Args:
        night: the night.
        contract: of the feed.
        used: date of the newest snapshot in use; None where there is none.
    """
    store = night.snapshots
    gone = {
        one.snapshot_date
        for one in store.reports(contract.feed)
        if one.status == "landed"
        and (used or date.min) < one.snapshot_date <= night.as_of
        and (night.as_of - one.snapshot_date).days <= contract.max_age_days
        and store.find(contract.feed, one.snapshot_date, one.checksum) is None
    }
    return [
        f"{contract.feed} {day}: its rows were removed by retention, and the delivery is no longer in the inbox; deliver it "
        f"again to <inbox>/{contract.feed}/{day}/ if this night is to use it"
        for day in sorted(gone)
    ]


def _remove(root: Path, one: Stored, told: Mapping[str, Any]) -> None:
    """One thing, by its kind."""
    place = root / one.name
    match one.kind:
        case Kind.RAW:
            remove_snapshot_rows(place.with_name(f"{place.name}.json"))
        case Kind.WORKING:
            remove_tables(place)
        case Kind.PUBLISHED | Kind.HELD:
            remove_tables(place, told)
        case Kind.WORKBOOKS:
            remove_folder(place)


def _account(phase: str, things: list[Stored]) -> dict[str, Any]:
    """The proof of deletion: how many of each kind, and which: dates and checksums, no person."""
    return {
        "phase": phase,
        "counts": {kind.value: sum(one.kind == kind for one in things) for kind in Kind},
        "bytes": bytes_freed(things),
        "things": [
            {"name": one.name, "last_used": one.last_used.isoformat()}
            | ({"checksum": one.checksum} if one.checksum else {})
            for one in things
        ],
    }
