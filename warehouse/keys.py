"""Key files and what is derived from them.

Belongs here: reading and making the key file (`HEDUI_KEY_FILE`), keys for single purposes, the secret behind finding
ids. Does not belong here: encryption itself, which DuckDB does (`warehouse.session`). A key never appears in a
message, a log line or a repr.
"""

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import KeyFileError
from warehouse.files import PRIVATE_FILE, create_file, private_folder

KEY_BYTES = 32
OTHERS = stat.S_IRWXG | stat.S_IRWXO
IDENTITY_FILE = "identity.key"


@dataclass(frozen=True, repr=False)
class Key:
    """The content of a key file: 32 bytes. Two keys are equal when their bytes are; neither is ever shown."""

    secret: bytes

    def __repr__(self) -> str:
        """Say that it is a key, and nothing about it."""
        return "Key(not shown)"


def new_key_file(path: Path) -> None:
    """Write a new key file, readable by its owner alone.

    Raises:
        KeyFileError: the file is there already (overwriting it would lose what it encrypts), or its folder is not.
    """
    if not path.parent.is_dir():
        raise KeyFileError(f"the folder for the key file {path.name} does not exist: create it, readable by you alone")
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE)
    except FileExistsError:
        raise KeyFileError(
            f"the key file {path.name} exists already and is not overwritten, "
            "because what it encrypts could never be read again: choose another name",
        ) from None
    with os.fdopen(handle, "wb") as file:
        os.fchmod(file.fileno(), PRIVATE_FILE)
        file.write(_as_text(secrets.token_bytes(KEY_BYTES)))


def read_key_file(path: Path) -> Key:
    """Read a key file.

    Raises:
        KeyFileError: it is missing, not a file, open to others, empty, or not 32 bytes in base64.
    """
    name = path.name
    try:
        mode = path.stat().st_mode
    except OSError:
        raise KeyFileError(f"the key file {name} cannot be read: check the path, or make one: hedui key new") from None
    if not stat.S_ISREG(mode):
        raise KeyFileError(f"the key file {name} is not a file: expected a file made by hedui key new")
    if mode & OTHERS:
        found = f"{stat.S_IMODE(mode):04o}"
        raise KeyFileError(f"the key file {name} is open to others (expected mode 0600, found {found}): chmod 600 it")
    try:
        text = path.read_bytes().strip()
    except OSError:
        raise KeyFileError(f"the key file {name} cannot be read: check that it belongs to the user of hedui") from None
    if not text:
        raise KeyFileError(f"the key file {name} is empty: restore it from where keys are kept")
    try:
        secret = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != KEY_BYTES:
        raise KeyFileError(f"the key file {name} is damaged: expected one line with {KEY_BYTES} bytes in base64")
    return Key(secret)


def derive(key: Key, purpose: str) -> bytes:
    """Derive 32 bytes for one purpose (HKDF-SHA256, RFC 5869); another purpose gives unrelated bytes."""
    extracted = hmac.digest(b"hedui", key.secret, hashlib.sha256)
    return hmac.digest(extracted, purpose.encode() + b"\x01", hashlib.sha256)


def identity_key(root: Path, key: Key | None) -> bytes:
    """Give the secret behind finding ids, the same every night (contract.md, findings).

    Args:
        root: The warehouse.
        key: The key of the key file; without one the secret is kept in `<warehouse>/identity.key`, made at first use.

    Raises:
        KeyFileError: that file is damaged or open to others.
    """
    if key is not None:
        return derive(key, "finding identity")
    path = private_folder(root) / IDENTITY_FILE
    if not path.exists():
        with contextlib.suppress(FileExistsError):  # another process may make it meanwhile; then its secret counts
            create_file(path, _as_text(secrets.token_bytes(KEY_BYTES)))
    return derive(read_key_file(path), "finding identity")


def _as_text(secret: bytes) -> bytes:
    return base64.b64encode(secret) + b"\n"
