"""CJ-02 and CJ-03: subsidies that a death, a prison term, a move or tekun forbids."""

from datetime import date

import pytest

AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)
DEAD_IN_JULY = {"death_on": date(2026, 7, 31)}
TEKUN = {"benefit": "tekun_scattered"}


def outcome(findings):
    assert len(findings) <= 1
    return findings[0]["outcome"] if findings else None


@pytest.mark.parametrize(
    ("death_on", "month", "expected"),
    [
        (date(2026, 8, 31), SEPTEMBER, "flagged"),
        (date(2026, 9, 1), SEPTEMBER, None),
        (date(2026, 7, 31), AUGUST, "flagged"),
        (date(2026, 9, 23), SEPTEMBER, None),
        (date(2020, 1, 1), date(2026, 7, 1), "flagged"),
        (date(2020, 1, 1), date(2026, 6, 1), None),
        (None, SEPTEMBER, None),
    ],
)
def test_a_subsidy_ends_with_the_month_of_the_death(found_after_income, death_on, month, expected):
    found = found_after_income("CJ-02", disability_subsidy=[{"month": month}], death=[{"death_on": death_on}])
    assert outcome(found) == expected


@pytest.mark.parametrize(
    ("custody", "expected"),
    [
        ({"start_on": date(2026, 8, 31)}, "flagged"),
        ({"start_on": date(2026, 9, 1)}, None),
        ({"start_on": date(2025, 1, 1), "end_on": date(2026, 9, 22)}, "flagged"),
        ({"start_on": date(2025, 1, 1), "end_on": date(2026, 9, 21)}, None),
        ({"start_on": date(2025, 1, 1), "custody_type": "rehab"}, None),
        ({"start_on": date(2025, 1, 1), "custody_type": "community"}, None),
        ({"start_on": date(2025, 1, 1), "custody_type": "unknown"}, None),
    ],
)
def test_a_prison_term_ends_it_while_it_lasts(found_after_income, custody, expected):
    assert outcome(found_after_income("CJ-02", disability_subsidy=[{}], custody=[custody])) == expected


@pytest.mark.parametrize(("status", "expected"), [("unknown", "undetermined"), ("failed", None), ("stopped", None)])
def test_only_a_payment_counts(found_after_income, status, expected):
    found = found_after_income("CJ-02", disability_subsidy=[{"status": status}], death=[DEAD_IN_JULY])
    assert outcome(found) == expected


def test_the_finding_tells_the_months_and_what_they_come_to(found_after_income):
    payments = [{"month": month, "amount": 100} for month in (date(2026, 7, 1), AUGUST, SEPTEMBER)]
    (found,) = found_after_income("CJ-02", disability_subsidy=payments, death=[DEAD_IN_JULY])
    assert (found["record_key"], found["fact_date"], found["action"]) == ("living", AUGUST, "VERIFY")
    told = {one["field"]: one["value"] for one in found["evidence"]}
    assert (told["since"], told["paid_months"], told["paid_total"]) == ("2026-07-31 死亡", "2026-08、2026-09", "200")
    assert "已于2026-07-31死亡，之后的月份（2026-08、2026-09）仍在发放困难残疾人生活补贴" in found["statement"]


def test_an_uncovered_member_and_the_earliest_of_several_reasons(found_after_income):
    (found,) = found_after_income(
        "CJ-02",
        [{"covered": "no"}],
        disability_subsidy=[{}],
        death=[DEAD_IN_JULY | {"name": "王五"}],
        custody=[{"start_on": date(2026, 6, 1)}],
    )
    assert "在监狱服刑" in found["statement"]
    assert found["grade"] == "A"
    (found,) = found_after_income("CJ-02", disability_subsidy=[{}], death=[DEAD_IN_JULY | {"name": "王五"}])
    assert found["grade"] == "B"


def test_without_a_reason_there_is_nothing(found_after_income):
    assert found_after_income("CJ-02", disability_subsidy=[{}]) == []
    assert found_after_income("CJ-02", death=[DEAD_IN_JULY]) == []


@pytest.mark.parametrize(
    ("roster", "expected"),
    [
        (TEKUN, "flagged"),
        (TEKUN | {"approved_month": AUGUST}, "flagged"),
        (TEKUN | {"approved_month": SEPTEMBER}, None),
        (TEKUN | {"covered": "no"}, None),
        ({"benefit": "tekun_central", "approved_month": date(2020, 1, 1)}, "flagged"),
        ({"benefit": "dibao_urban"}, None),
        ({"benefit": None}, None),
    ],
)
def test_tekun_has_neither_subsidy(found_by, roster, expected):
    assert outcome(found_by("CJ-03", "disability_subsidy", [{}], [roster])) == expected


def test_each_subsidy_beside_tekun_is_a_finding(found_by):
    rows = [{}, {"kind": "care"}, {"kind": "care", "month": AUGUST, "amount": None}]
    found = found_by("CJ-03", "disability_subsidy", rows, [TEKUN | {"approved_month": date(2026, 1, 1)}])
    assert [(one["record_key"], one["fact_date"]) for one in found] == [("care", AUGUST), ("living", SEPTEMBER)]
    assert "为特困人员（批准年月2026-01），另领取重度残疾人护理补贴（2026-08、2026-09）" in found[0]["statement"]
    assert found[0]["basis"].startswith("国发〔2015〕52号（大意）")


@pytest.mark.parametrize(
    ("changed_on", "expected"), [(date(2026, 8, 31), "flagged"), (date(2026, 9, 1), None), (None, None)]
)
def test_a_move_that_tonight_finds_ends_it(found_after_income, changed_on, expected):
    moved = [{"registry_status": "moved_out", "reason": "work", "changed_on": changed_on}]
    feeds = {"disability_subsidy": [{}], "population": moved}
    assert outcome(found_after_income("CJ-02", also=("RK-01",), **feeds)) == expected
    assert found_after_income("CJ-02", **feeds) == []
