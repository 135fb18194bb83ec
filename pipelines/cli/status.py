"""``hedui status``: the last night, feeds and their ages, gates, what is held and why."""

import click

from pipelines.cli.options import as_of_option, read_settings, today, warehouse_option
from pipelines.cli.screen import show


@click.command(short_help="The last night, feeds and ages, gates, what is held.")
@warehouse_option
@as_of_option
def status(**options: str | None) -> None:
    """Show where the warehouse stands. No key is needed: nothing about persons is read.

    With --as-of the ages of the feeds count to that date, else to today (in China).
    """
    settings = read_settings(**options)
    from pipelines.night.status import standing, status_screen  # noqa: PLC0415  Polars and DuckDB take a second
    from warehouse.session import Vault  # noqa: PLC0415

    show(status_screen(standing(Vault(settings.required_warehouse())), settings.as_of or today()))
