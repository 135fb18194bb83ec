"""The policy files that ship, several directories together, and one bad file for each thing that can be wrong."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from connectors.strict_yaml import DeclarationError
from pipelines.domain.policy import PolicyError
from pipelines.domain.rulebook import rulebook
from pipelines.night.policy_files import load_policies, load_policy

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
LOCAL = {"CL-03", "FC-01"}
"""What national law does not know: a certificate of deregistration, a purchase within three years."""

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


@pytest.fixture
def region(tmp_path: Path) -> Callable[..., Path]:
    """A region's own directory from texts by path."""

    def make(**files: str) -> Path:
        root = tmp_path / "ours"
        for name, text in files.items():
            path = root / f"{name.replace('__', '/')}.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return root

    return make


def test_every_rule_has_an_entry_and_every_entry_a_rule():
    policy = load_policy((SHIPPED,), "caojie-2024")
    assert {rule_id for layer in policy.layers for rule_id in layer.rules} == set(rulebook())


@pytest.mark.parametrize(
    ("profile", "rules"),
    [
        ("caojie-core", CORE),
        ("caojie-people", CORE | PEOPLE),
        ("chongqing", CORE | PEOPLE),
        ("national", (CORE | PEOPLE) - LOCAL),
    ],
)
def test_the_shipped_profiles_have_all_they_need(profile, rules):
    found = load_policy((SHIPPED,), profile).in_force(AS_OF)
    assert {rule_id for rule_id in CORE | PEOPLE if found.is_rule_on(rule_id)} == rules
    on = [rule_id for rule_id in rulebook() if found.is_rule_on(rule_id)]
    assert all(found.rule(rule_id).documents and found.rule(rule_id).basis for rule_id in on)


@pytest.mark.parametrize("profile", ["caojie-core", "caojie-people"])
def test_the_closed_profiles_have_their_rules_alone(profile):
    found = load_policy((SHIPPED,), profile).in_force(AS_OF)
    on = {rule_id for rule_id in rulebook() if found.is_rule_on(rule_id)}
    assert on == {"caojie-core": CORE, "caojie-people": CORE | PEOPLE}[profile]


def test_the_notice_is_quoted_word_for_word():
    town = load_policy((SHIPPED,), "caojie-2024").layers[-1]
    parts = [town.clauses[name].text for name in ("social_insurance", "vehicle", "property", "business")]
    assert "".join(parts) == NOTICE


def test_a_good_policy_is_read(policy_dir):
    found = load_policy((policy_dir,), "p", {"CL-01"}).in_force(AS_OF)
    assert (found.value("limit"), found.rule("CL-01").basis) == (2, "镇2号：“镇级”")
    assert found.parameters["limit"].place == "data/policy/city/a.yml:8"
    assert found.rule("CL-01").place == "data/policy/town/b.yml:7"


def test_a_case_may_rest_on_a_clause_of_its_own(policy_dir):
    (policy_dir / "town" / "b.yml").write_text(
        TOWN.replace("text: 镇级}", "text: 镇级}\n  u: {document: 镇3号, text: 另有规定, is_paraphrase: true}").replace(
            "clause: t}", "clause: t, variants: {old: {clause: u, text: 旧}}}"
        ),
        encoding="utf-8",
    )
    found = load_policy((policy_dir,), "p", {"CL-01"}).in_force(AS_OF).rule("CL-01")
    assert {name: one.quotation for name, one in found.clauses.items()} == {"old": "镇3号（大意）：另有规定"}


def test_a_region_adds_a_file_to_a_layer_and_a_profile(policy_dir, region):
    entry = 'title: 船, section: later, version: "1", action: LEAD, clause: t'
    ours = region(
        town__ship=f"layer: town\ntitle: 镇\nrules:\n  CB-01:\n    - {{{entry}}}\n",
        profiles=PROFILES.replace("p:", "q:").replace("sections: all", "sections: [later]"),
    )
    found = load_policy((policy_dir, ours), "q", {"CL-01", "CB-01"}).in_force(AS_OF)
    assert [found.is_rule_on(rule_id) for rule_id in ("CL-01", "CB-01")] == [False, True]


