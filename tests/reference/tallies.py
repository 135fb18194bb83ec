"""How many findings of each outcome a rule has, and how many households it could not judge (rules.md section 1)."""

from typing import Any

from tests.reference.landing import Landed
from tests.reference.rules import Finding

Row = dict[str, Any]
CORE = {
    **dict.fromkeys(("SB-01", "SB-02", "SB-03", "SB-04"), "social_insurance"),
    **dict.fromkeys(("CL-01", "CL-02", "CL-03"), "vehicle"),
    **dict.fromkeys(("FC-01", "FC-02", "FC-03"), "property"),
    **dict.fromkeys(("GS-01", "GS-02"), "business"),
}
PEOPLE = {
    "SW-01": "death",
    **dict.fromkeys(("XJ-01", "XJ-02"), "custody"),
    **dict.fromkeys(("ZF-01", "ZF-02", "LC-01", "LC-02", "ZJ-01"), "roster"),
    "GJJ-01": "housing_fund",
    "TAX-01": "income_tax",
    "HY-01": "marriage",
}


def tallies(
    households: dict[str, list[Row]], findings: list[Finding], landed: dict[str, Landed | None], *, people: bool
) -> list[dict[str, str]]:
    """One row per rule: findings by outcome, households not assessed, households assessed without a finding."""
    told = []
    for rule, feed in (CORE | PEOPLE if people else CORE).items():
        mine = [f for f in findings if f.rule_id == rule]
        open_ = {home for home, members in households.items() if not _is_assessed(members, landed[feed])}
        silent = households.keys() - open_ - {f.household_id for f in mine}
        counts = {outcome: sum(f.outcome == outcome for f in mine) for outcome in ("flagged", "exempt", "undetermined")}
        counts |= {"households_in_scope": len(households), "households_not_assessed": len(open_)}
        counts |= {"households_clear": len(silent)}
        told.append({"rule_id": rule} | {name: str(count) for name, count in counts.items()})
    return told


def _is_assessed(members: list[Row], snapshot: Landed | None) -> bool:
    """Whether the feed speaks of every member: it is there, and nobody was left out of its request lists."""
    if snapshot is None:
        return False
    return snapshot.asked is None or all(m["id_number"] in snapshot.asked for m in members)
