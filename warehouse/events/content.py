"""What an event says, as bytes: who, from where, the payload; sealed where the warehouse has a key.

Belongs here: the JSON of an event's content, AES-GCM around it, and the mark by which a store knows its key. What is
sealed is bound to the event's place and ids: content moved to another event does not open. Does not belong here: keys
as files (`warehouse.keys`).
"""

import hmac
import json
import os
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from warehouse.errors import EventStoreError, WarehouseKeyError
from warehouse.events.chain import CONTENT, StoredEvent, encoded
from warehouse.keys import Key, derive

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PLAIN, SEALED = "json", "aes-gcm"
NONCE_BYTES = 12
SAID = {"by", "origin", "payload"}


class Seal:
    """The way of contents into and out of the store, with or without a key."""

    def __init__(self, key: Key | None) -> None:
        self._key = key

    @property
    def form(self) -> str:
        """How contents are written."""
        return PLAIN if self._key is None else SEALED

    @property
    def mark(self) -> str:
        """What a store keeps to know its key again; nothing can be learned from it."""
        if self._key is None:
            return ""
        return hmac.digest(derive(self._key, "event store marker"), b"hedui events", "sha256").hex()

    def check(self, form: str, mark: str) -> None:
        """Check that the key is the store's.

        Raises:
            WarehouseKeyError: another key, no key, or a key for a store that is not encrypted.
        """
        if form == SEALED and self._key is None:
            raise WarehouseKeyError("the event store is encrypted and no key was given: set HEDUI_KEY_FILE")
        if form == PLAIN and self._key is not None:
            raise WarehouseKeyError(
                "a key was given, but this event store is not encrypted: unset HEDUI_KEY_FILE, or name in "
                "HEDUI_EVENT_STORE the store that belongs to the warehouse",
            )
        if not hmac.compare_digest(mark, self.mark):
            raise WarehouseKeyError(
                "this is not the key of the event store: set HEDUI_KEY_FILE to the one it began with"
            )

    def write(self, row: StoredEvent, said: Mapping[str, Any]) -> bytes:
        """Give the content of a row whose other columns stand already."""
        plain = canonical(said)
        if self._key is None:
            return plain
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, _bound(row))

    def read(self, row: StoredEvent) -> dict[str, Any]:
        """Read a row's content.

        Raises:
            EventStoreError: it was changed since it was written.
        """
        try:
            said = parsed(row.content if row.form == PLAIN else self._opened(row))
        except ValueError:
            said = None
        if not isinstance(said, dict) or said.keys() != SAID:
            raise EventStoreError(f"event {row.seq} does not hold what an event must: run hedui audit verify")
        return said

    @cached_property
    def _cipher(self) -> "AESGCM":
        # Loaded only with a key: OpenSSL takes a moment.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        if self._key is None:
            raise WarehouseKeyError("the event store is encrypted and no key was given: set HEDUI_KEY_FILE")
        return AESGCM(derive(self._key, "event payloads"))

    def _opened(self, row: StoredEvent) -> bytes:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415

        try:
            return self._cipher.decrypt(row.content[:NONCE_BYTES], row.content[NONCE_BYTES:], _bound(row))
        except (InvalidTag, ValueError):
            raise EventStoreError(f"event {row.seq} was changed after it was stored: run hedui audit verify") from None


def canonical(said: Mapping[str, Any]) -> bytes:
    """Write JSON in one way only: keys sorted, no blanks, UTF-8.

    Raises:
        EventStoreError: something that JSON does not know; the message names its type, never the value.
    """
    try:
        return _canonical(said).encode("utf-8")
    except (TypeError, ValueError) as error:
        raise EventStoreError(
            f"an event's payload must be JSON (texts, whole numbers, lists, objects; dates and money as text), "
            f"found what is not ({type(error).__name__})",
        ) from None


def parsed(content: bytes) -> Any:  # noqa: ANN401  whatever JSON holds
    """Read canonical JSON back.

    Raises:
        ValueError: it is none.
    """
    return _decode(content.decode("utf-8"))


def _bound(row: StoredEvent) -> bytes:
    """What content is bound to: all columns that stand before it."""
    return encoded(*row[:CONTENT])


# Made once: a store reads a hundred thousand of them.
_canonical = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode
_decode = json.JSONDecoder().decode
