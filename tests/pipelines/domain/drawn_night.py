"""A night of drawn facts: families and records of every feed, drawn from the contracts, so that every rule has hits.

Values lie where rules turn: each code, unknown and empty cells, the days around every window, amounts around every
standard. A new feed is drawn without a word here; only texts that a rule reads need an entry in `POOLS`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from connectors.contract import Contract, Field, load_contracts, schema
from pipelines.domain.context import NightContext, Reckoned
from pipelines.domain.counting import not_counting
from pipelines.domain.dates import first_of_month, months_before
from pipelines.domain.findings import no_findings
from pipelines.domain.households import households_of, members_of
from pipelines.domain.income import household_income
from pipelines.domain.judge import judge_feed
from pipelines.domain.ledger import member_ledger
from pipelines.domain.matching import match, match_households, named_persons, named_rows, seen_from_each_side
from pipelines.domain.policy import PolicyInForce
from pipelines.domain.policy_layer import ALL_SECTIONS
from pipelines.domain.roster_rows import roster_rows_of, shared_members_of
from pipelines.domain.rulebook import rulebook
from pipelines.night.casework import income_policy
from pipelines.night.matched_rows import PROVENANCE_TYPES
from pipelines.night.policy_files import load_policy

AS_OF = date(2026, 9, 22)
NAMES = ("张三", "李四", "王五")
POOLS: dict[tuple[str, str], tuple[Any, ...]] = {
    ("property", "unit_no"): ("500117001001JC00001", "500117001001GB00002", "U3", "", None),
    ("social_insurance", "employer"): ("甲厂", "乙厂"),
    ("disability", "expires_on"): (
        None,
        date(2026, 9, 21),
        AS_OF,
        date(2030, 1, 1),
        date(2026, 8, 1),
        date(2026, 7, 21),
    ),
    ("business", "turnover"): (Decimal(30000), Decimal(90000), Decimal(900000), None),
    ("payments", "month"): (date(2026, 8, 1), date(2026, 8, 1), date(2026, 7, 1)),
    ("disability_subsidy", "month"): (date(2026, 9, 1), date(2026, 8, 1), date(2026, 7, 1), date(2026, 6, 1), None),
}
"""What a field holds where a rule needs more than its kind tells."""
USUAL: dict[tuple[str, str], tuple[str, ...]] = {
    ("property", "use"): ("dwelling",) * 4,
    ("disability", "status"): ("valid",) * 3,
    ("business", "role"): ("operator",) * 4,
    ("business", "status"): ("active",) * 4,
    ("payments", "project"): ("dibao",) * 9,
    ("payments", "payment_kind"): ("regular",) * 9,
    ("payments", "status"): ("paid",) * 9,
}
"""Codes that have to be frequent, so that several such records meet in one household."""
RECORDS: dict[str, tuple[int, ...]] = {
    "death": (0, 0, 0, 1),
    "custody": (0, 0, 1),
    "property": (1, 2, 3),
    "disability": (1,),
}
"""How many records a member has; whoever is dead or imprisoned has no income, nobody has two certificates."""
FORMS: dict[str, tuple[str | None, ...]] = {
    "plate": ("渝A1", "渝A2", "渝A3"),
    "plate_type": ("02", "07", "15", "unknown", None),
    "vehicle_type": ("K33", "M21", "T11", "unknown", None),
    "vehicle_status": ("A", "Q", "E", "AG", "unknown", None),
    "uscc": ("C1", "C2", ""),
}
UNSET = {"占": Decimal("0.2"), "元": Decimal(200)}
"""What a parameter holds that the shipped policy leaves unset, by how its unit begins; 2 of anything else."""

_DATA = Path(__file__).parents[3] / "data"
_DAYS = [
    months_before(AS_OF, months) + timedelta(days=days) for months in (0, 3, 6, 12, 24, 36, 60) for days in (-1, 0, 1)
]
_MONTHS = [months_before(first_of_month(AS_OF), months) for months in (0, 1, 2, 3, 4, 6, 12, 13, 24)]
_AMOUNTS = [Decimal(one) for one in ("0", "0.01", "300", "630", "770", "1155", "2000.5", "29999", "30001", "900000")]


@cache
def contracts() -> Mapping[str, Contract]:
    """The contracts that ship."""
    return load_contracts(_DATA / "feeds")


@cache
def policy_with_everything(profile: str = "caojie-people", *, is_unset: bool = False) -> PolicyInForce:
    """The shipped policy with every rule switched on; parameters that it leaves unset hold something, or stay unset."""
    policy = load_policy((_DATA / "policy",), profile)
    everything = replace(policy, profile=policy.profile.model_copy(update={"sections": ALL_SECTIONS})).in_force(AS_OF)
    parameters = {
        name: one if one.value is not None or is_unset else replace(one, value=UNSET.get(one.unit[:1], Decimal(2)))
        for name, one in everything.parameters.items()
    }
    rules = {name: replace(one, is_on=True) for name, one in everything.rules.items()}
    return replace(everything, parameters=parameters, rules=rules)


def draw_night(
    seed: int, policy: PolicyInForce, *, families: int = 600, has_declared_income: bool = True
) -> NightContext:
    """Families and records of every feed; the income is reckoned, so that every rule can be judged."""
    people = _roster(_chance(seed, "roster"), families)
    if not has_declared_income:
        people = people.with_columns(monthly_income=pl.lit(None, dtype=pl.Decimal(18, 4)))
    members, households = members_of(people), households_of(people, AS_OF)
    rows = {feed: _records(_chance(seed, feed), one, members) for feed, one in contracts().items() if feed != "roster"}
    matched = {feed: _matched(contracts()[feed], rows[feed], members, households) for feed in rows}
    looked_up: dict[str, pl.DataFrame] = {}
    nobody = pl.Series([], dtype=pl.String)
    for feed in rows:
        for field, other in rulebook().persons_looked_up(feed):
            found = named_rows(named_persons(matched[feed], field), rows[other], nobody)
            # A night keeps them apart by the feed that names them; together no rule finds less.
            looked_up[other] = pl.concat([looked_up[other], found]).unique() if other in looked_up else found
    night = NightContext(
        as_of=AS_OF,
        policy=policy,
        households=households,
        members=members,
        matched=matched,
        has_declared_income=has_declared_income,
        roster=roster_rows_of(people),
        shared=shared_members_of(members, households),
        looked_up=looked_up,
    )
    return with_income(night)


def _chance(seed: int, feed: str) -> Random:
    """Each feed's own, so that a new feed leaves the others as they were drawn."""
    return Random(f"{seed} {feed}")  # noqa: S311 - drawn, not secret


