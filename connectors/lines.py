"""The lines of a text file: where each one stands, and what tells two of them apart.

What belongs here: taking a file that is too large for memory line by line, without decoding it. Does not belong here: what
the lines mean, and how two files differ (`connectors.changed_lines`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from connectors.csv_records import well_formed
from connectors.csv_text import Encoding
from connectors.parts import Opener

_BLOCK = 32 << 20
_LONGEST_LINE = 64 << 20
_SEEDS = (1, 2)


class NotByLineError(Exception):
    """A file that cannot be taken line by line: a record may span several of them. The message names no value."""


@dataclass(frozen=True)
class Lines:
    """The lines of a file, counted from 0.

    Attributes:
        starts: Where each line begins (bytes), and as the last entry the size of the file.
        marks: 64 bits of what each line holds, its line end included.
        more: 32 bits more, by another seed: two lines of which both are equal are one and the same.
    """

    starts: NDArray[np.int64]
    marks: NDArray[np.uint64]
    more: NDArray[np.uint32]

    def __len__(self) -> int:
        """How many there are; the last may lack its line end."""
        return len(self.marks)


def lines_of(opened: Opener, encoding: Encoding, delimiter: str) -> Lines:
    """Mark the lines of a file.

    Args:
        opened: Opens the file.
        encoding: Its encoding; in all of them a byte of the value of a line feed is a line end.
        delimiter: What parts the fields of a line.

    Raises:
        NotByLineError: a line without end, or quotes that do not open and close within their line.
    """
    starts: list[NDArray[np.int64]] = []
    marks: list[NDArray[np.uint64]] = []
    more: list[NDArray[np.uint32]] = []
    position, rest = 0, b""
    with opened() as stream:
        while block := stream.read(_BLOCK):
            cut = block.rfind(b"\n") + 1
            whole, rest = (rest + block[:cut], block[cut:]) if cut else (b"", rest + block)
            if len(rest) > _LONGEST_LINE:
                raise NotByLineError("a line has no end")
            if whole:
                _mark(whole, position, encoding, delimiter, (starts, marks, more))
                position += len(whole)
        if rest:
            _mark(rest, position, encoding, delimiter, (starts, marks, more))
            position += len(rest)
    starts.append(np.array([position], dtype=np.int64))
    return Lines(_joined(starts, np.int64), _joined(marks, np.uint64), _joined(more, np.uint32))


def _joined(pieces: list[NDArray[Any]], kind: type) -> NDArray[Any]:
    """The pieces as one, each of them given back: there are three of these for every line of two files."""
    joined = np.concatenate([*pieces, np.zeros(0, dtype=kind)])
    pieces.clear()
    return joined


def chosen_text(opened: Opener, lines: Lines, chosen: NDArray[np.int64]) -> bytes:
    """Some lines of a file one behind the other, as they stand in it.

    Args:
        opened: Opens the file.
        lines: Its lines.
        chosen: Which of them, in rising order.

    Raises:
        NotByLineError: the file is shorter than it was.
    """
    found: list[bytes] = []
    with opened() as stream:
        # By blocks of the file: what lies between two chosen lines is read, but never much at once.
        blocks = lines.starts[chosen] // _BLOCK
        for some in np.split(chosen, np.flatnonzero(np.diff(blocks)) + 1):
            if len(some):
                first, last = int(some[0]), int(some[-1])
                begin, end = int(lines.starts[first]), int(lines.starts[last + 1])
                stream.seek(begin)
                text = stream.read(end - begin)
                if len(text) != end - begin:
                    raise NotByLineError("it was written over meanwhile")
                ends = lines.starts[first + 1 : last + 2] - begin
                found.extend(_texts(text, ends).gather(some - first).to_list())
    return b"".join(found)


def _mark(
    text: bytes,
    position: int,
    encoding: Encoding,
    delimiter: str,
    into: tuple[list[NDArray[np.int64]], list[NDArray[np.uint64]], list[NDArray[np.uint32]]],
) -> None:
    """Mark the lines of a piece of a file that begins and ends with a line."""
    if b"\r" in text and b"\n" not in text:
        raise NotByLineError("its lines end in carriage returns alone")
    if b'"' in text and not _is_formed(text, encoding, delimiter):
        raise NotByLineError("a quote opens in one line and closes in another, or stands within a field")
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n")) + 1
    if not len(ends) or ends[-1] != len(text):
        ends = np.append(ends, len(text))
    whole = _texts(text, ends)
    starts, marks, more = into
    starts.append(np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1]]) + position)
    marks.append(whole.hash(_SEEDS[0]).to_numpy())
    more.append(whole.hash(_SEEDS[1]).to_numpy().astype(np.uint32))


def _texts(text: bytes, ends: NDArray[np.int64]) -> pl.Series:
    """Pieces of a text that end at these places, without a copy."""
    offsets = pa.array(np.concatenate([np.zeros(1, dtype=np.int64), ends.astype(np.int64)]))
    buffers = [None, offsets.buffers()[1], pa.py_buffer(text)]
    return pl.Series(pl.from_arrow(pa.Array.from_buffers(pa.large_binary(), len(ends), buffers)))


def _is_formed(text: bytes, encoding: Encoding, delimiter: str) -> bool:
    """Whether every line of a piece of text is a record of its own."""
    lines = pl.Series("line", [text.decode(encoding, errors="replace").removesuffix("\n")]).str.split("\n").explode()
    return bool(lines.str.contains(well_formed(delimiter)).all())
