"""What a night knows about one feed: which snapshots it uses, how old they are, and why not newer ones."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from warehouse.load_report import LoadReport

FeedStatus = Literal["fresh", "stale", "refused", "absent"]


class FeedState(BaseModel):
    """One feed on one comparison date. Grain: one per feed and night; counts and dates only.

    Only a `fresh` feed is assessed. `stale`: its newest snapshot is older than the contract allows. `refused`: snapshots
    arrived, none that may be used. `absent`: nothing arrived (feeds.md section 1).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    feed: str
    title: str
    as_of: date
    status: FeedStatus
    snapshot_date: date | None = Field(
        default=None, description="date of the newest snapshot in use, or of the stale one"
    )
    age_days: int | None = None
    max_age_days: int
    messages: list[str] = Field(
        default_factory=list, description="refusals, folders that are not ready, missing deltas"
    )
    used: list[LoadReport] = Field(
        default_factory=list, description="load reports of the snapshots in use, newest first"
    )

    @property
    def is_assessed(self) -> bool:
        """Whether the feed's rules may be judged tonight; what is not assessed is never read as clear."""
        return self.status == "fresh"

    @property
    def report(self) -> LoadReport | None:
        """The load report of the newest snapshot in use."""
        return self.used[0] if self.used else None
