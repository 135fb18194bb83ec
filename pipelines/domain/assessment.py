"""What was assessed tonight: which rules ran on which feed, for whom. What is not assessed is never read as clear.

What belongs here: the facts by which memory tells "gone" from "not looked at", and by which the books balance
(rules.md section 1, casework.md section 1).
"""

from dataclasses import dataclass, field
from typing import Final

import polars as pl

FRESH: Final = "fresh"
UNSET: Final = "unset"
"""In the place of a feed's status: the rule asks for a parameter that no layer of the policy sets."""

RULES: Final = pl.Schema(
    {
        "rule_id": pl.String,
        "rule_version": pl.String,
        "feed": pl.String,
        "feed_status": pl.String,
        "snapshot_date": pl.Date,
    }
)
"""Grain: one row per rule switched on tonight. `feed_status`: fresh, stale, refused, absent; of a rule that needs
several feeds the first of them that is not fresh tells it; or unset."""

NEEDED: Final = pl.Schema({"rule_id": pl.String, "feed": pl.String})
"""Grain: one row per rule and feed that it needs beside its own."""

NOT_QUERIED: Final = pl.Schema({"feed": pl.String, "id_number": pl.String})
"""Grain: one row per feed and roster person whom the feed was not asked about (response mode)."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The scope of one night.

    Attributes:
        households: one row per household in scope: `household_id`.
        members: one row per member of a household in scope: `household_id`, `id_number`.
        rules: one row per rule switched on tonight, columns of `RULES`.
        not_queried: persons whom a feed was not asked about, columns of `NOT_QUERIED`; empty for full and delta feeds.
        unreadable_households: household_ids of quarantined roster rows, also of households that have no other row left;
            a household among them may be there although the roster shows it no more.
        after_income: rules that look at tonight's findings and income: what they said of a household rests on every
            feed that says something of it.
        needed: feeds that rules need beside their own, columns of `NEEDED`.
    """

    households: pl.DataFrame
    members: pl.DataFrame
    rules: pl.DataFrame
    not_queried: pl.DataFrame
    unreadable_households: pl.Series
    after_income: frozenset[str] = frozenset()
    needed: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=NEEDED))

    def assessed_pairs(self, findings: pl.DataFrame) -> pl.DataFrame:
        """Add to findings of an earlier night whether tonight could have found them again.

        What a rule says of a household (its record key is the household_id) rests on every member: it could not, when
        one of them was not asked about or stands in a roster row that could not be read.

        Returns:
            The findings with `is_switched_on`, `is_in_scope`, `is_member`, `is_unreadable` and `is_assessed` (its feed
            is fresh and whoever it rests on was readable and queried).
        """
        rules = self.rules.select("rule_id", is_fresh=pl.col("feed_status") == FRESH)
        yes = pl.lit(value=True)
        asked = self._not_queried_by_rule().with_columns(was_not_asked=yes)
        skipped = self._skipped_households().with_columns(is_partly_asked=yes)
        unreadable = pl.DataFrame({"household_id": self.unreadable_households.cast(pl.String).unique()})
        rests_on_person = pl.col("record_key") != pl.col("household_id")
        # Few findings are gone, of a whole city: joining all of it to them would sort out a million persons first.
        is_asked_about = pl.col("household_id").is_in(findings.get_column("household_id").unique().implode())
        households = self.households.filter(is_asked_about).select("household_id", is_in_scope=yes)
        members = self.members.filter(is_asked_about).select("household_id", "id_number", is_member=yes)
        return (
            findings.join(rules, on="rule_id", how="left")
            .join(households, on="household_id", how="left")
            .join(members, on=["household_id", "id_number"], how="left")
            .join(unreadable.with_columns(is_unreadable=yes), on="household_id", how="left")
            .join(asked, on=["rule_id", "id_number"], how="left")
            .join(skipped, on=["rule_id", "household_id"], how="left")
            .with_columns(
                pl.col("is_in_scope", "is_member", "is_unreadable").fill_null(value=False),
                is_switched_on=pl.col("is_fresh").is_not_null(),
                is_assessed=pl.col("is_fresh").fill_null(value=False)
                & pl.col("was_not_asked").is_null()
                & (rests_on_person | (pl.col("is_partly_asked").is_null() & pl.col("is_unreadable").is_null())),
            )
            .drop("is_fresh", "was_not_asked", "is_partly_asked")
        )

    def assessed_households(self) -> pl.DataFrame:
        """How many households each rule could judge tonight.

        A household is assessed by a rule when the rule's feeds are fresh and every member was queried.

        Returns:
            One row per rule: columns of `RULES`, `households_in_scope`, `households_assessed`,
            `households_not_assessed` (Int64).
        """
        in_scope = self.households.height
        skipped = self._skipped_households().group_by("rule_id").agg(skipped=pl.len().cast(pl.Int64))
        not_assessed = pl.when(pl.col("feed_status") == FRESH).then(pl.col("skipped").fill_null(0)).otherwise(in_scope)
        return (
            self.rules.select(RULES.names())
            .join(skipped, on="rule_id", how="left")
            .with_columns(households_in_scope=pl.lit(in_scope, dtype=pl.Int64), households_not_assessed=not_assessed)
            .with_columns(households_assessed=pl.col("households_in_scope") - pl.col("households_not_assessed"))
            .drop("skipped")
        )

    def clear_households(self, findings: pl.DataFrame) -> pl.DataFrame:
        """How many households each rule judged tonight without a word about them.

        A household about which it said anything, exempt or carried over from an earlier night included, is not clear;
        nor is one that it could not judge.

        Args:
            findings: tonight's findings, those that people cleared included: `rule_id`, `household_id`.

        Returns:
            One row per rule: `rule_id`, `households_clear` (Int64).
        """
        spoken_of = (
            findings.select("rule_id", "household_id")
            .unique()
            .join(self.households.select("household_id"), on="household_id", how="semi")
            .join(self._skipped_households(), on=["rule_id", "household_id"], how="anti")
            .group_by("rule_id")
            .agg(spoken_of=pl.len().cast(pl.Int64))
        )
        return (
            self.assessed_households()
            .join(spoken_of, on="rule_id", how="left")
            .select(
                "rule_id",
                households_clear=pl.when(pl.col("feed_status") == FRESH)
                .then(pl.col("households_assessed") - pl.col("spoken_of").fill_null(0))
                .otherwise(0),
            )
        )

    def _not_queried_by_rule(self) -> pl.DataFrame:
        """Persons whom a feed that a rule needs was not asked about. Grain: one row per rule and person."""
        feeds = pl.concat([self.rules.select(NEEDED.names()), self.needed])
        return self.not_queried.join(feeds, on="feed", how="inner").select("rule_id", "id_number").unique()

    def _skipped_households(self) -> pl.DataFrame:
        """Households of which a member was not asked about. Grain: one row per rule and household."""
        members = self.members.select("household_id", "id_number")
        pairs = self._not_queried_by_rule().join(members, on="id_number", how="inner")
        return pairs.select("rule_id", "household_id").unique()
