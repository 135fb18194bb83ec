"""Options that several commands share, and how they become settings.

Values stay text here: they are checked in one place, with those from the environment and from ``hedui.toml``
(``pipelines.settings``), so that a mistake is told in the same words wherever it was made.
"""

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from pipelines.cli.boundary import Session
from pipelines.settings import Settings, SettingsError
from pipelines.settings_reading import find_settings_file, load_settings

TIME_ZONE = "Asia/Shanghai"
Command = TypeVar("Command", bound=Callable[..., Any])

warehouse_option = click.option("--warehouse", metavar="DIR", help="Folder of snapshots, nights and publications.")
inbox_option = click.option("--inbox", metavar="DIR", help="Folder of deliveries: <inbox>/<feed>/<YYYY-MM-DD>/…")
as_of_option = click.option("--as-of", metavar="DATE", help="Comparison date (比对日), YYYY-MM-DD.")
profile_option = click.option("--profile", metavar="NAME", help="Policy profile; by default caojie-2024.")
feeds_option = click.option(
    "--feeds",
    metavar="DIR",
    help="Folder of a region's own feed contracts, added to the shipped ones; several: DIR:DIR.",
)
rules_option = click.option(
    "--rules", metavar="DIR", help="Folder of a region's own rules (Python modules, which are run); several: DIR:DIR."
)
policy_option = click.option(
    "--policy", metavar="DIR", help="Folder of a region's own policy, added to the shipped layers; several: DIR:DIR."
)
key_file_option = click.option(
    "--key-file", metavar="FILE", help="Key of an encrypted warehouse; better in HEDUI_KEY_FILE."
)


def engine_options(command: Command) -> Command:
    """Add what bounds a night's use of the machine."""
    command = click.option("--memory-limit", metavar="SIZE", help="Memory of DuckDB, such as 4GB.")(command)
    return click.option("--threads", metavar="N", help="Threads of the engines.")(command)


def read_settings(**options: object) -> Settings:
    """Put a command's options together with environment, file and defaults, and tell the session the warehouse.

    Raises:
        SettingsError: an unknown name or a value that cannot be used.
    """
    settings = load_settings(options, os.environ, find_settings_file(Path.cwd()))
    context = click.get_current_context(silent=True)
    if context is not None and isinstance(context.obj, Session):
        context.obj.warehouse = settings.warehouse
    return settings


def read_date(option: str, text: str | None) -> date | None:
    """A date that an option of one command gives; None where it was not given.

    Raises:
        SettingsError: it is no date.
    """
    if text is None:
        return None
    try:
        # Alone, fromisoformat would take 20260922 too.
        return date.fromisoformat(text.strip() if "-" in text else "")
    except ValueError:
        raise SettingsError(
            f"{option}: expected a date YYYY-MM-DD that exists, such as 2026-09-22, found {text!r}"
        ) from None


def today() -> date:
    """Give the date in China now; the one place where a command reads the clock for a comparison date."""
    return datetime.now(ZoneInfo(TIME_ZONE)).date()
