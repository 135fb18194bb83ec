"""Two policies in words: each kind of change, in the shipped policy's own entries."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.domain.policy import Policy, PolicyInForce, Switch
from pipelines.domain.policy_difference import policy_changes
from pipelines.domain.policy_layer import Variant
from pipelines.domain.vocabulary import Action
from pipelines.night.policy_files import load_policy

AS_OF = date(2026, 9, 22)


@pytest.fixture(scope="module")
def shipped(repository: Path) -> Policy:
    return load_policy((repository / "data" / "policy",), "caojie-core")


@pytest.fixture(scope="module")
def policy(shipped: Policy) -> PolicyInForce:
    return shipped.in_force(AS_OF)


def sentences(before: PolicyInForce, after: PolicyInForce) -> list[str]:
    return [one.sentence() for one in policy_changes(before, after)]


def with_rule(policy: PolicyInForce, rule_id: str, **changed: object) -> PolicyInForce:
    return replace(policy, rules={**policy.rules, rule_id: replace(policy.rules[rule_id], **changed)})


def test_one_policy_differs_in_nothing(policy: PolicyInForce) -> None:
    assert policy_changes(policy, policy) == ()


def test_a_standard_before_and_on_its_day(shipped: Policy) -> None:
    before, after = shipped.in_force(date(2024, 8, 31)), shipped.in_force(date(2024, 9, 1))
    assert "参数 dibao_standard_urban：数值由“620”改为“770”" in sentences(before, after)
    assert len(policy_changes(before, after)) == 2


def test_a_parameter_that_is_set_and_one_that_is_there_alone(policy: PolicyInForce) -> None:
    minutes = policy.parameters["grace_months"]
    without = {name: one for name, one in policy.parameters.items() if name != "grace_months"}
    unset = replace(policy, parameters={**without, "grace_months": replace(minutes, value=None)})
    raised = replace(policy, parameters={**without, "grace_months": replace(minutes, value=Decimal("12.50"))})
    assert sentences(unset, raised) == ["参数 grace_months：数值由“未设置”改为“12.5”"]
    assert sentences(replace(policy, parameters=without), policy) == ["参数 grace_months：条目由“无此条目”改为“6 月”"]


def test_where_an_entry_stands_is_no_difference(policy: PolicyInForce) -> None:
    moved = {name: replace(one, layer="another", place="elsewhere.yml:7") for name, one in policy.parameters.items()}
    assert policy_changes(policy, replace(policy, parameters=moved)) == ()


def test_a_switch_that_nobody_mentions_is_off(policy: PolicyInForce) -> None:
    without = replace(policy, switches={})
    off = Switch("resident_counts", is_on=False, layer="national", valid_from=None, clause=None)
    on = replace(off, is_on=True)
    assert sentences(without, replace(policy, switches={"resident_counts": off})) == []
    told = sentences(without, replace(policy, switches={"resident_counts": on}))
    assert told == ["开关 resident_counts：是否启用由“停用”改为“启用”"]


def test_a_rule_switched_off_with_another_action_and_other_documents(policy: PolicyInForce) -> None:
    changed = with_rule(policy, "CL-01", is_on=False, action=Action.LEAD, documents=("行驶证",))
    told = sentences(policy, changed)
    assert "规则 CL-01（名下有汽车）：系统建议由“原则上取消”改为“线索”" in told
    assert "规则 CL-01（名下有汽车）：是否启用由“启用”改为“停用”" in told
    assert "规则 CL-01（名下有汽车）：可消除疑点的材料由“行驶证；过户或报废证明”改为“行驶证”" in told
    assert len(told) == 3


def test_a_clause_and_a_case_of_a_rule(policy: PolicyInForce) -> None:
    case = Variant(action=Action.LEAD, text="仅作线索")
    variants = {**policy.rules["CL-02"].variants, "light_motorcycle": case}
    told = sentences(policy, with_rule(policy, "CL-02", basis="新文件：“原文”", variants=variants))
    assert [one for one in told if "特殊情形 light_motorcycle由“无此条目”改为“线索：仅作线索”" in one]
    assert [one for one in told if "依据条款由“草街办发〔2024〕54号（十）" in one and "改为“新文件：“原文””" in one]
    assert len(told) == 2


def test_a_rule_that_only_one_policy_has(policy: PolicyInForce) -> None:
    without = replace(policy, rules={name: one for name, one in policy.rules.items() if name != "GS-01"})
    assert sentences(policy, without) == ["规则 GS-01（有注册工商信息）：条目由“启用，核实”改为“无此条目”"]


@pytest.mark.parametrize("profile", ["caojie-people", "chongqing", "national"])
def test_equal_versions_differ_in_nothing_and_others_in_something(
    repository: Path, policy: PolicyInForce, profile: str
) -> None:
    other = load_policy((repository / "data" / "policy",), profile).in_force(AS_OF)
    assert (policy.version == other.version) is (policy_changes(policy, other) == ())
    assert policy.version != other.version
