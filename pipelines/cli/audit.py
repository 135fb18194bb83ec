"""``hedui audit``: is what was recorded still what was recorded?"""

import click

from pipelines.cli.options import read_settings, warehouse_option
from pipelines.cli.screen import message, show
from pipelines.settings import Settings

WHOLE, BROKEN = 0, 1


@click.group(short_help="Whether the case events are whole.")
def audit() -> None:
    """Look after the record of what people decided."""


@audit.command("verify")
@warehouse_option
def verify(**options: str | None) -> int:
    """Check the chain of case events, and that it leads where the nights saw it lead. No key is needed.

    Exit code 0: whole; 1: broken, and the first broken link is named; 2: wrong usage or configuration.

    \b
    Example:
      hedui audit verify --warehouse warehouse
    """  # noqa: D301  click wants the character
    return _verified(read_settings(**options))


def _verified(settings: Settings) -> int:
    from warehouse.events.heads import recorded_heads  # noqa: PLC0415  SQLAlchemy takes a moment
    from warehouse.events.store import EventStore, Extent  # noqa: PLC0415

    address = settings.event_address(settings.required_warehouse())
    store = EventStore(address, key=None)
    kept = recorded_heads(settings.warehouse)
    broken = store.verify(kept.heads)
    if broken is not None:
        message(
            f"{address}: the chain of events breaks at event {broken.seq} ({broken.what}): {broken.detail}. Stop "
            "recording, keep the database as it is for those who look into it, and restore the back-up",
            "red",
        )
        return BROKEN
    extent: Extent = store.extent()
    since = f" since {extent.since:%Y-%m-%d %H:%M} UTC" if extent.since else ""
    head = f"; the last is {extent.head.seq} {extent.head.digest[:12]}" if extent.events else ""
    nights = f"; {len(kept.heads)} of {kept.nights} nights name a head, and all agree" if kept.nights else ""
    show(
        f"{address}: {extent.events:,} event{'' if extent.events == 1 else 's'}{since}{head}{nights}. The chain is whole."
    )
    if kept.unreadable:
        message(f"{kept.unreadable} nights have no manifest that can be read: restore them from the back-up", "yellow")
    return WHOLE
