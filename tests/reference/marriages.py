"""HY-01, a spouse whom the household does not name (rules.md section 4)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.reference.absences import has_died
from tests.reference.rules import Finding, make

Row = dict[str, Any]


@dataclass(frozen=True)
class Deaths:
    """The feed of deaths by person; `is_partial` where it answered for some persons alone."""

    of: dict[str, list[Row]]
    is_absent: bool
    is_partial: bool


def sides(rows: list[Row]) -> list[Row]:
    """A record is about both persons: each row once for each of its IDs, the other being the spouse."""
    found = []
    for row in rows:
        left, right = (row["id_number"], row["name"]), (row["spouse_id_number"], row["spouse_name"])
        for (person, name), (spouse, _) in ((left, right), (right, left)):
            if person is not None:
                found.append({**row, "id_number": person, "name": name, "spouse": spouse})
    return found


def hidden_spouse(member: Row, rows: list[Row], household: set[str], deaths: Deaths, as_of: date) -> list[Finding]:
    """HY-01 on the person's latest record on or before as_of; `household` holds the IDs of all its rows."""
    past = [r for r in rows if r["event_on"] is not None and r["event_on"] <= as_of]
    if not past:
        return []
    row = max(past, key=lambda r: (r["event_on"], r["_order"]))
    spouse = row["spouse"]
    if row["event"] != "married" or spouse in household:
        return []
    widowed = any(has_died(r, as_of) for r in deaths.of.get(spouse, []))
    outcome = "undetermined" if spouse is None else "exempt" if widowed else "flagged"
    key = row["certificate_no"] or str(row["event_on"])
    found = make(member, row, "HY-01", outcome, "VERIFY", key, row["event_on"])
    found.says = {"未能核对是否丧偶": deaths.is_absent} if outcome == "flagged" and not deaths.is_partial else {}
    return [found]
