"""How a delivered text file differs from an older one, line by line.

What belongs here: telling which rows of the older file stand in the newer one as they were. They were read before; only the
others are read again. Nothing is decided by what a line means: two lines are the same when their bytes are.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from connectors.lines import Lines, NotByLineError

TAIL = 2_000
"""The last lines are always read again: whether one is a note depends on what follows it. More than `part_reader.MOST_WAITING`."""

LINES_A_PASS = 4_000_000


@dataclass(frozen=True)
class ChangedLines:
    """What became of the lines of an older file in a newer one. Lines count from 0, without those up to the header.

    Attributes:
        gone: Lines of the older file that do not stand in the newer one, or are read again for another reason; rising.
        come: Lines of the newer file that have to be read; rising.
        kept: How many lines of the older file stand in the newer one.
        moved: Those of them that stand elsewhere; rising.
        moved_to: Where each of these stands in the newer file.
    """

    gone: NDArray[np.int64]
    come: NDArray[np.int64]
    kept: int
    moved: NDArray[np.int64]
    moved_to: NDArray[np.int64]


def changed_lines(
    old: Lines, new: Lines, may_be_kept: NDArray[np.bool_], header_lines: int, lines_a_pass: int = LINES_A_PASS
) -> ChangedLines:
    """Hold two files against each other.

    Args:
        old: The lines of the older file.
        new: Those of the newer one.
        may_be_kept: For each line of the older file, whether what was read of it can stand for it.
        header_lines: How many lines each has up to and with its header.
        lines_a_pass: About how many lines that do not stand in the same place are compared at once; it bounds memory.

    Raises:
        NotByLineError: what stands up to the header differs.
    """
    if min(len(old), len(new)) < header_lines or not _is_same(old, new, slice(header_lines)).all():
        raise NotByLineError("the header differs")
    is_left_old = may_be_kept & _between(len(old), header_lines)
    is_left_new = _between(len(new), header_lines)
    # Most lines stand where they stood: no search is needed for them.
    both = slice(min(len(old), len(new)))
    stays = _is_same(old, new, both) & is_left_old[both] & is_left_new[both]
    is_left_old[both] &= ~stays
    is_left_new[both] &= ~stays
    moved, moved_to = _moved(old, new, np.flatnonzero(is_left_old), np.flatnonzero(is_left_new), lines_a_pass)
    return ChangedLines(
        gone=_others(len(old), stays, moved, header_lines),
        come=_others(len(new), stays, moved_to, header_lines),
        kept=int(np.count_nonzero(stays)) + len(moved),
        moved=moved,
        moved_to=moved_to,
    )


def _between(lines: int, header_lines: int) -> NDArray[np.bool_]:
    """Which lines stand below the header and above the last ones."""
    found = np.zeros(lines, dtype=np.bool_)
    found[header_lines : max(header_lines, lines - TAIL)] = True
    return found


def _others(lines: int, stays: NDArray[np.bool_], moved: NDArray[np.int64], header_lines: int) -> NDArray[np.int64]:
    """The lines below the header that neither stay nor are among those that moved."""
    found = np.ones(lines, dtype=np.bool_)
    found[: len(stays)] &= ~stays
    found[:header_lines] = found[moved] = False
    return np.flatnonzero(found)


def _is_same(old: Lines, new: Lines, which: slice) -> NDArray[np.bool_]:
    """Which lines are the same in the same place."""
    return np.asarray((old.marks[which] == new.marks[which]) & (old.more[which] == new.more[which]))


def _moved(
    old: Lines, new: Lines, here: NDArray[np.int64], there: NDArray[np.int64], lines_a_pass: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of the lines that are left of both files, pairs of the same; of lines that stand several times none."""
    passes = max(1, -(-max(len(here), len(there)) // lines_a_pass))
    found = [
        _pairs(_with_marks(old, here, turn, passes), _with_marks(new, there, turn, passes)) for turn in range(passes)
    ]
    pairs = pl.concat(found).sort("place")
    return pairs["place"].to_numpy(), pairs["place_right"].to_numpy()


def _with_marks(lines: Lines, places: NDArray[np.int64], turn: int, passes: int) -> pl.DataFrame:
    """Places with their marks, of one pass, and each mark once at most."""
    chosen = places[lines.marks[places] % np.uint64(passes) == np.uint64(turn)]
    told = pl.DataFrame({"place": chosen, "mark": lines.marks[chosen], "more": lines.more[chosen]})
    return told.filter(pl.col("mark").is_unique())


def _pairs(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Lines of both that are the same: `place`, and `place_right` in the newer file."""
    pairs = old.join(new, on="mark", how="inner")
    return pairs.filter(pl.col("more") == pl.col("more_right")).select("place", "place_right")
