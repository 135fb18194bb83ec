"""Rules tried on tables without a row: what is wrong is told before a night begins."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from connectors.contract import Contract, load_contracts
from connectors.strict_yaml import DeclarationError
from pipelines.domain.policy import PolicyInForce
from pipelines.domain.rulebook import rulebook, rulebook_of
from pipelines.night.policy_files import load_policy
from pipelines.night.rule_files import load_rulebook
from pipelines.night.rule_trial import try_rules

AS_OF = date(2026, 9, 22)
MODULE = '''\
import polars as pl

from pipelines.domain.phrases import words
from pipelines.domain.rule import Evidence, Subject, Verdict, rule

CARS = Subject("vehicle", "机动车登记数据", lambda night: night.rows("vehicle"), beside=("death",))


@rule("XX-01", over=CARS, material=("vin",))
def any_car(night):
    """Any car."""
    return Verdict(
        fires=pl.col("brand") == "X",
        record_key=pl.col("vin"),
        found=words("名下有车"),
        evidence=(Evidence("brand", "="),),
    )
'''


@pytest.fixture(scope="module")
def contracts(feeds_dir: Path) -> dict[str, Contract]:
    return load_contracts(feeds_dir)


@pytest.fixture(scope="module")
def policy(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> PolicyInForce:
    """The policy that ships, and an entry for the rule on trial."""
    own = tmp_path_factory.mktemp("policy")
    (own / "caojie").mkdir()
    (own / "caojie" / "own.yml").write_text(
        "layer: caojie\ntitle: 草街街道\nrules:\n  XX-01:\n"
        '    - {title: 试, section: own, version: "1", action: VERIFY, clause: vehicle, is_on: false}\n',
        encoding="utf-8",
    )
    known = [*rulebook(), "XX-01"]
    return load_policy((repository / "data" / "policy", own), "caojie-people", known).in_force(AS_OF)


def tried(folder: Path, text: str, contracts: dict[str, Contract], policy: PolicyInForce) -> None:
    folder.mkdir()
    (folder / "cars.py").write_text(text, encoding="utf-8")
    try_rules([load_rulebook([folder])["XX-01"]], contracts, policy)


def test_a_good_rule_passes_also_where_it_is_switched_off(tmp_path, contracts, policy) -> None:
    assert not policy.is_rule_on("XX-01")
    tried(tmp_path / "rules", MODULE, contracts, policy)


def test_a_rule_that_asks_for_an_unset_parameter_passes_for_the_night_reports_it(tmp_path, contracts, policy) -> None:
    tried(tmp_path / "rules", MODULE.replace('"X"', 'str(night.policy.months("no_such"))'), contracts, policy)


def test_every_shipped_rule_passes(contracts: dict[str, Contract], policy: PolicyInForce) -> None:
    try_rules(rulebook().values(), contracts, policy)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('"brand") ==', '"brend") =='), "rules/cars.py:13: rule XX-01: expected a column of the feed vehicle"),
        (('"brand") ==', '"brend") =='), "found brend (did you mean brand?)"),
        (('material=("vin",)', 'material=("vim",)'), "rules/cars.py:9: rule XX-01: .* found vim"),
        (('Evidence("brand"', 'Evidence("maker"'), "rules/cars.py:16: rule XX-01: .* found maker"),
        (('pl.col("brand") == "X"', 'pl.col("brand").dt.year() > 7'), "rule XX-01: expected a verdict on tables"),
        (('"X"', "night.no_such_thing"), "rules/cars.py:13: rule XX-01: .* found AttributeError"),
        (
            ('"vehicle", "', '"vehicles", "'),
            "rules/cars.py:9: .* has a contract, found vehicles (did you mean vehicle?)",
        ),
        (('("death",)', '("ghost",)'), "expected a feed that has a contract, found ghost"),
        (('beside=("death",)', 'looked_up=(("spouse", "death"),)'), "found spouse"),
        (('night.rows("vehicle")', 'night.rows("custody")'), "KeyError: 'feed custody: expected matched rows"),
        (('night.rows("vehicle")', 'night.rows("vehicle").drop("brand")'), "which the contract has and the subject"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path, contracts, policy, change: tuple[str, str], told: str) -> None:
    text = MODULE.replace(*change)
    assert text != MODULE
    with pytest.raises((DeclarationError, ValueError), match=re.escape(told).replace(r"\.\*", ".*")):
        tried(tmp_path / "rules", text, contracts, policy)


def test_a_rule_that_the_policy_does_not_know_yet_is_not_judged(contracts, policy) -> None:
    stranger = replace(rulebook()["CL-01"], rule_id="YY-01")
    assert list(rulebook_of([stranger])) == ["YY-01"]
    try_rules([stranger], contracts, policy)
