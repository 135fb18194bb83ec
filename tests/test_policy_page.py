"""docs/policy.md: its example is read as it stands, and does what the page says."""

import re
from datetime import date
from pathlib import Path

import pytest

from connectors.contract import load_contracts
from pipelines.domain.policy import Policy
from pipelines.domain.rulebook import rulebook
from pipelines.night.policy_files import load_policy
from pipelines.night.policy_review import review
from pipelines.scenario.night import Stage
from pipelines.scenario.reading import read_scenes

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "data" / "policy"
BLOCK = re.compile(r"^`([a-z_0-9/-]+\.yml)`[^\n]*\n\n```yaml\n(.*?)```", re.DOTALL | re.MULTILINE)


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """The region's directory, written as the page says."""
    files = BLOCK.findall((ROOT / "docs" / "policy.md").read_text(encoding="utf-8"))
    assert [name for name, _ in files] == ["profiles.yml", "our_district/rules.yml", "chongqing/standards-2027.yml"]
    root = tmp_path / "ours"
    for name, text in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def policy(ours: Path) -> Policy:
    return load_policy((SHIPPED, ours), "our-district", rulebook())


def test_the_example_has_no_mistake(ours):
    found = review((SHIPPED, ours), load_contracts(ROOT / "data" / "feeds"), rulebook(), date(2027, 1, 1))
    assert found.mistakes == ()
    assert "our-district" in [one.name for one in found.profiles]


@pytest.mark.parametrize(("day", "standard"), [(date(2026, 12, 31), 770), (date(2027, 1, 1), 800)])
def test_the_new_standard_begins_on_its_day(policy, day, standard):
    assert policy.in_force(day).value("dibao_standard_urban") == standard


@pytest.mark.parametrize(("day", "is_on"), [(date(2026, 6, 30), True), (date(2026, 7, 1), False)])
def test_the_rule_pauses_on_its_day(policy, day, is_on):
    assert policy.in_force(day).is_rule_on("CL-07") is is_on


def test_one_field_is_overridden_and_the_rest_stays(policy):
    one = policy.in_force(date(2026, 9, 22)).rule("CL-01")
    assert one.documents[-1] == "二手车评估单"
    assert (one.title, set(one.variants)) == ("名下有汽车", {"low_value_vehicle"})
    assert policy.in_force(date(2026, 9, 22)).value("minimum_housing_area") == 15


STORY = """比对日: 2026-09-22
政策: our-district
名册共有: {救助类别: 城市低保}
家庭:
  成员:
    陈大福: {关系: 户主, 出生: 1980-01-08, 月收入: 0}
故事:
  三年内购房:
    部门数据:
      不动产:
        - {人: 陈大福, 坐落: 合川区学府路5号, 用途: 住宅, 取得方式: 商品房买卖, 登记时间: 2026-01-05}
    应有疑点: 无
    应有案件: 无
"""


def test_a_rule_without_its_parameter_assesses_nobody_and_says_so(ours, tmp_path):
    (ours / "our_district" / "unset.yml").write_text(
        "layer: our_district\ntitle: 我区\nparameters:\n  purchase_lookback_months:\n    - {value: null, unit: 月}\n",
        encoding="utf-8",
    )
    story = tmp_path / "story.yml"
    story.write_text(STORY, encoding="utf-8")
    contracts = load_contracts(ROOT / "data" / "feeds")
    (scene,) = read_scenes(story, contracts, rulebook(), default_profile="our-district")
    told = Stage(contracts, (SHIPPED, ours)).tell(scene)
    assert told.not_assessed["FC-01"] == "unset"
    assert "FC-02" not in told.not_assessed
    assert "FC-01" not in told.findings.get_column("rule_id").to_list()
    assert set(told.findings.get_column("rule_version").str.split("@").list.last()) <= {told.policy.version}
