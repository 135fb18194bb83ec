"""FC-01, FC-02 and FC-03 of rules.md section 3."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.reference.cleaning import UNKNOWN
from tests.reference.dates import within_months
from tests.reference.rules import Finding, grade, make

Row = dict[str, Any]
PURCHASES = ("buy_new", "buy_second", "auction")


def anchor(row: Row) -> date | None:
    """The earlier of contract_on and registered_on that are present."""
    return min((d for d in (row["contract_on"], row["registered_on"]) if d), default=None)


def is_current(row: Row) -> bool:
    """right_status current; empty or unknown is current."""
    return row["right_status"] not in ("historic", "temporary")


def record_key(row: Row) -> str:
    """unit_no, else location and area as a plain decimal without trailing zeros."""
    return row["unit_no"] or f"{row['location']}/{plain(row['area'])}"


def plain(number: Decimal | None) -> str:
    """60 for 60.00, 45.5 for 45.50, an empty string for nothing."""
    if number is None:
        return ""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def houses(member: Row, rows: list[Row], as_of: date) -> list[Finding]:
    """FC-01 and FC-03 for one member."""
    found = []
    for row in rows:
        if not is_current(row):
            continue
        if outcome := _purchase(row, as_of):
            found.append(make(member, row, "FC-01", outcome, "CANCEL_PRINCIPLE", record_key(row), anchor(row)))
        if row["use"] in ("shop", "office"):
            found.append(make(member, row, "FC-03", "flagged", "VERIFY", record_key(row), anchor(row)))
    return found


def _purchase(row: Row, as_of: date) -> str | None:
    """FC-01 on a current row."""
    use, how, day = row["use"], row["acquisition"], anchor(row)
    recent = day is not None and within_months(day, 36, as_of)
    if use == "dwelling":
        if how in PURCHASES:
            return "flagged" if recent else "undetermined" if day is None else None
        if how == "relocation" and recent:
            return "exempt"
        if how in ("", UNKNOWN) and recent:
            return "undetermined"
    elif use in ("", UNKNOWN) and how in PURCHASES and recent:
        return "undetermined"
    return None


def two_homes(head: Row, matched: list[tuple[Row, Row]]) -> list[Finding]:
    """FC-02: one finding of the household on its (member, row) pairs; its person is the head."""
    current = [(m, r) for m, r in matched if is_current(r)]
    dwellings = [(m, r) for m, r in current if r["use"] == "dwelling"]
    possible = [(m, r) for m, r in current if r["use"] in ("dwelling", "", UNKNOWN)]
    # "with neither, a possible unit of its own": no certain unit, even as a dwelling
    certain = [r for _, r in dwellings if r["unit_no"] or r["location"]]
    if count_units(certain) >= 2:
        outcome, pairs = "flagged", dwellings
    elif count_units([r for _, r in possible]) >= 2:
        outcome, pairs = "undetermined", possible
    else:
        return []
    lowest = max(grade(r, m) for m, r in pairs)
    latest = max((d for _, r in pairs if (d := anchor(r))), default=None)
    action = "CANCEL_PRINCIPLE" if outcome == "flagged" and lowest == "A" else "VERIFY"
    home = head["household_id"]
    return [Finding(home, head["id_number"], "FC-02", outcome, action, lowest, home, latest, {"_order": 0})]


def count_units(rows: list[Row]) -> int:
    """Distinct units: by unit_no; else by a location that no counted unit shares; else each its own."""
    numbers = {r["unit_no"] for r in rows if r["unit_no"]}
    places_of_numbers = {r["location"] for r in rows if r["unit_no"] and r["location"]}
    places = {r["location"] for r in rows if not r["unit_no"] and r["location"]}
    own = sum(1 for r in rows if not r["unit_no"] and not r["location"])
    return len(numbers) + len(places - places_of_numbers) + own