def test_a_region_adds_a_layer_that_overrides_one_field_of_a_rule(policy_dir, region):
    ours = region(
        village__ours="layer: village\ntitle: 村\nrules:\n  CL-01:\n    - {documents: [村社证明]}\n",
        profiles=PROFILES.replace("[city, town]", "[city, town, village]"),
    )
    policies = load_policies((policy_dir, ours), {"CL-01"})
    found = policies.policy("p").in_force(AS_OF).rule("CL-01")
    assert (found.title, found.basis, found.documents) == ("车", "镇2号：“镇级”", ("村社证明",))
    assert (found.decided_by["documents"], found.decided_by["action"]) == ("village", "town")


LATER = "layer: city\ntitle: 市\nparameters:\n  limit:\n    - {value: 3, unit: 元, valid_from: 2027-01-01}\n"


@pytest.mark.parametrize(("day", "value"), [(date(2026, 12, 31), 2), (date(2027, 1, 1), 3), (date(2024, 8, 31), 1)])
def test_a_regions_later_entry_ends_the_shipped_one_on_the_day_before(policy_dir, region, day, value):
    ours = region(city__later=LATER)
    assert load_policy((policy_dir, ours), "p", {"CL-01"}).in_force(day).value("limit") == value


@pytest.mark.parametrize("begins", ["2024-09-01", "2020-01-01", ""])
def test_a_regions_entry_has_to_begin_after_the_shipped_one(policy_dir, region, begins):
    text = LATER.replace(", valid_from: 2027-01-01", f", valid_from: {begins}" if begins else "")
    with pytest.raises(DeclarationError, match=r"ours/city/later.yml:5: limit: .* found overlapping dates"):
        load_policy((policy_dir, region(city__later=text)), "p", {"CL-01"})


def test_a_regions_profile_replaces_one_of_the_same_name(policy_dir, region):
    ours = region(profiles=PROFILES.replace("[city, town]", "[town]"))
    assert load_policy((policy_dir, ours), "p", {"CL-01"}).profile.layers == ("town",)


def test_a_regions_clause_may_not_stand_in_for_a_shipped_one(policy_dir, region):
    ours = region(town__more="layer: town\ntitle: 镇\nclauses:\n  t: {document: 镇9号, text: 改}\n")
    with pytest.raises(DeclarationError, match=r"ours/town/more.yml:4: t stands twice in layer town, first at data"):
        load_policy((policy_dir, ours), "p", {"CL-01"})


