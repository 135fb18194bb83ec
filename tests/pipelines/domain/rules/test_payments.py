"""ZJ-02: what was paid for the last month that had ended (here August 2026), against what the roster approves."""

from datetime import date

import polars as pl
import pytest

AUGUST, JULY, SEPTEMBER = date(2026, 8, 1), date(2026, 7, 1), date(2026, 9, 1)
APPROVED = {"monthly_amount": 600, "approved_month": date(2025, 1, 1)}
OTHERS = [{"household_id": f"O{at}", "id_number": f"Q{at}", "name": "他人"} | APPROVED for at in range(9)]
COUPLE = [APPROVED, {"id_number": "P0", "name": "李四", "relation": "10"} | APPROVED]


def paid(amount=600, month=AUGUST, **more):
    return {"project": "dibao", "month": month, "amount": amount} | more


OTHERS_PAID = [paid(id_number=one["id_number"], name="他人") for one in OTHERS]
"""Nine of ten households, so that a missing payment of the tenth says something."""


@pytest.fixture
def found(found_by):
    def judge(rows, roster=(APPROVED,), others=tuple(OTHERS_PAID), **changes):
        people = [*roster, *OTHERS]
        findings = found_by("ZJ-02", "payments", [*others, *rows], people, **changes)
        return [one for one in findings if one["household_id"] == "H1"]

    return judge


def told_of(findings):
    return [(one["outcome"], one["record_key"]) for one in findings]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([paid()], []),
        ([paid(599.99)], [("flagged", "amount")]),
        ([paid(600.01)], [("flagged", "amount")]),
        ([paid(300), paid(300, payment_no="2")], []),
        ([paid(600), paid(600, payment_no="2")], [("flagged", "amount")]),
        ([paid(500), paid(100, project="category")], []),
        ([paid(), paid(100, project="category")], []),
        ([paid(500), paid(99, project="category")], [("flagged", "amount")]),
        ([paid(), paid(80, project="disability"), paid(900, project="temporary")], []),
        ([paid(), paid(1, SEPTEMBER)], []),
        ([paid(), paid(1, JULY)], []),
        ([paid(project="tekun")], []),
        ([paid(500), paid(100, payment_kind="back_pay")], [("exempt", "amount")]),
        ([paid(700), paid(100, payment_kind="reversal")], [("exempt", "amount")]),
        ([paid(), paid(100, payment_kind="back_pay")], []),
        ([paid(500), paid(100, payment_kind="unknown")], [("undetermined", "amount")]),
        ([paid(500), paid(None)], [("undetermined", "amount")]),
        ([paid(500), paid(100, status="unknown")], [("undetermined", "amount")]),
        ([paid(500), paid(100, project=None)], [("undetermined", "amount")]),
        ([paid(500), paid(100, project="unknown")], [("undetermined", "amount")]),
        ([paid(500), paid(100, JULY, project="unknown")], [("flagged", "amount")]),
        ([paid(), paid(project="unknown")], []),
    ],
)
def test_amounts(found, rows, expected):
    assert told_of(found(rows)) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], [("undetermined", "unpaid")]),
        ([paid(month=JULY)], [("flagged", "unpaid")]),
        ([paid(month=SEPTEMBER)], [("flagged", "unpaid")]),
        ([paid(status="failed")], [("flagged", "unpaid")]),
        ([paid(status="pending")], [("flagged", "unpaid")]),
        ([paid(payment_kind="back_pay")], [("exempt", "unpaid")]),
        ([paid(project="unknown")], [("undetermined", "unpaid")]),
        ([paid(project="disability")], [("undetermined", "unpaid")]),
        ([paid(status="unknown")], [("undetermined", "unpaid")]),
        ([paid(None)], [("undetermined", "unpaid")]),
        ([paid(0)], [("flagged", "unpaid")]),
    ],
)
def test_unpaid(found, rows, expected):
    assert told_of(found(rows)) == expected


