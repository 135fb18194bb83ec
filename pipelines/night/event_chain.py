"""Are the case events that earlier nights took into account still there?

Belongs here: refusing a night whose event store has lost events, was set back, or is another one. Without it, answers
that people gave would be forgotten in silence and thousands of findings raised again. Does not belong here: what the
events say, and whether the chain holds link by link (`hedui audit verify`).
"""

from pipelines.night.night import Night
from warehouse.errors import EventStoreError
from warehouse.events.heads import recorded_heads


def events_must_stand(night: Night) -> None:
    """Look up, in the event store, the heads that published and held nights keep in their manifests.

    Raises:
        EventStoreError: one of them is not there.
    """
    lost = night.events.missing(recorded_heads(night.vault.root).heads)
    if lost is not None:
        raise EventStoreError(
            f"the event store {night.events} does not hold event {lost.seq} as an earlier night took it into account, so "
            "verdicts would be forgotten: check event_store (HEDUI_EVENT_STORE), restore the back-up of the store, and "
            "look with hedui audit verify",
        )
