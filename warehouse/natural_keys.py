"""Natural keys as SQL: which rows of a feed are one record.

Belongs here: the key alternatives of a contract (feeds.md section 3, headings) and the columns that express them.
Does not belong here: what happens to rows with one key (`warehouse.duplicates`, `warehouse.content`).
"""

from dataclasses import dataclass
from typing import Literal

from warehouse.errors import WarehouseError
from warehouse.sql import name

KIND = "key_kind"


@dataclass(frozen=True)
class Keys:
    """What tells the records of a feed apart.

    Attributes:
        alternatives: Fields of each alternative, in order. The first whose first field is not empty applies.
        keyless: What becomes of a row to which no alternative applies: "merge" lets the last one apply always,
            "keep" leaves the row without a key, so that it is never superseded.
    """

    alternatives: tuple[tuple[str, ...], ...]
    keyless: Literal["keep", "merge"] = "merge"

    def __post_init__(self) -> None:
        """Refuse a key of nothing.

        Raises:
            WarehouseError: there is no alternative, or one without a field.
        """
        if not self.alternatives or not all(self.alternatives):
            raise WarehouseError("a natural key needs at least one alternative with at least one field")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the key columns: the kind (which alternative; 0 for a row without a key), then its parts."""
        longest = max(len(fields) for fields in self.alternatives)
        return (KIND, *(f"key_{place}" for place in range(1, longest + 1)))

    def columns(self) -> str:
        """Give the key columns as an SQL select list.

        Two rows are one record when all key columns are equal: they are never null (an empty part is an empty text),
        and they hold the values themselves, because `hash()` collides on millions of texts (measured).
        """
        parts = [self._part(place) for place in range(len(self.names) - 1)]
        expressions = [self._kind(), *parts]
        return ", ".join(f"{sql} AS {name(column)}" for sql, column in zip(expressions, self.names, strict=True))

    def _kind(self) -> str:
        always = self.keyless == "merge"
        asked = self.alternatives[:-1] if always else self.alternatives
        cases = " ".join(f"WHEN {_given(fields[0])} THEN {kind}" for kind, fields in enumerate(asked, start=1))
        other = len(self.alternatives) if always else 0
        return f"CASE {cases} ELSE {other} END" if cases else str(other)

    def _part(self, place: int) -> str:
        """One part of the key; the kind is written out again because SQL promises no order of aliases."""
        cases = " ".join(
            f"WHEN {kind} THEN {as_text(fields[place])}"
            for kind, fields in enumerate(self.alternatives, start=1)
            if place < len(fields)
        )
        return f"CASE {self._kind()} {cases} ELSE '' END"


def as_text(field: str) -> str:
    """A field as SQL compares it within a key: nothing is the empty text."""
    return f"coalesce(CAST({name(field)} AS VARCHAR), '')"


def _given(field: str) -> str:
    return f"{as_text(field)} <> ''"
