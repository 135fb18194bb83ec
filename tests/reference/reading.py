"""One night by the words of the spec: an inbox in, findings, cases and counts out.

Slow and plain on purpose, written without sight of hedui's code: where the two differ, the spec decides.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.reference import income
from tests.reference.absences import Member, absences
from tests.reference.cases import case_of, head_of
from tests.reference.contract import FEEDS
from tests.reference.contract_people import ALL_FEEDS
from tests.reference.earnings import housing_fund, taxed_wages
from tests.reference.housing import houses, two_homes
from tests.reference.landing import Landed
from tests.reference.marriages import Deaths, hidden_spouse, sides
from tests.reference.roster_rules import Homes, account, doubles, holder_of, homes_of, reviews
from tests.reference.rules import Finding, businesses, insurance, vehicles
from tests.reference.snapshots import land
from tests.reference.tallies import tallies
from tests.reference.wordings import wordings

Row = dict[str, Any]
OUTCOMES = ("flagged", "undetermined", "exempt")


@dataclass
class Reading:
    """What the spec gives: rows in the columns of the acceptance sets, and the snapshots they stand on."""

    findings: list[dict[str, str]]
    cases: list[dict[str, str]]
    counts: list[dict[str, str]]
    landed: dict[str, Landed | None]
    tallies: list[dict[str, str]]
    wordings: list[dict[str, bool]]  # beside the findings


def night(inbox: Path, as_of: date, *, people: bool = True) -> Reading | None:
    """The night of as_of, with section 4 or without; None where the roster is missing, stale or refused."""
    contracts = ALL_FEEDS if people else FEEDS
    landed = {name: land(inbox, feed, as_of) for name, feed in contracts.items()}
    roster = landed["roster"]
    if roster is None:
        return None
    feeds = Feeds(landed)
    households: dict[str, list[Row]] = defaultdict(list)
    for row in roster.kept:
        if row["status"] != "stopped":  # "a stopped row is no member"; empty and unknown are active
            households[row["household_id"]].append(row)
    benefits = {home: head_of(members)["benefit"] for home, members in households.items()}
    homes = homes_of(households, benefits)
    findings: list[Finding] = []
    cases = []
    for home in sorted(households):
        members, benefit = households[home], benefits[home]
        found = judge(members, feeds, benefit, as_of, has_income_column="monthly_income" in roster.present)
        found = standing(found + (judge_people(members, feeds, homes, as_of) if people else []))
        findings += found
        case = case_of([feeds.member(row) for row in members], found, as_of, roster)
        cases += [case] if case else []
    told = tallies(households, findings, landed, people=people)
    findings = _sorted(findings)
    words = [wordings(f, as_of) for f in findings]
    return Reading([_shown(f) for f in findings], cases, _counts(landed), landed, told, words)


class Feeds:
    """The rows of every feed by the person, or the household, that they are about; without a feed there are none."""

    def __init__(self, landed: dict[str, Landed | None]) -> None:
        self.landed = landed
        rows_of = {name: snapshot.kept if snapshot else [] for name, snapshot in landed.items()}
        self._by: dict[str, dict[str, list[Row]]] = {}
        for name, rows in rows_of.items():
            self._by[name] = defaultdict(list)
            for row in sides(rows) if name == "marriage" else rows:
                self._by[name][row["household_id" if name in ("roster", "card_proxies") else "id_number"]].append(row)
        # "in no row of the household, active or stopped"
        self.ids_of = {home: {row["id_number"] for row in rows} for home, rows in self._by["roster"].items()}

    def deaths(self) -> Deaths:
        """The feed of deaths, to look for spouses who are in no roster."""
        snapshot = self.landed["death"]
        is_partial = snapshot is not None and snapshot.asked is not None
        return Deaths(self._by["death"], is_absent=snapshot is None, is_partial=is_partial)

    def of(self, feed: str, subject: str) -> list[Row]:
        """The rows about a person or household."""
        return self._by.get(feed, {}).get(subject, [])

    def member(self, row: Row) -> Member:
        """The member of a roster row, with what decides whether the member counts."""
        return Member(row, self.of("death", row["id_number"]), self.of("custody", row["id_number"]))


def judge(members: list[Row], feeds: Feeds, benefit: str, as_of: date, *, has_income_column: bool) -> list[Finding]:
    """All findings of one household by sections 3 and 4, standing ones only; `benefit` is its head's."""
    exempt = income.in_grace(benefit, members, as_of)
    found: list[Finding] = []
    owned: list[tuple[Row, Row]] = []
    for member in members:
        person = member["id_number"]
        mine = insurance(member, feeds.of("social_insurance", person), has_income_column=has_income_column)
        mine += housing_fund(member, feeds.of("housing_fund", person), as_of)
        mine += taxed_wages(member, feeds.of("income_tax", person), as_of, has_income_column=has_income_column)
        for one in mine:  # 渐退期内: they keep their action
            if exempt and one.rule_id != "SB-04":
                one.outcome = "exempt"
        found += mine
        found += vehicles(member, feeds.of("vehicle", person), as_of)
        found += houses(member, feeds.of("property", person), as_of)
        found += businesses(member, feeds.of("business", person))
        owned += [(member, row) for row in feeds.of("property", person)]
    return found + two_homes(head_of(members), owned)


def judge_people(members: list[Row], feeds: Feeds, homes: Homes, as_of: date) -> list[Finding]:
    """The findings of one household by section 4 that stand on no wage."""
    head, home = head_of(members), members[0]["household_id"]
    found = absences([feeds.member(row) for row in members], head, holder_of(members), as_of)
    for member in members:
        found += doubles(member, homes)
        record = feeds.of("marriage", member["id_number"])
        found += hidden_spouse(member, record, feeds.ids_of[home], feeds.deaths(), as_of)
    filings = feeds.of("card_proxies", home) if feeds.landed["card_proxies"] else None
    return found + reviews(head, members, as_of) + account(head, members, filings)


def standing(findings: list[Finding]) -> list[Finding]:
    """Of one person, rule and record key: flagged, undetermined, exempt; latest fact date; last row."""
    best: dict[tuple[str, str, str], Finding] = {}
    for f in findings:
        key = (f.id_number, f.rule_id, f.record_key)
        if key not in best or _rank(f) > _rank(best[key]):
            best[key] = f
    return list(best.values())


def _rank(f: Finding) -> tuple[int, date, int]:
    return -OUTCOMES.index(f.outcome), f.fact_date or date.min, f.row["_order"]


def _sorted(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (f.household_id, f.id_number, f.rule_id, f.record_key))


def _shown(f: Finding) -> dict[str, str]:
    return {
        "household_id": f.household_id,
        "id_number": f.id_number,
        "rule_id": f.rule_id,
        "outcome": f.outcome,
        "action": f.action,
        "grade": f.grade,
        "record_key": f.record_key,
        "fact_date": str(f.fact_date or ""),
        # not in the acceptance sets; FC-02 stands on many rows
        **({"snapshot_date": str(f.row["_day"]), "source_file": f.row["_file"]} if "_day" in f.row else {}),
        **({"source_row": str(f.row["_row"])} if "_day" in f.row else {}),
    }


def _counts(landed: dict[str, Landed | None]) -> list[dict[str, str]]:
    return [{"feed": name, "rows": str(s.rows), "quarantined": str(s.quarantined)} for name, s in landed.items() if s]
