"""GS-04: turnover as income, to the cent; half of it counts in these tests, so that 18,480 a year is 770 a month."""

from datetime import date

import pytest

ONE = [{"monthly_income": 100}]
WIFE = {"id_number": "P2", "name": "李四", "relation": "10"}


@pytest.fixture
def outcome(found_after_income, with_values):
    def judge(*businesses, roster=ONE, rate=0.5, **feeds):
        policy = feeds.pop("policy", None) or with_values(turnover_income_rate=rate)
        found = found_after_income("GS-04", roster, business=businesses, policy=policy, **feeds)
        assert len(found) <= 1
        return found[0]["outcome"] if found else None

    return judge


@pytest.mark.parametrize(
    ("business", "expected"),
    [
        ({"turnover": 18480}, None),
        ({"turnover": 18480.24}, "flagged"),
        ({"turnover": 0}, None),
        ({"turnover": None}, None),
        ({"turnover": 99999, "role": "shareholder"}, None),
        ({"turnover": 99999, "role": "legal_rep"}, None),
        ({"turnover": 99999, "role": "unknown"}, "undetermined"),
        ({"turnover": 99999, "status": "closed"}, None),
        ({"turnover": 99999, "status": None}, "undetermined"),
        ({"turnover": 18480, "status": None}, None),
    ],
)
def test_one_business(outcome, business, expected):
    assert outcome(business) == expected


@pytest.mark.parametrize(("turnover", "expected"), [(9240, None), (9240.12, "undetermined"), (99999, "undetermined")])
def test_without_a_share_the_whole_turnover_is_the_most_it_can_be(outcome, turnover, expected):
    assert outcome({"turnover": turnover}, rate=None) == expected


def test_several_businesses_are_summed_and_one_of_two_operators_counts_once(outcome):
    first, second = {"turnover": 9300}, {"turnover": 9300, "uscc": "C2"}
    assert outcome(first, second) == "flagged"
    assert outcome(first) is None
    couple = [{"monthly_income": 0}, WIFE | {"monthly_income": 0}]
    both = [{"turnover": 30000}, {"turnover": 30000, "id_number": "P2", "name": "李四"}]
    assert outcome(*both, roster=couple) is None
    assert outcome(both[0], both[1] | {"uscc": "C2"}, roster=couple) == "flagged"


@pytest.mark.parametrize(
    ("roster", "turnover", "expected"),
    [
        ([{"monthly_income": 800}], 19200, None),
        ([{"monthly_income": 800}], 19224, "flagged"),
        ([{"monthly_income": None}], 18480, None),
        ([{"monthly_income": 100}, WIFE | {"monthly_income": 100}], 34560, None),
        ([{"monthly_income": 100}, WIFE | {"monthly_income": 100}], 34560.24, "flagged"),
        ([{"benefit": "dibao_rural", "monthly_income": 0}], 15120.24, "flagged"),
        ([{"benefit": "dibao_rural", "monthly_income": 0}], 15120, None),
        ([{"benefit": "margin", "monthly_income": 0}], 99999, None),
        ([{"benefit": "tekun_scattered", "monthly_income": 0}], 99999, None),
    ],
)
def test_declared_income_and_heads(outcome, roster, turnover, expected):
    """Who declared as much already adds nothing; 34,560 a year is 1,440 a month beside the wife's 100, for two."""
    assert outcome({"turnover": turnover}, roster=roster) == expected


def test_a_wage_that_is_proven_stands_beside_it(outcome):
    job = {"insurance_type": "employee", "enrol_status": "active", "payer_kind": "employed", "wage_base": 500}
    assert outcome({"turnover": 6480}, social_insurance=[job]) is None
    assert outcome({"turnover": 6480.24}, social_insurance=[job]) == "flagged"


def test_who_does_not_count_brings_no_turnover(outcome):
    roster = [{"monthly_income": 0}, WIFE | {"monthly_income": 0}]
    assert outcome({"turnover": 99999}, roster=roster, death=[{}]) is None
    assert outcome({"turnover": 99999}, roster=roster, death=[{"id_number": "P2", "name": "李四"}]) == "flagged"


def test_what_cannot_be_compared_is_undetermined(outcome, with_values):
    assert outcome({"turnover": 99999}, changes={"has_declared_income": False}) == "undetermined"
    unset = with_values(turnover_income_rate=0.5, dibao_standard_urban=None)
    assert outcome({"turnover": 99999}, policy=unset) == "undetermined"


def test_it_tells_an_estimate_and_brings_no_amount(found_after_income, with_values):
    policy = with_values(turnover_income_rate=0.5)
    (found,) = found_after_income("GS-04", ONE, business=[{"turnover": 24000, "name": "王五"}], policy=policy)
    assert (found["id_number"], found["record_key"], found["grade"]) == ("P1", "H1", "B")
    assert (found["action"], found["wage_amount"], found["pension_amount"]) == ("VERIFY_INCOME", None, None)
    assert "营业额合计24000元，按比例折算净收入后，家庭月收入约1000元，超出1人的低保标准合计" in found["statement"]


def test_a_grace_period_spares_it(outcome):
    grace = {"monthly_income": 100, "grace_from": date(2026, 9, 1), "grace_to": date(2027, 2, 28)}
    assert outcome({"turnover": 99999}, roster=[grace]) == "exempt"
