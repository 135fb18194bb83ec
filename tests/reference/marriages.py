"""HY-01, a spouse whom the household does not name (rules.md section 4)."""

from datetime import date
from typing import Any

from tests.reference.absences import has_died
from tests.reference.rules import Finding, make

Row = dict[str, Any]


def sides(rows: list[Row]) -> list[Row]:
    """A record is about both persons: each row once for each of its IDs, the other being the spouse."""
    found = []
    for row in rows:
        left, right = (row["id_number"], row["name"]), (row["spouse_id_number"], row["spouse_name"])
        for (person, name), (spouse, _) in ((left, right), (right, left)):
            if person is not None:
                found.append({**row, "id_number": person, "name": name, "spouse": spouse})
    return found


def hidden_spouse(member: Row, rows: list[Row], household: set[str], deaths: list[Row], as_of: date) -> list[Finding]:
    """HY-01 on the person's latest record on or before as_of; `household` holds the IDs of all its rows."""
    past = [r for r in rows if r["event_on"] is not None and r["event_on"] <= as_of]
    if not past:
        return []
    row = max(past, key=lambda r: (r["event_on"], r["_order"]))
    if row["event"] != "married" or row["spouse"] in household:
        return []
    widowed = any(r["id_number"] == row["spouse"] and has_died(r, as_of) for r in deaths)
    outcome = "undetermined" if row["spouse"] is None else "exempt" if widowed else "flagged"
    key = row["certificate_no"] or str(row["event_on"])
    return [make(member, row, "HY-01", outcome, "VERIFY", key, row["event_on"])]
