"""The last nights side by side, from their manifests: gates, feeds, and what changed since the night before.

What belongs here: pure functions from manifests to rows that a page or a screen can show. A manifest written before
something was kept says nothing of it: that is shown as nothing, not as zero. Counts, dates and names of feeds, rules and
gates alone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pipelines.domain.case_state import CaseState
from pipelines.domain.health import RULE_FIELDS

NIGHTS_SHOWN: Final = 30

Account = Mapping[str, Any]
Fate = Literal["published", "released", "held"]

BOOKS: Final = "books"
GATE_KINDS: Final = (BOOKS, "canaries", "roster_rows", "feed_rows", "match_rate", "fill_rate", "breaker")
"""The columns of the grid: gates of one kind share one. Others follow in the order in which they appear."""


@dataclass(frozen=True, slots=True)
class NightAccount:
    """A night as its manifest tells it, and what became of it.

    Attributes:
        manifest: its account.
        fate: published as it was, released by a person after a gate had held it, or held still.
    """

    manifest: Account
    fate: Fate

    @property
    def as_of(self) -> str:
        """The comparison date, YYYY-MM-DD."""
        return str(self.manifest["as_of"])


@dataclass(frozen=True, slots=True)
class GateCell:
    """The gates of one kind on one night: how many of each status; empty where there was none."""

    counts: Mapping[str, int]

    @property
    def status(self) -> str:
        """What they come to: one that failed tells it, then one that passed; without any: empty."""
        return next((one for one in ("failed", "passed", "too_few", "no_history") if self.counts.get(one)), "")


@dataclass(frozen=True, slots=True)
class GateRow:
    """One night of the grid."""

    as_of: str
    fate: Fate
    cells: Mapping[str, GateCell]


@dataclass(frozen=True, slots=True)
class FeedNight:
    """One feed on one night; None where the manifest does not say it."""

    as_of: str
    status: str
    age_days: int | None
    rows: int | None
    matched: int | None
    quarantined: int | None


def last_nights(nights: Iterable[NightAccount], most: int = NIGHTS_SHOWN) -> list[NightAccount]:
    """The last nights, oldest first, one per comparison date: the last in order, a published one before a held one."""
    chosen: dict[str, NightAccount] = {}
    for one in nights:
        before = chosen.get(one.as_of)
        if before is None or one.fate != "held" or before.fate == "held":
            chosen[one.as_of] = one
    return [chosen[as_of] for as_of in sorted(chosen)][-most:]


def gate_kind(gate: Mapping[str, Any]) -> str:
    """The column in which a gate stands."""
    kind = str(gate.get("kind") or gate.get("name", ""))
    return BOOKS if kind.endswith("books") or kind == "books_balance" else kind


def gate_status(gate: Mapping[str, Any]) -> str:
    """passed, failed, no_history or too_few; a gate of which only the first two are kept tells those."""
    return str(gate.get("status") or ("passed" if gate.get("passed") else "failed"))


def gate_grid(nights: Sequence[NightAccount]) -> tuple[list[str], list[GateRow]]:
    """Nights × kinds of gates.

    Returns:
        The kinds that stand on any of the nights, and one row per night in the order given.
    """
    rows = []
    for one in nights:
        counted: dict[str, Counter[str]] = {}
        for gate in one.manifest.get("gates", []):
            counted.setdefault(gate_kind(gate), Counter())[gate_status(gate)] += 1
        rows.append(GateRow(one.as_of, one.fate, {kind: GateCell(dict(told)) for kind, told in counted.items()}))
    there = list(dict.fromkeys(kind for row in rows for kind in row.cells))
    known = [kind for kind in GATE_KINDS if kind in there]
    return [*known, *(kind for kind in there if kind not in GATE_KINDS)], rows


def feed_nights(nights: Sequence[NightAccount]) -> dict[str, list[FeedNight]]:
    """What each feed delivered night by night: feeds of which anything came on any of the nights, the roster first."""
    told = {feed: [_feed_night(feed, one) for one in nights] for feed in _feeds(nights)}
    return {feed: row for feed, row in told.items() if any(one.rows is not None for one in row)}


def _feeds(nights: Sequence[NightAccount]) -> list[str]:
    feeds = {feed for one in nights for feed in one.manifest.get("feeds", {})}
    return sorted(feeds, key=lambda feed: (feed != "roster", feed))


def _feed_night(feed: str, night: NightAccount) -> FeedNight:
    account = night.manifest.get("feeds", {}).get(feed, {})
    metrics = night.manifest.get("metrics", {}).get("feeds", {}).get(feed, {})
    status = str(account.get("status", ""))
    came = status == "fresh"
    return FeedNight(
        as_of=night.as_of,
        status=status,
        age_days=account.get("age_days"),
        rows=metrics.get("rows", account.get("kept")) if came else None,
        matched=metrics.get("matched_persons") if came else None,
        quarantined=account.get("quarantined") if came else None,
    )


def with_delta(tonight: Account, before: Account | None) -> list[dict[str, Any]]:
    """The rules of a night with how many findings each flagged more or fewer than the night before.

    Returns:
        The entries of `health.rules`, each with `delta` and `was_flagged` (None without a night before that tells it).
    """
    rules = tonight.get("health", {}).get("rules", [])
    earlier = {one["rule_id"]: one for one in (before or {}).get("health", {}).get("rules", [])}
    return [_beside(one, earlier.get(one["rule_id"])) for one in rules]


def _beside(rule: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> dict[str, Any]:
    was = None if earlier is None else int(earlier.get("flagged", 0))
    delta = None if was is None else int(rule.get("flagged", 0)) - was
    return {**dict.fromkeys(RULE_FIELDS, 0), **rule, "was_flagged": was, "delta": delta}


def in_order(states: Mapping[str, int]) -> dict[str, int]:
    """Counts of cases by state, in the order in which a case goes through them."""
    known = [str(one) for one in CaseState if one in states]
    return {state: states[state] for state in (*known, *sorted(states.keys() - set(known)))}


def spoke(rule: Mapping[str, Any]) -> bool:
    """Whether a rule found anything tonight, or lost anything."""
    return any(rule.get(name) for name in RULE_FIELDS if not name.startswith("households_"))
