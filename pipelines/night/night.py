"""One night: the comparison date, the policy in force, and the places it reads from and writes to.

What belongs here: opening a night. What a night does stands in the modules beside: landing, matching, judging,
casework, publication. None of them knows Dagster.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.contract import Contract
from pipelines.domain.policy import PolicyInForce
from pipelines.domain.rulebook import Rulebook, rulebook
from pipelines.night.canaries import Canaries, real_tables
from pipelines.night.cluster_place import ClusterPlace
from pipelines.night.declared import declared
from pipelines.night.engine import Embedded, Engine, engine_of
from pipelines.night.policy_probe import Needs, needs_of
from pipelines.night.state import FeedState
from warehouse.keys import identity_key, read_key_file
from warehouse.session import Vault
from warehouse.snapshots import SnapshotStore
from warehouse.tables import NightTables

if TYPE_CHECKING:
    from warehouse.events.address import EventAddress
    from warehouse.events.store import EventStore

ROSTER = "roster"
Progress = Callable[[str], None]


def silent(_message: str) -> None:
    """The progress of a night that nobody watches."""


@dataclass(frozen=True)
class Night:
    """What every stage of one night works with. Dates arrive as `as_of`; nothing here reads a clock.

    `canaries`: the fictional households that go along; None for a night without, as a rehearsal is.
    """

    as_of: date
    profile: str
    inbox: Path
    vault: Vault
    contracts: Mapping[str, Contract]
    policy: PolicyInForce
    tables: NightTables
    snapshots: SnapshotStore
    secret: bytes
    rulebook: Rulebook = field(default_factory=rulebook)
    canaries: Canaries | None = None
    event_address: "EventAddress | None" = field(default=None, kw_only=True)
    engine: Engine = field(default_factory=Embedded, kw_only=True)

    @cached_property
    def events(self) -> "EventStore":
        """The store of case events, by default the warehouse's own. Reading makes none; where none is, no event is."""
        # Loaded with the first night that asks: SQLAlchemy takes a moment.
        from warehouse.events.address import EventAddress  # noqa: PLC0415
        from warehouse.events.store import open_events  # noqa: PLC0415

        return open_events(self.event_address or EventAddress.of_warehouse(self.vault.root), self.vault.key)

    @cached_property
    def needs(self) -> dict[str, Needs]:
        """What the rules in force ask of the policy."""
        rules = [one for rule_id, one in self.rulebook.items() if self.policy.is_rule_on(rule_id)]
        return needs_of(rules, self.policy, self.contracts)

    @property
    def unset_rules(self) -> dict[str, str]:
        """The rules in force that cannot judge because a parameter is unset: rule → parameter."""
        return {rule_id: one.unset for rule_id, one in self.needs.items() if one.unset is not None}

    def without_canaries(self) -> "Night":
        """The night as it is counted, measured and published: the same, and no canary in any of its tables or feeds."""
        if self.canaries is None:
            return self
        real = replace(self, canaries=None, tables=real_tables(self.tables))
        # What the properties would work out, or open, once more.
        real.__dict__.update({name: self.__dict__[name] for name in ("needs", "events") if name in self.__dict__})
        return real

    @property
    def feeds(self) -> list[str]:
        """All feeds but the roster, in the order of their names."""
        return sorted(feed for feed in self.contracts if feed != ROSTER)

    def state(self, feed: str) -> FeedState:
        """What was found for a feed when it was landed this night."""
        return FeedState.model_validate(self.tables.read_facts(state_name(feed)))


def state_name(feed: str) -> str:
    """The name under which a night keeps the state of a feed."""
    return f"landing_{feed}"


def open_vault(root: Path, key_file: Path | None, *, threads: int, memory_limit: str) -> Vault:
    """The warehouse at `root`, with its key when there is one. A wrong key fails here, before anything is touched."""
    return Vault(root, read_key_file(key_file) if key_file else None, threads=threads, memory_limit=memory_limit)


def open_night(
    *,
    as_of: date,
    profile: str,
    inbox: Path,
    vault: Vault,
    feeds_dirs: tuple[Path, ...],
    policy_dirs: tuple[Path, ...],
    rules_dirs: tuple[Path, ...] = (),
    event_address: "EventAddress | None" = None,
    canaries: Canaries | None = None,
    cluster: ClusterPlace | None = None,
) -> Night:
    """Read contracts, rules and policy strictly and open the night's places in the warehouse."""
    told = declared(profile, as_of, feeds_dirs, policy_dirs, rules_dirs)
    # Whether the key fits is asked before the warehouse is written to, the secret of the finding ids included.
    vault.open()
    night = Night(
        as_of=as_of,
        profile=profile,
        inbox=inbox,
        vault=vault,
        contracts=told.contracts,
        policy=told.policy,
        tables=NightTables(vault, as_of, profile),
        snapshots=SnapshotStore(vault),
        secret=identity_key(vault.root, vault.key),
        rulebook=told.book,
        event_address=event_address,
        canaries=canaries,
        engine=engine_of(cluster),
    )
    night.__dict__["needs"] = dict(told.needs)  # what the property would work out once more
    return night
