"""``hedui retain``: removes rows whose time is over, or tells what it would remove."""

import shlex
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from pipelines.cli.options import (
    TIME_ZONE,
    as_of_option,
    feeds_option,
    key_file_option,
    policy_option,
    profile_option,
    read_settings,
    today,
    warehouse_option,
)
from pipelines.cli.screen import message, show


@click.command(short_help="Remove rows whose time is over (retention).")
@click.option("--dry-run", is_flag=True, help="Tell what would go; remove nothing.")
@warehouse_option
@as_of_option
@profile_option
@feeds_option
@policy_option
@key_file_option
def retain(*, dry_run: bool, **options: str | None) -> None:
    """Remove rows about persons that were kept long enough: how long is policy (retention_… parameters).

    Departments' rows go 90 days after the last night that used them, unless the policy says otherwise. What the newest
    night uses and the next one needs stays. Accounts of counts and checksums stay, and so does what people decided. What
    went is recorded in audit/retention.jsonl.

    \b
    Example:
      hedui retain --dry-run
    """  # noqa: D301  click wants the character
    settings = read_settings(**options)
    from pipelines.night.declared import declared  # noqa: PLC0415  Polars and DuckDB take a second
    from pipelines.night.export_audit import operating_user  # noqa: PLC0415
    from pipelines.night.night import open_vault  # noqa: PLC0415
    from pipelines.night.retention import RETENTION, plan_retention  # noqa: PLC0415
    from pipelines.night.retention import retain as remove  # noqa: PLC0415
    from pipelines.night.retention_screen import retention_screen, size  # noqa: PLC0415
    from warehouse.occupancy import Occupant, occupied  # noqa: PLC0415

    root, day = settings.required_warehouse(), settings.as_of or today()
    told = declared(settings.profile, day, settings.feeds_folders, settings.policy_folders, settings.rules)
    vault = open_vault(root, settings.key_file, threads=settings.threads, memory_limit=settings.memory_limit)
    vault.open()
    if dry_run:
        plan, kept = plan_retention(vault, told.contracts, told.policy, day)
        show(retention_screen(plan, kept, day))
        here = f"hedui retain --warehouse {shlex.quote(str(root))}"
        message(f"nothing was removed; {len(plan.goes)} would go and free {size(plan.bytes_freed)}: {here}")
        return
    with occupied(root, Occupant(RETENTION)):
        plan, kept = plan_retention(vault, told.contracts, told.policy, day)
        show(retention_screen(plan, kept, day))
        removed = remove(vault, plan, kept, operating_user(), datetime.now(ZoneInfo(TIME_ZONE)))
    message(
        f"removed {len(removed.things)}, freed {size(removed.size)}; recorded in audit/retention.jsonl"
        if removed.things
        else "nothing is old enough to go",
        "green",
    )