@pytest.mark.parametrize(
    ("change", "row_month", "expected"),
    [
        ({}, JULY, [("flagged", "unpaid")]),
        ({"benefit": "tekun_scattered"}, JULY, [("flagged", "unpaid")]),
        ({"benefit": "tekun_central"}, JULY, []),
        ({"benefit": "margin"}, JULY, []),
        ({"benefit": "rigid"}, JULY, []),
        ({"benefit": None}, JULY, []),
        ({"monthly_amount": 0}, JULY, []),
        ({"monthly_amount": None}, JULY, []),
        ({"approved_month": AUGUST}, JULY, [("flagged", "unpaid")]),
        ({"approved_month": SEPTEMBER}, JULY, []),
        ({"approved_month": None}, JULY, [("undetermined", "unpaid")]),
        ({"account_holder": "张三"}, JULY, [("flagged", "unpaid")]),
        ({"account_holder": "王五"}, JULY, [("undetermined", "unpaid")]),
        ({"account_holder": "王五"}, None, []),
    ],
)
def test_who_was_to_be_paid(found, change, row_month, expected):
    rows = [] if row_month is None else [paid(month=row_month)]
    assert told_of(found(rows, [APPROVED | change])) == expected


@pytest.mark.parametrize(("households_paid", "is_told"), [(9, True), (8, False)])
def test_an_incomplete_month_says_nothing_of_who_is_missing(found, households_paid, is_told):
    findings = found([paid(month=JULY)], others=OTHERS_PAID[:households_paid])
    assert told_of(findings) == ([("flagged", "unpaid")] if is_told else [])


def test_without_a_share_nobody_is_unpaid(found, with_values):
    policy = with_values(payment_coverage_share=None)
    assert found([paid(month=JULY)], policy=policy) == []
    assert told_of(found([paid(1)], policy=policy)) == [("flagged", "amount")]


def test_who_was_not_asked_about_is_not_unpaid(found):
    unasked = {"payments": pl.DataFrame({"id_number": ["P0"]})}
    assert found([paid(month=JULY)], COUPLE, not_queried=unasked) == []
    assert told_of(found([paid(month=JULY)], COUPLE)) == [("flagged", "unpaid")]


def test_a_month_before_the_standard_changed_is_not_compared(found_by):
    """The urban standard rose in September 2024: what was paid for August is not the roster's amount of today."""
    rows = [paid(1, date(2024, 8, 1))]
    assert found_by("ZJ-02", "payments", rows, [APPROVED | {"approved_month": date(2020, 1, 1)}]) == []
    rows = [paid(1, date(2024, 9, 1))]
    found = found_by("ZJ-02", "payments", rows, [APPROVED | {"approved_month": date(2020, 1, 1)}])
    assert told_of(found) == [("flagged", "amount")]


@pytest.mark.parametrize("rows", [[], [paid(1, SEPTEMBER)], [paid(1, AUGUST, project="disability")], [paid(1, None)]])
def test_without_a_month_that_had_ended_nothing_is_judged(found_by, rows):
    assert found_by("ZJ-02", "payments", rows, [APPROVED]) == []


def test_members_are_paid_together(found):
    assert found([paid(300), paid(300, id_number="P0", name="李四")], COUPLE) == []


def test_who_stands_in_two_households_is_paid_for_one_of_them(found):
    roster = [APPROVED, {"household_id": "H2"} | APPROVED]
    assert told_of(found([paid(500)], roster)) == [("undetermined", "amount")]
    assert found([paid(600)], roster) == []


def test_the_finding_of_an_amount(found):
    (one,) = found([paid(500, payment_no="9", name="王五"), paid(month=JULY)])
    assert (one["action"], one["fact_date"], one["grade"], one["id_number"]) == ("DATA_FIX", AUGUST, "B", "P1")
    assert "2026-08发放500元，与名册月保障金额600元不一致" in one["statement"]
    assert (one["feed"], one["source_file"], one["source_row"]) == ("payments", "payments.csv", 11)


def test_the_finding_of_an_unpaid_household(found):
    (one,) = found([])
    assert (one["action"], one["source_file"], one["snapshot_date"]) == ("VERIFY", "roster.csv", date(2026, 9, 20))
    assert "没有家庭成员的领款记录" in one["statement"]
    assert one["grade"] == "A"


def test_the_finding_is_the_same_one_next_month(found):
    before, after = found([paid(500)])[0], found([paid(400)])[0]
    assert before["finding_id"] == after["finding_id"]
    assert before["fingerprint"] != after["fingerprint"]
