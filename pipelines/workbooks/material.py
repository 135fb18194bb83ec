"""What a workbook is made of: the tables of a night as far as they are handed out, and where answers and cases stand.

What belongs here: the shapes, and one town's share. What does not: reading (`reading`); the processes that write
workbooks read nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import polars as pl

NO_TOWN: Final = "未填镇街"

_ANSWERS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "finding_id": pl.String,
    "is_answered": pl.Boolean,
    "received_by": pl.String,
    "method": pl.String,
    "investigated_on": pl.Date,
    "investigator_1": pl.String,
    "investigator_2": pl.String,
    "note": pl.String,
    "confirmed": pl.String,
    "conclusion": pl.String,
    "reason_code": pl.String,
    "income_per_head": pl.Decimal(12, 2),
    "documents": pl.String,
    "measures": pl.String,
    "grace_from": pl.Date,
    "grace_to": pl.Date,
    "effective_month": pl.Date,
    "recovered_months": pl.Int64,
    "recovered_amount": pl.Decimal(12, 2),
    "valid_until": pl.Date,
    "publicised": pl.String,
    "notified": pl.String,
    "village_head": pl.String,
    "town_leader": pl.String,
    "remark": pl.String,
    "opinion": pl.String,
    "reviewed_by": pl.String,
    "reviewed_on": pl.Date,
}
ANSWERS: Final = pl.Schema(_ANSWERS)
"""Grain: one row per finding that somebody answered. `is_answered`: the verdict stands at the finding's fingerprint;
where it does not (returned by a reviewer), only what the reviewer said is shown."""

CASE_FILES: Final = pl.Schema(
    {
        "case_id": pl.String,
        "case_state": pl.String,
        "handled_by": pl.String,
        "dispatched_on": pl.Date,
        "due_on": pl.Date,
    }
)
"""Grain: one row per case of which something is known beyond tonight. `handled_by`: the town it was given to."""


@dataclass(frozen=True)
class Material:
    """The tables of a night as far as they are handed out.

    Attributes:
        night: name of the published folder.
        manifest: the night's account.
        cases: cases that are sent out, the most urgent first, with `book_town`.
        findings: their raised findings, with the person's `relation` to the head.
        memory: fingerprints of findings.
        ledger: members of their households, amounts in 毫, with their lines as one text, `told`.
        answers: `ANSWERS`.
        files: `CASE_FILES`.
        is_clear: whether identity numbers are readable.
        known_towns: every town that has a case, sent out or not.
    """

    night: str
    manifest: Mapping[str, Any]
    cases: pl.DataFrame
    findings: pl.DataFrame
    memory: pl.DataFrame
    ledger: pl.DataFrame
    answers: pl.DataFrame
    files: pl.DataFrame
    is_clear: bool = False
    known_towns: frozenset[str] = frozenset()

    @property
    def towns(self) -> list[str]:
        """The towns that have something to do, in the order of their names."""
        return sorted(self.cases["book_town"].unique().to_list())

    def of_town(self, town: str) -> Self:
        """One town's share."""
        cases = self.cases.filter(pl.col("book_town") == town)
        mine = cases.select("household_id")
        return replace(
            self,
            cases=cases,
            findings=self.findings.join(mine, on="household_id", how="semi"),
            ledger=self.ledger.join(mine, on="household_id", how="semi"),
        )
