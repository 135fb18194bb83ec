"""Members who died or are held: SW-01, XJ-01, XJ-02, and who counts (rules.md section 4)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.reference.cleaning import UNKNOWN, same_name
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


def has_died(row: Row, as_of: date) -> bool:
    """death_on ≤ as_of, which a record without a day is not: where empty is undetermined, the rule says so."""
    return row["death_on"] is not None and row["death_on"] <= as_of


def in_force(row: Row, as_of: date) -> bool:
    """start_on ≤ as_of, end_on empty or ≥ as_of; a record without a start is not."""
    begun = row["start_on"] is not None and row["start_on"] <= as_of
    return begun and (row["end_on"] is None or row["end_on"] >= as_of)


def is_open(row: Row, as_of: date) -> bool:
    """The field that decides whether it is in force is empty, and it has not ended."""
    return row["start_on"] is None and (row["end_on"] is None or row["end_on"] >= as_of)


def absences(members: list[Member], head: Row, holder: str, as_of: date) -> list[Finding]:
    """SW-01, XJ-01 and XJ-02 of one household; `holder`: whose name the account is in, empty for nobody's."""
    found, benefit = [], head["benefit"]
    for member in members:
        others = [m for m in members if m is not member and m.is_covered and m.counts(as_of)]
        loss = "REMOVE_MEMBER" if others and benefit not in TEKUN else "TERMINATE"
        deaths = _deaths(member, loss, as_of)
        name = member.row["name"]
        for one in deaths:  # "the statement says so"
            is_holder = bool(holder and name) and same_name(holder, name)
            one.says = {"开户人即为死者": is_holder, "死者是户主": member.row is head}
        found += deaths + _custody(member, loss, benefit, as_of)
    return found


def _deaths(member: Member, loss: str, as_of: date) -> list[Finding]:
    """SW-01: one finding per person and source."""
    if not member.is_covered:
        return []
    dead = [row for row in member.deaths if row["death_on"] is None or has_died(row, as_of)]
    outcome = {True: "undetermined", False: "flagged"}
    return [
        make(member.row, row, "SW-01", outcome[row["death_on"] is None], loss, row["source"], row["death_on"])
        for row in dead
    ]


def _custody(member: Member, loss: str, benefit: str, as_of: date) -> list[Finding]:
    """XJ-01 of a covered member, XJ-02 of any."""
    found = []
    for row in member.custody:
        kind = row["custody_type"]
        if kind in ("prison", "rehab", UNKNOWN) and member.is_covered and is_open(row, as_of):
            found.append(make(member.row, row, "XJ-01", "undetermined", loss, kind, None))
        if not in_force(row, as_of):
            continue
        if kind == "detention":
            found.append(make(member.row, row, "XJ-02", "flagged", "LEAD", kind, row["start_on"]))
        elif kind in ("prison", "rehab", UNKNOWN) and member.is_covered:
            action = "VERIFY" if kind == "rehab" and benefit in TEKUN else loss
            outcome = "undetermined" if kind == UNKNOWN else "flagged"
            found.append(make(member.row, row, "XJ-01", outcome, action, kind, row["start_on"]))
    return found
