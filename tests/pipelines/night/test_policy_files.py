"""The policy files that ship, and one bad file for each thing that can be wrong."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from connectors.strict_yaml import DeclarationError
from pipelines.domain.rulebook import rulebook
from pipelines.night.policy_files import load_policy

SHIPPED = Path(__file__).parents[3] / "data" / "policy"
AS_OF = date(2026, 9, 22)
NOTICE = (
    "社保比对数据：养老保险参保状态分正常参保和终止参保两种，正常参保的，需提供单位就业收入证明，如家庭收入超标取消其低保；"
    "终止参保的，需核实是否务工或已经领取养老保险，若情况属实，家庭收入超标的，则取消其低保。"
    "车辆比对数据：摩托车、汽车都要核实，车辆已经注销的需提供注销证明，其余情况原则上取消其低保。"
    "房产比对数据：三年内购置商品房的（除征地拆迁外），原则上取消其低保；拥有两套住房的（农村有房，在城里买房的，认定为两套住房），"
    "原则上取消其低保。工商比对数据：有注册工商信息的，请镇街调查核实其生产经营情况，按低保条件据实处理。"
)
CORE = {"CL-01", "CL-02", "CL-03", "FC-01", "FC-02", "FC-03", "GS-01", "GS-02", "SB-01", "SB-02", "SB-03", "SB-04"}
PEOPLE = {"SW-01", "XJ-01", "XJ-02", "ZF-01", "ZF-02", "LC-01", "LC-02", "ZJ-01", "GJJ-01", "TAX-01", "HY-01"}

PROFILES = """profiles:
  p:
    title: 试
    layers: [city, town]
    sections: all
"""
CITY = """layer: city
title: 市
clauses:
  c: {document: 市1号, text: 市级}
parameters:
  limit:
    - {value: 1, unit: 元, valid_to: 2024-08-31}
    - {value: 2, unit: 元, valid_from: 2024-09-01, clause: c}
"""
TOWN = """layer: town
title: 镇
clauses:
  t: {document: 镇2号, text: 镇级}
rules:
  CL-01:
    - {title: 车, section: core, version: "1", action: VERIFY, clause: t}
