"""What a rule may look at on one night: the date, the policy, the households, the members, every feed's matched rows.

What belongs here: the one parcel that judging takes, on one machine or on a shard of many. What does not: files,
snapshots, the night's folder.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import polars as pl

from pipelines.domain.policy import PolicyInForce
from pipelines.domain.roster_rows import ROSTER_ROWS, SHARED_MEMBERS

Table = pl.DataFrame | pl.LazyFrame
"""A table in memory, or one that lies in a file until somebody says which of its columns are looked at."""

ROSTER: Final = "roster"
"""The feed that every night has: rules on the roster alone judge it without matching."""


@dataclass(frozen=True)
class Reckoned:
    """What is known once the feeds are judged and the income is reckoned; rules judged after the income look at it.

    Attributes:
        findings: tonight's findings of the feeds, exempt and undetermined ones too (`findings.FINDINGS`); nothing is
            carried over from an earlier night.
        ledger: one row per member (`ledger.LEDGER`), amounts in 毫 per month.
        income: one row per household in scope (`income.INCOME`), amounts in 毫 per person and month.
    """

    findings: pl.DataFrame
    ledger: pl.DataFrame
    income: pl.DataFrame


@dataclass(frozen=True)
class NightContext:
    """One night, or one shard of it by household.

    Attributes:
        as_of: comparison date (比对日).
        policy: what applies on that date.
        households: one row per household in scope (`households.households_of`).
        members: one row per member (`households.members_of`). Of it, `roster` and `shared`, which are as long as the
            city is large, most rules look at few columns or none.
        matched: per assessed feed one row per member × feed row (`matching.match`). A feed that is absent, stale or
            refused has no entry: nothing of it may be read as clear.
        roster: one row per roster row, active or stopped, of a household in scope (`roster_rows.roster_rows_of`).
        shared: one row per member who stands in several households (`roster_rows.shared_members_of`); told once for
            the whole city, so that a shard need not look across households.
        looked_up: per assessed feed what it holds about persons beyond the household whom the judged feed names
            (`matching.named_rows`).
        not_queried: per assessed feed the persons about whom it was not asked, `id_number`: that it holds nothing of
            them says nothing (feeds.md section 1, response mode).
        has_declared_income: whether the roster has a monthly_income column at all; without it nothing can be compared
            with what was declared.
        titles: what staff call each feed, as its contract says.
        reckoned: tonight's findings and income; there for rules judged after the income alone, ask `after_income`.
    """

    as_of: date
    policy: PolicyInForce
    households: pl.DataFrame
    members: Table
    matched: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    has_declared_income: bool = True
    roster: Table = field(default_factory=lambda: pl.DataFrame(schema=ROSTER_ROWS))
    shared: Table = field(default_factory=lambda: pl.DataFrame(schema=SHARED_MEMBERS))
    looked_up: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    not_queried: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    reckoned: Reckoned | None = None
    titles: Mapping[str, str] = field(default_factory=dict)

    def in_memory(self) -> "NightContext":
        """The same with every table in memory: it may leave for another process."""
        members, roster, shared = (one.lazy().collect() for one in (self.members, self.roster, self.shared))
        return replace(self, members=members, roster=roster, shared=shared)

    def after_income(self) -> Reckoned:
        """Tonight's findings, ledger and income.

        Raises:
            LookupError: the feeds are still being judged; say `after_income=True` in the rule's subject.
        """
        if self.reckoned is None:
            raise LookupError(
                "tonight's income: expected it reckoned, found the feeds still being judged; "
                "say after_income=True in the Subject of the rule that looks at it"
            )
        return self.reckoned

    def rows(self, feed: str) -> pl.LazyFrame:
        """The matched rows of an assessed feed.

        Raises:
            KeyError: the feed was not assessed; ask `has_feed` first.
        """
        if feed not in self.matched:
            raise KeyError(f"feed {feed}: expected matched rows, found none; judge only feeds that were assessed")
        return self.matched[feed].lazy()

    def was_asked(self, feed: str) -> pl.Expr:
        """Whether an assessed feed was asked about the person of a row (column id_number); false without the feed."""
        if not self.has_feed(feed):
            return pl.lit(value=False)
        unasked = self.not_queried.get(feed)
        if unasked is None or unasked.is_empty():
            return pl.lit(value=True)
        return ~pl.col("id_number").is_in(unasked.get_column("id_number").implode())

    def label_of(self, feed: str) -> str:
        """What a sentence calls the records of a feed."""
        return f"{self.titles.get(feed, feed)}数据"

    def has_feed(self, feed: str) -> bool:
        """Whether a feed was assessed tonight; the roster always is."""
        return feed == ROSTER or feed in self.matched
