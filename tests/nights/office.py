"""A warehouse after a night, and the files that come back to it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.casework.night import PublishedNight, published_night
from pipelines.workbooks.importing import ImportDesk, Imported, import_workbooks
from pipelines.workbooks.outcome import FileOutcome
from pipelines.workbooks.seal import seal_key
from tests.nights.district import AS_OF
from tests.nights.driver import PROFILE, District
from tests.pipelines.workbooks.made_books import COMPLETE, Edited, edited, handed_out, written
from warehouse.events.address import EventAddress
from warehouse.events.event import Event
from warehouse.events.store import open_events

WHEN = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 17, tzinfo=ZoneInfo("Asia/Shanghai"))
ANSWER = {**COMPLETE, "investigated_on": AS_OF.isoformat()}


@dataclass
class Office:
    """A warehouse after a night, and the files that come back to it."""

    night: PublishedNight
    folder: Path
    desk: ImportDesk
    rows: list[dict[str, object]] = field(default_factory=list)

    def book(self, *edits: Callable[[Edited], None], town: str | None = "测试镇") -> bytes:
        """A workbook of the night's findings, edited."""
        key = seal_key(self.night.secret)
        content = handed_out(
            self.rows, town=town, key=key, night=self.night.folder.name, as_of=self.night.as_of, profile=PROFILE
        )
        return edited(content, *edits)

    def file(self, content: bytes, name: str = "渝中.xlsx") -> Path:
        """A file that came back."""
        path = self.folder / name
        path.write_bytes(content)
        return path

    def imports(self, *paths: Path, **desk: Any) -> list[FileOutcome]:
        """What becomes of files."""
        return [one.outcome for one in self.imported(*paths, **desk)]

    def imported(self, *paths: Path, **desk: Any) -> list[Imported]:
        """What becomes of files, in full."""
        return import_workbooks(paths, replace(self.desk, **desk))

    def events(self, kind: str = "verdict") -> list[Event]:
        """What is recorded."""
        return self.desk.store.read(kinds=[kind])


def open_office(district: District, folder: Path) -> Office:
    """The office of a district after its night.

    Args:
        district: the district.
        folder: where files come back to, in a folder of its own.
    """
    vault = district.open().vault
    night = published_night(vault, PROFILE)
    found = night.answerable.filter("is_raised").sort("finding_id")
    rows = [
        written(number, batch=night.folder.name, finding_id=finding, fingerprint=fingerprint)
        for number, (finding, fingerprint) in enumerate(found.select("finding_id", "fingerprint").iter_rows(), start=1)
    ]
    assert len(rows) > 5
    store = open_events(EventAddress.of_warehouse(vault.root), vault.key)
    returned = folder / "returned"
    returned.mkdir()
    return Office(night, returned, ImportDesk(vault, store, WHEN, lambda _: lambda _ids: None, by="陈录入"), rows)


def counted(outcome: FileOutcome) -> tuple[int, int, int]:
    """Accepted, unchanged and held rows."""
    return outcome.accepted, outcome.unchanged, outcome.held_rows


def reasons(outcome: FileOutcome) -> set[tuple[int, str | None, str]]:
    """Row, column and cause of all reasons."""
    return {(one.row, one.key, str(one.cause)) for one in outcome.held}
