"""The night of one story: the steps of every night, in memory, for one family.

What belongs here: running them in their order. Landing, matching, rules, income, grace and cases are those of a real
night (`pipelines.night`); only what is published is left out.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path

import polars as pl

from connectors.contract import Contract
from pipelines.domain.policy import PolicyInForce
from pipelines.domain.rulebook import Rulebook, rulebook
from pipelines.night.casework import open_cases, project_grace, raising_findings, reckon_income
from pipelines.night.judging import (
    assessment,
    judge,
    judge_household,
    judged_feeds,
    remember_night,
)
from pipelines.night.landing import land_feed, note_undelivered
from pipelines.night.matching import match_feed, matched_feeds, take_roster
from pipelines.night.night import Night
from pipelines.night.policy_files import load_policy
from pipelines.night.policy_probe import Needs, needs_of
from pipelines.scenario.inbox import write_inbox
from pipelines.scenario.scene import Scene
from warehouse.in_memory import MemorySnapshots, MemoryTables, memory_vault

_SECRET = b"stories hold no persons"


@dataclass(frozen=True)
class Told:
    """What a night says of a story.

    Attributes:
        policy: what applied.
        households: one row per household in scope.
        findings: one row per finding (contract.md), flagged, undetermined and exempt.
        not_assessed: rules that are switched on and could not be judged for everybody, with the feed's status.
        ledger: one row per member.
        income: one row per household.
        grace: one row per household.
        cases: one row per case.
        messages: refusals and the like, by feed.
    """

    policy: PolicyInForce
    households: pl.DataFrame
    findings: pl.DataFrame
    not_assessed: Mapping[str, str]
    ledger: pl.DataFrame
    income: pl.DataFrame
    grace: pl.DataFrame
    cases: pl.DataFrame
    messages: Mapping[str, list[str]]


@dataclass(frozen=True)
class _StoryNight(Night):
    """A night whose policy was asked before what its rules need of it."""

    known_needs: dict[str, Needs] = field(kw_only=True)

    @cached_property
    def needs(self) -> dict[str, Needs]:
        """What the rules in force ask of the policy."""
        return self.known_needs


class Stage:
    """Contracts, rules and policies, read once for many stories."""

    def __init__(
        self, contracts: Mapping[str, Contract], policy_dirs: tuple[Path, ...], book: Rulebook | None = None
    ) -> None:
        """Take the feeds, where policy is read from, and the rules, by default those that ship."""
        self.contracts = contracts
        self.book = rulebook() if book is None else book
        self._policy = cache(lambda profile: load_policy(policy_dirs, profile, self.book))
        self._in_force = cache(self._ask)

    def _ask(self, profile: str, as_of: date) -> tuple[PolicyInForce, dict[str, Needs]]:
        """The policy of a profile on a date, and what its rules need of it."""
        policy = self._policy(profile).in_force(as_of)
        rules = [one for rule_id, one in self.book.items() if policy.is_rule_on(rule_id)]
        return policy, needs_of(rules, policy, self.contracts)

    def tell(self, scene: Scene) -> Told:
        """Run the night of a story.

        Raises:
            DeclarationError: there is no such profile, or a policy file cannot be used.
        """
        policy, needs = self._in_force(scene.profile, scene.as_of)
        with tempfile.TemporaryDirectory(prefix="hedui-scenario-") as folder:
            inbox = Path(folder) / "inbox"
            write_inbox(scene, self.contracts, inbox)
            with memory_vault(Path(folder) / "warehouse") as vault:
                night = _StoryNight(
                    as_of=scene.as_of,
                    profile=scene.profile,
                    inbox=inbox,
                    vault=vault,
                    contracts=self.contracts,
                    policy=policy,
                    tables=MemoryTables(vault, scene.as_of, scene.profile),
                    snapshots=MemorySnapshots(vault),
                    secret=_SECRET,
                    rulebook=self.book,
                    known_needs=needs,
                )
                return _run(night)


def _run(night: Night) -> Told:
    """The steps of a night, without its publication."""
    absent = note_undelivered(night)
    delivered = [feed for feed in night.contracts if feed not in absent]
    for feed in delivered:
        land_feed(night, feed)
    households, _ = take_roster(night)
    for feed in matched_feeds(night):
        if feed in delivered:
            match_feed(night, feed)
    for feed in judged_feeds(night):
        if feed not in absent:
            judge(night, feed)
    reckon_income(night)
    judge_household(night)
    remembered = remember_night(night)
    grace = project_grace(night, night.tables.read("households"), raising_findings(night))
    cases = open_cases(night)
    skipped = (
        assessment(night)
        .assessed_households()
        .filter(pl.col("households_not_assessed") > 0)
        .select("rule_id", "feed_status")
    )
    return Told(
        policy=night.policy,
        households=households,
        findings=remembered.findings,
        not_assessed=dict(skipped.iter_rows()),
        ledger=night.tables.read("ledger"),
        income=night.tables.read("income"),
        grace=grace,
        cases=cases,
        messages={feed: messages for feed in delivered if (messages := night.state(feed).messages)},
    )
