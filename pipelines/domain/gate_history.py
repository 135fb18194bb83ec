"""The history that gates judge by: metrics of earlier nights as their manifests keep them.

What belongs here: reading metrics out of an account, and choosing nights and snapshots. An account written before
metrics were kept tells nothing, and counts as no history.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipelines.domain.gates import FeedMetrics, NightMetrics


@dataclass(frozen=True, slots=True)
class History:
    """Nights before the one that is judged, each once, the newest first.

    Attributes:
        nights: all that are known.
        most: how many nights, or snapshots of a feed, count.
        has_own: whether tonight's own snapshot counts too, where an earlier night used it.
    """

    nights: Sequence[NightMetrics]
    most: int
    has_own: bool = False

    @property
    def last(self) -> Sequence[NightMetrics]:
        """The nights that count for what is compared night by night."""
        return self.nights[: self.most]

    @property
    def roster_rows(self) -> list[int]:
        """Rows of the roster on the last nights."""
        return [one.roster_rows for one in self.last if one.roster_rows is not None]

    def of_feed(self, feed: str, tonight: tuple[str, str]) -> list[FeedMetrics]:
        """A feed's last snapshots, other than tonight's as a rule, each as the newest night that used it tells.

        A feed that is delivered once a month has its snapshots far back, so all known nights are looked through.
        """
        found: dict[tuple[str, str], FeedMetrics] = {}
        for night in self.nights:
            metrics = night.feeds.get(feed)
            if metrics is not None and (self.has_own or metrics.mark != tonight):
                found.setdefault(metrics.mark, metrics)
        return list(found.values())[: self.most]

    def since_release(self, gate: str) -> "History | None":
        """The nights from the newest on that a person released despite a gate; None where there is none.

        Who releases a night says that so much is right: until the median has followed, the nights after it are not held
        for what was answered already.
        """
        place = next((place for place, night in enumerate(self.nights) if gate in night.released), None)
        return None if place is None else History(self.nights[: place + 1], self.most, has_own=True)

    def of_rule(self, rule_id: str) -> list[Mapping[str, int]]:
        """A rule's flagged findings by town on those of the last nights on which it was assessed."""
        return [one.flagged[rule_id] for one in self.last if rule_id in one.flagged]


def history_of(accounts: Sequence[Mapping[str, Any]], most: int) -> History:
    """The history that published nights make.

    Args:
        accounts: manifests of published nights, one per comparison date, in any order.
        most: how many nights, or snapshots, count.
    """
    told = [metrics_of(one) for one in accounts]
    known = [one for one in told if one is not None]
    return History(sorted(known, key=lambda one: one.as_of, reverse=True), most)


def metrics_of(account: Mapping[str, Any]) -> NightMetrics | None:
    """The metrics in a night's manifest; None where it has none."""
    told = account.get("metrics")
    if not isinstance(told, Mapping):
        return None
    return NightMetrics(
        as_of=str(account["as_of"]),
        roster_rows=told.get("roster_rows"),
        feeds={feed: _feed(one) for feed, one in told.get("feeds", {}).items()},
        flagged=told.get("flagged", {}),
        released=frozenset(account.get("released", {}).get("gates", ())),
    )


def _feed(told: Mapping[str, Any]) -> FeedMetrics:
    """A feed's metrics; shares come back as the decimal numbers that were written."""
    fill = {field: Fraction(str(share)) for field, share in told.get("fill", {}).items() if share is not None}
    return FeedMetrics(
        mark=(str(told.get("snapshot_date")), str(told.get("checksum"))),
        rows=int(told["rows"]),
        matched=told.get("matched_persons"),
        persons=told.get("persons"),
        fill=fill,
    )
