"""What a rehearsal is asked, and what it gives: frames of persons and counts, before any report is made of them.

What belongs here: the types between running a rehearsal (`rehearsal`), its report and its callers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.domain.policy import PolicyInForce
from pipelines.domain.policy_difference import PolicyChange
from pipelines.domain.rehearsal import Comparison
from pipelines.night.state import FeedState
from pipelines.night.stored_nights import StoredNight
from warehouse.events.address import EventAddress
from warehouse.session import Vault

Step = Callable[[str, str], None]
"""Told ("step", name), ("done", name) and ("log", message): names, dates and counts."""


@dataclass(frozen=True)
class Request:
    """What to rehearse.

    Attributes:
        vault: the warehouse with the stored nights.
        feeds_dirs: folders of contracts.
        policy_dirs: folders of the policy in use.
        changed_dirs: folders of the changed policy (`changed_policy.read_policies`).
        changed_profile: its profile; None for that of the stored nights.
        nights: how many stored nights, the newest.
        until: the last comparison date; None for the newest.
        nights_of: profile of the stored nights; None for that of the newest.
        event_address: where case events are kept; None: in the warehouse. They are only read.
        rules_dirs: folders of rules beside those that ship.
    """

    vault: Vault
    feeds_dirs: tuple[Path, ...]
    policy_dirs: tuple[Path, ...]
    changed_dirs: tuple[Path, ...] = ()
    changed_profile: str | None = None
    nights: int = 1
    until: date | None = None
    nights_of: str | None = None
    event_address: EventAddress | None = None
    rules_dirs: tuple[Path, ...] = ()


@dataclass(frozen=True)
class RehearsedNight:
    """One stored night under both policies.

    Attributes:
        stored: the night as it was published.
        before: the policy in use on its date, by today's files.
        after: the changed policy on its date.
        changes: what the two say differently.
        states: what was known of each feed.
        needs: by rule, the feeds beside its own without which it says nothing.
        comparison: the two sides, compared.
        households: one row per household in scope.
        members: one row per household member.
        counts_before: `rule_counts` under the policy in use.
        counts_after: `rule_counts` under the changed policy.
        recomputed_otherwise: findings of the published night that the policy in use, computed now, gives otherwise.
        gates_after: gates that would hold the night under the changed policy.
        contradicted: conclusions that the change contradicts (`verdict_replay.CONTRADICTED`).
    """

    stored: StoredNight
    before: PolicyInForce
    after: PolicyInForce
    changes: tuple[PolicyChange, ...]
    states: tuple[FeedState, ...]
    needs: Mapping[str, tuple[str, ...]]
    comparison: Comparison
    households: pl.DataFrame
    members: pl.DataFrame
    counts_before: pl.DataFrame
    counts_after: pl.DataFrame
    recomputed_otherwise: int
    gates_after: tuple[str, ...]
    contradicted: pl.DataFrame

    @property
    def as_of(self) -> date:
        """The comparison date."""
        return self.stored.as_of

    @property
    def is_policy_of_night(self) -> bool:
        """Whether today's files give the very policy that the night was published by."""
        return self.before.version == self.stored.policy_version


@dataclass(frozen=True)
class Rehearsal:
    """All nights of a rehearsal, the oldest first.

    Attributes:
        asked: how many nights were asked for; there may be fewer.
        replaces: whether the changed directory stood in place of the policy in use.
        verdicts: how many conclusions there were to replay.
        secret: the warehouse's, for the marks of households.
    """

    nights: tuple[RehearsedNight, ...]
    asked: int
    replaces: bool
    verdicts: int
    secret: bytes = field(repr=False)

    @property
    def contradicted(self) -> int:
        """How many conclusions the change contradicts, each once however many nights it does so on."""
        return pl.concat([one.contradicted.select("finding_id") for one in self.nights]).n_unique()

    @property
    def newest(self) -> RehearsedNight:
        """The newest night, which the tables by group are about."""
        return self.nights[-1]
