"""What a night of the hidden city looks at: which deliveries count, who is in scope, what the few rules say.

Plain Python after feeds.md section 1 and rules.md; nothing of the program.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.nights.thirty.city import MAX_AGE, Delivery, Row

Key = tuple[str, str, str, str]
"""Household, person, rule, record key: what makes a finding the same on another night."""

RULES = {
    "CL-01": "vehicle",
    "CL-02": "vehicle",
    "CL-03": "vehicle",
    "SB-01": "social_insurance",
    "SB-02": "social_insurance",
    "SB-03": "social_insurance",
    "SB-04": "social_insurance",
    "LC-01": "roster",
    "LC-02": "roster",
}


@dataclass(frozen=True)
class Found:
    """A finding on one night."""

    outcome: str
    material: tuple[object, ...]
    assessed: str = ""
    change: str = ""
    first: date = date.min
    nights: int = 0
    event: int = 0


@dataclass
class Content:
    """What a feed says on a night: the deliveries in use, or why there are none."""

    is_assessed: bool
    newest: date | None
    rows: list[Row] = field(default_factory=list)
    asked: set[str] | None = None
    landed: set[date] = field(default_factory=set)


def content(feed: str, inbox: Iterable[Delivery], as_of: date) -> Content:
    """The deliveries of a feed that count on a date: read from the newest back to a full one that is accepted."""
    oldest = as_of - timedelta(days=MAX_AGE[feed])
    taken: list[Delivery] = []
    refused = False
    there = sorted((one for one in inbox if one.feed == feed and one.day <= as_of), key=lambda one: one.day)
    for one in reversed(there):
        if any(other.mode == "full" for other in taken):
            break
        if one.day < oldest and not any(other.mode == "delta" for other in taken):
            break
        if one.is_refused:
            refused = True
        else:
            taken.append(one)
    taken.reverse()
    base = next((one for one in taken if one.mode == "full"), None)
    deltas = [one for one in taken if one.mode == "delta" and base is not None]
    too_old = None
    if base is not None and [base, *deltas][-1].day < oldest:
        too_old = [base, *deltas][-1].day
        base, deltas = None, []
    answers = [
        one for one in taken if one.mode == "response" and one.day >= oldest and (not base or one.day > base.day)
    ]
    used = sorted([*([base] if base else []), *deltas, *answers], key=lambda one: one.day)
    landed = {one.day for one in taken}
    if not used:
        return Content(False, too_old if refused or not there else there[-1].day, landed=landed)
    rows: dict[object, Row] = {}
    for one in used:
        if one.mode == "response":
            rows = {key: row for key, row in rows.items() if row["number"] not in one.asked}
        rows |= {_natural_key(feed, row): row for row in one.rows}
    asked = None if base else {number for one in answers for number in one.asked}
    return Content(True, used[-1].day, list(rows.values()), asked, landed)


def _natural_key(feed: str, row: Row) -> object:
    if feed == "vehicle":
        return row["plate"], row["number"]
    if feed == "social_insurance":
        return row["number"], row["employer"]
    return row["household"], row["number"]


@dataclass
class Homes:
    """The roster on a night."""

    members: dict[str, set[str]]
    heads: dict[str, str]
    unreadable: set[str]
    in_grace: set[str]
    reviewed: dict[str, date | None]
    grace_to: dict[str, date | None]


def homes(rows: Iterable[Row], as_of: date) -> Homes:
    """Who is in scope: households with an active row that can be read."""
    unreadable = {str(row["household"]) for row in rows if row["is_mistyped"]}
    active = [row for row in rows if not row["is_mistyped"] and not row["is_stopped"]]
    told = Homes({}, {}, unreadable, set(), {}, {})
    # In order, here and in `replay`: what people do is drawn finding by finding, and must be the same on every run.
    for name in sorted({str(row["household"]) for row in active}):
        mine = [row for row in active if row["household"] == name]
        told.members[name] = {str(row["number"]) for row in mine}
        told.heads[name] = min((row["relation"] != "02", str(row["number"])) for row in mine)[1]
        told.reviewed[name] = max((row["review"] for row in mine if row["review"]), default=None)
        told.grace_to[name] = max((row["grace_to"] for row in mine if row["grace_to"]), default=None)
        if any(row["grace_from"] and row["grace_from"] <= as_of <= row["grace_to"] for row in mine):
            told.in_grace.add(name)
    return told


def judged(told: Homes, cars: Content, jobs: Content, as_of: date) -> dict[Key, Found]:
    """What the rules say tonight."""
    found: dict[Key, Found] = {}
    year_ago = date(as_of.year - 1, as_of.month, as_of.day)
    for name, members in told.members.items():
        head, review, grace_to = told.heads[name], told.reviewed[name], told.grace_to[name]
        if review is None or review < year_ago:
            found[name, head, "LC-01", name] = Found("undetermined" if review is None else "flagged", (review,))
        if grace_to is not None and grace_to < as_of:
            found[name, head, "LC-02", name] = Found("flagged", (grace_to,))
        for row in cars.rows if cars.is_assessed else ():
            if row["number"] in members:
                rule = "CL-03" if row["letters"] == "E" else "CL-01"
                outcome = "undetermined" if row["letters"] == "?" else "flagged"
                material = (row["letters"], row["transferred"])
                found[name, str(row["number"]), rule, f"02/{row['plate']}"] = Found(outcome, material)
        has_job = {row["number"] for row in jobs.rows if row["status"] == "active"}
        for row in jobs.rows if jobs.is_assessed else ():
            if row["number"] in members:
                rule = "SB-01" if row["status"] == "active" else "SB-02"
                if rule == "SB-02" and row["number"] in has_job:
                    continue
                material = (row["status"], row["employer"], int(str(row["wage"])) // 500)
                outcome = "exempt" if name in told.in_grace else "flagged"
                found[name, str(row["number"]), rule, f"employee/{row['employer']}"] = Found(outcome, material)
    return found
