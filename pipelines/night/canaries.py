"""Canaries in a night: what goes along with the real rows, and taking it out again.

What belongs here: telling canaries' rows from real ones (`without_canaries`), tables that are read without them, and
checking that none is left. What does not: how canaries are declared (`pipelines.canaries`), asking them
(`canary_answers`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from connectors.identity import RESERVED_AREA
from pipelines.domain.canary import Canary, is_canary
from warehouse.content import Guests
from warehouse.tables import NightTables

CANARIES: Final = "canaries"
"""The facts of a night about its canaries."""

SOURCE: Final = "金丝雀家庭"
"""What stands in the place of a file's name."""


@dataclass(frozen=True)
class Canaries:
    """The canaries of one comparison date.

    Attributes:
        canaries: who they are, with their answers.
        rows: by feed, the roster among them, their rows: the contract's fields, `part_no`, `source_row`; of a feed that
            holds nothing of them none.
        ids: all their persons, beyond the households too.
    """

    canaries: tuple[Canary, ...] = ()
    rows: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    ids: pl.Series = field(default_factory=lambda: pl.Series("id_number", [], dtype=pl.String))

    def guests(self, feed: str) -> Guests | None:
        """What goes along with the content of a feed; None where there is no canary at all."""
        if not self.canaries or feed not in self.rows:
            return None
        return Guests(self.rows[feed], self.ids, SOURCE)


def without_canaries(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of real households: of persons, where a table names no household. Nothing real is ever taken out.

    No delivery can hold what is filtered by: a household_id with full-width letters is made half-width by cleaning, and
    a row with a reserved ID number is quarantined.
    """
    if "household_id" in frame.columns:
        return _without(frame, is_canary())
    if "id_number" in frame.columns:
        return _without(frame, is_reserved("id_number"))
    return frame


def _without(frame: pl.DataFrame, is_left_out: pl.Expr) -> pl.DataFrame:
    """The rows that are not left out. In most tables canaries stand last: then no row is copied."""
    left_out = frame.select(is_left_out).to_series()
    first = (left_out.arg_max() or 0) if left_out.any() else frame.height
    if left_out.slice(first).all():
        return frame.head(first)
    return frame.filter(~left_out)


@dataclass(frozen=True)
class RealTables(NightTables):
    """The tables of a night as they are once the canaries are taken out: read without them, otherwise the same.

    They are left out on reading rather than stripped from the files, which costs a look at one column instead of writing
    every table again.
    """

    inner: NightTables = field(kw_only=True)

    def write(self, table: str, rows: pl.DataFrame, *, is_read_soon: bool = True) -> None:
        """Store a table; see `NightTables.write`."""
        self.inner.write(table, rows, is_read_soon=is_read_soon)

    def read(self, table: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Read a table back, real households' rows alone; see `NightTables.read`.

        Columns without the one that tells a canary from a real household would leave canaries in: they are refused.

        Raises:
            ValueError: neither the household nor the person is among the columns.
        """
        if columns is not None and not {"household_id", "id_number"} & set(columns):
            raise ValueError(
                f"table {table} without canaries: expected household_id or id_number among the columns, found neither; "
                "read the household_id too"
            )
        return without_canaries(self.inner.read(table, columns))

    def scan(self, table: str) -> pl.LazyFrame:
        """A table to be read where it is looked at, real households' rows alone; see `NightTables.scan`."""
        return self.read(table).lazy()

    def has(self, table: str) -> bool:
        """Tell whether the night has the table."""
        return self.inner.has(table)

    def write_facts(self, facts: str, content: Mapping[str, Any]) -> None:
        """Store a small account; see `NightTables.write_facts`."""
        self.inner.write_facts(facts, content)

    def read_facts(self, facts: str) -> dict[str, Any]:
        """Read an account back; see `NightTables.read_facts`."""
        return self.inner.read_facts(facts)

    def has_facts(self, facts: str) -> bool:
        """Tell whether the night has the account."""
        return self.inner.has_facts(facts)


def real_tables(tables: NightTables) -> NightTables:
    """The tables of a night without canaries."""
    return RealTables(tables.vault, tables.as_of, tables.profile, inner=tables)


def is_reserved(column: str) -> pl.Expr:
    """Whether a person is one of the canaries'."""
    return pl.col(column).str.starts_with(RESERVED_AREA).fill_null(value=False)
