"""What a rule may look at on one night: the date, the policy, the households, the members, every feed's matched rows.

What belongs here: the one parcel that judging takes, on one machine or on a shard of many. What does not: files,
snapshots, the night's folder.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from pipelines.domain.policy import PolicyInForce


@dataclass(frozen=True)
class NightContext:
    """One night, or one shard of it by household.

    Attributes:
        as_of: comparison date (比对日).
        policy: what applies on that date.
        households: one row per household in scope (`households.households_of`).
        members: one row per member (`households.members_of`).
        matched: per assessed feed one row per member × feed row (`matching.match`). A feed that is absent, stale or
            refused has no entry: nothing of it may be read as clear.
        has_declared_income: whether the roster has a monthly_income column at all; without it nothing can be compared
            with what was declared.
    """

    as_of: date
    policy: PolicyInForce
    households: pl.DataFrame
    members: pl.DataFrame
    matched: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    has_declared_income: bool = True

    def rows(self, feed: str) -> pl.LazyFrame:
        """The matched rows of an assessed feed.

        Raises:
            KeyError: the feed was not assessed; ask `has_feed` first.
        """
        if feed not in self.matched:
            raise KeyError(f"feed {feed}: expected matched rows, found none; judge only feeds that were assessed")
        return self.matched[feed].lazy()

    def has_feed(self, feed: str) -> bool:
        """Whether a feed was assessed tonight."""
        return feed in self.matched
