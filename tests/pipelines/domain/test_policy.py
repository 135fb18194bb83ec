"""Precedence of layers, dates, profiles, and the version of what applies."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from pipelines.domain.policy import Policy, PolicyError
from pipelines.domain.policy_layer import LayerFile, ParameterEntry, Profile, ending_before_it_begins, overlapping
from pipelines.domain.vocabulary import Action

AS_OF = date(2026, 9, 22)
CITY = {
    "layer": "city",
    "title": "市",
    "clauses": {"c": {"document": "市1号", "text": "市级"}},
    "parameters": {
        "limit": [
            {"value": 620, "unit": "元", "valid_from": "2020-09-01", "valid_to": "2024-08-31"},
            {"value": 770, "unit": "元", "valid_from": "2024-09-01", "clause": "c"},
        ],
        "unset": [{"value": None, "unit": "元"}],
    },
    "switches": {"kind": [{"is_on": False}]},
    "rules": {
        "CL-02": [
            {
                "title": "摩托车",
                "section": "core",
                "version": "1",
                "action": "LEAD",
                "clause": "c",
                "documents": ["证"],
                "variants": {"light": {"action": "LEAD", "text": "市级从宽"}},
            }
        ]
    },
}
TOWN = {
    "layer": "town",
    "title": "镇",
    "clauses": {"t": {"document": "镇2号", "item": "（十）", "text": "镇级"}},
    "parameters": {"months": [{"value": 36, "unit": "月"}], "half": [{"value": 1.5, "unit": "倍"}]},
    "switches": {"kind": [{"is_on": True}]},
    "rules": {"CL-02": [{"action": "CANCEL_PRINCIPLE", "clause": "t", "version": "2"}]},
}


def policy(*layers: dict[str, object], sections: object = "all") -> Policy:
    files = tuple(LayerFile.model_validate(layer) for layer in layers)
    names = [one.layer for one in files]
    return Policy("p", Profile.model_validate({"title": "试", "layers": names, "sections": sections}), files)


def test_the_lower_layer_wins_field_by_field_and_the_milder_one_is_shown():
    one = policy(CITY, TOWN).in_force(AS_OF).rule("CL-02")
    assert (one.action, one.version, one.title, one.documents) == (Action.CANCEL_PRINCIPLE, "2", "摩托车", ("证",))
    assert (one.basis, one.source) == ("镇2号（十）：“镇级”", "镇2号（十）")
    assert (one.conflicts, dict(one.variants)) == ({"light": "市级从宽"}, {})


def test_a_layer_alone_applies_its_variants():
    one = policy(CITY).in_force(AS_OF).rule("CL-02")
    assert (one.action, one.basis, one.conflicts) == (Action.LEAD, "市1号：“市级”", {})
    assert one.variants["light"].action is Action.LEAD


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2020, 8, 31), None),
        (date(2020, 9, 1), 620),
        (date(2024, 8, 31), 620),
        (date(2024, 9, 1), 770),
        (date(2099, 1, 1), 770),
    ],
)
def test_dated_parameters(day, value):
    found = policy(CITY).in_force(day)
    assert found.value("limit") == value
    assert found.amount("limit") == (None if value is None else value * 10_000)


def test_a_parameter_tells_where_it_comes_from():
    one = policy(CITY, TOWN).in_force(AS_OF).parameters["limit"]
    assert (one.value, one.unit, one.layer, one.valid_from, one.clause) == (
        Decimal(770),
        "元",
        "city",
        date(2024, 9, 1),
        "市1号：“市级”",
    )


def test_unset_stays_unset():
    found = policy(CITY, TOWN).in_force(AS_OF)
    assert [found.value("unset"), found.amount("unset"), found.ratio("nowhere")] == [None, None, None]
    assert (found.ratio("half"), found.months("months")) == (Fraction(3, 2), 36)


@pytest.mark.parametrize("name", ["unset", "nowhere", "half"])
def test_months_have_to_be_a_whole_number(name):
    with pytest.raises(PolicyError, match=f"parameter {name} on 2026-09-22: expected a whole number of months"):
        policy(CITY, TOWN).in_force(AS_OF).months(name)


def test_switches():
    assert policy(CITY).in_force(AS_OF).is_switched_on("kind") is False
    assert policy(CITY, TOWN).in_force(AS_OF).is_switched_on("kind") is True
    assert policy(CITY).in_force(AS_OF).is_switched_on("nowhere") is False


def test_what_a_switch_overrides_is_told():
    told = CITY | {"switches": {"kind": [{"is_on": False, "conflict": "市级口径更严"}]}}
    assert policy(told, TOWN).in_force(AS_OF).overridden_by_switch("kind") == ("市级口径更严",)
    assert policy(told).in_force(AS_OF).overridden_by_switch("kind") == ()
    assert policy(CITY, TOWN).in_force(AS_OF).overridden_by_switch("kind") == ()
    assert policy(told, TOWN).in_force(AS_OF).overridden_by_switch("nowhere") == ()


@pytest.mark.parametrize(("sections", "is_on"), [("all", True), (["core"], True), (["people"], False)])
def test_profiles_switch_sections(sections, is_on):
    assert policy(CITY, sections=sections).in_force(AS_OF).is_rule_on("CL-02") is is_on


def test_an_entry_may_switch_its_rule_off():
    town = TOWN | {"rules": {"CL-02": [TOWN["rules"]["CL-02"][0] | {"is_on": False}]}}
    assert policy(CITY, town).in_force(AS_OF).is_rule_on("CL-02") is False


def test_a_rule_without_an_entry_is_off_and_asking_for_it_is_an_error():
    found = policy(CITY).in_force(AS_OF)
    assert found.is_rule_on("CL-01") is False
    with pytest.raises(PolicyError, match="expected an entry for rule CL-01 on 2026-09-22"):
        found.rule("CL-01")


def test_entries_that_together_lack_something_are_an_error():
    with pytest.raises(PolicyError, match="rule CL-02: expected title, section in one of the layers town"):
        policy(TOWN).in_force(AS_OF)


def test_the_version_changes_with_what_applies_and_with_nothing_else():
    version = policy(CITY, TOWN).in_force(AS_OF).version
    assert version == policy(CITY, TOWN).in_force(date(2026, 9, 23)).version
    assert version != policy(CITY, TOWN).in_force(date(2024, 8, 31)).version
    assert version != policy(CITY).in_force(AS_OF).version


def dated(*spans: tuple[str | None, str | None]) -> list[ParameterEntry]:
    return [
        ParameterEntry.model_validate({"value": 1, "unit": "元", "valid_from": first, "valid_to": last})
        for first, last in spans
    ]


@pytest.mark.parametrize(
    ("spans", "position"),
    [
        ([(None, "2020-01-01"), ("2020-01-02", None)], None),
        ([(None, "2020-01-01"), ("2020-01-01", None)], 1),
        ([(None, None), ("2020-01-01", None)], 1),
        ([("2020-01-01", "2020-12-31"), (None, None)], 1),
        ([(None, None)], None),
        ([], None),
    ],
)
def test_overlapping(spans, position):
    assert overlapping(dated(*spans)) == position


def test_ending_before_it_begins():
    assert ending_before_it_begins(dated((None, None), ("2020-01-02", "2020-01-01"))) == 1
    assert ending_before_it_begins(dated(("2020-01-01", "2020-01-01"))) is None


def test_unknown_keys_are_errors():
    with pytest.raises(ValidationError):
        LayerFile.model_validate(CITY | {"parameter": {}})


def test_the_shipped_policy_quotes_the_notice(shipped_policy):
    found = shipped_policy.in_force(AS_OF)
    assert found.rule("CL-03").basis.startswith("草街办发〔2024〕54号（十）：“车辆比对数据：")
    assert [found.amount(name) for name in ("dibao_standard_urban", "dibao_standard_rural")] == [7_700_000, 6_300_000]
    assert (found.ratio("margin_multiple"), found.months("grace_months")) == (Fraction(3, 2), 6)
    assert [found.value(name) for name in ("exempt_basic_pension", "employment_cost_rate")] == [None, None]
    assert [found.is_switched_on(name) for name in ("resident_counts", "grace_branch_b")] == [False, True]
