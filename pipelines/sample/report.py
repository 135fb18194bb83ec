"""What was written: counts per feed, for the reader and for tests.

What belongs here: the report's shape, and the error in its stead. Counts only, never a value of a row.
"""

from dataclasses import asdict, dataclass
from datetime import date


class SampleError(Exception):
    """A sample that cannot be written as it was asked for; the message says what to ask for instead."""


@dataclass(frozen=True)
class FeedCounts:
    """Counts of the snapshot that a night uses.

    `rows` = kept + `quarantined` + `duplicate` + `superseded` + `documents`; `layout` rows come on top.

    Attributes:
        snapshot_date: date of the snapshot's folder.
        files: files in the folder, the manifest not counted.
        rows: data rows.
        quarantined: rows with an identity number that is none.
        duplicate: rows that stand twice.
        superseded: rows that a later row with their natural key replaces.
        documents: rows about passports, permits or firms instead of citizen numbers.
        layout: titles, blank rows, totals and notes, above, between and below the data.
        planted: rows about roster persons that an archetype put there.
    """

    snapshot_date: date
    files: int
    rows: int
    quarantined: int
    duplicate: int
    superseded: int
    documents: int
    layout: int
    planted: int


@dataclass(frozen=True)
class SampleReport:
    """What `write_sample` wrote.

    Attributes:
        recipients: active persons who receive dibao or tekun: as many as were asked for.
        members: rows of the roster before any mess.
        households: households on it, those who have left included.
        findings: rows of the truth.
        warned: persons with a flagged or undetermined finding.
        feeds: counts by feed.
    """

    recipients: int
    members: int
    households: int
    findings: int
    warned: int
    feeds: dict[str, FeedCounts]

    def as_json(self) -> dict[str, object]:
        """The report as JSON takes it, dates as text."""
        feeds = {
            feed: asdict(counts) | {"snapshot_date": counts.snapshot_date.isoformat()}
            for feed, counts in self.feeds.items()
        }
        return asdict(self) | {"feeds": feeds}
