"""The night that people work on: the newest published one of a profile, and its findings as they may be answered.

What belongs here: reading that night. Nothing here writes.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from pipelines.casework.refusal import CaseworkError
from warehouse.keys import identity_key
from warehouse.publication import night_before, read_manifest, read_published
from warehouse.session import Vault

ANSWERABLE: Final = pl.Schema(
    {
        "finding_id": pl.String,
        "fingerprint": pl.String,
        "case_id": pl.String,
        "household_id": pl.String,
        "town": pl.String,
        "rule_id": pl.String,
        "feed": pl.String,
        "snapshot_date": pl.Date,
        "material": pl.String,
        "first_seen": pl.Date,
        "grace_from": pl.Date,
        "grace_to": pl.Date,
        "is_raised": pl.Boolean,
    }
)
"""Grain: one row per finding of the night, raised or suppressed. `case_id`, `grace_from`, `grace_to`: of its case, null
where its household has none."""

_OF_FINDING: Final = ("finding_id", "household_id", "town", "rule_id", "feed", "snapshot_date", "first_seen")


@dataclass(frozen=True)
class PublishedNight:
    """A published night, opened for those who work on it.

    Attributes:
        vault: the warehouse.
        folder: where its tables are; only read.
        manifest: its account.
    """

    vault: Vault
    folder: Path
    manifest: dict[str, Any]

    @property
    def as_of(self) -> date:
        """Its comparison date. What is recorded now is taken into account by nights after it (`known_after`)."""
        return date.fromisoformat(str(self.manifest["as_of"]))

    @property
    def profile(self) -> str:
        """The policy profile that it was judged by."""
        return str(self.manifest["profile"])

    @property
    def last_event(self) -> int | None:
        """The `seq` of the last event that the night took into account; None for one of an older version.

        A night reads the events and is published minutes later: what was recorded meanwhile says that it was known after
        the night before, and this one does not know it all the same.
        """
        seq = (self.manifest.get("events") or {}).get("seq")
        return None if seq is None else int(seq)

    @cached_property
    def secret(self) -> bytes:
        """The warehouse's secret behind ids and marks."""
        return identity_key(self.vault.root, self.vault.key)

    def table(self, name: str) -> pl.DataFrame:
        """A published table."""
        return read_published(self.vault, self.folder, name)

    def has(self, name: str) -> bool:
        """Whether the night has the table; one made by an older program may not."""
        return (self.folder / f"{name}.parquet").exists()

    @cached_property
    def answerable(self) -> pl.DataFrame:
        """The findings that may be answered, columns of `ANSWERABLE`."""
        raised = self.table("findings").select(_OF_FINDING).with_columns(is_raised=pl.lit(value=True))
        parts = [raised]
        if self.has("suppressed_findings"):
            held = self.table("suppressed_findings").select(_OF_FINDING)
            parts.append(held.with_columns(is_raised=pl.lit(value=False)))
        memory = self.table("memory")
        if "material" not in memory.columns:
            memory = memory.with_columns(material=pl.lit(None, dtype=pl.String))
        cases = self.table("cases").select("household_id", "case_id", "grace_from", "grace_to")
        return (
            pl.concat(parts)
            .join(memory.select("finding_id", "fingerprint", "material"), on="finding_id", how="left")
            .join(cases, on="household_id", how="left")
            .with_columns(snapshot_date=self._judged_on())
            .select(ANSWERABLE.names())
            .cast(ANSWERABLE)
        )

    @cached_property
    def resolved(self) -> frozenset[str]:
        """Findings that are gone, tonight or earlier."""
        return frozenset(self.table("history").get_column("finding_id"))

    def _judged_on(self) -> pl.Expr:
        """Date of the newest snapshot of its feed that the night used: a row of a delta may be much older."""
        used = {
            feed: date.fromisoformat(told["snapshot_date"])
            for feed, told in self.manifest.get("feeds", {}).items()
            if told.get("snapshot_date")
        }
        newest = pl.col("feed").replace_strict(used, default=None, return_dtype=pl.Date) if used else pl.lit(None)
        return pl.coalesce(newest, "snapshot_date")


def published_night(vault: Vault, profile: str) -> PublishedNight:
    """The newest published night of a profile.

    Raises:
        CaseworkError: there is none yet.
    """
    folder = night_before(vault, date.max, profile)
    if folder is None:
        raise CaseworkError(
            f"expected a published night of profile {profile} to work on, found none: run hedui nightly first, "
            "or check --warehouse and --profile"
        )
    return PublishedNight(vault, folder, read_manifest(folder))
