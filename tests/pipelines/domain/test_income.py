"""Ledger and household income: whose amounts count, exact sums, one rounding (rules.md section 5)."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.income import INCOME, household_income
from pipelines.domain.income_policy import IncomePolicy
from pipelines.domain.ledger import LEDGER, MOST, NOT_COUNTING, member_ledger

POLICY = IncomePolicy(urban_standard=7_700_000, rural_standard=6_300_000)
NOBODY = pl.DataFrame(schema=NOT_COUNTING)
_FINDING = {
    "household_id": pl.String,
    "id_number": pl.String,
    "rule_id": pl.String,
    "outcome": pl.String,
    "pension_amount": pl.Int64,
    "wage_amount": pl.Int64,
}


def yuan(amount: str | int) -> int:
    return int(Decimal(amount) * 10_000)


def households(benefit: str = "dibao_urban") -> pl.DataFrame:
    return pl.DataFrame({"household_id": ["H"], "benefit": [benefit]})


def members(*declared: str | None) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "household_id": "H",
                "id_number": f"P{n}",
                "name": "甲",
                "relation": "02",
                "declared": amount and yuan(amount),
                "rigid_expense": None,
            }
            for n, amount in enumerate(declared)
        ],
        schema_overrides={"declared": pl.Int64, "rigid_expense": pl.Int64},
    )


def findings(*rows: tuple[int, str, str, str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            ("H", f"P{person}", rule, outcome, pension and yuan(pension), wage and yuan(wage))
            for person, rule, outcome, pension, wage in rows
        ],
        schema=_FINDING,
        orient="row",
    )


def ledger_of(people: pl.DataFrame, found: pl.DataFrame, policy: IncomePolicy = POLICY) -> list[dict[str, object]]:
    return member_ledger(people, found, NOBODY, policy).to_dicts()


def income_of(
    people: pl.DataFrame, found: pl.DataFrame, not_counting: pl.DataFrame = NOBODY, policy: IncomePolicy = POLICY
) -> dict[str, object]:
    income = household_income(households(), member_ledger(people, found, not_counting, policy), policy)
    assert income.schema == INCOME
    return income.row(0, named=True)


def test_the_ledger_has_one_row_per_member_and_its_own_types() -> None:
    ledger = member_ledger(members("100", None), findings(), NOBODY, POLICY)
    assert ledger.schema == LEDGER
    assert ledger.height == 2
    assert ledger["declared"].to_list() == [yuan(100), None]
    assert ledger["evidenced"].to_list() == [yuan(100), 0]
    assert ledger["counts"].to_list() == [True, True]


def test_pensions_add_up_and_the_greatest_wage_counts() -> None:
    found = findings(
        (0, "SB-03", "flagged", "120.50", None),
        (0, "SB-03", "flagged", "1000", None),
        (0, "SB-01", "flagged", None, "4000"),
        (0, "SB-01", "flagged", None, "4200.01"),
        (0, "SB-01", "flagged", None, None),
    )
    (row,) = ledger_of(members("300"), found)
    assert (row["pension"], row["wage"]) == (yuan("1120.50"), yuan("4200.01"))
    assert row["evidenced"] == yuan("5320.51")
    assert row["cause"] == "both"
    assert row["is_work_unproven"] is False


@pytest.mark.parametrize("outcome", ["exempt", "undetermined", "not_assessed"])
def test_only_flagged_findings_bring_income(outcome: str) -> None:
    (row,) = ledger_of(members("300"), findings((0, "SB-01", outcome, "50", "5000"), (0, "SB-02", outcome, None, None)))
    assert (row["pension"], row["wage"], row["evidenced"]) == (None, None, yuan(300))
    assert row["is_work_unproven"] is False


@pytest.mark.parametrize(
    ("declared", "pension", "wage", "evidenced", "cause"),
    [
        ("500", "500", None, "500", None),  # as much as declared is no increment
        ("500", "500.01", None, "500.01", "pension"),
        ("500", None, "499.99", "500", None),
        ("500", None, "500.01", "500.01", "wage"),
        ("500", "300", "300", "600", "both"),
        (None, "0.01", None, "0.01", "pension"),
        (None, "0", "0", "0", None),
        ("0", "0", "10", "10", "wage"),  # a pension of 0 is no cause
        ("0", "10", "0", "10", "pension"),
    ],
)
def test_the_greater_of_declared_and_proven_counts(
    declared: str | None, pension: str | None, wage: str | None, evidenced: str, cause: str | None
) -> None:
    found = findings((0, "SB-03", "flagged", pension, None), (0, "SB-01", "flagged", None, wage))
    (row,) = ledger_of(members(declared), found)
    assert (row["evidenced"], row["cause"]) == (yuan(evidenced), cause)


@pytest.mark.parametrize(
    ("rows", "unproven"),
    [
        ([(0, "SB-02", "flagged", None, None)], True),
        ([(0, "SB-02", "flagged", None, None), (0, "SB-01", "flagged", None, "4000")], True),
        ([(0, "SB-01", "flagged", None, None)], True),
        ([(0, "SB-01", "flagged", None, "0")], False),  # a base of 0 is given
        ([(0, "SB-01", "flagged", None, None), (0, "GJJ-01", "flagged", None, "3000")], False),
        ([(0, "SB-03", "flagged", "100", None)], False),
        ([(0, "SB-01", "undetermined", None, None)], False),
    ],
)
def test_work_is_unproven_without_a_wage_that_counts(rows: list, unproven: bool) -> None:
    (row,) = ledger_of(members("0"), findings(*rows))
    assert row["is_work_unproven"] is unproven


def test_the_employment_cost_is_deducted_from_the_wage_alone() -> None:
    policy = IncomePolicy(7_700_000, 6_300_000, wage_deduction=Fraction(3, 10))
    found = findings((0, "SB-03", "flagged", "100", None), (0, "SB-01", "flagged", None, "1000"))
    (row,) = ledger_of(members("0"), found, policy)
    assert (row["deduction"], row["evidenced"]) == (yuan(300), yuan(800))


def test_a_deduction_finer_than_hao_is_rounded_once_at_the_household() -> None:
    policy = IncomePolicy(7_700_000, 6_300_000, wage_deduction=Fraction(1, 8))
    # 0.0003 less an eighth is 0.0002625, and (0.0002625 + 0.0097) / 2 < 0.005; rounded to 毫 first it would not be.
    income = income_of(members("0", "0.0097"), findings((0, "SB-01", "flagged", None, "0.0003")), policy=policy)
    assert income["income_evidenced"] == 0


def test_a_full_deduction_leaves_no_wage_to_cause_anything() -> None:
    policy = IncomePolicy(7_700_000, 6_300_000, wage_deduction=Fraction(1))
    found = findings((0, "SB-03", "flagged", "100", None), (0, "SB-01", "flagged", None, "1000"))
    (row,) = ledger_of(members("0"), found, policy)
    assert (row["evidenced"], row["cause"]) == (yuan(100), "pension")


@pytest.mark.parametrize(
    "wrong",
    [
        {"wage_deduction": Fraction(-1, 10)},
        {"wage_deduction": Fraction(11, 10)},
        {"wage_deduction": Fraction(1, 3)},
        {"urban_standard": -1},
        {"margin": Fraction(0)},
        {"grace_months": 0},
    ],
)
def test_parameters_outside_the_arithmetic_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match="expected"):
        IncomePolicy(**{"urban_standard": 1, "rural_standard": 1, **wrong})


@pytest.mark.parametrize(
    ("benefit", "standard"),
    [
        ("dibao_rural", 6_300_000),
        ("dibao_urban", 7_700_000),
        ("tekun_central", 7_700_000),
        ("tekun_scattered", 7_700_000),
        ("margin", 7_700_000),
        ("rigid", 7_700_000),
        ("unknown", 7_700_000),
        (None, 7_700_000),
    ],
)
def test_the_standard_is_rural_for_rural_dibao_alone(benefit: str | None, standard: int) -> None:
    ledger = member_ledger(members("1"), findings(), NOBODY, POLICY)
    roster = pl.DataFrame({"household_id": ["H"], "benefit": [benefit]}, schema_overrides={"benefit": pl.String})
    assert household_income(roster, ledger, POLICY)["income_standard"].to_list() == [standard]


@pytest.mark.parametrize(
    ("declared", "per_capita"),
    [
        (["0.01", "0"], "0.01"),  # 0.005 goes up
        (["0.01", "0", "0"], "0"),  # 0.00333
        (["0.02", "0", "0"], "0.01"),  # 0.00667
        (["0.0099", "0"], "0"),  # 0.00495: rounded once, not through 0.01
        (["0.25", "0"], "0.13"),  # 0.125: half up, not half to even
        (["1000", "1000", "1000.01"], "1000"),
        ([None, None], "0"),
    ],
)
def test_rounded_once_half_up(declared: list[str | None], per_capita: str) -> None:
    income = income_of(members(*declared), findings())
    assert income["income_declared"] == income["income_evidenced"] == yuan(per_capita)


def test_who_does_not_count_is_in_the_declared_and_not_in_the_evidenced_income() -> None:
    dead = pl.DataFrame({"household_id": ["H"], "id_number": ["P1"], "why": ["已死亡"]})
    found = findings((1, "SB-01", "flagged", None, "9000"), (1, "SB-02", "flagged", None, None))
    income = income_of(members("300", "900"), found, dead)
    assert income["income_declared"] == yuan(600)
    assert income["income_evidenced"] == yuan(300)
    assert (income["cause"], income["counting_members"], income["is_work_unproven"]) == (None, 1, False)
    assert income["wage_total"] is None
    ledger = member_ledger(members("300", "900"), found, dead, POLICY)
    assert ledger["why"].to_list() == [None, "已死亡"]


def test_a_household_in_which_nobody_counts_has_no_income() -> None:
    gone = pl.DataFrame({"household_id": ["H"], "id_number": ["P0"], "why": ["服刑"]})
    income = income_of(members("300"), findings(), gone)
    assert (income["income_declared"], income["income_evidenced"], income["counting_members"]) == (yuan(300), 0, 0)


@pytest.mark.parametrize(
    ("rows", "cause"),
    [
        ([(0, "SB-01", "flagged", None, "900")], "employment"),
        ([(0, "SB-03", "flagged", "900", None)], "other"),
        ([(0, "SB-01", "flagged", None, "900"), (1, "SB-03", "flagged", "900", None)], "mixed"),
        ([(0, "SB-01", "flagged", None, "900"), (0, "SB-03", "flagged", "900", None)], "mixed"),
        ([(0, "SB-01", "flagged", None, "100"), (1, "SB-03", "flagged", "900", None)], "other"),
        ([(0, "SB-01", "flagged", None, "100")], None),
    ],
)
def test_the_cause_of_the_household_comes_from_its_increments(rows: list, cause: str | None) -> None:
    assert income_of(members("500", "500"), findings(*rows))["cause"] == cause


def test_without_wages_the_pension_or_the_declared_income_remains() -> None:
    found = findings(
        (0, "SB-01", "flagged", None, "5000"),
        (0, "SB-03", "flagged", "700", None),
        (1, "SB-01", "flagged", None, "5000"),
    )
    income = income_of(members("500", "500"), found)
    assert income["income_without_wages"] == yuan(600)
    assert (income["wage_total"], income["pension_total"]) == (yuan(10000), yuan(700))


@pytest.mark.parametrize(
    ("cap", "expense", "per_capita"),
    [(None, "300", 500), ("200", "199.99", "300.01"), ("200", "200", 300), ("200", "300", 300), ("600", "600", 0)],
)
def test_rigid_expenses_are_deducted_up_to_the_cap(cap: str | None, expense: str, per_capita: str | int) -> None:
    policy = IncomePolicy(7_700_000, 6_300_000, rigid_expense_cap=cap and yuan(cap))
    roster = members("500").with_columns(rigid_expense=pl.lit(yuan(expense)))
    ledger = member_ledger(roster, findings(), NOBODY, policy)
    income = household_income(households(), ledger, policy).row(0, named=True)
    assert income["income_evidenced"] == yuan(per_capita)
    assert income["income_declared"] == yuan(500)


def test_a_misprinted_amount_stops_nothing() -> None:
    huge = 10**18 - 1
    found = findings((0, "SB-03", "flagged", "1", None), (0, "SB-01", "flagged", None, "1")).with_columns(
        pension_amount=pl.lit(huge), wage_amount=pl.lit(huge)
    )
    income = income_of(members("1").with_columns(declared=pl.lit(huge)), found)
    assert income["income_evidenced"] == MOST


amounts = st.integers(min_value=0, max_value=10**9)


@given(st.lists(st.tuples(st.none() | amounts, st.none() | amounts, st.none() | amounts), min_size=1, max_size=6))
def test_per_capita_income_equals_exact_decimal_arithmetic(people: list) -> None:
    roster = pl.DataFrame(
        [("H", f"P{n}", "甲", "80", declared, None) for n, (declared, _, _) in enumerate(people)],
        schema={
            "household_id": pl.String,
            "id_number": pl.String,
            "name": pl.String,
            "relation": pl.String,
            "declared": pl.Int64,
            "rigid_expense": pl.Int64,
        },
        orient="row",
    )
    found = pl.DataFrame(
        [("H", f"P{n}", "SB-03", "flagged", pension, None) for n, (_, pension, _) in enumerate(people)]
        + [("H", f"P{n}", "SB-01", "flagged", None, wage) for n, (_, _, wage) in enumerate(people)],
        schema=_FINDING,
        orient="row",
    )
    evidenced = sum(max(declared or 0, (pension or 0) + (wage or 0)) for declared, pension, wage in people)
    expected = (Decimal(evidenced) / 10_000 / len(people)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert income_of(roster, found)["income_evidenced"] == int(expected * 10_000)
