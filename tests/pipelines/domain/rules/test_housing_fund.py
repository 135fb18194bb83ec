"""GJJ-01: a housing fund that is being paid into."""

from datetime import date

import pytest

HAO = 10_000


@pytest.mark.parametrize(
    ("status", "last_paid", "found"),
    [
        ("active", date(2026, 6, 1), {"GJJ-01": "flagged"}),
        ("active", date(2026, 5, 1), {}),
        ("active", date(2026, 9, 1), {"GJJ-01": "flagged"}),
        ("active", date(2026, 10, 1), {"GJJ-01": "flagged"}),
        ("active", None, {"GJJ-01": "undetermined"}),
        ("sealed", date(2026, 9, 1), {}),
        ("sealed", None, {}),
        ("closed", date(2026, 9, 1), {}),
        ("unknown", date(2026, 9, 1), {}),
        ("unknown", None, {}),
        (None, None, {}),
    ],
)
def test_status_and_month(outcomes, status, last_paid, found):
    assert outcomes("housing_fund", [{"status": status, "last_paid_month": last_paid}]) == found


PAID = {"last_paid_month": date(2026, 8, 1)}


@pytest.mark.parametrize(
    ("row", "outcome", "wage"),
    [
        (PAID | {"base": 2100}, "flagged", 2100 * HAO),
        (PAID | {"base": None}, "flagged", None),
        ({"base": 2100}, "undetermined", None),
    ],
)
def test_the_base_is_the_wage_where_flagged(judged, row, outcome, wage):
    (found,) = judged("housing_fund", [row])
    assert (found["outcome"], found["wage_amount"], found["fact_date"]) == (outcome, wage, None)
    assert found["action"] == ("VERIFY_INCOME" if outcome == "flagged" else "VERIFY")


def test_the_record_key_is_the_employer(judged):
    found = judged("housing_fund", [PAID | {"employer": "甲"}, PAID | {"employer": None}, PAID | {"name": "王五"}])
    assert [(one["record_key"], one["grade"], one["action"]) for one in found] == [
        ("", "A", "VERIFY_INCOME"),
        ("厂", "B", "VERIFY_INCOME"),
        ("甲", "A", "VERIFY_INCOME"),
    ]


@pytest.mark.parametrize("row", [PAID | {"base": 2100}, {}])
def test_in_grace_it_is_exempt_and_brings_nothing(judged, row):
    (found,) = judged("housing_fund", [row], [{"grace_from": date(2026, 9, 1), "grace_to": date(2027, 2, 28)}])
    assert (found["outcome"], found["wage_amount"]) == ("exempt", None)
    assert "渐退期内" in found["statement"]


@pytest.mark.parametrize(("base", "differs"), [(2499, False), (2500, True)])
def test_the_fingerprint_moves_by_bands_of_500(judged, base, differs):
    before, after = (judged("housing_fund", [PAID | {"base": one}])[0] for one in (2000, base))
    assert (before["fingerprint"] != after["fingerprint"]) is differs
