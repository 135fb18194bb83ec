"""The hash chain over what is stored.

Belongs here: the row of the table as it stands on disk, and its digest. The digest covers every stored column, each
with its type and length before it, so that nothing can be shifted from one column to the next; it covers what is
stored, sealed or not, so that nobody needs the key to check it. Does not belong here: what the content says.
"""

import hashlib
from typing import NamedTuple

LABEL = b"hedui event 1"


class StoredEvent(NamedTuple):
    """One row of the table `events`, in the order of its columns. Dates are text: what is hashed is what stands there.

    Attributes:
        seq: Place in the chain, from 1.
        event_id: Random name.
        at: Moment of recording, UTC, `2026-09-22T08:30:00.000000Z`.
        kind: Kind of the event.
        case_id: Case or None.
        finding_id: Finding or None.
        known_after: `2026-09-22`.
        dedupe: Mark of the content or None.
        form: How the content is written: `json` or `aes-gcm`.
        content: Who, from where and what (`warehouse.events.content`).
        previous: Digest of the row before, in hexadecimal.
        digest: Digest of this row, in hexadecimal.
    """

    seq: int
    event_id: str
    at: str
    kind: str
    case_id: str | None
    finding_id: str | None
    known_after: str
    dedupe: str | None
    form: str
    content: bytes
    previous: str
    digest: str


def digest_of(row: StoredEvent) -> str:
    """Compute what the digest of a row must be, from all its other columns."""
    return hashlib.sha256(LABEL + encoded(*row[:-1])).hexdigest()


def encoded(*values: object) -> bytes:
    """Write values one after the other so that no other values give the same bytes.

    A value of a type that the table does not know (SQLite takes anything anywhere) is written as such: it never equals
    the value that was there.
    """
    return b"".join(map(_encoded, values))


def _encoded(value: object) -> bytes:
    if value is None:
        return b"n"
    if isinstance(value, bytes):
        return b"b" + len(value).to_bytes(8, "big") + value
    text = str(value).encode("utf-8", "surrogatepass")
    mark = b"t" if isinstance(value, str) else b"i" if type(value) is int else b"?"
    return mark + len(text).to_bytes(8, "big") + text
