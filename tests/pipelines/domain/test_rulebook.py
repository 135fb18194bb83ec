"""Rules are found, not listed."""

import sys
import types

import pytest

import pipelines.domain.rulebook as module
from pipelines.domain.rule import Rule, Subject
from pipelines.domain.rulebook import (
    feeds_beside,
    feeds_of,
    feeds_to_match,
    feeds_with_rules,
    persons_looked_up,
    rulebook,
    rules_after_income,
    rules_of,
    rules_with_feed,
)


def test_the_core_rules_are_found():
    core = ["CL-01", "CL-02", "CL-03", "FC-01", "FC-02", "FC-03", "GS-01", "GS-02", "SB-01", "SB-02", "SB-03", "SB-04"]
    assert set(core) <= set(rulebook())
    assert list(rulebook()) == sorted(rulebook())
    vehicles = [one.rule_id for one in rules_of("vehicle")]
    assert vehicles[:3] == ["CL-01", "CL-02", "CL-03"]
    assert vehicles == sorted(vehicles)
    assert {"business", "property", "social_insurance", "vehicle"} <= set(feeds_with_rules())


def test_what_rules_look_at_beside_their_feed():
    assert feeds_beside("roster") == ("card_proxies",)
    assert feeds_beside("vehicle") == ()
    assert persons_looked_up("marriage") == (("spouse_id_number", "death"),)
    assert set(feeds_to_match()) - set(feeds_with_rules()) == {"card_proxies"}
    assert feeds_of([rulebook()["HY-01"], rulebook()["CL-01"]]) == {"marriage", "death", "vehicle"}


def test_what_is_judged_after_the_income_looks_nobody_up():
    with pytest.raises(ValueError, match="subject over roster: expected looked_up or after_income, found both"):
        Subject("roster", "名册", lambda night: night.members.lazy(), looked_up=(("x", "death"),), after_income=True)


def test_what_is_needed_is_looked_at():
    with pytest.raises(
        ValueError, match="subject over roster: expected every feed of needs among those beside, found x"
    ):
        Subject("roster", "名册", lambda night: night.members.lazy(), beside=("y",), needs=("x", "y"))


def test_rules_are_judged_with_their_feed_or_after_the_income():
    for feed in feeds_with_rules():
        late = [one for one in rules_after_income() if one.feed == feed]
        assert sorted([*rules_with_feed(feed), *late], key=lambda one: one.rule_id) == list(rules_of(feed))


def test_every_rule_is_described_and_declares_what_is_material():
    for one in rulebook().values():
        assert "Clause:" in one.description
        assert one.material


def test_two_rules_of_one_id_are_refused(monkeypatch):
    twin = rulebook()["CL-03"]
    extra = types.ModuleType("pipelines.domain.rules.twin")
    extra.other = Rule(twin.rule_id, twin.subject, ("status",), False, twin.judge, "")
    monkeypatch.setitem(sys.modules, extra.__name__, extra)
    found = [*module.pkgutil.iter_modules(module.pipelines.domain.rules.__path__, "pipelines.domain.rules.")]
    monkeypatch.setattr(module.pkgutil, "iter_modules", lambda *_: [*found, types.SimpleNamespace(name=extra.__name__)])
    rulebook.cache_clear()
    with pytest.raises(ValueError, match="rule CL-03: expected one function, found two"):
        rulebook()
    monkeypatch.undo()
    rulebook.cache_clear()
