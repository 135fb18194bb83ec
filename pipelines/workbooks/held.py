"""Why a row of a returned workbook is held.

What belongs here: the reasons and their form. Who finds them stands in `returned`, `tampering` and `pipelines.casework`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why a row is held, in machine words. `refused` is the word of those who keep the cases, the others are ours."""

    UNREADABLE = "unreadable"
    CHANGED = "changed_locked_cell"
    NO_FINDING = "no_finding"
    TWICE = "finding_twice"
    OTHER_BOOK = "other_workbook"
    CONTRADICTION = "contradiction"
    REVIEW = "review"
    OTHER_FILE = "other_file"
    REFUSED = "refused"


@dataclass(frozen=True)
class Held:
    """Why a row is held. Grain: one per reason; a row may have several.

    Attributes:
        row: the sheet's row.
        key: key of the column; None where the row as a whole is meant.
        cause: the kind of reason, in machine words.
        told: what is wrong and what to do, for staff; holds no cell of the row.
        detail: what stood there and stands there now; for the row's own workbook, never for a screen or a log.
    """

    row: int
    key: str | None
    cause: str
    told: str
    detail: str = ""
