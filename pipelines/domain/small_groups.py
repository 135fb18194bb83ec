"""Small groups: in a report without names no count points at a family, and none can be worked out from the others.

What belongs here: which cells of a table of counts are withheld, and how they read. A table has as many rows as there are
groups, not persons. What does not: what is counted.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

TOO_FEW: Final = 5
"""Counts from 1 to one below this are hidden where a report carries no names."""

Cell = tuple[int, int]
"""Row and column of a count."""


def hidden_counts(rows: Sequence[Sequence[int]], given_up_first: Sequence[int]) -> list[list[str]]:
    """The counts of a table as texts, those from 1 to 4 as `<5`.

    The counts of a row tell each other, and a column's total tells its last one: so no row and no column hides one
    count alone. What is withheld for that reason reads `—`.

    Args:
        rows: one row per group, all of one length.
        given_up_first: the columns in the order in which they can be missed.
    """
    small = {(n, place) for n, row in enumerate(rows) for place, count in enumerate(row) if 0 < count < TOO_FEW}
    hidden = with_company(rows, small, given_up_first)
    return [
        [
            f"<{TOO_FEW}" if (n, place) in small else "—" if (n, place) in hidden else str(count)
            for place, count in enumerate(row)
        ]
        for n, row in enumerate(rows)
    ]


def with_company(
    rows: Sequence[Sequence[int]], small: AbstractSet[Cell], given_up_first: Sequence[int]
) -> AbstractSet[Cell]:
    """Cells to hide: those that are small, and others until none is the only one hidden of its row or column."""
    row_cells = [[(n, place) for place in given_up_first] for n in range(len(rows))]
    # Of a column the least count that is any; nothing is the last resort.
    column_cells = [
        sorted(
            ((n, place) for n in range(len(rows))),
            key=lambda cell: (rows[cell[0]][cell[1]] == 0, rows[cell[0]][cell[1]]),
        )
        for place in range(len(given_up_first))
    ]
    hidden, lonely = set(small), True
    while lonely:
        lonely = False
        for line in (*row_cells, *column_cells):
            shown = [cell for cell in line if cell not in hidden]
            if shown and len(line) - len(shown) == 1:
                hidden.add(shown[0])
                lonely = True
    return hidden
