"""NJ-01: registered tractors and harvesters, and machines dearer than 30,000 元."""

from datetime import date

import pytest

ON = date(2020, 1, 1)


def machine(kind, **more):
    return {"machine_kind": kind, "machine_no": "N1"} | more


@pytest.fixture
def found(found_by):
    def judge(rows, roster=({},), **changes):
        return found_by("NJ-01", "farm_machinery", rows, roster, **changes)

    return judge


def outcome_of(findings):
    return findings[0]["outcome"] if findings else None


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (machine("tractor", registered_on=ON), "flagged"),
        (machine("combine", plate_no="渝01-12345"), "flagged"),
        (machine("tractor", registered_on=ON, price=100), "flagged"),
        (machine("tractor", price=30_000), None),
        (machine("tractor", price=30_000.01), "flagged"),
        (machine("tractor", subsidy_amount=30_000.01), "flagged"),
        (machine("tractor", price=1, subsidy_amount=30_001), "flagged"),
        (machine("tractor"), "undetermined"),
        (machine("hand_tractor", registered_on=ON), None),
        (machine("hand_tractor", registered_on=ON, price=30_001), "flagged"),
        (machine("tiller", registered_on=ON), None),
        (machine("tiller", price=90_000), None),
        (machine("tiller", status="unknown", price=90_000), None),
        (machine("other", price=30_000), None),
        (machine("other", price=30_001), "flagged"),
        (machine("other"), None),
        (machine("unknown", price=30_001), "flagged"),
        (machine("unknown", price=30_000), None),
        (machine("unknown", registered_on=ON, price=30_000), "undetermined"),
        (machine(None), "undetermined"),
        (machine("tractor", registered_on=ON, status="active"), "flagged"),
        (machine("tractor", registered_on=ON, status="unknown"), "undetermined"),
        (machine("tractor", price=1, status="unknown"), None),
        (machine("tractor", registered_on=ON, status="scrapped"), None),
        (machine("tractor", registered_on=ON, status="deregistered"), None),
        (machine("tractor", registered_on=ON, status="transferred"), None),
        (machine("tractor", registered_on=ON, ownership="cooperative"), "exempt"),
        (machine("tractor", ownership="cooperative", status="unknown"), "exempt"),
        (machine("tiller", ownership="cooperative"), None),
        (machine("tractor", registered_on=ON, ownership="personal"), "flagged"),
        (machine("tractor", registered_on=ON, ownership="unknown"), "flagged"),
    ],
)
def test_what_is_large(found, row, outcome):
    assert outcome_of(found([row])) == outcome


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (machine("tractor", registered_on=ON), "flagged"),
        (machine("tractor", price=90_000), "undetermined"),
        (machine("other", price=90_000), None),
    ],
)
def test_without_a_price_limit_a_registration_still_counts(found, with_values, row, outcome):
    assert outcome_of(found([row], policy=with_values(farm_machine_value=None))) == outcome


@pytest.mark.parametrize(
    ("benefit", "action"),
    [("dibao_urban", "CANCEL_PRINCIPLE"), ("tekun_scattered", "VERIFY"), ("margin", "VERIFY"), (None, "VERIFY")],
)
def test_other_benefits_are_verified(found, benefit, action):
    (one,) = found([machine("tractor", registered_on=ON)], [{"benefit": benefit}])
    assert (one["outcome"], one["action"], one["fact_date"]) == ("flagged", action, ON)


def test_one_finding_a_machine(found):
    rows = [machine("tractor", registered_on=ON), {"machine_kind": "combine", "plate_no": "渝01-1", "name": "王五"}]
    assert [(one["record_key"], one["action"]) for one in found(rows)] == [
        ("N1", "CANCEL_PRINCIPLE"),
        ("渝01-1", "VERIFY"),
    ]
