"""Rules of the catalogue one at a time, also those that ship switched off."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from pipelines.domain.context import NightContext, Reckoned
from pipelines.domain.counting import not_counting
from pipelines.domain.income import household_income
from pipelines.domain.judge import judge_after_income, judge_feed
from pipelines.domain.ledger import member_ledger
from pipelines.domain.policy import Parameter, Policy, PolicyInForce
from pipelines.domain.rulebook import rulebook
from pipelines.night.casework import income_policy
from tests.pipelines.domain.conftest import AS_OF


@pytest.fixture(scope="session")
def everything(shipped_policy: Policy) -> PolicyInForce:
    """What applies under the layers that ship."""
    return shipped_policy.in_force(AS_OF)


@pytest.fixture(scope="session")
def city_policy(shipped_policy: Policy) -> PolicyInForce:
    """The same without the street's layer: what the city says, in force rather than shown as a conflict."""
    above = shipped_policy.layers[:-1]
    complete = {rule_id for layer in above for rule_id, entries in layer.rules.items() if entries[0].title}
    layers = (
        layer.model_copy(update={"rules": {name: one for name, one in layer.rules.items() if name in complete}})
        for layer in above
    )
    return replace(shipped_policy, layers=tuple(layers)).in_force(AS_OF)


@pytest.fixture
def with_values(everything: PolicyInForce) -> Callable[..., PolicyInForce]:
    """The same with other parameters: `with_values(job_seeking_months=24)`; None leaves one unset."""

    def change(**values: object) -> PolicyInForce:
        changed = {
            name: Parameter(name, None if value is None else Decimal(str(value)), "", "test", None, None)
            for name, value in values.items()
        }
        return replace(everything, parameters={**everything.parameters, **changed})

    return change


@pytest.fixture
def found_by(judged: Callable[..., list[dict[str, Any]]], everything: PolicyInForce) -> Callable[..., list[dict]]:
    """Findings of one rule, whatever its switch says: `found_by("CL-04", "vehicle", rows)`."""

    def find(rule_id: str, feed: str, rows: Any, roster: Any = ({},), **changes: Any) -> list[dict]:
        policy = changes.pop("policy", everything)
        alone = replace(policy, rules={rule_id: replace(policy.rule(rule_id), is_on=True)})
        return judged(feed, rows, roster, policy=alone, **changes)

    return find


@pytest.fixture
def outcome_of(found_by: Callable[..., list[dict]]) -> Callable[..., str | None]:
    """Outcome of a rule that finds at most one thing; None where it finds nothing."""

    def find(*args: Any, **changes: Any) -> str | None:
        findings = found_by(*args, **changes)
        assert len(findings) <= 1
        return findings[0]["outcome"] if findings else None

    return find


def reckoned(night: NightContext) -> NightContext:
    """The night after the income: its feeds judged, ledger and income reckoned."""
    found = pl.concat([judge_feed(feed, night, b"secret") for feed in ("roster", *sorted(night.matched))])
    policy = income_policy(night.policy)
    gone = not_counting(night.matched, night.policy, night.as_of)
    ledger = member_ledger(night.members, found, gone, policy)
    return replace(night, reckoned=Reckoned(found, ledger, household_income(night.households, ledger, policy)))


@pytest.fixture
def found_after_income(
    night_of: Callable[..., NightContext], everything: PolicyInForce
) -> Callable[..., list[dict[str, Any]]]:
    """Findings of one rule that is judged after the income, the rules of the feeds in force as they ship.

    `found_after_income("BY-01", roster, social_insurance=rows)`.
    """

    def find(rule_id: str, roster: Any = ({},), *, also: Any = (), **feeds: Any) -> list[dict[str, Any]]:
        policy, changes = feeds.pop("policy", everything), feeds.pop("changes", {})
        night = reckoned(night_of("roster", roster, roster, beside=feeds, policy=_with_rules(policy, also), **changes))
        alone = {name: replace(one, is_on=name == rule_id) for name, one in policy.rules.items()}
        night = replace(night, policy=replace(policy, rules=alone))
        return judge_after_income(night, b"secret").to_dicts()

    return find


def _with_rules(policy: PolicyInForce, also: Any) -> PolicyInForce:
    """The policy with the feeds' rules that ship on, and some more of them."""
    known = {rule_id: one for rule_id, one in policy.rules.items() if not rulebook()[rule_id].subject.after_income}
    return replace(policy, rules={name: replace(one, is_on=one.is_on or name in also) for name, one in known.items()})
