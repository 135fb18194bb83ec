"""SB-01 … SB-04: every branch of rules.md section 3 for pension insurance."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

JOB = {"insurance_type": "employee", "enrol_status": "active"}
ENDED = {"insurance_type": "employee", "enrol_status": "terminated", "stop_reason": "other"}
PENSION = {"insurance_type": "employee", "enrol_status": "suspended", "benefit_status": "paying"}
IN_GRACE = {"grace_from": date(2026, 9, 1), "grace_to": date(2027, 2, 28)}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, {"SB-01": "flagged"}),
        ({"insurance_type": "institution"}, {"SB-01": "flagged"}),
        ({"insurance_type": "resident"}, {}),
        ({"benefit_status": "suspended"}, {"SB-01": "flagged"}),
        ({"benefit_status": "ended"}, {"SB-01": "flagged"}),
        ({"benefit_status": "unknown"}, {"SB-01": "undetermined"}),
        ({"benefit_status": "paying", "benefit_amount": 100}, {"SB-03": "flagged"}),
        ({"enrol_status": "none"}, {}),
        ({"enrol_status": "suspended"}, {}),
        ({"enrol_status": "unknown"}, {"SB-01": "undetermined"}),
        ({"enrol_status": None}, {"SB-01": "undetermined"}),
        ({"enrol_status": "unknown", "benefit_status": "unknown"}, {"SB-01": "undetermined"}),
        ({"enrol_status": "unknown", "benefit_status": "paying", "benefit_amount": 100}, {"SB-03": "flagged"}),
        ({"insurance_type": "unknown"}, {"SB-01": "undetermined"}),
        ({"insurance_type": None}, {"SB-01": "undetermined"}),
        ({"insurance_type": "unknown", "benefit_status": "unknown"}, {"SB-01": "undetermined"}),
        ({"insurance_type": "unknown", "enrol_status": "unknown"}, {}),
        ({"insurance_type": "unknown", "enrol_status": "suspended"}, {}),
        ({"insurance_type": "resident", "enrol_status": "unknown"}, {}),
        ({"insurance_type": "resident", "benefit_status": "unknown"}, {}),
    ],
)
def test_sb_01(outcomes, row, expected):
    assert outcomes("social_insurance", [JOB | row]) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, {"SB-02": "flagged"}),
        ({"stop_reason": None}, {"SB-02": "flagged"}),
        ({"stop_reason": "unknown"}, {"SB-02": "flagged"}),
        ({"stop_reason": "to_employee"}, {"SB-02": "flagged"}),
        ({"stop_reason": "abroad"}, {"SB-02": "flagged"}),
        ({"stop_reason": "death"}, {"SB-04": "flagged"}),
        ({"insurance_type": "resident"}, {"SB-02": "flagged"}),
        ({"insurance_type": "unknown"}, {"SB-02": "flagged"}),
        ({"benefit_status": "unknown"}, {"SB-02": "flagged"}),
        ({"insurance_type": "resident", "stop_reason": "death"}, {"SB-04": "flagged"}),
        ({"benefit_status": "paying", "benefit_amount": 1}, {"SB-02": "flagged", "SB-03": "flagged"}),
    ],
)
def test_sb_02_and_sb_04(outcomes, row, expected):
    assert outcomes("social_insurance", [ENDED | row]) == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"insurance_type": "institution", "employer": "乙"}, {"SB-01"}),
        ({"benefit_status": "paying", "benefit_amount": 1, "employer": "乙"}, {"SB-03"}),
        ({"insurance_type": "resident"}, {"SB-02"}),
        ({"insurance_type": "unknown"}, {"SB-01", "SB-02"}),
        ({"enrol_status": "unknown", "employer": "乙"}, {"SB-01", "SB-02"}),
        ({"enrol_status": "suspended"}, {"SB-02"}),
    ],
)
def test_sb_02_looks_for_active_job_insurance_of_the_same_person(judged, other, expected):
    found = judged("social_insurance", [ENDED, JOB | other])
    assert {one["rule_id"] for one in found} == expected


def test_sb_02_is_not_cleared_by_another_persons_insurance(judged):
    roster = [{}, {"id_number": "P2", "name": "李四", "relation": "10"}]
    found = judged("social_insurance", [ENDED, JOB | {"id_number": "P2", "name": "李四"}], roster)
    assert [(one["id_number"], one["rule_id"]) for one in found] == [("P1", "SB-02"), ("P2", "SB-01")]


@pytest.mark.parametrize(
    ("declared", "amounts", "expected"),
    [
        (None, [0], []),
        (None, [0.01], ["flagged"]),
        (500, [500], []),
        (500, [500.01], ["flagged"]),
        (500, [250, 250], []),
        (500, [250, 250.01], ["flagged", "flagged"]),
        (500, [None], ["undetermined"]),
        (500, [None, 500], ["undetermined"]),
        (500, [None, 501], ["undetermined", "flagged"]),
        (0, [None, 0], ["undetermined"]),
    ],
)
def test_sb_03_sums_the_persons_pensions(judged, declared, amounts, expected):
    rows = [PENSION | {"benefit_amount": amount, "employer": f"E{n}"} for n, amount in enumerate(amounts)]
    found = judged("social_insurance", rows, [{"monthly_income": declared}])
    assert [one["outcome"] for one in found] == expected
    counted = [None if one["outcome"] != "flagged" else amounts[n] for n, one in enumerate(found)]
    assert [one["pension_amount"] for one in found] == [None if c is None else round(c * 10_000) for c in counted]
    assert all(one["fact_date"] is None for one in found)


def test_sb_03_counts_rows_in_payment_only(judged):
    rows = [PENSION | {"benefit_amount": 400}, PENSION | {"benefit_status": "ended", "benefit_amount": 400}]
    assert judged("social_insurance", rows, [{"monthly_income": 500}]) == []


@pytest.mark.parametrize("amount", [0, 100, None])
def test_sb_03_without_a_monthly_income_column_is_undetermined(judged, amount):
    found = judged("social_insurance", [PENSION | {"benefit_amount": amount}], has_declared_income=False)
    assert [(one["outcome"], one["action"], one["pension_amount"]) for one in found] == [
        ("undetermined", "VERIFY", None)
    ]
    assert {"field": "monthly_income", "value": "", "op": "待定", "threshold": "名册没有月收入一列"} in found[0][
        "evidence"
    ]


def test_sb_03_adds_up_per_household_and_member(judged):
    roster = [
        {"monthly_income": 500},
        {"household_id": "H2", "monthly_income": 700},
        {"id_number": "P2", "name": "李四", "relation": "10", "monthly_income": 0},
    ]
    rows = [PENSION | {"benefit_amount": 600}, PENSION | {"id_number": "P2", "name": "李四", "benefit_amount": 0}]
    found = judged("social_insurance", rows, roster)
    assert [(one["household_id"], one["id_number"]) for one in found] == [("H1", "P1")]


def test_an_exempt_basic_pension_lowers_resident_insurance_alone(judged, policy):
    basic = replace(policy.parameters["exempt_basic_pension"], value=Decimal(150))
    changed = replace(policy, parameters={**policy.parameters, "exempt_basic_pension": basic})
    rows = [
        PENSION | {"insurance_type": "resident", "benefit_amount": 100},
        PENSION | {"insurance_type": "resident", "benefit_amount": 250, "employer": "乙"},
        PENSION | {"benefit_amount": 10},
        PENSION | {"insurance_type": "unknown", "benefit_amount": 20},
    ]
    found = judged("social_insurance", rows, policy=changed)
    assert {one["record_key"]: one["pension_amount"] for one in found} == {
        "employee/": 100_000,
        "resident/": 0,
        "resident/乙": 1_000_000,
        "unknown/": 200_000,
    }


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        ({}, True),
        ({"payer_kind": "employed"}, True),
        ({"payer_kind": "self"}, False),
        ({"payer_kind": "unknown"}, False),
        ({"last_paid_month": date(2026, 6, 1)}, True),
        ({"last_paid_month": date(2026, 5, 1)}, False),
        ({"last_paid_month": date(2026, 9, 1)}, True),
        ({"wage_base": None}, False),
        ({"enrol_status": "unknown"}, False),
    ],
)
def test_sb_01_brings_the_wage_base_where_it_counts(judged, row, counts):
    (found,) = judged("social_insurance", [JOB | {"wage_base": 4000.5} | row])
    assert found["wage_amount"] == (40_005_000 if counts else None)


@pytest.mark.parametrize(
    ("row", "rule_id", "action"),
    [
        (JOB, "SB-01", "VERIFY_INCOME"),
        (JOB | {"enrol_status": "unknown"}, "SB-01", "VERIFY"),
        (ENDED, "SB-02", "VERIFY_INCOME"),
        (PENSION | {"benefit_amount": 100}, "SB-03", "VERIFY_INCOME"),
        (PENSION, "SB-03", "VERIFY"),
    ],
)
@pytest.mark.parametrize(
    ("roster", "outcome"),
    [
        (IN_GRACE, "exempt"),
        (IN_GRACE | {"benefit": "dibao_rural"}, "exempt"),
        (IN_GRACE | {"benefit": "margin"}, None),
        (IN_GRACE | {"benefit": "tekun_scattered"}, None),
        (IN_GRACE | {"grace_from": date(2026, 9, 22)}, "exempt"),
        (IN_GRACE | {"grace_from": date(2026, 9, 23)}, None),
        (IN_GRACE | {"grace_to": date(2026, 9, 22)}, "exempt"),
        (IN_GRACE | {"grace_to": date(2026, 9, 21)}, None),
        (IN_GRACE | {"grace_to": None}, None),
    ],
)
def test_a_dibao_household_in_grace_is_spared_and_keeps_the_action(judged, row, rule_id, action, roster, outcome):
    (found,) = judged("social_insurance", [row], [roster])
    usual = "undetermined" if action == "VERIFY" else "flagged"
    assert (found["rule_id"], found["outcome"], found["action"]) == (rule_id, outcome or usual, action)
    if outcome:
        assert (found["pension_amount"], found["wage_amount"]) == (None, None)
        assert "渐退期内" in found["statement"]


def test_grace_spares_neither_a_recorded_death_nor_another_household(judged):
    roster = [IN_GRACE, {"household_id": "H2"}]
    found = judged("social_insurance", [ENDED | {"stop_reason": "death"}, JOB], roster)
    assert [(one["household_id"], one["rule_id"], one["outcome"]) for one in found] == [
        ("H1", "SB-01", "exempt"),
        ("H1", "SB-04", "flagged"),
        ("H2", "SB-01", "flagged"),
        ("H2", "SB-04", "flagged"),
    ]


def test_record_key_fact_date_and_action(judged):
    rows = [
        JOB | {"employer": "甲公司", "enrolled_on": date(2020, 1, 1)},
        ENDED | {"insurance_type": "resident", "stop_reason": "death", "stopped_on": date(2021, 1, 1)},
    ]
    found = judged("social_insurance", rows)
    assert [(one["rule_id"], one["record_key"], one["fact_date"], one["action"]) for one in found] == [
        ("SB-01", "employee/甲公司", date(2020, 1, 1), "VERIFY_INCOME"),
        ("SB-04", "resident/", date(2021, 1, 1), "VERIFY"),
    ]


def test_a_differing_name_is_told_and_lowers_nothing_here(judged):
    (found,) = judged("social_insurance", [JOB | {"name": "李四"}])
    assert (found["grade"], found["action"]) == ("B", "VERIFY_INCOME")
    assert "姓名不一致" in found["statement"]


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"wage_base": 3499}, True),
        ({"wage_base": 3999}, False),
        ({"benefit_status": "ended"}, True),
        ({"enrolled_on": date(2020, 1, 1)}, False),
        ({"last_paid_month": date(2026, 8, 1)}, False),
    ],
)
def test_the_fingerprint_moves_with_material_fields_alone(judged, change, differs):
    base = JOB | {"wage_base": 3500, "benefit_status": "suspended"}
    before, after = judged("social_insurance", [base])[0], judged("social_insurance", [base | change])[0]
    assert (before["fingerprint"] != after["fingerprint"]) is differs
    assert before["finding_id"] == after["finding_id"]
