"""Lines of a delimited text into records: quoted fields, line ends inside quotes, and quotes that mean nothing.

What belongs here: the rules for quotes. A quoted field is one that begins and ends with a quote; a quote anywhere else
is a character like any other. A quoted field may span lines only if that makes a record of the header's width: a stray
quote never swallows the rows below it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

LINE_END = "\x1e"
"""Stands for a line end inside a quoted field until the slice has been parsed."""

MOST_LINES = 50
"""So many lines one record may span."""

_MOST_CHARACTERS = 1 << 16


@dataclass(frozen=True)
class Mended:
    """Lines of which every one is a record of its own, and the first line that has to wait for the next slice."""

    lines: list[str]
    has_line_ends: bool
    waits_from: int | None


@lru_cache
def well_formed(delimiter: str) -> str:
    """A regular expression for a line, or joined lines, whose quotes all open or close a field."""
    sign = _escaped(delimiter)
    one = rf'(?:[^"{sign}]*|"(?:[^"]|"")*")'
    return rf"^{one}(?:{sign}{one})*\r?$"


@lru_cache
def _compiled(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    sign = _escaped(delimiter)
    one_field = re.compile(rf'"((?:[^"]|"")*)"(?={sign}|\r?$)|([^{sign}]*)', re.DOTALL)
    return re.compile(well_formed(delimiter).removesuffix("$") + r"\Z"), one_field


def split_fields(line: str, delimiter: str) -> list[str]:
    """The fields of one record; quotes that neither open nor close a field stay in it."""
    line = line.removesuffix("\r")
    if '"' not in line:
        return line.split(delimiter)
    _, one_field = _compiled(delimiter)
    fields: list[str] = []
    place = 0
    while True:
        found = one_field.match(line, place)
        if found is None:  # the pattern matches an empty field everywhere
            break
        quoted = found.group(1)
        fields.append(found.group(2) or "" if quoted is None else quoted.replace('""', '"'))
        place = found.end() + 1
        if found.end() >= len(line):
            break
    return fields


def records(text: str, delimiter: str) -> Iterator[tuple[list[str], int]]:
    """The first records of a text, for finding the header: fields, and how many lines each takes."""
    lines = text.split("\n")
    place = 0
    while place < len(lines):
        joined = _joined(lines, place, delimiter, None, is_last=True)
        used = 1 if joined is None else joined[1]
        yield split_fields(lines[place] if joined is None else joined[0], delimiter), used
        place += used


def mend(lines: list[str], malformed: list[int], delimiter: str, width: int, *, is_last: bool) -> Mended:
    """Lines in which every record is one well-formed line.

    Args:
        lines: The lines of a slice.
        malformed: The positions of those whose quotes do not fit, in order.
        delimiter: What stands between fields.
        width: The number of fields in the header.
        is_last: Whether no further slice follows.
    """
    mended: list[str] = []
    has_line_ends = False
    done = 0
    for place in malformed:
        if place < done:
            continue
        mended += lines[done:place]
        joined = _joined(lines, place, delimiter, width, is_last=is_last)
        if joined == ("", 0):
            return Mended(mended, has_line_ends, place)
        if joined is None:
            mended.append(_quoted(split_fields(lines[place], delimiter), delimiter))
            done = place + 1
        else:
            mended.append(joined[0].replace("\n", LINE_END))
            has_line_ends = True
            done = place + joined[1]
    mended += lines[done:]
    return Mended(mended, has_line_ends, None)


def last_record(lines: list[str], delimiter: str, width: int) -> str:
    """The record that the last line ends: that line, or more lines where it closes a quoted field begun above."""
    last = len(lines) - 1
    fits, _ = _compiled(delimiter)
    if '"' in lines[last] and not fits.match(lines[last]):
        for first in range(last - 1, max(-1, last - MOST_LINES), -1):
            joined = _joined(lines, first, delimiter, width, is_last=True)
            if joined is not None and first + joined[1] == len(lines):
                return joined[0]
    return lines[last]


def _joined(
    lines: list[str], first: int, delimiter: str, width: int | None, *, is_last: bool
) -> tuple[str, int] | None:
    """The record that begins in line `first` and ends in a later one, and how many lines it takes.

    None where there is no such record; `("", 0)` where the slice ends before it can be told.
    """
    fits, _ = _compiled(delimiter)
    text = lines[first].removesuffix("\r")
    if '"' not in text or fits.match(text):
        return None
    for used in range(2, MOST_LINES + 1):
        if first + used > len(lines):
            return None if is_last else ("", 0)
        text = f"{text}\n{lines[first + used - 1].removesuffix(chr(13))}"
        if len(text) > _MOST_CHARACTERS:
            return None
        if text.count('"') % 2 == 0 and fits.match(text):
            if width is None:
                return text, used
            parts = lines[first : first + used]
            stands_alone = all(len(split_fields(part, delimiter)) == width for part in parts)
            return None if stands_alone or len(split_fields(text, delimiter)) != width else (text, used)
    return None


def _escaped(delimiter: str) -> str:
    """A delimiter as both regular expression engines (Python's and Polars') understand it."""
    return r"\t" if delimiter == "\t" else re.escape(delimiter)


def _quoted(fields: list[str], delimiter: str) -> str:
    """Fields as one well-formed line."""
    return delimiter.join('"' + text.replace('"', '""') + '"' for text in fields)
