"""The books: nothing is lost, and both sides of every account are shown.

What belongs here: the equation of every snapshot, read = kept + duplicate + superseded + quarantined + skipped
(feeds.md section 2). The night's own accounts, of households and findings, are a gate before publication.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.checks.profile import Report

BOOKS_ZH: Mapping[str, str] = {
    "kept": "入库",
    "duplicate": "重复",
    "superseded": "替代",
    "quarantined": "隔离",
    "skipped": "跳过",
}


@dataclass(frozen=True)
class Account:
    """One equation between two counts."""

    name: str
    left: int
    right: int
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Whether both sides are equal."""
        return self.left == self.right

    @property
    def text(self) -> str:
        """The account in one line."""
        sign = "=" if self.holds else "≠"
        return f"{self.name}: {self.left:,} {sign} {self.right:,}{f' ({self.detail})' if self.detail else ''}"


def snapshot_account(report: Report) -> Account:
    """The account of one snapshot: rows read against what became of them."""
    parts = {label: int(report["books"][name]) for name, label in BOOKS_ZH.items()}
    return Account(
        name=str(report["snapshot_date"]),
        left=int(report["books"]["read"]),
        right=sum(parts.values()),
        detail="，".join(f"{label} {count:,}" for label, count in parts.items()),
    )


def snapshot_accounts(reports: Iterable[Report]) -> list[Account]:
    """The accounts of all snapshots that a feed's content is made of."""
    return [snapshot_account(report) for report in reports]