"""


@pytest.fixture
def policy_dir(tmp_path: Path) -> Path:
    """A small policy without a mistake, in a folder named as the real one."""
    root = tmp_path / "data" / "policy"
    for path, text in {"profiles.yml": PROFILES, "city/a.yml": CITY, "town/b.yml": TOWN}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def test_every_rule_has_an_entry_and_every_entry_a_rule():
    policy = load_policy((SHIPPED,), "caojie-2024")
    assert {rule_id for layer in policy.layers for rule_id in layer.rules} == set(rulebook())


@pytest.mark.parametrize("profile", ["caojie-core", "caojie-people", "caojie-2024"])
def test_the_shipped_profiles_have_all_they_need(profile):
    found = load_policy((SHIPPED,), profile).in_force(AS_OF)
    on = {rule_id for rule_id in rulebook() if found.is_rule_on(rule_id)}
    expected = {"caojie-core": CORE, "caojie-people": CORE | PEOPLE, "caojie-2024": CORE}
    assert on == expected[profile]
    assert all(found.rule(rule_id).documents and found.rule(rule_id).basis for rule_id in on)


def test_the_notice_is_quoted_word_for_word():
    town = load_policy((SHIPPED,), "caojie-2024").layers[-1]
    parts = [town.clauses[name].text for name in ("social_insurance", "vehicle", "property", "business")]
    assert "".join(parts) == NOTICE


def test_a_good_policy_is_read(policy_dir):
    found = load_policy((policy_dir,), "p", {"CL-01"}).in_force(AS_OF)
    assert (found.value("limit"), found.rule("CL-01").basis) == (2, "镇2号：“镇级”")


def test_a_case_may_rest_on_a_clause_of_its_own(policy_dir):
    (policy_dir / "town" / "b.yml").write_text(
        TOWN.replace("text: 镇级}", "text: 镇级}\n  u: {document: 镇3号, text: 另有规定, is_paraphrase: true}").replace(
            "clause: t}", "clause: t, variants: {old: {clause: u, text: 旧}}}"
        ),
        encoding="utf-8",
    )
    found = load_policy((policy_dir,), "p", {"CL-01"}).in_force(AS_OF).rule("CL-01")
    assert {name: one.quotation for name, one in found.clauses.items()} == {"old": "镇3号（大意）：另有规定"}


def test_a_second_directory_adds_a_file_and_a_profile(policy_dir, tmp_path):
    more = tmp_path / "more"
    (more / "town").mkdir(parents=True)
    entry = 'title: 船, section: later, version: "1", action: LEAD, clause: t'
    (more / "town" / "ship.yml").write_text(
        f"layer: town\ntitle: 镇\nrules:\n  CB-01:\n    - {{{entry}}}\n", encoding="utf-8"
    )
    (more / "profiles.yml").write_text(PROFILES.replace("p:", "q:").replace("sections: all", "sections: [later]"))
    found = load_policy((policy_dir, more), "q", {"CL-01", "CB-01"}).in_force(AS_OF)
    assert [found.is_rule_on(rule_id) for rule_id in ("CL-01", "CB-01")] == [False, True]


BAD = [
    ("profiles.yml", PROFILES.replace("p:", "other:"), r"policy/profiles.yml:1: expected profile p, found \['other'\]"),
    (
        "profiles.yml",
        PROFILES.replace("town", "village"),
        r"profiles.yml:2: profile p: expected a layer of .* found vill",
    ),
    ("profiles.yml", PROFILES.replace("title", "titel"), r"profiles.yml:\d: profiles.p.title: expected a value"),
    ("profiles.yml", "profiles: {}\n", r"expected profile p, found \[\]"),
    ("city/a.yml", CITY.replace("layer: city", "layer: town"), r"city/a.yml:1: expected layer city, .* found town"),
    ("city/a.yml", CITY.replace("unit: 元, valid_to", "untis: 元, valid_to"), r"city/a.yml:7: .*untis: unknown key"),
    ("city/a.yml", CITY.replace("2024-08-31", "2024-09-01"), r"city/a.yml:8: limit: .* found overlapping dates"),
    ("city/a.yml", CITY.replace(", valid_to: 2024-08-31", ""), r"city/a.yml:8: limit: .* found overlapping dates"),
    (
        "city/a.yml",
        CITY.replace("valid_to: 2024-08-31", "valid_from: 2024-08-31, valid_to: 2024-08-30"),
        r"city/a.yml:7: limit: expected valid_to on or after valid_from",
    ),
    (
        "city/a.yml",
        CITY.replace("clause: c", "clause: x"),
        r"city/a.yml:8: limit: expected a clause of layer city, found x",
    ),
    ("city/a.yml", CITY + "  limit: []\n", r"city/a.yml:9: 'limit' stands twice"),
    ("city/a.yml", CITY.replace("value: 1", "value: 010"), r"city/a.yml:7: .*octal"),
    (
        "city/z.yml",
        CITY.split("parameters", maxsplit=1)[0],
        r"city/z.yml:4: c stands twice in layer city, first at .*city/a.yml:4",
    ),
    (
        "town/b.yml",
        TOWN.replace("CL-01", "CL-99"),
        r"town/b.yml:6: expected a rule that exists, found an entry for CL-99",
    ),
    (
        "town/b.yml",
        TOWN.split("rules", maxsplit=1)[0],
        r"policy:1: expected an entry for every rule, found none for CL-01",
    ),
    (
        "town/b.yml",
        TOWN.replace("clause: t", "clause: c"),
        r"town/b.yml:7: CL-01: expected a clause of layer town, found c",
    ),
    (
        "town/b.yml",
        TOWN.replace("clause: t}", "clause: t, variants: {old: {clause: x, text: 旧}}}"),
        r"town/b.yml:7: CL-01: expected a clause of layer town, found x",
    ),
    ("town/b.yml", TOWN.replace("VERIFY", "DESTROY"), r"town/b.yml:7: rules.CL-01.0.action"),
]


@pytest.mark.parametrize(("path", "text", "message"), BAD)
def test_a_mistake_is_told_with_file_and_line(policy_dir, path, text, message):
    (policy_dir / path).write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match=message):
        load_policy((policy_dir,), "p", {"CL-01"})


def test_no_profiles_at_all(policy_dir):
    (policy_dir / "profiles.yml").unlink()
    with pytest.raises(DeclarationError, match=r"policy/profiles.yml:1: expected profile p, found \[\]"):
        load_policy((policy_dir,), "p", {"CL-01"})


def test_a_layer_without_files(policy_dir):
    shutil.rmtree(policy_dir / "city")
    with pytest.raises(DeclarationError, match=r"expected a layer of \['town'\], found city"):
        load_policy((policy_dir,), "p", {"CL-01"})
