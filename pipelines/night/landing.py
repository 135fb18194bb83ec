"""Landing: the newest usable snapshots of a feed, from the inbox into the warehouse.

What belongs here: which deliveries are tried, in which order, and what happens to one that is refused
(feeds.md section 1). How a file is read stands in `connectors`, how a snapshot is kept in `warehouse`.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from connectors.contract import Contract
from connectors.inbox import Delivery, find_deliveries, find_unready
from connectors.refusal import Refusal
from connectors.seen_files import looked_at
from pipelines.night.changed_deliveries import MOST_DAYS
from pipelines.night.night import ROSTER, Night, Progress, silent, state_name
from pipelines.night.reading import CHANGED, read_into_snapshot
from pipelines.night.retention import rows_gone
from pipelines.night.room import room_for_delivery
from pipelines.night.seen_deliveries import is_as_read, known_checksum
from pipelines.night.state import FeedState, FeedStatus
from warehouse.content import Effective, effective_content
from warehouse.load_report import LoadReport


def undelivered(inbox: Path, feeds: Iterable[str], as_of: date) -> list[str]:
    """The feeds of which the inbox holds nothing for a comparison date, by name; the roster is never among them.

    A delivery that is too old, refused or not complete is something: its feed is landed, checked and told about. So is
    a folder that cannot be looked into just now: landing tries it again, and tells why it could not.
    """
    return sorted(feed for feed in feeds if feed != ROSTER and _holds_nothing(inbox, feed, as_of))


def _holds_nothing(inbox: Path, feed: str, as_of: date) -> bool:
    """Whether nothing of a feed has come until a comparison date."""
    try:
        return not find_deliveries(inbox, feed, as_of) and all(one.is_later for one in find_unready(inbox, feed, as_of))
    except OSError:
        return False


def note_undelivered(night: Night, left_out: Iterable[str] = ()) -> list[str]:
    """Write down as absent, in one step, every feed that nobody delivered; give their names.

    Args:
        night: the night.
        left_out: feeds that this run does not take up, whatever has come since it began.
    """
    known = [feed for feed in left_out if feed in night.contracts]
    absent = sorted({*known, *undelivered(night.inbox, night.feeds, night.as_of)})
    for feed in absent:
        state = describe(night, night.contracts[feed], Effective("absent"), (), ())
        night.tables.write_facts(state_name(feed), state.model_dump(mode="json"))
    return absent


def land_feed(night: Night, feed: str, progress: Progress = silent) -> FeedState:
    """Land what the night needs of one feed and remember which snapshots it uses.

    Deliveries are tried from the newest back until a full snapshot stands; one that is refused is passed over for the
    next older one within `max_age_days`, and its refusal is told in the state's messages.
    """
    contract = night.contracts[feed]
    deliveries = find_deliveries(night.inbox, feed, night.as_of)
    reports = land_newest(night, contract, deliveries, progress)
    # By date and checksum: the same delivery may stand under another date whose folder has left the inbox since.
    landed = {(one.snapshot_date, one.checksum) for one in reports if one.status == "landed"}
    known = [one for one in night.snapshots.list(feed) if (one.snapshot_date, one.checksum) in landed]
    effective = effective_content(known, night.as_of, contract.max_age_days)
    state = describe(night, contract, effective, deliveries, reports)
    night.tables.write_facts(state_name(feed), state.model_dump(mode="json"))
    return state


def land_newest(
    night: Night, contract: Contract, deliveries: Sequence[Delivery], progress: Progress
) -> list[LoadReport]:
    """Land deliveries from the newest back to the first full snapshot that is accepted; reports in that order.

    A delivery older than `max_age_days` is tried only as the base of newer deltas.
    """
    reports: list[LoadReport] = []
    oldest = night.as_of - timedelta(days=contract.max_age_days)
    for delivery in deliveries:
        landed = [one for one in reports if one.status == "landed"]
        if any(one.mode == "full" for one in landed):
            break
        if delivery.snapshot_date < oldest and not any(one.mode == "delta" for one in landed):
            break
        reports.append(land(night, contract, delivery, progress, deliveries))
    return reports


def land(
    night: Night, contract: Contract, delivery: Delivery, progress: Progress, others: Sequence[Delivery] = ()
) -> LoadReport:
    """One delivery into a snapshot file, or its refusal. What was landed or refused before is not read again.

    Nor is a delivery that is the same, byte for byte, as one of an older date: departments deliver what did not change
    once more. One that cannot be opened, or is written over while it is read, is not used tonight; nothing of that is
    kept, so that the next night tries it again. Of a large one that is nearly the same as one of `others`, deliveries of
    the feed with the newest first, only what changed is read.
    """
    looks = looked_at(delivery)
    try:
        mark = known_checksum(night.vault.root, delivery, contract)
    except Refusal as refusal:
        return not_tonight(delivery, str(refusal))
    before = night.snapshots.find(contract.feed, delivery.snapshot_date, mark)
    if before is not None:
        return before
    earlier = night.snapshots.find_earlier(contract.feed, delivery.snapshot_date, mark)
    if earlier is not None and may_stand_again(earlier.report, delivery):
        progress(f"{contract.feed} {delivery.snapshot_date}: as delivered on {earlier.snapshot_date}, not read again")
        return night.snapshots.land_again(earlier, delivery.snapshot_date)
    room_for_delivery(night, contract, delivery)
    try:
        return read_into_snapshot(night, contract, delivery, mark, looks, progress, others)
    except Refusal as refusal:
        if not is_as_read(delivery, looks, contract, mark):
            changed = Refusal(delivery.feed, delivery.snapshot_date, CHANGED)
            return not_tonight(delivery, str(changed))
        return night.snapshots.refuse(contract.feed, delivery.snapshot_date, mark, delivery.mode, str(refusal))


def not_tonight(delivery: Delivery, message: str) -> LoadReport:
    """The report of a delivery that is refused tonight and tried again the next time: it is written nowhere."""
    return LoadReport(
        status="refused",
        feed=delivery.feed,
        snapshot_date=delivery.snapshot_date,
        mode=delivery.mode,
        checksum="",
        message=message,
    )


def may_stand_again(earlier: LoadReport, delivery: Delivery) -> bool:
    """Whether a delivery with the checksum of an older one would be read to the very same rows.

    It would not where a number was refused because its birth date was still to come, and the names of folders that lie
    beside the files are not in the checksum. A list of requested persons is read by the date, too: answers are read.
    What was landed by its changes long ago is read whole in the end, as it would be had it changed again.
    """
    is_overdue = earlier.whole_on is not None and (delivery.snapshot_date - earlier.whole_on).days > MOST_DAYS
    is_dated = any(part.get("is_dated", True) for part in earlier.parts)
    has_folders = any((delivery.folder / name).is_dir() for name in delivery.others)
    return not is_dated and not has_folders and not is_overdue and earlier.mode != "response"


def describe(
    night: Night,
    contract: Contract,
    effective: Effective,
    deliveries: Sequence[Delivery],
    reports: Sequence[LoadReport],
) -> FeedState:
    """The state of a feed from what was found and what was landed."""
    refused = [one for one in reports if one.status == "refused"]
    status: FeedStatus = effective.status
    day, age = effective.snapshot_date, effective.age_days
    if effective.content is None:
        if refused:
            status = "refused"
        elif deliveries:
            status, day = "stale", deliveries[0].snapshot_date
            age = (night.as_of - day).days
    content = effective.content.snapshots if effective.content else ()
    used = {(one.snapshot_date, one.checksum) for one in content}
    return FeedState(
        feed=contract.feed,
        title=contract.title,
        as_of=night.as_of,
        status=status,
        snapshot_date=day,
        age_days=age,
        max_age_days=contract.max_age_days,
        messages=[
            *(one.message for one in refused),
            *unready(night, contract.feed),
            *rows_gone(night, contract, effective.snapshot_date),
        ],
        used=[one for one in reports if (one.snapshot_date, one.checksum) in used],
    )


def unready(night: Night, feed: str) -> list[str]:
    """Folders that are not used tonight although they may be meant to be, with the reason."""
    return [
        f"{feed}/{one.folder}: {one.reason}" for one in find_unready(night.inbox, feed, night.as_of) if not one.is_later
    ]
