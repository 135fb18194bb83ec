"""Does the chain of events hold? And does it still lead where nights saw it lead?

Belongs here: walking the chain as it is stored, and naming the first place where it breaks. No key is needed. An end
that was cut off cannot be seen in the chain itself: it is found by the heads that nights keep in their manifests.
"""

from collections.abc import Callable, Iterable

from warehouse.events.chain import StoredEvent, digest_of
from warehouse.events.event import BrokenLink, Head

IsDigest = Callable[[str], bool]


def first_break(rows: Iterable[StoredEvent], heads: Iterable[Head], is_digest: IsDigest) -> BrokenLink | None:
    """Walk the chain from its beginning; give the first place at which it does not hold.

    Args:
        rows: What is stored, in order of seq.
        heads: Where the chain led when nights looked at it.
        is_digest: Tells whether any row carries a digest (to tell reordering from editing).
    """
    expected: dict[int, set[str]] = {}
    for head in heads:
        expected.setdefault(head.seq, set()).add(head.digest)
    last = Head()
    for row in rows:
        broken = _link(row, last, is_digest)
        if broken is None and expected.pop(row.seq, set()) - {row.digest}:
            broken = BrokenLink(row.seq, "rewritten", f"event {row.seq} is not the one that a night took into account")
        if broken is not None:
            return broken
        last = Head(row.seq, row.digest)
    if max(expected, default=0) > last.seq:
        return BrokenLink(
            last.seq + 1,
            "truncated",
            f"a night took {max(expected)} events into account, the store ends after {last.seq}",
        )
    return None


def _link(row: StoredEvent, last: Head, is_digest: IsDigest) -> BrokenLink | None:
    """Tell what is wrong between one row and the one before it, if anything is."""
    if row.seq != last.seq + 1:
        return BrokenLink(last.seq + 1, "missing", f"event {last.seq + 1} is missing: {row.seq} comes after {last.seq}")
    is_whole = row.digest == digest_of(row)
    if is_whole and row.previous == last.digest:
        return None
    if row.previous != last.digest and is_digest(row.previous):
        return BrokenLink(row.seq, "reordered", f"event {row.seq} belongs after another one than {last.seq}")
    if not is_whole:
        return BrokenLink(row.seq, "edited", f"event {row.seq} is not what was stored: its content and digest differ")
    if last.seq == 0:
        return BrokenLink(row.seq, "missing", "event 1 belongs after another one: the beginning is missing")
    # The row is whole and was chained to an event that is no more: the one before it has another's place.
    return BrokenLink(last.seq, "edited", f"event {last.seq} is not the one that event {row.seq} was chained to")
