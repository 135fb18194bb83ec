"""Refusal: a delivery that is not used, and why."""

from datetime import date


class Refusal(Exception):  # noqa: N818  (the field's word; not every refusal is an error of ours)
    """A snapshot refused whole. The message is for staff and the department; it holds no value of a person."""

    def __init__(self, feed: str, snapshot_date: date, message: str) -> None:
        super().__init__(f"{feed} {snapshot_date.isoformat()}: {message}")
        self.feed = feed
        self.snapshot_date = snapshot_date
        self.message = message
