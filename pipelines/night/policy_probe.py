"""What rules ask of the policy: parameters and cases, learnt by building them over a night without a row.

What belongs here: the empty night, and what building a rule over it tells. What does not: whether the policy's answers
are right (`policy_checks`), judging real rows (`judging`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal

import polars as pl

from connectors.contract import Contract
from pipelines.domain.context import ROSTER, NightContext, Reckoned
from pipelines.domain.findings import no_findings
from pipelines.domain.households import households_of, members_of
from pipelines.domain.income import INCOME
from pipelines.domain.ledger import LEDGER
from pipelines.domain.matching import named_rows
from pipelines.domain.policy import PolicyInForce, UnsetParameterError
from pipelines.domain.roster_rows import roster_rows_of, shared_members_of
from pipelines.domain.rule import Rule
from pipelines.night.matched_rows import no_match, no_rows

NOBODY = pl.DataFrame(schema={"household_id": pl.String(), "id_number": pl.String()})


@dataclass(frozen=True)
class RecordingPolicy(PolicyInForce):
    """A policy in force that notes the names it is asked for."""

    asked: set[str] = field(default_factory=set)
    switches_asked: set[str] = field(default_factory=set)

    def value(self, name: str) -> Decimal | None:
        """A parameter's value, noted."""
        self.asked.add(name)
        return super().value(name)

    def is_switched_on(self, name: str) -> bool:
        """Whether a switch is on, noted."""
        self.switches_asked.add(name)
        return super().is_switched_on(name)


@dataclass(frozen=True)
class Needs:
    """What one rule needs of the policy.

    Attributes:
        parameters: names of the parameters that it asked for.
        switches: names of the switches that it asked for.
        cases: names of the cases that it tells apart; None where it could not be built.
        unset: the parameter without which it cannot judge at all, where that is unset.
    """

    parameters: frozenset[str]
    switches: frozenset[str]
    cases: frozenset[str] | None
    unset: str | None = None


def needs_of(rules: Iterable[Rule], policy: PolicyInForce, contracts: Mapping[str, Contract]) -> dict[str, Needs]:
    """What each rule needs of a policy, by building it over a night without a row.

    Args:
        rules: rules, in force or not; one over a feed without a contract cannot be built and asks for nothing.
        policy: the policy in force.
        contracts: feed contracts, whose fields are the columns.
    """
    asking = list(rules)
    empty = empty_night(policy, contracts, {pair for one in asking for pair in one.subject.looked_up})
    return {one.rule_id: _needs(one, policy, empty) for one in asking}


def recording(policy: PolicyInForce) -> RecordingPolicy:
    """The same policy, noting what it is asked for."""
    return RecordingPolicy(**{item.name: getattr(policy, item.name) for item in fields(PolicyInForce)})


def _needs(one: Rule, policy: PolicyInForce, empty: NightContext) -> Needs:
    """What one rule needs."""
    asking = recording(policy)
    context = replace(empty, policy=asking)
    cases: frozenset[str] | None = None
    unset: str | None = None
    try:
        cases = frozenset(one.judge(context).cases)
        one.subject.candidates(context)
    except UnsetParameterError as error:
        unset = error.parameter
    except Exception:  # noqa: BLE001, S110 - a rule that fails by itself is told by the night that judges it
        pass
    return Needs(frozenset(asking.asked), frozenset(asking.switches_asked), cases, unset)


def empty_night(
    policy: PolicyInForce, contracts: Mapping[str, Contract], looked_up: Iterable[tuple[str, str]]
) -> NightContext:
    """A night on which every feed was assessed and holds no row.

    Args:
        policy: the policy in force.
        contracts: feed contracts, the roster's among them.
        looked_up: fields that name other persons, and the feeds in which these are looked up.
    """
    frames = {feed: no_rows(one) for feed, one in contracts.items()}
    roster = frames[ROSTER]
    members, households = members_of(roster), households_of(roster, date.min)
    matched = {feed: no_match(one) for feed, one in contracts.items() if feed != ROSTER}
    return NightContext(
        as_of=policy.as_of,
        policy=policy,
        households=households,
        members=members,
        matched=matched,
        roster=roster_rows_of(roster),
        shared=shared_members_of(members, households),
        looked_up={
            other: named_rows(NOBODY, frames[other], pl.Series([], dtype=pl.String))
            for _, other in looked_up
            if other in frames
        },
        reckoned=Reckoned(no_findings(), pl.DataFrame(schema=LEDGER), pl.DataFrame(schema=INCOME)),
    )
