"""Projection and grace (rules.md section 5): every row of the table, its limits, and what lowers or overrides it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from pipelines.domain.case_findings import CASE_FINDINGS
from pipelines.domain.grace import GRACE, grace_period, project
from pipelines.domain.income import INCOME, household_income
from pipelines.domain.income_policy import IncomePolicy
from pipelines.domain.ledger import LEDGER

AS_OF = date(2026, 9, 22)
POLICY = IncomePolicy(urban_standard=7_700_000, rural_standard=6_300_000)
INCOME_FINDING = ("SB-01", "flagged", "VERIFY_INCOME")


def yuan(amount: str) -> int:
    return int(Decimal(amount) * 10_000)


def projected(
    *findings: tuple[str, str, str],
    evidenced: str = "0",
    without_wages: str = "0",
    cause: str | None = None,
    work_unproven: bool = False,
    counting: int = 1,
    has_income_column: bool = True,
    policy: IncomePolicy = POLICY,
    **household: Any,
) -> dict[str, Any]:
    families = pl.DataFrame(
        [{"household_id": "H", "benefit": "dibao_urban", "is_incomplete": False, "latest_grace_to": None, **household}],
        schema={
            "household_id": pl.String,
            "benefit": pl.String,
            "is_incomplete": pl.Boolean,
            "latest_grace_to": pl.Date,
        },
    )
    income = pl.DataFrame(
        [
            {
                "household_id": "H",
                "income_standard": POLICY.urban_standard,
                "income_evidenced": yuan(evidenced),
                "income_without_wages": yuan(without_wages),
                "cause": cause,
                "is_work_unproven": work_unproven,
                "counting_members": counting,
            }
        ],
        schema=INCOME,
    )
    found = pl.DataFrame(
        [
            {"household_id": "H", "rule_id": rule, "outcome": outcome, "action": action}
            for rule, outcome, action in findings
        ],
        schema=CASE_FINDINGS,
    )
    result = project(families, income, found, policy, AS_OF, has_income_column=has_income_column, estimates=("GS-04",))
    assert result.schema == GRACE
    return result.row(0, named=True)


@pytest.mark.parametrize(
    ("facts", "projection", "because"),
    [
        ({"evidenced": "770.01"}, "verify", "declared_over"),
        ({"evidenced": "770.01", "cause": "employment"}, "grace_a", None),
        ({"evidenced": "99999", "cause": "employment"}, "grace_a", None),
        ({"evidenced": "770.01", "cause": "other"}, "grace_b", None),
        ({"evidenced": "1154.99", "cause": "other"}, "grace_b", None),
        ({"evidenced": "1155.00", "cause": "other"}, "over", None),  # exactly 1.5 × is not below
        ({"evidenced": "5000", "cause": "mixed", "without_wages": "1154.99"}, "grace_a", None),
        ({"evidenced": "5000", "cause": "mixed", "without_wages": "1155.00"}, "over", None),
        ({"evidenced": "800", "cause": "mixed", "without_wages": "0"}, "grace_a", None),
        ({"evidenced": "770.00", "cause": "employment"}, "verify", "at_standard"),
        ({"evidenced": "770.00"}, "verify", "at_standard"),
        ({"evidenced": "769.99", "cause": "employment"}, "below", None),
        ({"evidenced": "0"}, "below", None),
        ({"evidenced": "0", "work_unproven": True}, "verify", "work_unproven"),
        ({"evidenced": "770.01", "cause": "employment", "work_unproven": True}, "grace_a", None),
        ({"evidenced": "2000", "cause": "other", "work_unproven": True}, "over", None),
    ],
)
def test_the_first_condition_that_holds(facts: dict[str, Any], projection: str, because: str | None) -> None:
    row = projected(INCOME_FINDING, **facts)
    assert (row["projection"], row["verify_because"]) == (projection, because)


@pytest.mark.parametrize(
    ("findings", "facts", "projection", "because"),
    [
        ([("GS-04", "flagged", "VERIFY_INCOME")], {}, "verify", "only_estimated"),
        ([("GS-04", "flagged", "VERIFY_INCOME"), INCOME_FINDING], {}, "verify", "only_estimated"),
        ([("GS-04", "undetermined", "VERIFY"), INCOME_FINDING], {}, "below", None),
        ([("GS-04", "undetermined", "VERIFY")], {}, None, None),
        ([("GS-04", "flagged", "VERIFY_INCOME")], {"work_unproven": True}, "verify", "work_unproven"),
        ([("GS-04", "flagged", "VERIFY_INCOME")], {"evidenced": "800", "cause": "employment"}, "grace_a", None),
    ],
)
def test_an_estimate_is_never_told_to_be_below_the_standard(findings, facts, projection, because) -> None:
    row = projected(*findings, **facts)
    assert (row["projection"], row["verify_because"]) == (projection, because)


@pytest.mark.parametrize(
    ("finding", "facts"),
    [
        (INCOME_FINDING, {"benefit": "tekun_central"}),
        (INCOME_FINDING, {"benefit": "margin"}),
        (INCOME_FINDING, {"benefit": "unknown"}),
        (INCOME_FINDING, {"benefit": None}),
        (INCOME_FINDING, {"counting": 0}),
        (("SB-03", "undetermined", "VERIFY"), {}),
        (("SB-01", "not_assessed", "VERIFY_INCOME"), {}),
        (("CL-01", "flagged", "CANCEL_PRINCIPLE"), {}),
    ],
)
def test_nothing_is_projected_and_null_stays_null(finding: tuple[str, str, str], facts: dict[str, Any]) -> None:
    row = projected(finding, evidenced="900", cause="employment", is_incomplete=True, has_income_column=False, **facts)
    assert set(row.values()) == {"H", None}


def test_a_household_without_any_finding_has_no_projection() -> None:
    assert projected(evidenced="900", cause="employment")["projection"] is None


@pytest.mark.parametrize("cause", ["employment", "other"])
@pytest.mark.parametrize(
    ("latest_grace_to", "is_second"),
    [
        (date(2025, 9, 21), False),
        (date(2025, 9, 22), True),  # "not before": the day itself is within the twelve months
        (date(2027, 3, 31), True),
        (None, False),
    ],
)
def test_no_second_grace_within_twelve_months(cause: str, latest_grace_to: date | None, is_second: bool) -> None:
    row = projected(INCOME_FINDING, evidenced="900", cause=cause, latest_grace_to=latest_grace_to)
    assert (row["projection"] == "verify") is is_second
    assert (row["grace_branch"] is None) is is_second
    assert (row["grace_from"] is None) is is_second


@pytest.mark.parametrize(("evidenced", "cause", "projection"), [("2000", "other", "over"), ("1", None, "below")])
def test_an_earlier_grace_lowers_nothing_but_grace(evidenced: str, cause: str | None, projection: str) -> None:
    row = projected(INCOME_FINDING, evidenced=evidenced, cause=cause, latest_grace_to=AS_OF)
    assert row["projection"] == projection


@pytest.mark.parametrize("facts", [{"is_incomplete": True}, {"has_income_column": False}])
@pytest.mark.parametrize(
    ("evidenced", "cause"), [("900", "employment"), ("900", "other"), ("9000", "other"), ("1", None)]
)
def test_every_projection_of_an_uncertain_household_is_verify(
    facts: dict[str, Any], evidenced: str, cause: str | None
) -> None:
    row = projected(INCOME_FINDING, evidenced=evidenced, cause=cause, **facts)
    assert row["projection"] == "verify"
    assert row["grace_from"] is None


@pytest.mark.parametrize(
    ("finding", "is_overridden"),
    [
        (("CL-01", "flagged", "CANCEL_PRINCIPLE"), True),
        (("SW-01", "flagged", "TERMINATE"), True),
        (("CL-01", "not_assessed", "CANCEL_PRINCIPLE"), True),
        (("CL-01", "flagged", "VERIFY"), False),  # lowered by grade B
        (("SW-01", "flagged", "REMOVE_MEMBER"), False),
        (("CL-01", "undetermined", "VERIFY"), False),
    ],
)
@pytest.mark.parametrize(("cause", "projection", "branch"), [("employment", "grace_a", "A"), ("other", "grace_b", "B")])
def test_a_stronger_finding_takes_the_dates_and_the_branch_but_not_the_projection(
    finding: tuple[str, str, str], is_overridden: bool, cause: str, projection: str, branch: str
) -> None:
    row = projected(INCOME_FINDING, finding, evidenced="900", cause=cause)
    dates = (None, None) if is_overridden else (date(2026, 10, 1), date(2027, 3, 31))
    assert row["projection"] == projection
    assert (row["grace_from"], row["grace_to"]) == dates
    assert row["grace_branch"] == (None if is_overridden else branch)


@pytest.mark.parametrize(
    ("as_of", "first", "last"),
    [
        (date(2026, 9, 22), date(2026, 10, 1), date(2027, 3, 31)),
        (date(2026, 9, 1), date(2026, 10, 1), date(2027, 3, 31)),
        (date(2026, 9, 30), date(2026, 10, 1), date(2027, 3, 31)),
        (date(2026, 10, 1), date(2026, 11, 1), date(2027, 4, 30)),
        (date(2026, 12, 31), date(2027, 1, 1), date(2027, 6, 30)),
        (date(2027, 8, 31), date(2027, 9, 1), date(2028, 2, 29)),
        (date(2026, 8, 15), date(2026, 9, 1), date(2027, 2, 28)),
    ],
)
def test_grace_runs_over_the_six_whole_months_after_as_of(as_of: date, first: date, last: date) -> None:
    assert grace_period(as_of, 6) == (first, last)


def test_margin_and_months_come_from_the_policy() -> None:
    policy = IncomePolicy(7_700_000, 6_300_000, margin=Fraction(2), grace_months=3)
    row = projected(INCOME_FINDING, evidenced="1539.99", cause="other", policy=policy)
    assert (row["projection"], row["grace_to"]) == ("grace_b", date(2026, 12, 31))


@pytest.mark.parametrize(
    ("facts", "projection"),
    [
        ({"evidenced": "770.01", "cause": "other"}, "over"),
        ({"evidenced": "1154.99", "cause": "other"}, "over"),
        ({"evidenced": "770.00", "cause": "other"}, "verify"),
        ({"evidenced": "769.99", "cause": "other"}, "below"),
        ({"evidenced": "770.01", "cause": "employment"}, "grace_a"),
        ({"evidenced": "5000", "cause": "mixed", "without_wages": "1154.99"}, "grace_a"),
    ],
)
def test_without_branch_b_only_work_leads_to_grace(facts, projection):
    policy = replace(POLICY, has_branch_b=False)
    assert projected(INCOME_FINDING, policy=policy, **facts)["projection"] == projection


@pytest.mark.parametrize(
    ("unset", "facts", "projection", "because"),
    [
        ("margin", {"evidenced": "770.01", "cause": "other"}, "verify", "no_margin"),
        ("margin", {"evidenced": "770.01", "cause": "mixed", "without_wages": "1"}, "verify", "no_margin"),
        ("margin", {"evidenced": "770.01", "cause": "employment"}, "grace_a", None),
        ("margin", {"evidenced": "769.99", "cause": "other"}, "below", None),
        ("grace_months", {"evidenced": "770.01", "cause": "employment"}, "verify", "no_grace_months"),
        ("grace_months", {"evidenced": "5000", "cause": "other"}, "over", None),
        (
            "grace_repeat_months",
            {"evidenced": "770.01", "cause": "employment", "latest_grace_to": date(1999, 1, 1)},
            "verify",
            "second_grace",
        ),
        ("grace_repeat_months", {"evidenced": "770.01", "cause": "employment"}, "grace_a", None),
    ],
)
def test_what_hangs_on_an_unset_parameter_has_to_be_verified(unset, facts, projection, because):
    found = projected(INCOME_FINDING, policy=replace(POLICY, **{unset: None}), **facts)
    assert (found["projection"], found["verify_because"]) == (projection, because)
    assert (found["grace_from"] is None) is (projection != "grace_a")


def test_without_a_standard_an_income_has_to_be_verified():
    households = pl.DataFrame({"household_id": ["H"], "benefit": ["dibao_urban"]})
    none = replace(POLICY, urban_standard=None)
    ledger = pl.DataFrame(
        [{"household_id": "H", "id_number": "P", "declared": 1, "counts": True, "is_work_unproven": False}],
        schema=LEDGER,
    )
    income = household_income(households, ledger, none)
    assert income.get_column("income_standard").to_list() == [None]
    families = households.with_columns(is_incomplete=False, latest_grace_to=pl.lit(None, dtype=pl.Date))
    found = pl.DataFrame(
        [dict(zip(("rule_id", "outcome", "action"), INCOME_FINDING, strict=True)) | {"household_id": "H"}],
        schema=CASE_FINDINGS,
    )
    told = project(families, income, found, none, AS_OF, has_income_column=True).row(0, named=True)
    assert (told["projection"], told["verify_because"]) == ("verify", "no_standard")
