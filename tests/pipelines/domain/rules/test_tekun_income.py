"""TK-01 and TK-02: income and property of people with tekun."""

from datetime import date
from decimal import Decimal

import pytest

TEKUN = {"benefit": "tekun_scattered"}
PENSION = {
    "insurance_type": "employee",
    "enrol_status": "terminated",
    "benefit_status": "paying",
    "stop_reason": "other",
}
RESIDENT = PENSION | {"insurance_type": "resident"}
JOB = {"payer_kind": "employed", "employer": "厂", "last_paid_month": date(2026, 8, 1)}
CAR = {"vehicle_type": "K33", "status": "A", "registered_on": date(2020, 1, 1)}


def outcome(findings):
    assert len(findings) <= 1
    return findings[0]["outcome"] if findings else None


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([PENSION | {"benefit_amount": 770}], "flagged"),
        ([PENSION | {"benefit_amount": Decimal("769.9999")}], None),
        ([JOB | {"wage_base": 770}], "flagged"),
        ([JOB | {"wage_base": 769}], None),
        ([RESIDENT | {"benefit_amount": 770}], "undetermined"),
        ([RESIDENT | {"benefit_amount": 200}, PENSION | {"benefit_amount": 600}], "undetermined"),
        ([RESIDENT | {"benefit_amount": 200}, PENSION | {"benefit_amount": 770}], "flagged"),
        ([RESIDENT | {"benefit_amount": 769}], None),
        ([], None),
    ],
)
def test_proven_income_against_the_standard(found_after_income, rows, expected):
    assert outcome(found_after_income("TK-01", [TEKUN], social_insurance=rows)) == expected


@pytest.mark.parametrize(("amount", "expected"), [(870, "flagged"), (Decimal("869.9999"), None)])
def test_where_the_basic_pension_is_set_it_is_taken_off(found_after_income, with_values, amount, expected):
    policy = with_values(exempt_basic_pension=100)
    rows = [RESIDENT | {"benefit_amount": amount}]
    assert outcome(found_after_income("TK-01", [TEKUN], social_insurance=rows, policy=policy)) == expected


@pytest.mark.parametrize(("declared", "expected"), [(770, "undetermined"), (Decimal("769.99"), None), (None, None)])
def test_a_declared_income_may_hold_what_does_not_count(found_after_income, declared, expected):
    found = found_after_income("TK-01", [TEKUN | {"monthly_income": declared}])
    assert outcome(found) == expected
    assert all("申报收入未分项" in one["statement"] for one in found)


@pytest.mark.parametrize("roster", [{"benefit": "dibao_urban"}, TEKUN | {"covered": "no"}, {"benefit": "margin"}])
def test_only_who_has_tekun(found_after_income, roster):
    assert found_after_income("TK-01", [roster], social_insurance=[PENSION | {"benefit_amount": 2000}]) == []


def test_who_has_died_has_no_income(found_after_income):
    rows = [PENSION | {"benefit_amount": 2000}]
    assert found_after_income("TK-01", [TEKUN], social_insurance=rows, death=[{}]) == []


def test_the_income_finding_brings_no_amount_and_says_what_does_not_count(found_after_income):
    (found,) = found_after_income("TK-01", [TEKUN], social_insurance=[PENSION | {"benefit_amount": 1000}])
    assert (found["action"], found["record_key"], found["feed"]) == ("VERIFY_INCOME", "income", "roster")
    assert (found["pension_amount"], found["wage_amount"]) == (None, None)
    assert "比对到的月收入1000元，不低于当地低保标准770元" in found["statement"]
    assert "中央确定的基础养老金、医疗保险待遇、优抚待遇和高龄津贴不计入" in found["statement"]


@pytest.mark.parametrize(
    ("feeds", "expected"),
    [
        ({"vehicle": [CAR]}, "flagged"),
        ({"vehicle": [CAR | {"status": "E", "deregistered_on": date(2026, 1, 1)}]}, None),
        ({"vehicle": [CAR | {"status": None}]}, None),
        ({"property": [{"use": "shop"}]}, "flagged"),
        ({"business": [{}]}, "flagged"),
        ({"business": [{"status": "revoked"}]}, None),
        ({"business": [{"role": "coop_member"}]}, None),
        ({"social_insurance": [JOB]}, None),
    ],
)
def test_property_that_tonight_tells(found_after_income, feeds, expected):
    assert outcome(found_after_income("TK-02", [TEKUN], **feeds)) == expected
    assert found_after_income("TK-02", [{"benefit": "dibao_urban"}], **feeds) == []


def test_one_finding_for_the_household_lists_them_all(found_after_income):
    roster = [TEKUN, TEKUN | {"id_number": "P2", "name": "李四", "relation": "10"}]
    feeds = {"vehicle": [CAR | {"id_number": "P2", "name": "王五"}], "business": [{}]}
    (found,) = found_after_income("TK-02", roster, **feeds)
    assert (found["id_number"], found["record_key"], found["action"], found["grade"]) == ("P1", "H1", "VERIFY", "B")
    listed = [one for one in found["evidence"] if one["field"] == "finding"]
    assert [one["value"] for one in listed] == ["CL-01 名下有汽车", "GS-01 有注册工商信息"]
    assert "渝A12345" not in str(found)
