"""Archetypes: what can stand in a feed about somebody, with the findings it is known to give.

What belongs here: the words in which a feed module tells its archetypes. What does not: any rule. An archetype's
findings are written down by hand beside its rows, from `rules.md`, so that the truth owes nothing to the engine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.sample.chance import Ints

SLOTS: Final = 4
"""Numbers (plates, units, firms) that one subject may have in a feed."""

SUBJECTS: Final = pl.Schema(
    {
        "household_id": pl.String,
        "head_id_number": pl.String,
        "id_number_0": pl.String,
        "name_0": pl.String,
        "id_number_1": pl.String,
        "name_1": pl.String,
        "declared": pl.Int64,
        "kind": pl.String,
        "is_adult": pl.Boolean,
        "is_elder": pl.Boolean,
    }
)
"""Grain: one row per subject: a person, or a household whose first two persons hold the rows between them.

`declared` is in 分 a month, null where the roster's cell is empty. `kind` is `common`, `grace` (a dibao household in its
grace period), `grace_elsewhere` (grace dates in force that do not count) or `stopped` (out of scope).
"""


@dataclass(frozen=True)
class Draw:
    """What a value may depend on: the subjects of one archetype and their numbers.

    Attributes:
        rng: the stream to draw from.
        subjects: columns of `SUBJECTS`.
        serials: one number per subject, not used by any other subject of the feed.
        as_of: the comparison date.
    """

    rng: np.random.Generator
    subjects: pl.DataFrame
    serials: Ints
    as_of: date

    @property
    def size(self) -> int:
        """How many subjects, and so rows, there are."""
        return self.subjects.height


Column = pl.Series | npt.NDArray[np.generic]
Value = str | int | date | None | Callable[[Draw], Column]
"""One for all rows, or one per row, drawn."""

Findings = tuple[tuple[str, str], ...]
"""(rule id, outcome) in the order of the rules."""


@dataclass(frozen=True)
class Row:
    """One row of an archetype.

    Attributes:
        fields: values that differ from the feed's ordinary ones, by contract field.
        findings: what a correct engine raises on this row.
        holder: which of the subject's persons the row is about, 0 or 1.
    """

    fields: Mapping[str, Value]
    findings: Findings = ()
    holder: int = 0


@dataclass(frozen=True)
class Archetype:
    """Something that can stand in a feed about a subject.

    Attributes:
        name: stands in the truth as `why`.
        share: part of the feed's subjects to which it happens; at least one where a fit subject is left.
        rows: its rows in the feed.
        who: `common`, `adult`, `elder`, `pair` (two persons), or another kind of `SUBJECTS`.
        household_findings: findings about the household as a whole, with the household as record key.
        is_background: whether outsiders have it too.
    """

    name: str
    share: float
    rows: tuple[Row, ...]
    who: str = "common"
    household_findings: Findings = ()
    is_background: bool = True


@dataclass(frozen=True, eq=False)
class SampleFeed:
    """A feed of the sample: one module each.

    Attributes:
        feed: the contract's name.
        per_household: whether a subject is a household (else a person).
        ordinary: the value of every contract field where an archetype says nothing.
        archetypes: what can happen, the rarest fit subjects first.
        record_key: the finding's record key as an expression on clean rows (contract.md).
        background: part of all background rows.
        days_old: age of its snapshot at as_of.
        twist: a field that a superseded row had otherwise, with the two values it may have had.
        key: the fields that must be given before a row is repeated in a dirty sample.
    """

    feed: str
    per_household: bool
    ordinary: Mapping[str, Value]
    archetypes: tuple[Archetype, ...]
    record_key: pl.Expr
    background: float
    days_old: int
    twist: tuple[str, str, str]
    key: tuple[str, ...] = field(default=())
