"""Cases (rules.md section 6): action, risk, exposure, sentence, and what a case keeps from night to night."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from pipelines.domain.case_findings import case_findings
from pipelines.domain.cases import CASES, Circumstances, build_cases
from pipelines.domain.grace import project
from pipelines.domain.income import household_income
from pipelines.domain.income_policy import IncomePolicy
from pipelines.domain.ledger import NOT_COUNTING, member_ledger

AS_OF = date(2026, 9, 22)
SECRET = b"a key of the tests"
POLICY = IncomePolicy(urban_standard=7_700_000, rural_standard=6_300_000)
_FINDINGS = {
    "household_id": pl.String,
    "id_number": pl.String,
    "rule_id": pl.String,
    "outcome": pl.String,
    "assessed_outcome": pl.String,
    "action": pl.String,
    "fact_date": pl.Date,
    "change": pl.String,
    "pension_amount": pl.Int64,
    "wage_amount": pl.Int64,
}
NO_CASES = pl.DataFrame(schema=CASES)


def finding(
    action: str, fact_date: date | None = None, *, outcome: str = "flagged", rule: str = "XX-01", **more: Any
) -> dict[str, Any]:
    assessed = {"assessed_outcome": outcome, "change": "persisting"}
    return {
        "household_id": "H",
        "id_number": "P0",
        "rule_id": rule,
        "outcome": outcome,
        "action": action,
        "fact_date": fact_date,
        **assessed,
        **more,
    }


def cases_of(
    *findings: dict[str, Any],
    last: pl.DataFrame = NO_CASES,
    as_of: date = AS_OF,
    declared: int = 0,
    rigid_expense: int | None = None,
    policy: IncomePolicy = POLICY,
    not_counting: pl.DataFrame | None = None,
    **household: Any,
) -> pl.DataFrame:
    families = pl.DataFrame(
        [
            {
                "household_id": "H",
                "head_id_number": "P0",
                "head_name": "甲",
                "town": "某街道",
                "village": None,
                "benefit": "dibao_urban",
                "monthly_amount": 5_000_100,
                "approved_month": date(2020, 1, 1),
                "members": 1,
                "covered_members": 1,
                "is_incomplete": False,
                "latest_grace_to": None,
                **household,
            }
        ],
        schema_overrides={
            "village": pl.String,
            "benefit": pl.String,
            "members": pl.Int32,
            "covered_members": pl.Int32,
            "latest_grace_to": pl.Date,
            "approved_month": pl.Date,
            "monthly_amount": pl.Int64,
        },
    )
    members = pl.DataFrame(
        [("H", "P0", "甲", "02", declared, rigid_expense)],
        schema={
            **dict.fromkeys(["household_id", "id_number", "name", "relation"], pl.String),
            **dict.fromkeys(["declared", "rigid_expense"], pl.Int64),
        },
        orient="row",
    )
    found = pl.DataFrame(list(findings), schema=_FINDINGS)
    made = case_findings(found)
    nobody = pl.DataFrame(schema=NOT_COUNTING)
    ledger = member_ledger(members, found, nobody if not_counting is None else not_counting, policy)
    income = household_income(families, ledger, policy)
    grace = project(families, income, made, policy, as_of, has_income_column=True)
    cases = build_cases(Circumstances(families, income, grace, policy), made, last, as_of, SECRET)
    assert cases.schema == CASES
    return cases


def case_of(*findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    return cases_of(*findings, **more).row(0, named=True)


ORDER = ["TERMINATE", "CANCEL_PRINCIPLE", "REMOVE_MEMBER", "VERIFY_INCOME", "VERIFY", "DATA_FIX", "LEAD"]


@pytest.mark.parametrize("strongest", range(len(ORDER)))
def test_the_strongest_action_is_suggested(strongest: int) -> None:
    case = case_of(*[finding(action) for action in reversed(ORDER[strongest:])])
    assert case["suggested_action"] == ORDER[strongest]


def test_undetermined_counts_as_verify() -> None:
    case = case_of(finding("CANCEL_PRINCIPLE", outcome="undetermined"), finding("DATA_FIX"))
    assert (case["suggested_action"], case["risk"]) == ("VERIFY", "yellow")


def test_an_exemption_raises_no_case_and_is_not_counted() -> None:
    assert cases_of(finding("CANCEL_PRINCIPLE", outcome="exempt")).is_empty()
    case = case_of(finding("CANCEL_PRINCIPLE", outcome="exempt", rule="FC-01"), finding("LEAD", rule="GS-02"))
    assert (case["rules"], case["findings"], case["suggested_action"]) == (["GS-02"], 1, "LEAD")


def test_rules_are_distinct_and_sorted_and_findings_are_counted() -> None:
    case = case_of(
        finding("VERIFY", rule="GS-01"),
        finding("VERIFY", rule="CL-03", outcome="undetermined"),
        finding("VERIFY", rule="GS-01"),
    )
    assert (case["rules"], case["findings"]) == (["CL-03", "GS-01"], 3)


def test_no_findings_no_cases() -> None:
    assert cases_of().is_empty()


def test_an_action_outside_the_vocabulary_is_an_error() -> None:
    with pytest.raises(ValueError, match="found another one in 1 findings"):
        cases_of(finding("STOP"))


@pytest.mark.parametrize(
    ("action", "risk"),
    [
        ("TERMINATE", "red"),
        ("CANCEL_PRINCIPLE", "red"),
        ("REMOVE_MEMBER", "orange"),
        ("VERIFY_INCOME", "yellow"),  # projection below
        ("VERIFY", "yellow"),
        ("DATA_FIX", "yellow"),
        ("LEAD", "grey"),
    ],
)
def test_risk_follows_the_action(action: str, risk: str) -> None:
    assert case_of(finding(action), finding("LEAD"))["risk"] == risk


@pytest.mark.parametrize(
    ("pension", "wage", "projection", "risk"),
    [
        (None, 8_000_000, "grace_a", "orange"),
        (8_000_000, None, "grace_b", "orange"),
        (12_000_000, None, "over", "orange"),
        (7_700_000, None, "verify", "yellow"),
        (7_000_000, None, "below", "yellow"),
    ],
)
def test_risk_of_an_income_case_follows_the_projection(
    pension: int | None, wage: int | None, projection: str, risk: str
) -> None:
    case = case_of(finding("VERIFY_INCOME", rule="SB-03", pension_amount=pension, wage_amount=wage))
    assert (case["projection"], case["risk"]) == (projection, risk)


@pytest.mark.parametrize(
    ("as_of", "fact_date", "months"),
    [
        (AS_OF, date(2026, 8, 22), 1),
        (AS_OF, date(2026, 8, 23), 0),
        (AS_OF, date(2026, 9, 22), 0),
        (AS_OF, date(2026, 9, 23), 0),
        (AS_OF, date(2027, 12, 1), 0),  # floor 0
        (AS_OF, date(2025, 9, 22), 12),
        (AS_OF, date(2025, 9, 23), 11),
        (AS_OF, date(2019, 1, 1), 80),  # not before approved_month 2020-01
        (date(2026, 2, 28), date(2026, 1, 31), 0),
        (date(2026, 2, 28), date(2026, 1, 28), 1),
        (date(2026, 3, 31), date(2026, 2, 28), 1),
        (date(2026, 3, 30), date(2025, 12, 31), 2),
        (AS_OF, None, None),
    ],
)
def test_months_at_risk(as_of: date, fact_date: date | None, months: int | None) -> None:
    case = case_of(finding("CANCEL_PRINCIPLE", fact_date), as_of=as_of)
    assert case["months_at_risk"] == months
    assert case["amount_at_risk"] == (None if months is None else Decimal("500.01") * months)


def test_the_amount_is_rounded_once_after_the_months() -> None:
    case = case_of(finding("CANCEL_PRINCIPLE", date(2026, 7, 22)), monthly_amount=5_000_025)
    assert (case["monthly_amount"], case["amount_at_risk"]) == (Decimal("500.00"), Decimal("1000.01"))


@pytest.mark.parametrize("household", [{"monthly_amount": None}, {"approved_month": None}])
def test_what_is_not_known_of_the_household(household: dict[str, Any]) -> None:
    case = case_of(finding("CANCEL_PRINCIPLE", date(2026, 7, 22)), **household)
    assert case["months_at_risk"] == 2
    assert (case["amount_at_risk"] is None) is ("monthly_amount" in household)


@pytest.mark.parametrize(("action", "has_amount"), [(a, a in {"TERMINATE", "CANCEL_PRINCIPLE"}) for a in ORDER])
def test_only_a_statutory_or_principal_end_has_an_amount(action: str, has_amount: bool) -> None:
    case = case_of(finding(action, date(2026, 7, 22)))
    assert (case["amount_at_risk"] is not None) is has_amount


def test_only_findings_with_the_action_of_the_case_date_it() -> None:
    case = case_of(
        finding("VERIFY", date(2020, 1, 5)),
        finding("CANCEL_PRINCIPLE", date(2026, 6, 1)),
        finding("CANCEL_PRINCIPLE", None),
        finding("CANCEL_PRINCIPLE", date(2026, 5, 1), outcome="undetermined"),
    )
    assert case["months_at_risk"] == 3


def test_an_undetermined_finding_dates_a_case_to_verify() -> None:
    case = case_of(finding("VERIFY", date(2026, 6, 1), outcome="undetermined"), finding("VERIFY", date(2026, 8, 1)))
    assert case["months_at_risk"] == 3


def test_a_case_of_carried_over_findings_alone() -> None:
    carried = {"outcome": "not_assessed", "assessed_outcome": "flagged"}
    case = case_of(finding("CANCEL_PRINCIPLE", date(2026, 6, 1), **carried))
    assert (case["rules"], case["findings"]) == ([], 0)
    assert (case["suggested_action"], case["risk"], case["months_at_risk"]) == ("CANCEL_PRINCIPLE", "red", 3)
    assert "1条疑点本次未核" in case["statement"]


@pytest.mark.parametrize(("assessed", "action"), [("undetermined", "VERIFY"), ("flagged", "CANCEL_PRINCIPLE")])
def test_a_carried_over_finding_counts_for_what_it_was(assessed: str, action: str) -> None:
    case = case_of(finding("CANCEL_PRINCIPLE", outcome="not_assessed", assessed_outcome=assessed))
    assert case["suggested_action"] == action


def test_a_carried_over_exemption_raises_no_case() -> None:
    assert cases_of(finding("CANCEL_PRINCIPLE", outcome="not_assessed", assessed_outcome="exempt")).is_empty()


def test_the_sentence_tells_the_arithmetic_of_income() -> None:
    case = case_of(finding("VERIFY_INCOME", rule="SB-01", wage_amount=10_708_000), declared=3_778_000)
    assert case["statement"] == (
        "城市低保家庭1人、保障1人，有1条疑点（SB-01），建议核实并核算收入：申报月人均377.80元；"
        "核算月收入合计1,070.80元÷1人＝月人均1,070.80元（比对到工资1,070.80元、未扣减就业成本），"
        "超过保障标准770.00元，推算符合就业渐退，如属实渐退期2026-10-01至2027-03-31；"
        "全家月收入合计经核实不超过770.00元（770.00元×1人）的，仍在标准以内。"
    )


def test_the_sentence_says_when_grace_does_not_apply() -> None:
    case = case_of(finding("VERIFY_INCOME", rule="SB-03", pension_amount=8_000_000), finding("CANCEL_PRINCIPLE"))
    assert "养老金800.00元" in case["statement"]
    assert "未扣减就业成本" not in case["statement"]
    assert "推算符合收入变化渐退，另有终止或原则上取消的疑点，暂不适用渐退；" in case["statement"]


def test_the_sentence_says_that_the_cost_was_deducted() -> None:
    policy = IncomePolicy(7_700_000, 6_300_000, wage_deduction=Fraction(1, 10))
    case = case_of(finding("VERIFY_INCOME", rule="SB-01", wage_amount=10_000_000), policy=policy)
    assert case["income_evidenced"] == Decimal("900.00")
    assert "已按规定扣减就业成本" in case["statement"]


def test_the_sentence_says_that_rigid_expenses_were_deducted() -> None:
    policy = IncomePolicy(7_700_000, 6_300_000, rigid_expense_cap=2_000_000)
    found = finding("VERIFY_INCOME", rule="SB-03", pension_amount=10_000_000)
    case = case_of(found, policy=policy, rigid_expense=3_000_000)
    assert case["income_evidenced"] == Decimal("800.00")
    assert "（比对到养老金1,000.00元，扣减刚性支出200.00元）" in case["statement"]
    assert "刚性支出" not in case_of(found, rigid_expense=3_000_000)["statement"]


@pytest.mark.parametrize(("wage", "projection"), [(7_700_000, "verify"), (7_700_100, "grace_a")])
def test_the_sentence_tells_the_most_that_stays_within_the_standard(wage: int, projection: str) -> None:
    case = case_of(finding("VERIFY_INCOME", rule="SB-01", wage_amount=wage))
    assert case["projection"] == projection
    assert case["statement"].endswith("；全家月收入合计经核实不超过770.00元（770.00元×1人）的，仍在标准以内。")


@pytest.mark.parametrize(("wage", "says"), [(11_549_900, False), (11_550_000, True)])
def test_the_sentence_says_when_work_brings_more_than_the_margin(wage: int, says: bool) -> None:
    case = case_of(finding("VERIFY_INCOME", rule="SB-01", wage_amount=wage))
    assert case["projection"] == "grace_a"
    assert ("已达标准1.5倍，由区县把握" in case["statement"]) is says


def test_the_sentence_shows_the_narrower_text_of_a_higher_layer_beside_branch_b_alone() -> None:
    policy = IncomePolicy(7_700_000, 6_300_000, branch_b_conflict="国家口径更严")
    pension = finding("VERIFY_INCOME", rule="SB-03", pension_amount=8_000_000)
    assert "至2027-03-31（国家口径更严）；" in case_of(pension, policy=policy)["statement"]
    wage = finding("VERIFY_INCOME", rule="SB-01", wage_amount=8_000_000)
    assert "国家口径" not in case_of(wage, policy=policy)["statement"]


def test_the_sentence_without_income() -> None:
    case = case_of(finding("VERIFY", rule="GS-01"), finding("VERIFY", rule="CL-01", outcome="undetermined"))
    assert case["statement"] == "城市低保家庭1人、保障1人，有2条疑点（CL-01、GS-01），其中1条待定，建议核实。"


def test_the_sentence_of_a_household_in_which_nobody_counts() -> None:
    dead = pl.DataFrame({"household_id": ["H"], "id_number": ["P0"], "why": ["已死亡"]})
    case = case_of(finding("TERMINATE", rule="SW-01"), not_counting=dead, declared=3_000_000)
    assert case["statement"].endswith("建议终止：申报月人均300.00元；无计入收入核算的成员（1人不计入：已死亡）。")
    assert (case["income_declared"], case["income_evidenced"]) == (Decimal("300.00"), Decimal("0.00"))


@pytest.mark.parametrize("benefit", ["dibao_rural", "tekun_central", "unknown", None])
def test_every_case_has_a_sentence_without_a_name(benefit: str | None) -> None:
    case = case_of(finding("VERIFY_INCOME", wage_amount=9_000_000), benefit=benefit)
    assert case["statement"].endswith("。")
    assert "甲" not in case["statement"]


def test_a_case_is_opened_and_keeps_its_id_and_its_day() -> None:
    first = cases_of(finding("VERIFY", change="new"))
    second = cases_of(finding("VERIFY"), last=first, as_of=date(2026, 9, 23))
    third = cases_of(finding("VERIFY"), last=second, as_of=date(2026, 9, 24))
    assert (first["change"].item(), first["opened_on"].item()) == ("new", AS_OF)
    assert second["change"].item() == third["change"].item() == "persisting"
    assert second["case_id"].item() == third["case_id"].item() == first["case_id"].item()
    assert third["opened_on"].item() == AS_OF


def test_a_case_id_is_the_same_on_a_second_run_and_another_for_another_key_or_day() -> None:
    case_id = case_of(finding("VERIFY"))["case_id"]
    assert len(case_id) == 32
    assert "H" not in case_id
    assert case_of(finding("VERIFY"))["case_id"] == case_id
    assert case_of(finding("VERIFY"), as_of=date(2026, 9, 23))["case_id"] != case_id


@pytest.mark.parametrize(
    ("findings", "change"),
    [
        ([finding("VERIFY")], "persisting"),
        ([finding("VERIFY", change="changed")], "changed"),
        ([finding("VERIFY"), finding("VERIFY", change="new")], "changed"),
        ([finding("VERIFY", rule="YY-01")], "changed"),
        ([finding("LEAD")], "changed"),
        ([finding("VERIFY", outcome="not_assessed", assessed_outcome="flagged")], "changed"),
    ],
)
def test_what_changes_a_case(findings: list[dict[str, Any]], change: str) -> None:
    last = cases_of(finding("VERIFY", change="new"))
    assert case_of(*findings, last=last, as_of=date(2026, 9, 23))["change"] == change


def test_a_case_that_opens_on_a_finding_that_came_back_is_reopened() -> None:
    case = case_of(finding("VERIFY", change="reopened"))
    assert (case["change"], case["opened_on"]) == ("reopened", AS_OF)


def test_a_misprinted_amount_of_the_roster_stops_nothing() -> None:
    case = case_of(finding("CANCEL_PRINCIPLE", date(2021, 1, 1)), monthly_amount=10**18 - 1)
    assert case["monthly_amount"] == Decimal("9999999999.99")


def test_without_a_standard_the_sentence_says_so_and_names_none() -> None:
    policy = IncomePolicy(None, None)
    case = case_of(finding("VERIFY_INCOME", rule="SB-03", pension_amount=8_000_000), policy=policy)
    assert (case["income_standard"], case["projection"], case["grace_branch"]) == (None, "verify", None)
    assert "须核实后再定（保障标准未设置）" in case["statement"]
    assert "以内" not in case["statement"]


def test_a_second_grace_names_the_months_of_the_policy() -> None:
    grace = {"latest_grace_to": date(2026, 5, 31)}
    job = finding("VERIFY_INCOME", rule="SB-01", wage_amount=8_000_000)
    for months, told in ((12, "（近12个月内已有渐退期）"), (6, "（近6个月内已有渐退期）"), (None, "（已有过渐退期）")):
        policy = IncomePolicy(7_700_000, 6_300_000, grace_repeat_months=months)
        assert told in case_of(job, policy=policy, **grace)["statement"]
