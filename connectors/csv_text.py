"""The bytes of a text file: which encoding they are in, and slices of them as UTF-8, cut at line ends.

What belongs here: everything about bytes. A file is never decoded as a whole, and never by guess: it is UTF-8 if every
byte of it is, else GB18030 if every byte is, else it is refused with the position of the first byte that does not fit.
"""

import codecs
from collections.abc import Iterator
from typing import BinaryIO, Literal

from connectors.parts import UnusableFileError

Encoding = Literal["utf-8", "utf-8-sig", "gb18030"]
_BOM = codecs.BOM_UTF8
_WIDE_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHUNK = 8 << 20
_LONGEST_LINE = 64 << 20
# So many Chinese characters before the first wrong byte do not stand in GB18030 text by accident.
_SURELY_UTF8 = 12


class EncodingProbe:
    """Tells the encoding of a file from all of its bytes, fed in order; costs one pass and no memory."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._size = 0
        self._wide = 0
        self._wrong_at: int | None = None
        self._zero_at: int | None = None
        self._start = b""

    def update(self, chunk: bytes) -> None:
        """Take the next bytes."""
        if len(self._start) < len(_BOM):
            self._start += chunk[: len(_BOM)]
        if self._zero_at is None and b"\0" in chunk:
            self._zero_at = self._size + chunk.index(b"\0")
        if self._wrong_at is None:
            self._check(chunk)
        self._size += len(chunk)

    def _check(self, chunk: bytes) -> None:
        pending = len(self._decoder.getstate()[0])
        try:
            text = self._decoder.decode(chunk)
        except UnicodeDecodeError as error:
            self._wrong_at = self._size - pending + error.start
            text = error.object[: error.start].decode("utf-8")
            chunk = error.object[: error.start]
        self._wide += (len(chunk) - len(text)) // 2

    def encoding(self, name: str) -> Encoding:
        """The encoding found.

        Raises:
            UnusableFileError: UTF-16, binary, or UTF-8 with wrong bytes in it.
        """
        if self._start.startswith(_WIDE_BOMS):
            raise UnusableFileError(f"{name}: expected UTF-8 or GB18030, found UTF-16; save it as CSV UTF-8")
        if self._zero_at is not None:
            raise UnusableFileError(
                f"{name}: expected text in UTF-8 or GB18030, found a zero byte at byte {self._zero_at + 1} "
                "(UTF-16, or no text file); save it as CSV UTF-8"
            )
        has_bom = self._start.startswith(_BOM)
        if self._wrong_at is None:
            return "utf-8-sig" if has_bom else "utf-8"
        if has_bom or self._wide >= _SURELY_UTF8:
            raise UnusableFileError(
                f"{name}: expected UTF-8 as at its beginning, found a byte that is none at byte {self._wrong_at + 1}; "
                "the file is damaged or joined from two encodings: export it again"
            )
        return "gb18030"


def probe(stream: BinaryIO, name: str) -> Encoding:
    """The encoding of a stream, read to its end."""
    found = EncodingProbe()
    while chunk := stream.read(_CHUNK):
        found.update(chunk)
    return found.encoding(name)


def slices(stream: BinaryIO, encoding: Encoding, slice_bytes: int, name: str) -> Iterator[bytes]:
    """The text as UTF-8 in slices of about `slice_bytes`, each of whole lines; the last may lack its line end.

    A file whose lines end in carriage returns alone gets line feeds. In both encodings a byte of the value of a line
    feed is a line end and never part of a character.

    Raises:
        UnusableFileError: a byte that is no GB18030, with its position; a line without end.
    """
    rest = b""
    position = 0
    only_returns: bool | None = None
    while block := stream.read(slice_bytes):
        if position == 0 and not rest and encoding == "utf-8-sig":
            block, position = block.removeprefix(_BOM), len(_BOM)
        if only_returns is None:
            only_returns = b"\r" in block[:-1] and b"\n" not in block
        if only_returns:
            block = block.replace(b"\r", b"\n")
        cut = block.rfind(b"\n") + 1
        if not cut:
            rest += block
            if len(rest) > max(_LONGEST_LINE, slice_bytes):
                raise UnusableFileError(f"{name}: expected lines, found none in {len(rest)} bytes; export it again")
            continue
        whole = rest + block[:cut]
        yield _utf8(whole, encoding, position, name)
        position += len(whole)
        rest = block[cut:]
    if rest:
        yield _utf8(_without_cut_character(rest, encoding), encoding, position, name)


def _utf8(text: bytes, encoding: Encoding, position: int, name: str) -> bytes:
    if encoding != "gb18030":
        return text
    try:
        return text.decode("gb18030").encode("utf-8")
    except UnicodeDecodeError as error:
        raise UnusableFileError(
            f"{name}: expected UTF-8 or GB18030, found a byte that is neither at byte {position + error.start + 1}; "
            "the file is damaged or in another encoding: export it as CSV UTF-8"
        ) from None


def _without_cut_character(text: bytes, encoding: Encoding) -> bytes:
    """The end of a file without the beginning of a character that was cut off with the rest."""
    decoder = codecs.getincrementaldecoder("gb18030" if encoding == "gb18030" else "utf-8")("strict")
    try:
        decoder.decode(text)
    except UnicodeDecodeError:
        return text
    pending = decoder.getstate()[0]
    return text[: len(text) - len(pending)] if pending else text
