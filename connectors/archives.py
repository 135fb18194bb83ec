"""Zip archives: their readable members as sources (feeds.md section 1).

What belongs here: member names in the encodings of practice, and archives that must not be opened: encrypted, damaged,
or made to unpack into more than a disk holds.
"""

import errno
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from connectors.parts import Opener, Source, UnusableFileError

READABLE = (".csv", ".xlsx", ".xls", ".parquet")
LARGEST_BYTES = 256 << 30
LARGEST_RATIO = 200
_SURELY_HARMLESS = 256 << 20
_ENCRYPTED = 0x1
_UTF8_NAMES = 0x800
_IN_MEMORY = 64 << 20
_CHUNK = 8 << 20


def members(path: Path, sha256: str) -> tuple[list[Source], list[str]]:
    """The readable members of an archive in the order of their names, and the names of those left aside.

    Hidden members and the `__MACOSX` folder are neither.

    Raises:
        UnusableFileError: no archive, an encrypted member, or more bytes than an honest archive unpacks to.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    # A name that says it is UTF-8 and is not comes out of zipfile as it is.
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, OSError):
        raise UnusableFileError(f"{path.name}: expected a zip archive, found a damaged one; pack it again") from None
    found = sorted((member_name(info), info) for info in infos if not is_hidden(member_name(info)))
    _refuse_bomb(path, infos)
    sources: list[Source] = []
    ignored: list[str] = []
    for name, info in found:
        shown = f"{path.name}!{name}"
        if not name.lower().endswith(READABLE):
            ignored.append(shown)
            continue
        if info.flag_bits & _ENCRYPTED:
            raise UnusableFileError(
                f"{shown}: expected a file without a password, found an encrypted one; pack it without"
            )
        sources.append(Source(shown, sha256, _opener(path, info, shown)))
    return sources, ignored


def member_name(info: zipfile.ZipInfo) -> str:
    """A member's name: UTF-8 where it says so, else UTF-8 or GB18030 by its bytes (Windows writes GBK and says nothing)."""
    if info.flag_bits & _UTF8_NAMES:
        return info.filename
    try:
        written = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return written.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return info.filename


def is_hidden(name: str) -> bool:
    """Whether a file is one that systems leave behind: hidden, an open Office document's shadow, a folder's thumbnail."""
    parts = name.split("/")
    return any(part.startswith((".", "~$", "__MACOSX")) for part in parts) or parts[-1].lower() in {
        "thumbs.db",
        "desktop.ini",
    }


def _refuse_bomb(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    size = sum(info.file_size for info in infos)
    packed = max(1, sum(info.compress_size for info in infos))
    if size > LARGEST_BYTES or (size > _SURELY_HARMLESS and size > LARGEST_RATIO * packed):
        raise UnusableFileError(
            f"{path.name}: unpacks to {size} bytes from {packed}, more than {LARGEST_RATIO} times; deliver the file unpacked"
        )


def _found(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    """A member's stream.

    Raises:
        zipfile.BadZipFile: what the archive says of the member's name or place cannot be; zipfile lets it out as it comes.
    """
    try:
        return archive.open(info)
    except UnicodeDecodeError:
        raise zipfile.BadZipFile from None
    except OSError as error:
        if error.errno != errno.EINVAL:  # a disk that fails is no fault of the file
            raise
        raise zipfile.BadZipFile from None


def _opener(path: Path, info: zipfile.ZipInfo, shown: str) -> Opener:
    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        try:
            with zipfile.ZipFile(path) as archive, _found(archive, info) as stream:
                if info.filename.lower().endswith(".csv"):
                    yield cast("BinaryIO", stream)
                    return
                # The other readers jump back and forth; an archive's stream would unpack anew each time.
                with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as unpacked:
                    while chunk := stream.read(_CHUNK):
                        unpacked.write(chunk)
                    unpacked.seek(0)
                    yield cast("BinaryIO", unpacked)
        # NotImplementedError is what zipfile raises for a compression that it does not know.
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
            raise UnusableFileError(f"{shown}: damaged in the archive; pack it again") from None

    return opened
