"""Looking through a whole policy: every profile, on every day on which something changes.

What belongs here: what is wrong only where layers come together on some day, and what each profile comes to. What does
not: mistakes of files (`policy_checks`), showing it (`policy_screen`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from connectors.contract import Contract
from connectors.strict_yaml import DeclarationError
from pipelines.domain.policy import Policy, PolicyError, PolicyInForce
from pipelines.domain.rule import Rule
from pipelines.night.casework import income_policy
from pipelines.night.policy_checks import case_mistakes
from pipelines.night.policy_files import PolicySet, load_policies
from pipelines.night.policy_probe import Needs, needs_of, recording

ALWAYS: Final = date.min
"""A day before every date that a policy names: what holds without a date holds on it."""


@dataclass(frozen=True)
class ProfileReview:
    """What one profile comes to.

    Attributes:
        days: the days on which something changes.
        on: rules switched on on the day of the review; off: rules with an entry that are not; without: rules without one.
        unset: parameters that rules in force, or the income, ask for and that are unset, on the day of the review.
        not_judged: rules in force that cannot judge because a parameter is unset: rule → parameter.
        version: the policy version on the day of the review.
    """

    name: str
    title: str
    layers: tuple[str, ...]
    days: tuple[date, ...]
    on: tuple[str, ...]
    off: tuple[str, ...]
    without: tuple[str, ...]
    unset: tuple[str, ...]
    not_judged: Mapping[str, str]
    version: str


@dataclass(frozen=True)
class Review:
    """Every profile of a policy, and every mistake, a line each."""

    profiles: tuple[ProfileReview, ...]
    mistakes: tuple[str, ...]


def review(
    directories: Sequence[Path], contracts: Mapping[str, Contract], rules: Mapping[str, Rule], as_of: date
) -> Review:
    """Look through a policy on every day on which something in it changes.

    Args:
        directories: the shipped policy, then what a region adds.
        contracts: feed contracts; rules are tried over their columns.
        rules: every rule that exists.
        as_of: the day for which each profile is told.
    """
    try:
        policies = load_policies(directories, rules)
    except DeclarationError as error:
        return Review((), tuple(str(error).splitlines()))
    mistakes: list[str] = []
    reviewed: list[ProfileReview] = []
    needs: dict[str, Needs] = {}
    for name in policies.profiles:
        found = _in_force_mistakes(policies.policy(name))
        mistakes += found
        if not found:
            in_force = policies.policy(name).in_force(as_of)
            asked = needs_of([rules[one] for one in rules if one in in_force.rules], in_force, contracts)
            needs = {**asked, **needs}
            reviewed.append(_profile(policies, name, in_force, rules, asked))
    mistakes += case_mistakes(policies.files, needs)
    return Review(tuple(reviewed), tuple(dict.fromkeys(mistakes)))


def _in_force_mistakes(policy: Policy) -> list[str]:
    """What layers lack together, on each day on which something changes."""
    return list(dict.fromkeys(_day_mistakes(policy)))


def _day_mistakes(policy: Policy) -> Iterator[str]:
    """The mistakes of each day; one that lasts is told by its first."""
    for day in (ALWAYS, *policy.days_of_change()):
        try:
            income_policy(policy.in_force(day))
        except PolicyError as error:
            yield str(error)


def asked_and_unset(in_force: PolicyInForce, needs: Mapping[str, Needs]) -> tuple[str, ...]:
    """The parameters that rules in force or the income ask for and that are unset, in the order of their names."""
    asked = {name for rule_id, one in needs.items() if in_force.is_rule_on(rule_id) for name in one.parameters}
    return tuple(sorted(name for name in asked | income_parameters(in_force) if in_force.value(name) is None))


def income_parameters(in_force: PolicyInForce) -> frozenset[str]:
    """The parameters that the income asks for."""
    asking = recording(in_force)
    income_policy(asking)
    return frozenset(asking.asked)


def _profile(
    policies: PolicySet, name: str, in_force: PolicyInForce, rules: Mapping[str, Rule], needs: Mapping[str, Needs]
) -> ProfileReview:
    """What one profile comes to."""
    policy = policies.policy(name)
    on = tuple(one for one in rules if in_force.is_rule_on(one))
    return ProfileReview(
        name=name,
        title=policy.profile.title,
        layers=policy.profile.layers,
        days=tuple(policy.days_of_change()),
        on=on,
        off=tuple(one for one in rules if one in in_force.rules and one not in on),
        without=tuple(one for one in rules if one not in in_force.rules),
        unset=asked_and_unset(in_force, needs),
        not_judged={one: needs[one].unset or "" for one in on if one in needs and needs[one].unset},
        version=in_force.version,
    )
