"""SB-09: who stands on the public payroll, and as what."""

from datetime import date

import pytest

TODAY, YESTERDAY, TOMORROW = date(2026, 9, 22), date(2026, 9, 21), date(2026, 9, 23)


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({}, "flagged"),
        *(({"kind": kind}, "flagged") for kind in ("staff", "contract", "retired", "village_cadre")),
        *(({"kind": kind}, "exempt") for kind in ("survivor", "public_post")),
        ({"kind": "unknown"}, "undetermined"),
        ({"status": "active"}, "flagged"),
        ({"status": "ended"}, None),
        ({"status": "unknown"}, "undetermined"),
        ({"status": "ended", "kind": "unknown"}, None),
        ({"since_on": TODAY}, "flagged"),
        ({"since_on": TOMORROW}, None),
        ({"until_on": TODAY}, "flagged"),
        ({"until_on": YESTERDAY}, None),
        ({"until_on": YESTERDAY, "kind": "unknown"}, None),
    ],
)
def test_entries(outcome_of, row, outcome):
    assert outcome_of("SB-09", "public_payroll", [row]) == outcome


def test_two_posts_are_two_findings(found_by):
    found = found_by("SB-09", "public_payroll", [{"monthly_pay": 3000}, {"unit": "学校", "since_on": YESTERDAY}])
    told = [(one["record_key"], one["action"], one["fact_date"]) for one in found]
    assert told == [("学校/staff", "VERIFY", YESTERDAY), ("镇政府/staff", "VERIFY", None)]
    assert "登记为财政供养在编人员，单位镇政府，每月3000元" in found[1]["statement"]


@pytest.mark.parametrize(
    ("change", "differs"), [({"monthly_pay": 3100}, False), ({"monthly_pay": 3600}, True), ({"kind": "retired"}, True)]
)
def test_the_fingerprint_moves_with_the_pay_band(found_by, change, differs):
    before, after = (found_by("SB-09", "public_payroll", [{"monthly_pay": 3000} | more])[0] for more in ({}, change))
    assert (before["fingerprint"] != after["fingerprint"]) is differs
