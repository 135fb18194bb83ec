"""The whole policy: names that the code asks for, cases of rules, every day of change; and what ships is right."""

import random
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from connectors.contract import Contract, load_contracts
from connectors.strict_yaml import DeclarationError
from pipelines.domain.policy import PolicyError
from pipelines.domain.rulebook import rulebook
from pipelines.night.policy_checks import PACKAGE, Code
from pipelines.night.policy_files import load_policies
from pipelines.night.policy_probe import needs_of
from pipelines.night.policy_review import Review, asked_and_unset, review

SHIPPED = PACKAGE.parent / "data" / "policy"
AS_OF = date(2026, 9, 22)
PROFILES = "profiles:\n  ours:\n    title: 我区\n    layers: [national, chongqing, ours]\n    sections: all\n"


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    return load_contracts(PACKAGE.parent / "data" / "feeds")


@pytest.fixture
def found(contracts: dict[str, Contract], tmp_path: Path) -> Callable[[str], Review]:
    """The review of the shipped policy with a layer of our own, from the lines of its one file."""

    def look(lines: str) -> Review:
        folder = tmp_path / "ours"
        (folder / "ours").mkdir(parents=True, exist_ok=True)
        (folder / "ours" / "a.yml").write_text(f"layer: ours\ntitle: 我区\n{lines}", encoding="utf-8")
        (folder / "profiles.yml").write_text(PROFILES, encoding="utf-8")
        return review((SHIPPED, folder), contracts, rulebook(), AS_OF)

    return look


def test_what_ships_is_right(contracts):
    shipped = review((SHIPPED,), contracts, rulebook(), AS_OF)
    assert shipped.mistakes == ()
    by_name = {one.name: one for one in shipped.profiles}
    assert {"national", "chongqing", "caojie-2024", "caojie-core", "caojie-people"} <= by_name.keys()
    assert {"minimum_housing_area", "employment_cost_rate"} <= set(by_name["chongqing"].unset)
    assert {"dibao_standard_urban", "dibao_standard_rural"} <= set(by_name["national"].unset)
    assert {"CL-03", "FC-01"} <= set(by_name["national"].without)
    assert by_name["caojie-core"].not_judged == {}
    assert date(2024, 9, 1) in by_name["caojie-2024"].days


@pytest.mark.parametrize(
    ("lines", "mistake"),
    [
        (
            "parameters:\n  exempt_vehicle_valeu:\n    - {value: 1, unit: 元}\n",
            "ours/ours/a.yml:4: expected a name that some rule asks for, found exempt_vehicle_valeu; ",
        ),
        (
            "switches:\n  grace_branch_c:\n    - {is_on: true}\n",
            "ours/ours/a.yml:4: expected a name that some rule asks for, found grace_branch_c; ",
        ),
        (
            "rules:\n  CL-01:\n    - variants:\n        cheap_car: {outcome: exempt, text: 便宜}\n",
            "ours/ours/a.yml:6: CL-01: expected a case that the rule tells apart (low_value_vehicle), found cheap_car; ",
        ),
        (
            "parameters:\n  grace_months:\n    - {value: 0, unit: 月}\n",
            "ours/ours/a.yml:5: profile ours: grace months: expected 1 or more, found 0; ",
        ),
        (
            "parameters:\n  employment_cost_rate:\n    - {value: 1.5, unit: 占工资比例, valid_from: 2027-01-01}\n",
            "ours/ours/a.yml:5: profile ours: employment cost deduction rate: expected a share from 0 to 1",
        ),
        (
            "parameters:\n  dibao_standard_urban:\n    - {value: 77000, unit: 分/人·月}\n",
            "ours/ours/a.yml:5: dibao_standard_urban: expected unit 元/人·月, as at data/policy/",
        ),
    ],
)
def test_a_mistake_that_one_file_does_not_show_is_told_with_file_and_line(found, lines, mistake):
    told = found(lines).mistakes
    assert [one.startswith(mistake) for one in told] == [True], told


