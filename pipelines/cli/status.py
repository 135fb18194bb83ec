"""``hedui status``: the last night, feeds and their ages, gates, what is held and why, cases, and where to look."""

import json
from typing import TYPE_CHECKING

import click

from pipelines.cli.options import as_of_option, read_settings, today, warehouse_option
from pipelines.cli.screen import show
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.night.status_health import Returned


@click.command(short_help="The last night, feeds and ages, gates, what is held, cases.")
@warehouse_option
@as_of_option
@click.option("--json", "as_json", is_flag=True, help="For machines: one JSON object, the same facts.")
def status(*, as_json: bool, **options: str | None) -> None:
    """Show where the warehouse stands. No key is needed: nothing about persons is read.

    With --as-of the ages of the feeds count to that date, else to today (in China).
    """
    settings = read_settings(**options)
    from pipelines.night.status import standing, status_screen  # noqa: PLC0415  Polars and DuckDB take a second
    from pipelines.night.status_json import status_facts  # noqa: PLC0415
    from warehouse.events.store import EventStore  # noqa: PLC0415
    from warehouse.session import Vault  # noqa: PLC0415

    root = settings.required_warehouse()
    store = EventStore(settings.event_address(root), key=None)
    found = standing(Vault(root), store, _returned(settings))
    day = settings.as_of or today()
    if as_json:
        click.echo(json.dumps(status_facts(found, day), ensure_ascii=False, indent=1, sort_keys=True))
    else:
        show(status_screen(found, day))


def _returned(settings: Settings) -> "Returned | None":
    """Where filled workbooks arrive, where a folder is set."""
    if settings.drop_folder is None:
        return None
    from pipelines.night.status_health import Returned  # noqa: PLC0415
    from pipelines.workbooks.drop_folder import look  # noqa: PLC0415
    from pipelines.workbooks.dropped import waiting  # noqa: PLC0415

    there = [settings.drop_folder / name for name in look(settings.drop_folder)]
    return Returned(settings.drop_folder, len(waiting(settings.warehouse, there)))
