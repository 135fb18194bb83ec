"""TAX-01: twelve months of declared wages against what the member declared."""

from datetime import date

import pytest

HAO = 10_000


def month(year: int, number: int, income, **more):
    return {"period": date(year, number, 1), "income": income} | more


@pytest.mark.parametrize(
    ("period", "counts"),
    [
        (date(2025, 8, 1), False),
        (date(2025, 9, 1), True),
        (date(2026, 8, 1), True),
        (date(2026, 9, 1), False),
        (None, False),
    ],
)
def test_the_window_ends_with_the_month_before(outcomes, period, counts):
    assert outcomes("income_tax", [{"period": period, "income": 12}]) == ({"TAX-01": "flagged"} if counts else {})


@pytest.mark.parametrize("item", ["labour", "business", "property_transfer", "other", "unknown", None])
def test_other_income_is_not_a_wage(outcomes, item):
    assert outcomes("income_tax", [month(2026, 8, 1200, income_item=item)]) == {}


@pytest.mark.parametrize(
    ("incomes", "declared", "average"),
    [
        ([1200], 100, None),
        ([1200], 99.99, 100),
        ([1200], None, 100),
        ([1200.06], 100, 100.01),  # 100.005, half up
        ([1200.05], 100, None),  # 100.0041… rounds to what was declared
        ([1200.05], 99.99, 100),
        ([600, 600], 50, 100),
        ([600, None], 40, 50),
        ([None], None, None),
        ([0], 0, None),
    ],
)
def test_the_average_exceeds_the_declared(judged, incomes, declared, average):
    rows = [month(2026, position + 1, income) for position, income in enumerate(incomes)]
    found = judged("income_tax", rows, [{"monthly_income": declared}])
    wage = None if average is None else int(float(average) * HAO + 0.5)
    assert [(one["outcome"], one["action"], one["wage_amount"], one["record_key"]) for one in found] == (
        [("flagged", "VERIFY_INCOME", wage, "wage")] if average is not None else []
    )


def test_one_finding_per_person_with_the_lowest_grade_and_the_last_row(judged):
    rows = [
        month(2026, 1, 1200, name="王五"),
        month(2026, 2, 1200),
        month(2025, 1, 9999, name="赵六"),
        month(2026, 9, 9),
    ]
    (found,) = judged("income_tax", rows)
    assert (found["grade"], found["source_row"], found["wage_amount"], found["fact_date"]) == ("B", 3, 200 * HAO, None)
    assert [one["value"] for one in found["evidence"] if one["field"] == "name"] == ["王五"]
    (found,) = judged("income_tax", rows[1:])
    assert found["grade"] == "A"


def test_a_person_of_two_households_is_judged_in_both(judged):
    found = judged("income_tax", [month(2026, 8, 1200)], [{"monthly_income": 100}, {"household_id": "H2"}])
    assert [one["household_id"] for one in found] == ["H2"]


def test_without_the_column_it_is_undetermined(judged):
    (found,) = judged("income_tax", [month(2026, 8, 1200)], has_declared_income=False)
    assert (found["outcome"], found["action"], found["wage_amount"]) == ("undetermined", "VERIFY", None)
    assert "名册没有月收入一列" in found["statement"]


def test_in_grace_it_is_exempt(judged):
    grace = {"grace_from": date(2026, 9, 1), "grace_to": date(2027, 2, 28)}
    (found,) = judged("income_tax", [month(2026, 8, 1200)], [grace])
    assert (found["outcome"], found["action"], found["wage_amount"]) == ("exempt", "VERIFY_INCOME", None)


def test_a_misprint_does_not_stop_the_night(judged):
    (found,) = judged("income_tax", [month(2026, 8, 99_999_999_999_999)] * 3)
    assert found["wage_amount"] <= 10**14
