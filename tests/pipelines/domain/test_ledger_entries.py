"""The lines of the ledger: which count and why not, and that the counted ones add up to the evidenced income."""

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.findings import FINDINGS
from pipelines.domain.income import household_income
from pipelines.domain.income_policy import IncomePolicy
from pipelines.domain.ledger import NOT_COUNTING, member_ledger
from pipelines.domain.ledger_entries import ENTRIES, ledger_entries

POLICY = IncomePolicy(7_700_000, 6_300_000)
_MEMBERS = {
    **dict.fromkeys(["household_id", "id_number", "name", "relation"], pl.String),
    **dict.fromkeys(["declared", "rigid_expense"], pl.Int64),
}
Amount = int | None


def finding(person: str, rule: str, *, pension: Amount = None, wage: Amount = None, **more: Any) -> dict[str, Any]:
    return {
        "household_id": "H",
        "id_number": person,
        "rule_id": rule,
        "finding_id": f"{person}-{rule}",
        "outcome": "flagged",
        "feed": "social_insurance",
        "snapshot_date": date(2026, 9, 19),
        "pension_amount": pension,
        "wage_amount": wage,
        "income_proof": "A" if pension is not None else "B",
        **more,
    }


def ledgers(
    declared: list[Amount],
    *findings: dict[str, Any],
    policy: IncomePolicy = POLICY,
    gone: dict[str, str] | None = None,
    rigid_expense: Amount = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines and the income of a household whose members are P0, P1 and so on."""
    people = [("H", f"P{n}", "甲", "80", amount, rigid_expense) for n, amount in enumerate(declared)]
    members = pl.DataFrame(people, schema=_MEMBERS, orient="row")
    found = pl.DataFrame(findings, schema=FINDINGS)
    left = pl.DataFrame([("H", person, why) for person, why in (gone or {}).items()], schema=NOT_COUNTING, orient="row")
    ledger = member_ledger(members, found, left, policy)
    households = pl.DataFrame({"household_id": ["H"], "benefit": ["dibao_urban"]})
    entries = ledger_entries(ledger, found)
    assert entries.schema == ENTRIES
    return entries, household_income(households, ledger, policy)


def lines(*arguments: Any, **more: Any) -> list[tuple[Any, ...]]:
    return ledgers(*arguments, **more)[0].select("id_number", "item", "amount", "proof", "is_counted", "note").rows()


def test_of_several_wages_the_greatest_counts_and_the_declared_income_does_not() -> None:
    told = lines(
        [5], finding("P0", "SB-01", wage=70), finding("P0", "TAX-01", wage=90), finding("P0", "SB-03", pension=10)
    )
    assert told == [
        ("P0", "declared", 5, None, False, "比对到的收入更高，按比对结果计"),
        ("P0", "pension", 10, "A", True, None),
        ("P0", "wage", 70, "B", False, "同一人有更高的工资线索，只计最高一项"),
        ("P0", "wage", 90, "B", True, None),
    ]


def test_of_equal_wages_one_counts() -> None:
    told = lines([0], finding("P0", "TAX-01", wage=90), finding("P0", "SB-01", wage=90))
    assert [(line[2], line[4]) for line in told if line[1] == "wage"] == [(90, True), (90, False)]


def test_a_declared_income_that_is_not_lower_counts_alone() -> None:
    assert lines([10], finding("P0", "SB-03", pension=10)) == [
        ("P0", "declared", 10, None, True, None),
        ("P0", "pension", 10, "A", False, "申报收入不低于比对到的收入，按申报计"),
    ]


def test_an_empty_cell_is_told_and_an_exempt_finding_brings_no_line() -> None:
    assert lines([None], finding("P0", "SB-03", outcome="exempt")) == [
        ("P0", "declared", 0, None, True, "未申报，按0计")
    ]


def test_who_does_not_count_is_told_with_the_reason() -> None:
    told = lines([300, 100], finding("P0", "SB-03", pension=500), gone={"P0": "已死亡（2026-08-03）"})
    assert told == [
        ("P0", "declared", 300, None, False, "不计入收入核算：已死亡（2026-08-03）"),
        ("P0", "pension", 500, "A", False, "不计入收入核算：已死亡（2026-08-03）"),
        ("P1", "declared", 100, None, True, None),
    ]


def test_deductions_are_lines_of_their_own() -> None:
    policy = IncomePolicy(7_700_000, 6_300_000, wage_deduction=Fraction(3, 10), rigid_expense_cap=50)
    told = lines([0], finding("P0", "SB-01", wage=1000), policy=policy, rigid_expense=60)
    assert [(item, amount, counted) for _, item, amount, _, counted, _ in told] == [
        ("declared", 0, False),
        ("wage", 1000, True),
        ("employment_cost", -300, True),
        ("rigid_expense", -50, True),
    ]


amounts = st.none() | st.integers(min_value=0, max_value=10**9)
people = st.lists(st.tuples(amounts, amounts, amounts, amounts, st.booleans()), min_size=1, max_size=5)


@given(people, st.integers(0, 1000), st.none() | st.integers(0, 10**6))
def test_the_counted_lines_add_up_to_the_evidenced_income(household: list[Any], rate: int, rigid: Amount) -> None:
    policy = IncomePolicy(7_700_000, 6_300_000, wage_deduction=Fraction(rate, 1000), rigid_expense_cap=500_000)
    found = [
        finding(f"P{n}", rule, pension=pension, wage=wage)
        for n, (_, pension, base, tax, _) in enumerate(household)
        for rule, pension, wage in (("SB-03", pension, None), ("SB-01", None, base), ("TAX-01", None, tax))
    ]
    gone = {f"P{n}": "已死亡" for n, person in enumerate(household) if person[-1]}
    entries, income = ledgers([one[0] for one in household], *found, policy=policy, gone=gone, rigid_expense=rigid)
    total = max(0, entries.filter("is_counted")["amount"].sum())
    # A deduction is told in whole 毫, the income is rounded once, to 分.
    assert abs(total - income["evidenced_total"].item()) <= 50 + len(household)
