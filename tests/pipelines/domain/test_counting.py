"""Who counts, and what that does to the income of a household."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from pipelines.domain.counting import not_counting
from pipelines.domain.income import household_income
from pipelines.domain.income_policy import IncomePolicy
from pipelines.domain.ledger import member_ledger

AS_OF = date(2026, 9, 22)
HAO = 10_000
WIFE = {"id_number": "P2", "name": "李四", "relation": "10"}


@pytest.fixture
def gone(night_of):
    """Who does not count: ID → reason, from rows of death and custody."""

    def told(deaths, custodies, **changes):
        night = night_of("death", deaths, [{}, WIFE], beside={"custody": custodies}, **changes)
        return {person: why for _, person, why in not_counting(night.matched, night.policy, night.as_of).rows()}

    return told


@pytest.mark.parametrize(
    ("death", "counts"),
    [
        ({"death_on": AS_OF}, False),
        ({"death_on": date(2026, 9, 23)}, True),
        ({"death_on": None}, True),
        ({"name": "王五"}, True),
        ({"name": ""}, False),
        ({"source": "unknown"}, False),
    ],
)
def test_the_dead_do_not_count(gone, death, counts):
    assert ("P1" not in gone([death], [])) is counts


@pytest.mark.parametrize(
    ("custody", "counts"),
    [
        ({}, False),
        ({"custody_type": "rehab"}, False),
        ({"custody_type": "detention"}, True),
        ({"custody_type": "community"}, True),
        ({"custody_type": "unknown"}, True),
        ({"custody_type": None}, True),
        ({"start_on": AS_OF}, False),
        ({"start_on": date(2026, 9, 23)}, True),
        ({"start_on": None}, True),
        ({"end_on": AS_OF}, False),
        ({"end_on": date(2026, 9, 21)}, True),
        ({"name": "王五"}, True),
    ],
)
def test_prison_and_rehabilitation_do_not_count(gone, custody, counts):
    assert ("P1" not in gone([], [custody])) is counts


def test_the_reason_is_told_once_death_first(gone):
    told = gone([{"death_on": date(2026, 9, 2)}, {"source": "certificate"}], [{}, {"id_number": "P2", "name": "李四"}])
    assert told == {"P1": "已死亡（2026-09-01）", "P2": "在监狱服刑（自2026-09-01起）"}


def test_without_the_rules_everybody_counts(gone, policy):
    off = {name: replace(one, is_on=False) for name, one in policy.rules.items()}
    assert gone([{}], [{}], policy=replace(policy, rules=off)) == {}
    half = policy.rules | {"SW-01": off["SW-01"]}
    assert gone([{}], [{"id_number": "P2", "name": "李四"}], policy=replace(policy, rules=half)).keys() == {"P2"}


def test_without_the_feeds_everybody_counts(night_of):
    night = night_of("vehicle", [])
    assert not_counting(night.matched, night.policy, night.as_of).is_empty()


@pytest.mark.parametrize(
    ("deaths", "evidenced", "declared", "heads"),
    [
        ([], 300, 300, 2),
        ([{}], 100, 300, 1),
        ([{"id_number": "P2", "name": "李四"}], 500, 300, 1),
        ([{}, {"id_number": "P2", "name": "李四"}], 0, 300, 0),
    ],
)
def test_the_income_is_of_those_who_count(night_of, deaths, evidenced, declared, heads):
    roster = [{"monthly_income": 500}, WIFE | {"monthly_income": 100}]
    night = night_of("death", deaths, roster)
    policy = IncomePolicy(770 * HAO, 630 * HAO)
    findings = pl.DataFrame(
        schema={
            **dict.fromkeys(["household_id", "id_number", "rule_id", "outcome"], pl.String),
            **dict.fromkeys(["pension_amount", "wage_amount"], pl.Int64),
        }
    )
    ledger = member_ledger(night.members, findings, not_counting(night.matched, night.policy, AS_OF), policy)
    (income,) = household_income(night.households, ledger, policy).to_dicts()
    assert (income["income_evidenced"], income["income_declared"], income["counting_members"]) == (
        evidenced * HAO,
        declared * HAO,
        heads,
    )
