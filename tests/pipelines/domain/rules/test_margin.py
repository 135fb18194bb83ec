"""BY-01 and BY-03: margin households, and who is covered alone, against the multiple of the standard."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from pipelines.domain.judge import judge_after_income
from tests.pipelines.domain.rules.conftest import reckoned

MARGIN = {"benefit": "margin"}
SINGLE = {"single": "yes", "id_number": "500117198001010012"}
WIFE = {"id_number": "P2", "name": "李四", "relation": "10"}
LOST = {"id_number": SINGLE["id_number"], "status": "cancelled"}
HELD = LOST | {"status": "valid"}


def outcome(findings):
    assert len(findings) <= 1
    return findings[0]["outcome"] if findings else None


@pytest.mark.parametrize(
    ("income", "expected"),
    [(1155, "flagged"), (Decimal("1154.99"), None), (Decimal("1154.995"), "flagged"), (0, None), (None, None)],
)
def test_a_margin_household_at_one_and_a_half_times_the_standard(found_after_income, income, expected):
    assert outcome(found_after_income("BY-01", [MARGIN | {"monthly_income": income}])) == expected


def test_the_income_is_the_familys_per_head(found_after_income):
    jobs = [{"payer_kind": "employed", "last_paid_month": date(2026, 8, 1), "wage_base": 2310, "employer": "厂"}]
    (found,) = found_after_income("BY-01", [MARGIN, MARGIN | WIFE], social_insurance=jobs)
    assert (found["action"], found["record_key"], found["id_number"]) == ("VERIFY_INCOME", "H1", "P1")
    assert "家庭月人均收入1155元，不低于1155元（低保标准的1.5倍），未扣减就业成本" in found["statement"]
    third = MARGIN | {"id_number": "P3", "relation": "20"}
    assert found_after_income("BY-01", [MARGIN, MARGIN | WIFE, third], social_insurance=jobs) == []
    # Who has died does not count.
    dead = [{"id_number": "P2", "name": "李四"}]
    assert outcome(found_after_income("BY-01", [MARGIN, MARGIN | WIFE, third], social_insurance=jobs, death=dead))


@pytest.mark.parametrize("benefit", ["dibao_urban", "tekun_central", "rigid", None])
def test_other_households_have_other_limits(found_after_income, benefit):
    assert found_after_income("BY-01", [{"benefit": benefit, "monthly_income": 5000}]) == []


@pytest.mark.parametrize(("rule_id", "row"), [("BY-01", MARGIN), ("BY-03", SINGLE)])
def test_a_household_of_which_a_row_cannot_be_read_is_open(night_of, everything, rule_id, row):
    rows = [row | {"monthly_income": 5000}]
    night = reckoned(night_of("roster", rows, rows, policy=everything))
    night = replace(night, households=night.households.with_columns(is_incomplete=pl.lit(value=True)))
    alone = {rule_id: replace(everything.rule(rule_id), is_on=True)}
    (found,) = judge_after_income(replace(night, policy=replace(everything, rules=alone)), b"s").to_dicts()
    assert found["outcome"] == "undetermined"
    assert "家庭成员不全" in found["statement"]


def test_a_margin_that_no_layer_sets_is_open(found_after_income, with_values):
    policy = with_values(margin_multiple=None)
    (found,) = found_after_income("BY-01", [MARGIN | {"monthly_income": 5000}], policy=policy)
    assert found["outcome"] == "undetermined"
    assert "低保边缘收入倍数未设置" in found["statement"]


@pytest.mark.parametrize(
    ("income", "certificate", "expected"),
    [
        (1155, None, "flagged"),
        (Decimal("1154.99"), None, None),
        (0, LOST, "flagged"),
        (0, HELD, None),
        (0, HELD | {"status": None}, None),
        (0, HELD | {"expires_on": date(2026, 9, 21)}, "flagged"),
        (0, HELD | {"expires_on": date(2026, 9, 22)}, None),
        # The city knows another ground, up to three times the standard, for grown-ups with a severe disability.
        (1155, HELD, "undetermined"),
        (2310, HELD, "flagged"),
        (Decimal("2309.99"), HELD, "undetermined"),
        (1155, HELD | {"level": "level_3"}, "flagged"),
        (1155, LOST, "flagged"),
    ],
)
def test_the_grounds_of_who_is_covered_alone(found_after_income, income, certificate, expected):
    feeds = {} if certificate is None else {"disability": [certificate]}
    assert outcome(found_after_income("BY-03", [SINGLE | {"monthly_income": income}], **feeds)) == expected


def test_the_city_says_whom_it_means(found_after_income):
    found = found_after_income("BY-03", [SINGLE | {"monthly_income": 1155}], disability=[HELD])
    assert "市级口径：家庭月人均收入在低保标准3倍以内" in found[0]["statement"]
    young = SINGLE | {"id_number": "500117200809230012", "monthly_income": 1155}
    held = HELD | {"id_number": young["id_number"]}
    assert outcome(found_after_income("BY-03", [young], disability=[held])) == "flagged"


@pytest.mark.parametrize("change", [{"single": "no"}, {"single": None}, {"single": "unknown"}, {"covered": "no"}])
def test_only_who_is_covered_alone(found_after_income, change):
    assert found_after_income("BY-03", [SINGLE | {"monthly_income": 5000} | change], disability=[LOST]) == []


def test_both_grounds_are_told_and_what_was_not_looked_at(found_after_income):
    (found,) = found_after_income("BY-03", [SINGLE | {"monthly_income": 1155}], disability=[LOST])
    assert (found["record_key"], found["action"]) == ("single", "VERIFY")
    assert "家庭月人均收入1155元" in found["statement"]
    assert "残疾人证为肢体二级，状态已注销" in found["statement"]
    (found,) = found_after_income("BY-03", [SINGLE | {"monthly_income": 1155}])
    assert "残疾人证数据缺失，未核对残疾状况" in found["statement"]


@pytest.mark.parametrize("rule_id", ["BY-01", "BY-03", "TK-01"])
@pytest.mark.parametrize("unset", ["dibao_standard_urban", "dibao_standard_rural"])
def test_without_a_standard_nothing_is_compared(found_after_income, with_values, rule_id, unset):
    roster = [MARGIN | SINGLE | {"monthly_income": 5000}] if rule_id != "TK-01" else [{"benefit": "tekun_central"}]
    jobs = [{"payer_kind": "employed", "last_paid_month": date(2026, 8, 1), "wage_base": 2310, "employer": "厂"}]
    feeds = {"social_insurance": [row | {"id_number": roster[0].get("id_number", "P1")} for row in jobs]}
    assert found_after_income(rule_id, roster, **feeds) != []
    assert found_after_income(rule_id, roster, policy=with_values(**{unset: None}), **feeds) == []
