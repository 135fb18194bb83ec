"""Rehearsal of a policy change: stored nights judged again under the policy in use and under a changed one.

What belongs here: running both sides on the same rows, in a place of its own. What does not: the comparison itself
(`pipelines.domain.rehearsal`), the report. Nothing is published; nights, snapshots and memory of the warehouse are only
read. Both sides are computed now, by the same code, from the snapshots that the night names, so that policy alone differs.

Each side is a small warehouse of its own under `<warehouse>/tmp/`, encrypted where the warehouse is, in which the nights
follow each other: the first remembers the stored night before it, every later one the rehearsed one. It is removed
afterwards; what a killed rehearsal leaves is swept by the next night, as everything under that name is.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipelines.domain.case_events import fold
from pipelines.domain.policy import PolicyInForce
from pipelines.domain.policy_difference import policy_changes
from pipelines.domain.rehearsal import Judged, compare, compared_findings
from pipelines.domain.suppression import standing_verdicts
from pipelines.domain.verdict_replay import VERDICTS, contradicted
from pipelines.night.casework import income_policy
from pipelines.night.changed_policy import PolicyPair, read_policies
from pipelines.night.judging import SUPPRESSED
from pipelines.night.matching import match_feed, matched_feeds, take_roster
from pipelines.night.night import Night, open_night, state_name
from pipelines.night.publishing import book_gates, gates, publish_night, published_tables
from pipelines.night.rehearsed import Rehearsal, RehearsedNight, Request, Step
from pipelines.night.rule_files import load_rulebook
from pipelines.night.stages import judge_and_count
from pipelines.night.state import FeedState
from pipelines.night.stored_nights import StoredNight, choose_nights, feed_states, pinned_snapshots
from warehouse.events.address import EventAddress
from warehouse.files import private_folder, written_aside
from warehouse.publication import night_before, read_published
from warehouse.session import Vault
from warehouse.tables import NightTables

COMPARED = ("finding_id", "outcome", "action", "fact_date")
"""What has to be the same where the policy in use is computed a second time."""
NOT_ASSESSED = "not_assessed"
_SIDES = ("before", "after")


def rehearse(request: Request, step: Step) -> Rehearsal:
    """Judge stored nights under the policy in use and under the changed one, and compare.

    Raises:
        RehearsalError: no stored night, snapshots that are gone, a changed policy that is no directory.
        DeclarationError: a policy file cannot be used, with file and line.
        PolicyError: a policy lacks what a night needs.
    """
    request.vault.open()
    nights = choose_nights(request.vault, request.nights, request.until, request.nights_of)
    pair = read_policies(
        request.policy_dirs,
        nights[-1].profile,
        request.changed_dirs,
        request.changed_profile,
        load_rulebook(request.rules_dirs),
    )
    opened = _opened(request, nights[-1], pair)
    # A policy that lacks something, and snapshots that are gone, are told before the first night is computed.
    in_force = [(pair.before.in_force(one.as_of), pair.after.in_force(one.as_of)) for one in nights]
    for policy in (one for both in in_force for one in both):
        income_policy(policy)
    for one in nights:
        pinned_snapshots(request.vault, one)
    # All that stand now: what people said of a night's findings was recorded after it.
    verdicts = standing_verdicts(fold(opened[0].events.read())).select(VERDICTS.names())
    with written_aside(request.vault.root / "tmp" / "rehearsal") as scratch:
        place = _Place(request, opened, private_folder(scratch))
        place.remember(night_before(request.vault, nights[0].as_of, nights[0].profile))
        done = []
        for stored, policies in zip(nights, in_force, strict=True):
            name = f"{stored.as_of}"
            step("step", name)
            done.append(place.night(stored, policies, verdicts, step, is_last=stored is nights[-1]))
            step("done", name)
    return Rehearsal(tuple(done), request.nights, pair.replaces, verdicts.height, opened[0].secret)


def _opened(request: Request, newest: StoredNight, pair: PolicyPair) -> tuple[Night, Night]:
    """The newest night opened with either policy, as a real one is: rules, cases and contracts are checked against both."""
    before, after = (
        open_night(
            as_of=newest.as_of,
            profile=policy.name,
            inbox=request.vault.root / "tmp",  # a stored night has landed: nothing is looked for there
            vault=request.vault,
            feeds_dirs=request.feeds_dirs,
            policy_dirs=directories,
            rules_dirs=request.rules_dirs,
            # Both sides know the same verdicts as the stored night did, so that policy alone differs.
            event_address=request.event_address or EventAddress.of_warehouse(request.vault.root),
        )
        for policy, directories in ((pair.before, request.policy_dirs), (pair.after, pair.changed))
    )
    return before, after


@dataclass(frozen=True)
class _Place:
    """The two small warehouses of a rehearsal, side by side."""

    request: Request
    opened: tuple[Night, Night]
    scratch: Path

    def vault(self, side: str) -> Vault:
        return replace(self.request.vault, root=self.scratch / side)

    def remember(self, folder: Path | None) -> None:
        """Let both sides begin after the stored night before the first: a link, because it is only read."""
        for side in _SIDES:
            self.vault(side).open()
            published = private_folder(self.scratch / side / "published")
            if folder is not None:
                (published / folder.name).symlink_to(folder, target_is_directory=True)

    def night(
        self,
        stored: StoredNight,
        policies: tuple[PolicyInForce, PolicyInForce],
        verdicts: pl.DataFrame,
        step: Step,
        *,
        is_last: bool,
    ) -> RehearsedNight:
        """One stored night under both policies."""
        before, after = (
            self._of_date(opened, stored, side, policy)
            for opened, side, policy in zip(self.opened, _SIDES, policies, strict=True)
        )
        states = feed_states(stored, before.snapshots, before.contracts)
        step("log", f"{stored.as_of}: {sum(one.is_assessed for one in states)} feeds, their rows about the roster")
        _match(before, after, states)
        for one, label in ((before, "policy in use"), (after, "changed policy")):
            judge_and_count(one)
            step("log", f"{stored.as_of}: {label} {one.policy.profile} {one.policy.version}")
        if not is_last:
            for one in (before, after):
                # Within a rehearsal the night after must find the one before it, whatever a gate would say of that.
                tables = published_tables(one)
                publish_night(one, _run_id(stored), tables, book_gates(one, tables))
        comparison = compare(_judged(before), _judged(after), stored.as_of)
        return RehearsedNight(
            stored=stored,
            before=before.policy,
            after=after.policy,
            changes=policy_changes(before.policy, after.policy),
            states=tuple(states),
            needs={rule_id: one.subject.needs for rule_id, one in after.rulebook.items()},
            comparison=comparison,
            households=before.tables.read("households"),
            members=before.tables.read("members"),
            counts_before=before.tables.read("rule_counts"),
            counts_after=after.tables.read("rule_counts"),
            recomputed_otherwise=_recomputed_otherwise(self.request.vault, stored, before),
            gates_after=tuple(
                f"{gate.name}: {gate.detail}"
                for gate in gates(after, published_tables(after), self.request.vault)
                if not gate.passed
            ),
            contradicted=_contradicted(verdicts, before, after),
        )

    def _of_date(self, opened: Night, stored: StoredNight, side: str, policy: PolicyInForce) -> Night:
        """A stored night under one policy: snapshots and finding ids of the warehouse, tables and memory of the side.

        Both sides carry the profile of the stored night, because memory is of one profile.
        """
        vault = self.vault(side)
        return replace(
            opened,
            as_of=stored.as_of,
            profile=stored.profile,
            policy=policy,
            vault=vault,
            tables=NightTables(vault, stored.as_of, stored.profile),
            snapshots=pinned_snapshots(self.request.vault, stored),
        )


def _match(before: Night, after: Night, states: Sequence[FeedState]) -> None:
    """Match once: who is judged, and what feeds hold about them, does not depend on the policy. Both sides read it."""
    for state in states:
        before.tables.write_facts(state_name(state.feed), state.model_dump(mode="json"))
    take_roster(before)
    assessed = {state.feed for state in states if state.is_assessed}
    for feed in matched_feeds(before):
        if feed in assessed:
            match_feed(before, feed)
    target = private_folder(after.tables.folder)
    for file in before.tables.folder.iterdir():
        os.link(file, target / file.name)


def _contradicted(verdicts: pl.DataFrame, before: Night, after: Night) -> pl.DataFrame:
    """Conclusions that the change contradicts; suppressed findings are held against it as well as raised ones."""
    sides = [
        pl.concat([night.tables.read(name) for name in ("findings", SUPPRESSED)], how="diagonal")
        for night in (before.without_canaries(), after.without_canaries())
    ]
    return contradicted(verdicts, compared_findings(*sides))


def _judged(night: Night) -> Judged:
    return Judged(night.tables.read("findings"), night.tables.read("cases"))


def _recomputed_otherwise(vault: Vault, stored: StoredNight, before: Night) -> int:
    """How many findings the published night has and the recomputed one has not, or otherwise, and the reverse."""
    published, computed = (
        frame.filter(pl.col("outcome") != NOT_ASSESSED).select(COMPARED)
        for frame in (read_published(vault, stored.folder, "findings"), before.tables.read("findings"))
    )
    differing = [
        left.join(right, on=COMPARED, how="anti", nulls_equal=True).select("finding_id")
        for left, right in ((published, computed), (computed, published))
    ]
    return pl.concat(differing).n_unique()


def _run_id(stored: StoredNight) -> str:
    return str(stored.manifest.get("run_id", ""))[:8] or "rehearsal"