def with_income(night: NightContext) -> NightContext:
    """The night with its findings, ledger and income."""
    found = pl.concat([no_findings(), *(judge_feed(feed, night, b"s") for feed in rulebook().feeds_with_rules())])
    policy = income_policy(night.policy)
    gone = not_counting(night.matched, night.policy, night.as_of)
    ledger = member_ledger(night.members, found, gone, policy)
    return replace(night, reckoned=Reckoned(found, ledger, household_income(night.households, ledger, policy)))


def _matched(contract: Contract, rows: pl.DataFrame, members: pl.DataFrame, households: pl.DataFrame) -> pl.DataFrame:
    """Members, or households where the feed names no person, with the feed's rows."""
    if not contract.subjects:
        return match_households(households, rows)
    return match(members, seen_from_each_side(rows, contract.subjects))


def _roster(chance: Random, families: int) -> pl.DataFrame:
    """One to three members a household, some of them in another household too, mostly active."""
    contract, rows, known = contracts()["roster"], [], []
    benefits = list(contract.by_name["benefit"].codes)
    for number in range(families):
        benefit = chance.choice(benefits)
        for place in range(chance.choice((1, 1, 2, 3))):
            again = known and chance.random() < 0.05
            person = chance.choice(known) if again else _person(chance, len(known))
            known.append(person)
            row = {field.name: _value(chance, contract, field, person, known) for field in contract.fields}
            fixed = {"household_id": f"H{number:04}", "benefit": benefit, "id_number": person[0], "name": person[1]}
            relation = "02" if place == 0 else chance.choice(("10", "20", "30", "50"))
            status = "stopped" if chance.random() < 0.05 else "active"
            covered = chance.choice(("yes", "yes", "yes", "no"))
            rows.append(row | fixed | {"relation": relation, "status": status, "covered": covered})
    return _frame(contract, rows).unique(["household_id", "id_number"], keep="first", maintain_order=True)


