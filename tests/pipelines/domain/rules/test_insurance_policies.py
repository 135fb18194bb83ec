"""BX-01: the yearly premium for one insured member against 12 months of the standard (urban 9240, rural 7560)."""

from datetime import date

import pytest

URBAN, RURAL = 9_240, 7_560


def policy_of(premium, **more):
    return {"product_kind": "life", "status": "in_force", "annual_premium": premium, "insurer": "某公司"} | more


@pytest.fixture
def found(found_by):
    def judge(rows, roster=({},), **changes):
        return found_by("BX-01", "insurance_policies", rows, roster, **changes)

    return judge


def outcome_of(findings):
    return findings[0]["outcome"] if findings else None


@pytest.mark.parametrize(
    ("premiums", "benefit", "outcome"),
    [
        ([URBAN], "dibao_urban", "flagged"),
        ([URBAN - 0.01], "dibao_urban", None),
        ([URBAN - 1, 1], "dibao_urban", "flagged"),
        ([RURAL], "dibao_rural", "flagged"),
        ([RURAL - 0.01], "dibao_rural", None),
        ([URBAN], "margin", None),
        ([URBAN], "rigid", None),
        ([URBAN], "tekun_scattered", None),
        ([URBAN], None, "undetermined"),
        ([URBAN - 1], None, None),
        ([], "dibao_urban", None),
    ],
)
def test_the_limit(found, premiums, benefit, outcome):
    assert outcome_of(found([policy_of(one) for one in premiums], [{"benefit": benefit}])) == outcome


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"product_kind": "health"}, "flagged"),
        ({"product_kind": "other"}, "flagged"),
        ({"product_kind": "inclusive"}, None),
        ({"product_kind": "student"}, None),
        ({"product_kind": "accident"}, None),
        ({"product_kind": "property"}, None),
        ({"product_kind": None}, "undetermined"),
        ({"product_kind": "unknown"}, "undetermined"),
        ({"status": "lapsed"}, None),
        ({"status": "ended"}, None),
        ({"status": None}, "undetermined"),
        ({"status": "unknown"}, "undetermined"),
        ({"annual_premium": None}, "undetermined"),
        ({"annual_premium": None, "product_kind": "inclusive"}, None),
        ({"paid_until": date(2025, 9, 21)}, None),
        ({"paid_until": date(2025, 9, 22)}, "flagged"),
        ({"paid_until": date(2040, 1, 1)}, "flagged"),
    ],
)
def test_what_counts(found, row, outcome):
    assert outcome_of(found([policy_of(URBAN) | row])) == outcome


@pytest.mark.parametrize(("known", "outcome"), [(URBAN - 1, "undetermined"), (URBAN, "flagged")])
def test_an_untold_premium_never_clears(found, known, outcome):
    assert outcome_of(found([policy_of(known), policy_of(None)])) == outcome


@pytest.mark.parametrize(
    ("holder", "outcome"),
    [
        ("张三", "flagged"),
        ("李四", "flagged"),
        ("王五", "exempt"),
        ("", "flagged"),
        (None, "flagged"),
        ("李?", "flagged"),
    ],
)
def test_what_an_outsider_pays_is_exempt(found, holder, outcome):
    roster = [{}, {"id_number": "P0", "name": "李四", "relation": "10"}]
    (one,) = found([policy_of(URBAN, holder_name=holder)], roster)
    assert one["outcome"] == outcome


@pytest.mark.parametrize(
    ("own", "foreign", "outcome"),
    [
        (URBAN, 1, "flagged"),
        (URBAN - 1, 1, "exempt"),
        (1, URBAN, "exempt"),
        (1, 1, None),
        (None, URBAN, "undetermined"),
    ],
)
def test_own_and_foreign_premiums(found, own, foreign, outcome):
    rows = [policy_of(own, holder_name="张三"), policy_of(foreign, holder_name="王五")]
    assert outcome_of(found(rows)) == outcome


def test_an_untold_premium_of_an_outsider_decides_nothing(found):
    assert found([policy_of(1, holder_name="张三"), policy_of(None, holder_name="王五")]) == []


def test_each_insured_member_is_judged_alone(found):
    roster = [{}, {"id_number": "P0", "name": "李四", "relation": "10"}]
    rows = [policy_of(URBAN - 1), policy_of(URBAN - 1, id_number="P0", name="李四")]
    assert found(rows, roster) == []
    (one,) = found([*rows, policy_of(1, id_number="P0", name="李四")], roster)
    assert (one["id_number"], one["record_key"], one["action"], one["grade"]) == ("P0", "premium", "VERIFY", "A")
    assert [item["field"] for item in one["evidence"]].count("policy") == 2


@pytest.mark.parametrize("name", ["insurance_premium_multiple", "dibao_standard_urban"])
def test_an_unset_parameter_leaves_it_open(found, with_values, name):
    (one,) = found([policy_of(1)], policy=with_values(**{name: None}))
    assert one["outcome"] == "undetermined"
    assert "未设置保费限额" in one["statement"]


def test_no_policy_number_is_told(found):
    (one,) = found([policy_of(URBAN, policy_no="P2026000012345678")])
    assert "P2026000012345678" not in str(one)
    assert any("低于9240元" in fact for fact in one["clears_with"])
