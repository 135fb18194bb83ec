"""A frame as a file of the warehouse: Arrow IPC, compressed, sealed where the warehouse has a key.

Belongs here: the bytes of one table that the next step of a night reads back whole. Does not belong here: which tables
there are (`warehouse.tables`), or what others read with SQL: that is published (`warehouse.publication`).

Measured at a million rows: a DuckDB file of the same table takes eight to sixteen times the processor time to write,
nearly all of it to choose how to compress each column.
"""

import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import polars as pl

from warehouse.disk import is_full
from warehouse.errors import WarehouseError, WarehouseKeyError, disk_full
from warehouse.keys import Key, derive

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SEALED: Final = b"hedui-sealed-1\n"
"""How a sealed file begins; Arrow's own files begin with ARROW1."""
PURPOSE: Final = "night tables"
FILE_ID_BYTES: Final = 16
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
ROWS_A_BATCH: Final = 64_000
"""Batches are packed and unpacked side by side: half of what Polars takes by itself, so that findings and cases of a city,
which are some 150,000, are more than one."""
CHUNK_BYTES: Final = 16 * 1024 * 1024
"""So much is sealed at a time: the cipher takes no more than 2 GB, and reading needs each chunk whole."""


def write_table(path: Path, rows: pl.DataFrame, key: Key | None) -> None:
    """Write a frame to a new file.

    Args:
        path: where; nobody else may look there yet.
        rows: any frame.
        key: the warehouse's key; None for one that is not encrypted.

    Raises:
        DiskFullError: the disk is full.
        WarehouseError: the disk refuses.
    """
    try:
        if key is None:
            rows.write_ipc(path, compression="lz4", record_batch_size=ROWS_A_BATCH)
            return
        plain = io.BytesIO()
        rows.write_ipc(plain, compression="lz4", record_batch_size=ROWS_A_BATCH)
        with path.open("xb") as file:
            for piece in _sealed(plain.getbuffer(), key):
                file.write(piece)
    except OSError as error:
        if is_full(error):
            raise disk_full("writing a table of the night", path.parent) from None
        raise WarehouseError(
            f"a table of the night cannot be written ({error.strerror or type(error).__name__}): "
            "make room for it in the warehouse's folder"
        ) from error


def read_table(path: Path, key: Key | None, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Read a frame back, in the order and with the types in which it was written.

    Args:
        path: the file.
        key: the warehouse's key; None for one that is not encrypted.
        columns: those to read, in this order; by default all. What is not asked for is not unpacked.

    Raises:
        WarehouseKeyError: the file is sealed with another key, or is not sealed as the warehouse is.
        WarehouseError: the file is missing or damaged.
    """
    try:
        with path.open("rb") as file:
            is_sealed = file.read(len(SEALED)) == SEALED
            if is_sealed != (key is not None):
                raise WarehouseKeyError(f"{path.name} does not open with the key of this warehouse: run its step again")
            content = path if key is None else io.BytesIO(_opened(file, key, path.name))
            return pl.read_ipc(content, columns=None if columns is None else list(columns))
    except OSError as error:
        raise WarehouseError(f"{path.name} cannot be read ({type(error).__name__}): run its step again") from None
    except pl.exceptions.PolarsError as error:
        # Its text may quote what stands in the file.
        raise WarehouseError(f"{path.name} is damaged ({type(error).__name__}): run its step again") from None


def _cipher(key: Key) -> "AESGCM":
    # Loaded where there is a key: OpenSSL takes a moment.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    return AESGCM(derive(key, PURPOSE))


def _place(file_id: bytes, number: int, *, is_last: bool) -> bytes:
    """What a chunk is bound to: chunks changed about, left out, or taken from another file do not open."""
    return b"%s:%d:%d" % (file_id, number, is_last)


def _sealed(content: memoryview, key: Key) -> Iterator[bytes]:
    """The content sealed: mark, file id, then of each chunk nonce and ciphertext; the last one says that it is."""
    cipher, file_id = _cipher(key), os.urandom(FILE_ID_BYTES)
    yield SEALED + file_id
    starts = range(0, max(len(content), 1), CHUNK_BYTES)
    for number, start in enumerate(starts):
        nonce = os.urandom(NONCE_BYTES)
        place = _place(file_id, number, is_last=number == len(starts) - 1)
        yield nonce
        yield cipher.encrypt(nonce, content[start : start + CHUNK_BYTES], place)


def _opened(file: BinaryIO, key: Key, name: str) -> bytes:
    """The content of a sealed file, from behind its mark."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415

    cipher, file_id = _cipher(key), file.read(FILE_ID_BYTES)
    opened, number = io.BytesIO(), 0
    piece = file.read(NONCE_BYTES + CHUNK_BYTES + TAG_BYTES)
    try:
        while True:
            following = file.read(NONCE_BYTES + CHUNK_BYTES + TAG_BYTES)
            place = _place(file_id, number, is_last=not following)
            opened.write(cipher.decrypt(piece[:NONCE_BYTES], piece[NONCE_BYTES:], place))
            if not following:
                return opened.getvalue()
            piece, number = following, number + 1
    except (InvalidTag, ValueError):
        raise WarehouseError(f"{name} is damaged or sealed with another key: run its step again") from None