BAD = [
    ("profiles.yml", PROFILES.replace("p:", "other:"), r"policy/profiles.yml:1: expected profile p, found \['other'\]"),
    (
        "profiles.yml",
        PROFILES.replace("town", "village"),
        r"profiles.yml:4: profile p: expected a layer of .* found vill",
    ),
    ("profiles.yml", PROFILES.replace("city, town", "town, town"), r"profiles.yml:4: profile p: .* found town twice"),
    ("profiles.yml", PROFILES.replace("city, town", ""), r"profiles.yml:4: profiles.p.layers: .*at least 1 item"),
    (
        "profiles.yml",
        PROFILES.replace("all", "[core, cor]"),
        r"profiles.yml:5: profile p: expected a section of \['core'\], found cor;",
    ),
    (
        "profiles.yml",
        PROFILES.replace("all", "everything"),
        r"profiles.yml:5: profiles.p.sections: .*expected `all` or",
    ),
    ("profiles.yml", PROFILES.replace("title", "titel"), r"profiles.yml:\d: profiles.p.title: expected a value"),
    ("profiles.yml", "profiles: {}\n", r"expected profile p, found \[\]"),
    ("profiles.yml", "profiles: [p]\n", r"profiles.yml:1: profiles: .* found \['p'\]"),
    ("profile.yml", PROFILES, r"policy/profile.yml:1: expected profiles.yml or <layer>/<file>.yml, .* not read"),
    ("city/more.yaml", CITY, r"city/more.yaml:1: expected profiles.yml or <layer>/<file>.yml, .* not read"),
    ("city/more/c.yml", CITY, r"city/more/c.yml:1: expected profiles.yml or <layer>/<file>.yml, .* not read"),
    ("city/a.yml", "", r"city/a.yml:1: expected a mapping"),
    ("city/a.yml", "- layer: city\n", r"city/a.yml:1: expected a mapping"),
    ("city/a.yml", "layer: city\ntitle: [市\n", r"city/a.yml:\d: expected YAML, found"),
    ("city/a.yml", CITY.replace("layer: city", "layer: town"), r"city/a.yml:1: expected layer city, .* found town"),
    (
        "city/z.yml",
        "layer: city\ntitle: 县\n",
        r"city/z.yml:2: expected title 市 of layer city, as at .*a.yml:2, found 县",
    ),
    ("city/a.yml", CITY.replace("unit: 元, valid_to", "untis: 元, valid_to"), r"city/a.yml:7: .*untis: unknown key"),
    ("city/a.yml", CITY.replace("2024-08-31", "2024-09-01"), r"city/a.yml:8: limit: .* found overlapping dates"),
    ("city/a.yml", CITY.replace(", valid_to: 2024-08-31", ""), r"city/a.yml:8: limit: .* found overlapping dates"),
    (
        "city/a.yml",
        CITY.replace("valid_to: 2024-08-31", "valid_from: 2024-08-31, valid_to: 2024-08-30"),
        r"city/a.yml:7: limit: expected valid_to on or after valid_from",
    ),
    ("city/a.yml", CITY.replace("2024-08-31", "2024-02-30"), r"city/a.yml:7: 2024-02-30 is no day of the calendar"),
    ("city/a.yml", CITY.replace("2024-08-31", "20240831"), r"city/a.yml:7: .*expected a day written as 2024-09-01"),
    ("city/a.yml", CITY.replace("2024-08-31", "2024-8"), r"city/a.yml:7: .*expected a day written as 2024-09-01"),
    (
        "city/a.yml",
        CITY.replace("clause: c", "clause: x"),
        r"city/a.yml:8: limit: expected a clause of layer city, found x",
    ),
    ("city/a.yml", CITY + "  limit: []\n", r"city/a.yml:9: 'limit' stands twice"),
    ("city/a.yml", CITY + "  other: []\n", r"city/a.yml:9: parameters.other: .*at least 1 item"),
    ("city/a.yml", CITY.replace("value: 1", "value: 010"), r"city/a.yml:7: .*octal"),
    ("city/a.yml", CITY.replace("value: 1,", 'value: "1",'), r"city/a.yml:7: .*expected a plain number without quotes"),
    (
        "city/a.yml",
        CITY.replace("value: 1,", "value: 七百,"),
        r"city/a.yml:7: .*expected a plain number without quotes",
    ),
    (
        "city/a.yml",
        CITY.replace("value: 1,", "value: true,"),
        r"city/a.yml:7: .*expected a plain number without quotes",
    ),
    ("city/a.yml", CITY.replace("value: 1,", "value: -1,"), r"city/a.yml:7: .*greater than or equal to 0"),
    ("city/a.yml", CITY.replace("value: 1,", "value: 10000000000,"), r"city/a.yml:7: .*less than or equal to"),
    ("city/a.yml", CITY.replace("value: 1,", "value: 0.00001,"), r"city/a.yml:7: .*no more than 4 decimal places"),
    ("city/a.yml", CITY.replace("value: 1, ", ""), r"city/a.yml:7: .*value: expected a value, found none"),
    (
        "city/a.yml",
        CITY.replace("元", "月").replace("value: 1,", "value: 1.5,"),
        r"city/a.yml:7: .*whole number of mon",
    ),
    (
        "city/a.yml",
        CITY.replace("value: 2, unit: 元", "value: 2, unit: 万元"),
        r"a.yml:8: limit: expected unit 元, as at",
    ),
    (
        "city/a.yml",
        CITY + "switches:\n  kind:\n    - {is_on: yes}\n",
        r"city/a.yml:11: switches.kind.0.is_on: Input should be a valid boolean; found 'yes'",
    ),
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
    ("town/b.yml", TOWN.replace("CL-01", "cl-1"), r"town/b.yml:6: rules.cl-1"),
    (
        "town/b.yml",
        TOWN.split("rules", maxsplit=1)[0],
        r"policy:1: rule CL-01: expected an entry in some layer, found none",
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
    (
        "town/b.yml",
        TOWN.replace("clause: t}", "clause: t, variants: {old: {outcome: exempt, text: 不超过{limits}元}}}"),
        r"town/b.yml:\d: ",
    ),
    (
        "town/b.yml",
        TOWN.replace("clause: t}", 'clause: t, variants: {old: {outcome: exempt, text: "不超过{limits}元"}}}'),
        r"town/b.yml:7: CL-01: expected a parameter in braces, found \{limits\}",
    ),
    ("town/b.yml", TOWN.replace("VERIFY", "DESTROY"), r"town/b.yml:7: rules.CL-01.0.action"),
    ("town/b.yml", TOWN.replace('version: "1"', "version: 1"), r"town/b.yml:7: rules.CL-01.0.version: .* found 1"),
    ("town/b.yml", TOWN.replace("title: 车", "title: ''"), r"town/b.yml:7: rules.CL-01.0.title"),
    ("town/b.yml", TOWN.replace("clause: t}", "clause: t, documents: 证}"), r"town/b.yml:7: rules.CL-01.0.documents"),
    ("town/b.yml", TOWN + "    - &again {title: 车}\n", r"town/b.yml:8: anchors and aliases"),
]


@pytest.mark.parametrize(("path", "text", "message"), BAD)
def test_a_mistake_is_told_with_file_and_line(policy_dir, path, text, message):
    (policy_dir / path).parent.mkdir(exist_ok=True)
    (policy_dir / path).write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match=message):
        load_policy((policy_dir,), "p", {"CL-01"})


