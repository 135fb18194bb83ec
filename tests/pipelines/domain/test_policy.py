"""Precedence of layers, dates, profiles, and the version of what applies."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipelines.domain.policy import Policy, PolicyError, UnsetParameterError
from pipelines.domain.policy_layer import LayerFile, ParameterEntry, Profile, ending_before_it_begins, overlapping
from pipelines.domain.vocabulary import Action
from pipelines.night.policy_files import load_policy

AS_OF = date(2026, 9, 22)
SHIPPED = Path(__file__).parents[3] / "data" / "policy"
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


def test_a_layer_that_gives_no_action_leaves_the_cases_as_they_are():
    hamlet = {"layer": "hamlet", "title": "村", "rules": {"CL-02": [{"documents": ["村社证明"]}]}}
    one = policy(CITY, hamlet).in_force(AS_OF).rule("CL-02")
    assert (one.documents, one.action, set(one.variants)) == (("村社证明",), Action.LEAD, {"light"})
    below = policy(CITY, TOWN, hamlet).in_force(AS_OF).rule("CL-02")
    assert (below.conflicts, dict(below.variants)) == ({"light": "市级从宽"}, {})
    assert (below.decided_by["documents"], below.decided_by["action"], below.layers) == (
        "hamlet",
        "town",
        ("city", "town", "hamlet"),
    )


def test_a_layer_may_take_up_a_case_again():
    again = {"light": {"outcome": "exempt", "text": "本级豁免"}}
    hamlet = {"layer": "hamlet", "title": "村", "rules": {"CL-02": [{"variants": again}]}}
    one = policy(CITY, TOWN, hamlet).in_force(AS_OF).rule("CL-02")
    assert (one.action, one.variants["light"].outcome, one.conflicts) == (Action.CANCEL_PRINCIPLE, "exempt", {})


@pytest.mark.parametrize(
    ("action", "is_told"), [("CANCEL_PRINCIPLE", True), ("VERIFY", True), ("DATA_FIX", True), ("LEAD", False)]
)
def test_only_what_is_milder_than_the_lower_layer_is_a_conflict(action, is_told):
    town = TOWN | {"rules": {"CL-02": [{"action": action, "clause": "t"}]}}
    assert (policy(CITY, town).in_force(AS_OF).rule("CL-02").conflicts != {}) is is_told


@pytest.mark.parametrize(("day", "limit"), [("2024-08-31", "620"), ("2024-09-01", "770"), ("2020-08-31", "（未设置）")])
def test_texts_take_the_numbers_of_the_day(day, limit):
    told = {"light": {"action": "LEAD", "text": "不超过{limit}元", "conflict": "市级：不超过{limit}元"}}
    city = CITY | {"rules": {"CL-02": [CITY["rules"]["CL-02"][0] | {"variants": told}]}}
    on = date.fromisoformat(day)
    assert policy(city).in_force(on).rule("CL-02").variants["light"].text == f"不超过{limit}元"
    assert policy(city, TOWN).in_force(on).rule("CL-02").conflicts == {"light": f"市级：不超过{limit}元"}


OLD_AND_NEW = {
    "layer": "city",
    "title": "市",
    "clauses": {"old": {"document": "旧办法", "text": "旧"}, "new": {"document": "新办法", "text": "新"}},
    "rules": {
        "CL-02": [
            {"title": "车", "section": "core", "version": "1", "action": "CANCEL_PRINCIPLE", "clause": "old"}
            | {"documents": ["旧证"], "valid_to": "2026-12-31"},
            {"title": "车", "section": "core", "version": "2", "action": "VERIFY", "clause": "new"}
            | {"documents": ["新证"], "valid_from": "2027-01-01", "valid_to": "2027-12-31"},
        ]
    },
}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 12, 31), (Action.CANCEL_PRINCIPLE, "旧办法：“旧”", ("旧证",), "1")),
        (date(2027, 1, 1), (Action.VERIFY, "新办法：“新”", ("新证",), "2")),
        (date(2027, 12, 31), (Action.VERIFY, "新办法：“新”", ("新证",), "2")),
    ],
)
def test_a_rules_action_clause_and_documents_change_on_their_day(day, expected):
    one = policy(OLD_AND_NEW).in_force(day).rule("CL-02")
    assert (one.action, one.basis, one.documents, one.version) == expected


def test_a_rule_ends_with_its_last_entry():
    law = policy(OLD_AND_NEW)
    assert [law.in_force(day).is_rule_on("CL-02") for day in (date(2027, 12, 31), date(2028, 1, 1))] == [True, False]
    assert law.days_of_change() == [date(2027, 1, 1), date(2028, 1, 1)]


def test_the_version_stands_in_the_version_of_a_rule():
    before, after = (policy(OLD_AND_NEW).in_force(day) for day in (date(2026, 12, 31), date(2027, 1, 1)))
    assert before.rule_version("CL-02") == f"1@{before.version}"
    assert after.rule_version("CL-02") == f"2@{after.version}"
    assert before.version != after.version


def test_where_something_came_from_is_no_part_of_the_version():
    renamed = CITY | {"layer": "town", "title": "镇"}
    assert policy(CITY).in_force(AS_OF).version == policy(renamed).in_force(AS_OF).version


def test_a_parameter_shows_what_it_overrides():
    town = TOWN | {"parameters": {"limit": [{"value": 800, "unit": "元"}]}}
    one = policy(CITY, town).in_force(AS_OF).parameters["limit"]
    assert (one.value, one.layer, one.higher) == (Decimal(800), "town", (("city", Decimal(770)),))


def test_a_length_that_is_unset_can_be_done_without_or_not():
    found = policy(CITY, TOWN).in_force(AS_OF)
    assert (found.months_if_set("unset"), found.months_if_set("months")) == (None, 36)
    with pytest.raises(UnsetParameterError) as caught:
        found.months("unset")
    assert caught.value.parameter == "unset"


@pytest.mark.parametrize(("day", "urban", "rural"), [("2024-08-31", 620, 496), ("2024-09-01", 770, 630)])
@pytest.mark.parametrize("profile", ["chongqing", "caojie-people"])
def test_the_standard_changes_on_its_day(day, urban, rural, profile):
    found = load_policy((SHIPPED,), profile).in_force(date.fromisoformat(day))
    assert (found.value("dibao_standard_urban"), found.value("dibao_standard_rural")) == (urban, rural)


def test_the_national_profile_knows_no_standard_and_no_branch_b():
    found = load_policy((SHIPPED,), "national").in_force(AS_OF)
    assert (found.value("dibao_standard_urban"), found.is_switched_on("grace_branch_b")) == (None, False)
    assert found.months("grace_months") == 6
    assert {found.rule(one).action for one in ("CL-01", "CL-02", "FC-02")} == {Action.VERIFY}


def test_the_shipped_policy_quotes_the_notice(shipped_policy):
    found = shipped_policy.in_force(AS_OF)
    assert found.rule("CL-03").basis.startswith("草街办发〔2024〕54号（十）：“车辆比对数据：")
    assert [found.amount(name) for name in ("dibao_standard_urban", "dibao_standard_rural")] == [7_700_000, 6_300_000]
    assert (found.ratio("margin_multiple"), found.months("grace_months")) == (Fraction(3, 2), 6)
    assert [found.value(name) for name in ("exempt_basic_pension", "employment_cost_rate")] == [None, None]
    assert [found.is_switched_on(name) for name in ("resident_counts", "grace_branch_b")] == [False, True]
