"""The hash chain over what is stored.

Belongs here: the row of the table as it stands on disk, and its digest. The digest covers every stored column, in a
writing in which nothing can be shifted from one column to the next; it covers what is stored, sealed or not, so that
nobody needs the key to check it. Does not belong here: what the content says.
"""

import hashlib
from typing import NamedTuple

LABEL = b"hedui event 1\n"


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


CONTENT = StoredEvent._fields.index("content")


def digest_of(row: StoredEvent) -> str:
    """Compute what the digest of a row must be: SHA-256 over its other columns, from the first to `previous`."""
    if not _is_bytes(row.content):  # SQLite takes anything anywhere; this was never written by us
        return ""
    columns = encoded(*row[:CONTENT], len(row.content), row.previous)
    return hashlib.sha256(LABEL + columns + row.content).hexdigest()


def encoded(*values: object) -> bytes:
    """Write values one after the other so that no other values give the same bytes.

    A text is its length in characters, a colon and itself; anything else begins with a letter, never with a digit.
    """
    parts = [f"{len(value)}:{value}," if type(value) is str else _other(value) for value in values]
    return "".join(parts).encode("utf-8", "surrogatepass")


def _is_bytes(value: object) -> bool:
    return isinstance(value, bytes)


def _other(value: object) -> str:
    if value is None:
        return "n,"
    if type(value) is int:
        return f"i{value},"
    # Of a type that no column has: it stands for itself and equals nothing that was ever stored.
    told = repr(value)
    return f"x{type(value).__name__},{len(told)}:{told},"