def _records(chance: Random, contract: Contract, members: pl.DataFrame) -> pl.DataFrame:
    """Records about most members, several about some; a natural key stands once."""
    persons = members.unique("id_number", keep="first", maintain_order=True)
    known, homes = persons.select("id_number", "name").rows(), persons.get_column("household_id").to_list()
    rows, seen = [], set()
    for position, person in enumerate(known):
        for _ in range(chance.choice(RECORDS.get(contract.feed, (0, 1, 1, 2)))):
            row = {field.name: _value(chance, contract, field, person, known) for field in contract.fields}
            row |= {"household_id": homes[position]} if "household_id" in row else {}
            if (key := _key(contract, row)) not in seen:
                rows.append(row)
            seen.add(key)
    return _frame(contract, rows)


def _key(contract: Contract, row: dict[str, Any]) -> tuple[Any, ...]:
    """The natural key of a row: the first whose first field is not empty, else the last."""
    names = next((one for one in contract.keys if row[one[0]]), contract.keys[-1])
    return names, *(row[name] or "" for name in names)


def _person(chance: Random, number: int) -> tuple[str, str]:
    """An ID that nobody can have (no county begins with 999999), with a birthday around every age that rules ask for."""
    age = chance.choice((5, 16, 18, 19, 23, 30, 45, 60, 75))
    born = months_before(AS_OF, 12 * age) + timedelta(days=chance.choice((-1, 0, 1, 150)))
    return f"999999{born:%Y%m%d}{number:04}", chance.choice(NAMES)


def _value(
    chance: Random, contract: Contract, field: Field, person: tuple[str, str], known: list[tuple[str, str]]
) -> Any:
    """One cell."""
    if field.name == "id_number":
        return person[0]
    if field.kind == "id":
        return chance.choice((None, chance.choice(known)[0], chance.choice(known)[0], "999999190001010000"))
    if field.kind == "name":
        return chance.choice((person[1], person[1], person[1], chance.choice(NAMES), None))
    if field.kind == "code":
        usual = USUAL.get((contract.feed, field.name), tuple(field.codes))
        return chance.choice((*usual, *usual, *field.codes, *field.codes, "unknown", None))
    texts = FORMS.get(field.form or "", ("甲", "乙", "", None))
    pools: dict[str, list[Any]] = {
        "date": [*_DAYS, AS_OF - timedelta(days=chance.randrange(3000)), None, None],
        "month": [*_MONTHS, None],
        "money": [*_AMOUNTS, None],
        "dec": [Decimal(1), Decimal("45.5"), Decimal(300), None],
        "int": [0, 1, 2, 3, 30, None],
        "text": list(texts),
    }
    return chance.choice(POOLS.get((contract.feed, field.name), pools[field.kind]))


def _frame(contract: Contract, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows with provenance, in the order in which they were drawn."""
    provenance = {
        "snapshot_date": AS_OF - timedelta(days=2),
        "source_file": f"{contract.feed}.csv",
        "source_sha256": "abc",
        "has_manifest": True,
    }
    columns = schema(contract)
    return pl.DataFrame(
        [{**row, **provenance, "source_row": at + 2, "delivery_order": at} for at, row in enumerate(rows)],
        schema={**columns, **PROVENANCE_TYPES},
    )
