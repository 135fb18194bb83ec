"""A story made ready for a night: dates, policy and persons settled, departments and columns under our names.

What belongs here: the shape between a story file (`story`, `reading`) and the night that is run for it (`inbox`,
`night`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.scenario.cast import Person
from pipelines.scenario.story import ExpectedCase, ExpectedFinding, Household

Row = Mapping[str, str]


@dataclass(frozen=True)
class FeedDelivery:
    """What one department delivered.

    Attributes:
        snapshot_date: the date that the data describes.
        headers: by field, the header under which it is delivered.
        rows: cells by field.
        asked: labels of the persons about whom the department was asked; None for a full extract.
    """

    snapshot_date: date
    headers: Mapping[str, str]
    rows: tuple[Row, ...]
    asked: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Scene:
    """One story, ready to be run.

    Attributes:
        place: file and line of the story.
        households: by their number, which is what the story calls them.
        deliveries: by feed, the roster among them; a feed that isn't there delivered nothing.
    """

    subject: str
    title: str
    place: str
    text: str
    as_of: date
    profile: str
    households: Mapping[str, Household]
    persons: Mapping[str, Person]
    deliveries: Mapping[str, FeedDelivery]
    findings: tuple[ExpectedFinding, ...]
    cases: tuple[ExpectedCase, ...]

    @property
    def name(self) -> str:
        """Subject and title, as a test or a report calls the story."""
        return f"{self.subject}_{self.title}" if self.subject else self.title
