"""Recording verdicts and reviews of one file in one transaction.

What belongs here: nothing but that. Each of them decides inside a transaction of its own; here both find themselves
inside the same one, so that a kill leaves all rows of a file or none.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from warehouse.events.event import Draft, Event
from warehouse.events.store import EventStore, Reader

Result = TypeVar("Result")


class _Inside:
    """Stands for the store while its transaction is open: what is to be recorded is gathered, and recorded at its end."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.drafts: list[Draft] = []

    def transact(self, build: Callable[[Reader], Sequence[Draft]]) -> list[Event]:
        """Gather what would be recorded; the events are not known before the end."""
        self.drafts += build(self._reader)
        return []

    def read(self, **which: Any) -> list[Event]:  # noqa: ANN401  passed on as it is
        """What stood when the transaction began."""
        return self._reader.read(**which)


def together(store: EventStore, record: Callable[[EventStore], Result]) -> Result:
    """Let several acts record in one transaction.

    Args:
        store: the event store.
        record: records through the store that it is given; may be called twice, of which the last counts.

    Returns:
        What `record` gives. Ids of new events are not in it.
    """
    results: list[Result] = []

    def build(reader: Reader) -> list[Draft]:
        inside = _Inside(reader)
        results[:] = [record(cast("EventStore", inside))]
        return inside.drafts

    store.transact(build)
    return results[0]
