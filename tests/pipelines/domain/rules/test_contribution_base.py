"""SB-08: contribution bases as an estimate of wages; the floor of these tests is 500 a month."""

from datetime import date

import pytest

ONE = [{"monthly_income": 100}]
PAID = {"payer_kind": "self", "last_paid_month": date(2026, 8, 1)}


@pytest.fixture
def outcome(found_after_income, with_values):
    def judge(*rows, roster=ONE, floor=500, **more):
        policy = more.pop("policy", None) or with_values(contribution_base_floor=floor)
        insured = [PAID | row for row in rows]
        found = found_after_income("SB-08", roster, social_insurance=insured, policy=policy, **more)
        assert len(found) <= 1
        return found[0]["outcome"] if found else None

    return judge


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"wage_base": 770}, None),
        ({"wage_base": 770.01}, "flagged"),
        ({"wage_base": None}, None),
        ({"wage_base": 900, "insurance_type": "resident"}, None),
        ({"wage_base": 900, "insurance_type": "institution"}, "flagged"),
        ({"wage_base": 900, "enrol_status": "suspended"}, None),
        ({"wage_base": 900, "benefit_status": "paying"}, None),
        ({"wage_base": 900, "last_paid_month": date(2026, 6, 1)}, "flagged"),
        ({"wage_base": 900, "last_paid_month": date(2026, 5, 1)}, None),
        ({"wage_base": 900, "last_paid_month": None}, "flagged"),
        ({"wage_base": 900, "payer_kind": "employed"}, None),
    ],
)
def test_which_bases_are_estimated_from(outcome, row, expected):
    """Who is employed has the base in the proven income already: there is nothing left to estimate."""
    assert outcome(row) == expected


@pytest.mark.parametrize(
    ("floor", "base", "expected"),
    [
        (900, 900, None),
        (900, 899, None),
        (900, 900.01, "flagged"),
        (None, 900, "undetermined"),
        (None, 770, None),
    ],
)
def test_the_floor_is_no_wage(outcome, floor, base, expected):
    assert outcome({"wage_base": base}, floor=floor) == expected


def test_the_greatest_base_of_a_person_and_the_sum_of_the_household(outcome):
    wife = {"id_number": "P2", "name": "李四"}
    couple = [{"monthly_income": 0}, {**wife, "relation": "10", "monthly_income": 0}]
    assert outcome({"wage_base": 800}, {"wage_base": 740.01, "employer": "乙"}, roster=couple) is None
    assert outcome({"wage_base": 800}, {"wage_base": 740} | wife, roster=couple) is None
    assert outcome({"wage_base": 800}, {"wage_base": 740.01} | wife, roster=couple) == "flagged"


def test_nothing_new_where_the_proven_income_is_above(outcome):
    assert outcome({"wage_base": 900}, roster=[{"monthly_income": 770.01}]) is None
    assert outcome({"wage_base": 900}, roster=[{"monthly_income": 770}]) == "flagged"


def test_employment_cost_is_deducted(outcome, with_values):
    policy = with_values(contribution_base_floor=500, employment_cost_rate=0.1)
    assert outcome({"wage_base": 855}, policy=policy) is None
    assert outcome({"wage_base": 856}, policy=policy) == "flagged"


def test_other_benefits_and_what_cannot_be_compared(outcome, with_values):
    assert outcome({"wage_base": 900}, roster=[{"benefit": "margin"}]) is None
    assert outcome({"wage_base": 900}, changes={"has_declared_income": False}) == "undetermined"
    unset = with_values(contribution_base_floor=500, dibao_standard_urban=None)
    assert outcome({"wage_base": 900}, policy=unset) == "undetermined"


def test_it_ships_off_and_brings_no_amount(found_after_income, with_values, everything):
    assert not everything.rule("SB-08").is_on
    policy = with_values(contribution_base_floor=500)
    (found,) = found_after_income("SB-08", ONE, social_insurance=[PAID | {"wage_base": 900}], policy=policy)
    assert (found["action"], found["wage_amount"], found["record_key"]) == ("VERIFY_INCOME", None, "H1")
    assert "推算，不计入收入" in found["statement"]
