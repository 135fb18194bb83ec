"""Gates: what a night must stand up to before it is published (casework.md section 2). Counts only, no person.

What belongs here: what a gate is, and by which limits. How tonight is judged by earlier nights stands in
`gate_judgement`, which nights those are in `gate_history`, what explains a gate that trips in `attribution`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, Literal

Status = Literal["passed", "failed", "no_history", "too_few"]

ROSTER_ROWS: Final = "roster_rows"
FEED_ROWS: Final = "feed_rows"
MATCH_RATE: Final = "match_rate"
FILL_RATE: Final = "fill_rate"
BREAKER: Final = "breaker"
NIGHT_BOOKS: Final = "night_books"
FEED_BOOKS: Final = "feed_books"
CANARIES: Final = "canaries"

RELEASABLE: Final = (ROSTER_ROWS, FEED_ROWS, MATCH_RATE, FILL_RATE, BREAKER)
"""The kinds that compare with earlier nights: a department may really have changed so much, and a person can say so.
Books that do not balance and canaries that are wrong mean an error of ours, and no reason makes such a night right."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One check over the whole night; one that fails holds the publication.

    Attributes:
        name: of this gate among all of the night, such as `vehicle_rows`.
        passed: only a gate that failed does not.
        detail: what was found, by how much it differs, and the limit.
        status: by default what `passed` says. `no_history` (nothing to compare with) and `too_few` (beyond the limit,
            but resting on too few rows) pass.
        attribution: what explains most of a failure; empty where nothing failed.
        kind: what it is about; gates of one kind are one check in Dagster. By default the name.
        numbers: observed, median, limit, nights: what it was judged by, for tables and charts.
    """

    name: str
    passed: bool
    detail: str
    status: Status = "passed"
    attribution: str = ""
    kind: str = ""
    numbers: Mapping[str, float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let status and kind follow from what was said."""
        if not self.passed:
            object.__setattr__(self, "status", "failed")
        if not self.kind:
            object.__setattr__(self, "kind", self.name)

    @property
    def can_be_released(self) -> bool:
        """Whether a person may publish a night that it holds: not where it shows an error of ours."""
        return self.kind in RELEASABLE

    def told(self) -> dict[str, Any]:
        """The gate as the manifest keeps it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "passed": self.passed,
            "status": self.status,
            "detail": self.detail,
            "attribution": self.attribution,
            "can_be_released": self.can_be_released,
            "numbers": dict(self.numbers),
        }


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the gates, from the policy; None where it leaves one unset: that gate does not judge.

    Attributes:
        roster_band: share of the median by which the roster's rows may differ.
        feed_band: the same for a feed's rows.
        match_band: the same for the share of those in scope who stand in a feed.
        fill_points: percentage points by which the fill of a required field may fall.
        breaker_multiple: multiple of the median that the flagged findings of a rule and town may reach.
        breaker_excess: findings above the median; the breaker trips where both are exceeded.
        smallest: a difference of fewer rows, persons or findings than this never trips.
        nights: over how many nights, or snapshots of a feed, a median is taken at most.
    """

    roster_band: Fraction | None
    feed_band: Fraction | None
    match_band: Fraction | None
    fill_points: Fraction | None
    breaker_multiple: Fraction | None
    breaker_excess: Fraction | None
    smallest: Fraction
    nights: int


@dataclass(frozen=True, slots=True)
class FeedMetrics:
    """What one night, or one snapshot, says of a feed.

    Attributes:
        mark: snapshot date and checksum of its newest snapshot: what tells one delivery from another.
        rows: of the content in use.
        matched: those in scope with a row in it; None where nobody was looked for.
        persons: those in scope.
        fill: required field → share of the rows that have it.
    """

    mark: tuple[str, str]
    rows: int
    matched: int | None = None
    persons: int | None = None
    fill: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def match_rate(self) -> Fraction | None:
        """The share of those in scope who stand in the feed, exactly."""
        return Fraction(self.matched, self.persons) if self.matched is not None and self.persons else None


@dataclass(frozen=True, slots=True)
class NightMetrics:
    """What one night says of itself.

    Attributes:
        as_of: its comparison date, YYYY-MM-DD.
        roster_rows: rows of the roster; None where it was not told.
        feeds: the feeds that were assessed.
        flagged: rule that was assessed → town → flagged findings; a town that is not named has none.
        released: the gates that held it, where a person released it.
    """

    as_of: str
    roster_rows: int | None
    feeds: Mapping[str, FeedMetrics]
    flagged: Mapping[str, Mapping[str, int]]
    released: frozenset[str] = frozenset()
