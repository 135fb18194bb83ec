"""Trying rules before a night begins: on tables that have every column of the contracts and not one row.

What belongs here: what can be told without data: a feed without a contract, a column that is not there, types that do
not go together. It takes milliseconds a rule, and is done for rules that do not ship: those have tests.
"""

import difflib
import re
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from connectors.contract import Contract
from connectors.strict_yaml import shown_path
from pipelines.domain.context import NightContext
from pipelines.domain.judge import judge_after_income, judge_feed
from pipelines.domain.policy import PolicyError, PolicyInForce
from pipelines.domain.rule import Rule
from pipelines.domain.rulebook import Rulebook, feeds_of, rulebook_of
from pipelines.night.policy_probe import empty_night
from pipelines.night.rule_files import RuleError, place_of

_LONGEST: Final = 300
_NO_COLUMN: Final = re.compile(r'unable to find column "([^"]+)"')


def try_rules(rules: Iterable[Rule], contracts: Mapping[str, Contract], policy: PolicyInForce) -> None:
    """Judge nothing by each of the rules.

    Args:
        rules: the rules to try; one without an entry in the policy on that date is off and is not judged.
        contracts: the feeds by name.
        policy: what applies.

    Raises:
        RuleError: a rule looks at a feed that has no contract or at a column that is not there, or fails.
        PolicyError: the policy lacks a parameter that a rule cannot do without.
    """
    for one in rules:
        _check_feeds(one, contracts)
        if one.rule_id in policy.rules:
            _try(one, empty_night(policy, contracts, one.subject.looked_up), contracts)


def _check_feeds(rule: Rule, contracts: Mapping[str, Contract]) -> None:
    """Every feed that a rule looks at has a contract, and names the persons that are looked up."""
    for feed in sorted(feeds_of([rule]) - contracts.keys()):
        raise RuleError(
            f"{place_of(rule)}: rule {rule.rule_id}: expected a feed that has a contract, found {feed}"
            f"{_nearest(feed, contracts)}; correct the name, or add the contract and name its folder in HEDUI_FEEDS"
        )
    for field, _ in rule.subject.looked_up:
        if not contracts[rule.feed].has(field):
            raise _no_column(rule, field, contracts[rule.feed])


def _try(rule: Rule, night: NightContext, contracts: Mapping[str, Contract]) -> None:
    """Judge nothing by one rule, as if it were switched on, also with the feeds away that it can do without."""
    entry = replace(night.policy.rule(rule.rule_id), is_on=True)
    policy = replace(night.policy, rules={**night.policy.rules, rule.rule_id: entry})
    book = rulebook_of([rule])
    # What a rule does not declare to look at, a night does not bring.
    declared = {rule.feed, *rule.subject.beside}
    optional = set(rule.subject.beside) - set(rule.subject.needs)
    for absent in (set(), optional) if optional else (set(),):
        matched = {feed: rows for feed, rows in night.matched.items() if feed in declared - absent}
        try:
            _judge(rule, replace(night, policy=policy, matched=matched), book)
        except PolicyError:
            raise
        except Exception as error:  # noqa: BLE001  whatever a rule does wrong is told; no row was there to quote
            raise _explained(rule, error, contracts[rule.feed]) from None


def _judge(rule: Rule, night: NightContext, book: Rulebook) -> None:
    """Judge nothing, where the rule's turn is."""
    if rule.subject.after_income:
        judge_after_income(night, b"", book)
    else:
        judge_feed(rule.feed, replace(night, reckoned=None), b"", book)


def _explained(rule: Rule, error: Exception, contract: Contract) -> RuleError:
    """What a rule did wrong, with the line of its module."""
    first_line = str(error).strip().partition("\n")[0][:_LONGEST]
    missing = _NO_COLUMN.search(str(error))
    if missing is not None:
        return _no_column(rule, missing[1], contract)
    file = rule.judge.__code__.co_filename
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    place = f"{shown_path(Path(file))}:{lines[-1]}" if lines else place_of(rule)
    return RuleError(
        f"{place}: rule {rule.rule_id}: expected a verdict on tables without a row, found "
        f"{type(error).__name__}: {first_line}; correct the rule"
    )


def _no_column(rule: Rule, column: str, contract: Contract) -> RuleError:
    """A column that neither the contract nor the subject's candidates have."""
    path = Path(rule.judge.__code__.co_filename)
    lines = path.read_text(encoding="utf-8").splitlines()
    named = next(
        (number for number, line in enumerate(lines, 1) if re.search(rf"['\"]{re.escape(column)}['\"]", line)), 0
    )
    place = f"{shown_path(path)}:{named}" if named else place_of(rule)
    if contract.has(column):
        found = f"{column}, which the contract has and the subject's candidates leave out; give it there"
    else:
        found = f"{column}{_nearest(column, contract.by_name)}; correct the name, or add the field to the contract"
    return RuleError(
        f"{place}: rule {rule.rule_id}: expected a column of the feed {contract.feed} or of the subject's candidates, "
        f"found {found}"
    )


def _nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most alike, for whoever mistyped it."""
    [nearest] = difflib.get_close_matches(name, list(known), n=1) or [""]
    return f" (did you mean {nearest}?)" if nearest else ""
