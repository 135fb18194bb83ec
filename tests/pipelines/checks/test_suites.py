"""Suites derived from contracts: names that hold, bounds from the contract, critical only where it must be."""

import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from connectors.contract import Contract, load_contracts
from pipelines.checks.kinds import KIND_ZH
from pipelines.checks.profile import BOOKS, profile_feed
from pipelines.checks.suites import Expectation, Kind, contract_suite


@pytest.fixture
def by_name(contract):
    return {one.name: one for one in contract_suite(contract)}


def test_the_suite_of_a_contract_has_stable_names_in_a_stable_order(contract):
    assert [one.name for one in contract_suite(contract)] == [
        "required_columns",
        "row_count",
        "row_count_band",
        "freshness",
        "newest_delivery",
        "quarantined_share",
        "key_unique",
        "superseded_share",
        "id_number_valid",
        "id_number_filled",
        "plate_no_filled",
        "use_known",
        "status_filled",
        "status_known",
        "assessed_value_parsed",
        "uscc_check",
    ]


def test_names_are_plain_and_tell_expectations_apart(contract):
    names = [one.name for one in contract_suite(contract)]

    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)


def test_bounds_come_from_the_contract(contract):
    strict = contract.model_copy(update={"max_age_days": 5, "max_bad_share": 0.01})
    suite = {one.name: one for one in contract_suite(strict)}

    assert suite["freshness"].maximum == 5
    assert suite["id_number_valid"].maximum == 0.01
    assert suite["quarantined_share"].maximum == 0.01


def test_only_what_would_make_wrong_flags_holds_the_night(contract):
    critical = {one.name for one in contract_suite(contract) if one.severity == "critical"}

    assert critical == {"required_columns", "key_unique", "id_number_valid"}


def test_a_required_feed_without_rows_holds_the_night(contract):
    roster = contract.model_copy(update={"is_required": True})

    assert {one.name: one for one in contract_suite(roster)}["row_count"].severity == "critical"


def test_an_empty_delta_or_answer_is_not_judged_by_its_rows(by_name):
    assert by_name["row_count"].judged_from == ("is_full", 1)


def test_few_bad_ids_are_not_judged(by_name):
    assert by_name["id_number_valid"].judged_from == ("id_number.bad", 20)


def test_a_feed_without_an_id_has_a_suite_too():
    filing = Contract.model_validate(
        {
            "feed": "card_proxies",
            "title": "卡折代管备案",
            "department": "民政",
            "grain": "一户一代管人一行",
            "description": "代管备案",
            "keys": [["household_id", "holder_name"]],
            "subjects": [],
            "fields": [
                {
                    "name": "household_id",
                    "kind": "text",
                    "is_required": True,
                    "label_zh": "家庭编号",
                    "headers": ["家庭编号"],
                },
                {
                    "name": "holder_name",
                    "kind": "name",
                    "is_required": True,
                    "label_zh": "代管人姓名",
                    "headers": ["代管人姓名"],
                },
            ],
        }
    )

    names = {one.name for one in contract_suite(filing)}

    assert {"required_columns", "household_id_filled", "holder_name_filled"} <= names
    assert not any(name.endswith("_valid") for name in names)


SHIPPED = load_contracts(Path(__file__).parents[3] / "data" / "feeds")


@pytest.mark.parametrize("shipped", SHIPPED.values(), ids=SHIPPED.keys())
def test_every_shipped_contract_has_a_suite_that_its_profile_can_answer(shipped):
    report = {
        "snapshot_date": "2026-09-21",
        "mode": "full",
        "parts": [],
        "fields": [],
        "books": dict.fromkeys(BOOKS, 0),
    }
    profile = profile_feed(shipped, report, date(2026, 9, 22))
    suite = contract_suite(shipped)

    assert len({one.name for one in suite}) == len(suite)
    assert {one.column for one in suite} | {one.judged_from[0] for one in suite if one.judged_from} <= profile.keys()
    assert all(one.minimum is not None or one.maximum is not None for one in suite)


@pytest.mark.parametrize(
    ("minimum", "maximum", "number", "allowed"),
    [
        (0.7, 1.3, 0.7, True),
        (0.7, 1.3, 0.69, False),
        (0.7, 1.3, 1.3, True),
        (0.7, 1.3, 1.31, False),
        (None, 0, 0.0, True),
        (None, 0, 1.0, False),
        (1, None, 0.0, False),
        (1, None, None, True),
    ],
)
def test_bounds_are_inclusive_and_nothing_is_within_them(minimum, maximum, number, allowed):
    one = Expectation("check", "column", "row_count", minimum, maximum, "warning", "说明")

    assert one.allows(number) is allowed


def test_every_kind_of_expectation_has_a_word_for_staff():
    assert set(KIND_ZH) == set(get_args(Kind))