def test_a_rule_that_a_region_switches_on_for_a_time_is_right(found):
    seen = found("rules:\n  CL-01:\n    - {is_on: false, valid_from: 2026-01-01, valid_to: 2026-12-31}\n")
    assert seen.mistakes == ()
    (ours,) = (one for one in seen.profiles if one.name == "ours")
    assert "CL-01" in ours.off
    assert {date(2026, 1, 1), date(2027, 1, 1)} <= set(ours.days)


def test_a_name_that_the_code_asks_for_is_declared_somewhere(tmp_path):
    source = tmp_path / "rules" / "ship.py"
    source.parent.mkdir()
    source.write_text('x = 1\ny = night.policy.months(\n    "ship_months"\n)\n', encoding="utf-8")
    code = Code(dict.fromkeys(rulebook(), ""), (source,))
    ((name, place, is_switch),) = code.asked()
    assert (name, is_switch) == ("ship_months", False)
    assert place.endswith("rules/ship.py:3")


def test_rules_tell_what_they_ask_and_which_cases_they_know(contracts):
    in_force = load_policies((SHIPPED,)).policy("chongqing").in_force(AS_OF)
    needs = needs_of([rulebook()["FC-02"], rulebook()["CL-03"]], in_force, contracts)
    assert needs["FC-02"].parameters == {"minimum_housing_area", "housing_area_multiple"}
    assert needs["FC-02"].cases == {"count_alone", "area_within"}
    assert needs["CL-03"].parameters == {"deregistration_lookback_months"}
    assert "minimum_housing_area" in asked_and_unset(in_force, needs)


def test_a_rule_that_cannot_judge_without_a_parameter_is_named(found):
    seen = found("parameters:\n  purchase_lookback_months:\n    - {value: null, unit: 月}\n")
    (ours,) = (one for one in seen.profiles if one.name == "ours")
    assert (seen.mistakes, ours.not_judged["FC-01"]) == ((), "purchase_lookback_months")
    assert "purchase_lookback_months" in ours.unset


def test_no_damage_to_a_file_ends_in_anything_but_a_message(tmp_path):
    """Shipped files with lines dropped, doubled, cut and characters changed: read, or told with file and line."""
    chance = random.Random(7)  # noqa: S311 - the same damage every time
    originals = {path: path.read_text(encoding="utf-8") for path in SHIPPED.rglob("*.yml")}
    folder = tmp_path / "data" / "policy"
    for path, text in originals.items():
        copy = folder / path.relative_to(SHIPPED)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")
    told = []
    for _ in range(60):
        path = chance.choice(sorted(originals))
        copy = folder / path.relative_to(SHIPPED)
        copy.write_text(damaged(originals[path], chance), encoding="utf-8")
        told += mistakes_in(folder)
        copy.write_text(originals[path], encoding="utf-8")
    assert len(told) > 20
    assert [one for one in told if not re.match(r"^[\w./-]+:\d+: \S", one)] == []


def mistakes_in(folder: Path) -> list[str]:
    """What is wrong with a policy; any other error fails the test."""
    try:
        policies = load_policies((folder,), rulebook())
        for name in policies.profiles:
            policies.policy(name).in_force(AS_OF)
    except (DeclarationError, PolicyError) as error:
        return str(error).splitlines()
    return []


def damaged(text: str, chance: random.Random) -> str:
    """A text with one thing wrong."""
    lines = text.splitlines()
    place = chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            del lines[place]
        case 1:
            lines.insert(place, lines[chance.randrange(len(lines))])
        case 2:
            lines[place] = lines[place][: chance.randrange(len(lines[place]) + 1)]
        case 3:
            lines[place] = "  " + lines[place]
        case _:
            at = chance.randrange(len(lines[place]) + 1)
            lines[place] = lines[place][:at] + chance.choice("{}[]:,-#&*'\"01é\t") + lines[place][at:]
    return "\n".join(lines) + "\n"