@pytest.mark.parametrize(("encoding", "text"), [("gb18030", CITY), ("utf-16", CITY)])
def test_another_encoding_is_told(policy_dir, encoding, text):
    (policy_dir / "city" / "a.yml").write_bytes(text.encode(encoding))
    with pytest.raises(DeclarationError, match=r"city/a.yml:1: expected a readable UTF-8 file"):
        load_policy((policy_dir,), "p", {"CL-01"})


def test_brackets_without_end_are_told(policy_dir):
    (policy_dir / "city" / "a.yml").write_text("layer: " + "[" * 5000, encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"city/a.yml:\d+: expected"):
        load_policy((policy_dir,), "p", {"CL-01"})


def test_an_entry_that_lacks_something_on_its_own_day_is_told(policy_dir):
    (policy_dir / "town" / "b.yml").write_text(TOWN.replace(", action: VERIFY", ""), encoding="utf-8")
    policy = load_policy((policy_dir,), "p", {"CL-01"})
    with pytest.raises(PolicyError, match=r"town/b.yml:7: profile p, rule CL-01: expected action in one of the layers"):
        policy.in_force(AS_OF)


def test_every_mistake_is_told_at_once(policy_dir):
    (policy_dir / "city" / "a.yml").write_text(CITY.replace("value: 1", "value: x"), encoding="utf-8")
    (policy_dir / "town" / "b.yml").write_text(TOWN.replace("VERIFY", "NO"), encoding="utf-8")
    (policy_dir / "profiles.yml").write_text(PROFILES.replace("title", "name"), encoding="utf-8")
    with pytest.raises(DeclarationError) as caught:
        load_policy((policy_dir,), "p", {"CL-01"})
    told = str(caught.value).splitlines()
    assert all(any(one in line for line in told) for one in ("city/a.yml:7", "town/b.yml:7", "profiles.yml:3"))


def test_no_profiles_at_all(policy_dir):
    (policy_dir / "profiles.yml").unlink()
    with pytest.raises(DeclarationError, match=r"policy/profiles.yml:1: expected profile p, found \[\]"):
        load_policy((policy_dir,), "p", {"CL-01"})


def test_a_layer_without_files(policy_dir):
    shutil.rmtree(policy_dir / "city")
    with pytest.raises(DeclarationError, match=r"expected a layer of \['town'\], found city"):
        load_policy((policy_dir,), "p", {"CL-01"})


def test_a_directory_that_is_none_or_holds_nothing(policy_dir, tmp_path):
    with pytest.raises(DeclarationError, match=r"nowhere:1: expected a folder of policy layers, found none"):
        load_policy((policy_dir, tmp_path / "nowhere"), "p", {"CL-01"})
    (tmp_path / "empty").mkdir()
    with pytest.raises(DeclarationError, match=r"empty:1: expected profiles.yml or .*, found neither"):
        load_policy((policy_dir, tmp_path / "empty"), "p", {"CL-01"})
    with pytest.raises(DeclarationError, match=r"city/a.yml:1: .* found a file that is not read"):
        load_policy((policy_dir, policy_dir / "city"), "p", {"CL-01"})
