"""What the roster alone shows: ZF-01, ZF-02, LC-01, LC-02 and ZJ-01 (rules.md section 4), all of grade A."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from tests.reference.absences import TEKUN
from tests.reference.cleaning import same_name
from tests.reference.dates import months_before
from tests.reference.income import DIBAO
from tests.reference.rules import Finding

Row = dict[str, Any]
Homes = dict[str, list[tuple[str, str, bool]]]


def homes_of(households: dict[str, list[Row]], benefits: dict[str, str]) -> Homes:
    """For each person the active households: number, benefit, and whether the person is covered there."""
    homes: Homes = defaultdict(list)
    for home, members in households.items():
        for row in members:
            homes[row["id_number"]].append((home, benefits[home], row["covered"] != "no"))
    return homes


def doubles(member: Row, homes: Homes) -> list[Finding]:
    """ZF-01, or ZF-02 in its place for that person."""
    home, person = member["household_id"], member["id_number"]
    mine = homes[person]
    key = ",".join(sorted(number for number, _, _ in mine if number != home))
    if not key:
        return []
    dibao = {number for number, benefit, covered in mine if covered and benefit in DIBAO}
    tekun = {number for number, benefit, covered in mine if covered and benefit in TEKUN}
    if dibao and tekun:
        return [_of(member, "ZF-02", "flagged", "DATA_FIX", key, None)] if home in dibao | tekun else []
    return [_of(member, "ZF-01", "flagged", "DATA_FIX", key, None)]


def reviews(head: Row, members: list[Row], as_of: date) -> list[Finding]:
    """LC-01 and LC-02: the household's latest review and the latest end of its grace."""
    home, found = head["household_id"], []
    latest = max((r["last_review_on"] for r in members if r["last_review_on"]), default=None)
    if latest is None:
        found.append(_of(head, "LC-01", "undetermined", "VERIFY", home, None))
    elif latest < months_before(as_of, 12):
        ended = months_before(latest, -12) + timedelta(1)
        found.append(_of(head, "LC-01", "flagged", "VERIFY", home, ended))
    grace = max((r["grace_to"] for r in members if r["grace_to"]), default=None)
    if grace is not None and grace < as_of:
        found.append(_of(head, "LC-02", "flagged", "VERIFY", home, grace + timedelta(1)))
    return found


def holder_of(members: list[Row]) -> str:
    """The account_holder of the first active row that has one, empty where none has."""
    given = [r["account_holder"] for r in sorted(members, key=lambda r: r["_order"]) if r["account_holder"]]
    return given[0] if given else ""


def account(head: Row, members: list[Row], filings: list[Row] | None) -> list[Finding]:
    """ZJ-01: the account is in the name of no member (who has no name, has no equal one); a filing of that name exempts.

    `filings`: those of the household; None where the feed is not there, which the finding says.
    """
    holder = holder_of(members)
    if not holder or any(r["name"] and same_name(holder, r["name"]) for r in members):
        return []
    outcome = "exempt" if any(f["holder_name"] == holder for f in filings or []) else "flagged"
    found = _of(head, "ZJ-01", outcome, "VERIFY", head["household_id"], None)
    found.says = {"未能核对是否已备案": filings is None}
    return [found]


def _of(member: Row, rule: str, outcome: str, action: str, key: str, fact: date | None) -> Finding:
    row = {"_order": 0}  # which roster row it stands on is not said
    person = member["id_number"]
    return Finding(member["household_id"], person, rule, outcome, action, "A", key, fact, row)
