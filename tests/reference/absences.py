"""Members who died or are held: SW-01, XJ-01, XJ-02, and who counts (rules.md section 4)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.reference.cleaning import UNKNOWN
from tests.reference.rules import Finding, grade, make

Row = dict[str, Any]
TEKUN = ("tekun_central", "tekun_scattered")


@dataclass(frozen=True)
class Member:
    """One member with the death and custody rows of that person."""

    row: Row
    deaths: list[Row]
    custody: list[Row]

    @property
    def is_covered(self) -> bool:
        """Unknown counts as covered."""
        return bool(self.row["covered"] != "no")

    def counts(self, as_of: date) -> bool:
        """Unless a death, prison or rehab record matches with grade A."""
        gone = [r for r in self.deaths if has_died(r, as_of)]
        gone += [r for r in self.custody if r["custody_type"] in ("prison", "rehab") and in_force(r, as_of)]
        return not any(grade(r, self.row) == "A" for r in gone)


def has_died(row: Row, as_of: date) -> bool | None:
    """death_on ≤ as_of; None where the day is not known."""
    return None if row["death_on"] is None else row["death_on"] <= as_of


def in_force(row: Row, as_of: date) -> bool | None:
    """start_on ≤ as_of and end_on empty or ≥ as_of; None where it rests on a start that is not known."""
    if row["end_on"] is not None and row["end_on"] < as_of:
        return False
    return None if row["start_on"] is None else row["start_on"] <= as_of


def absences(members: list[Member], benefit: str, as_of: date) -> list[Finding]:
    """SW-01, XJ-01 and XJ-02 of one household."""
    found = []
    for member in members:
        others = [m for m in members if m is not member and m.is_covered and m.counts(as_of)]
        loss = "REMOVE_MEMBER" if others and benefit not in TEKUN else "TERMINATE"
        found += _deaths(member, loss, as_of) + _custody(member, loss, benefit, as_of)
    return found


def _deaths(member: Member, loss: str, as_of: date) -> list[Finding]:
    """SW-01: one finding per person and source; a death without a day is undetermined."""
    found = []
    for row in member.deaths if member.is_covered else []:
        died = has_died(row, as_of)
        if died is not False:
            outcome = "flagged" if died else "undetermined"
            found.append(make(member.row, row, "SW-01", outcome, loss, row["source"], row["death_on"]))
    return found


def _custody(member: Member, loss: str, benefit: str, as_of: date) -> list[Finding]:
    """XJ-01 of a covered member, XJ-02 of any."""
    found = []
    for row in member.custody:
        kind, held = row["custody_type"], in_force(row, as_of)
        if held is False:
            continue
        outcome = "flagged" if held else "undetermined"
        if kind == "detention":
            found.append(make(member.row, row, "XJ-02", outcome, "LEAD", kind, row["start_on"]))
        elif kind in ("prison", "rehab") and member.is_covered:
            action = "VERIFY" if kind == "rehab" and benefit in TEKUN else loss
            found.append(make(member.row, row, "XJ-01", outcome, action, kind, row["start_on"]))
        elif kind == UNKNOWN and member.is_covered:
            found.append(make(member.row, row, "XJ-01", "undetermined", "VERIFY", kind, row["start_on"]))
    return found
