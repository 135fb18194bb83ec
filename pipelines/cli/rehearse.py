"""``hedui rehearse``: what a changed policy would do, on nights that are stored; nothing is published."""

import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from pipelines.cli.options import (
    TIME_ZONE,
    as_of_option,
    engine_options,
    feeds_option,
    key_file_option,
    read_settings,
    rules_option,
    warehouse_option,
)
from pipelines.cli.progress import Progress
from pipelines.cli.screen import message, show
from pipelines.settings import SettingsError


@click.command(short_help="What a changed policy would do, on stored nights; nothing is published.")
@click.option(
    "--policy",
    "changed",
    metavar="DIR",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Folder of the changed policy: added over the policy in use; an edited copy of it stands in its place.",
)
@click.option("--profile", "changed_profile", metavar="NAME", help="Profile of the changed policy.")
@click.option("--nights", metavar="N", type=click.IntRange(min=1), default=1, show_default=True, help="Last N nights.")
@click.option("--nights-of", metavar="NAME", help="Profile of the stored nights; by default that of the newest.")
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), help="Folder of the report.")
@click.option("--clear-ids", is_flag=True, help="Leave ID numbers readable; who did it is recorded.")
@warehouse_option
@as_of_option
@feeds_option
@rules_option
@key_file_option
@engine_options
def rehearse(
    changed: tuple[Path, ...],
    changed_profile: str | None,
    nights: int,
    nights_of: str | None,
    out: Path | None,
    clear_ids: bool,
    **options: str | None,
) -> None:
    """Judge stored nights under the policy in use and under a changed one; tell who enters and who leaves.

    Nothing is published, and no night, finding or case of the warehouse changes. Writes rehearsal.html (no person in it,
    unless --clear-ids) and rehearsal.xlsx (lists by name, ID numbers masked unless --clear-ids, which is recorded in
    <warehouse>/audit/exports.jsonl) into --out, by default rehearsal-<date>. With --as-of: nights up to that date.

    \b
    Examples:
      hedui rehearse --profile caojie-people
      hedui rehearse --policy proposal --nights 7 --out report
    """  # noqa: D301  click wants the character
    if not changed and changed_profile is None:
        raise click.UsageError("give --policy DIR or --profile NAME: what is to be rehearsed?")
    if out is not None and out.is_file():
        raise SettingsError(f"--out: expected a folder, found the file {out}: name a folder")
    settings = read_settings(**options)
    from pipelines.night.night import open_vault  # noqa: PLC0415  Polars and DuckDB take a second
    from pipelines.night.rehearsal import rehearse as run  # noqa: PLC0415
    from pipelines.night.rehearsal_report import write_report  # noqa: PLC0415
    from pipelines.night.rehearsal_screen import rehearsal_screen  # noqa: PLC0415
    from pipelines.night.rehearsed import Request  # noqa: PLC0415

    request = Request(
        vault=open_vault(
            settings.required_warehouse(),
            settings.key_file,
            threads=settings.threads,
            memory_limit=settings.memory_limit,
        ),
        feeds_dirs=settings.feeds_folders,
        rules_dirs=settings.rules,
        policy_dirs=settings.policy_folders,
        changed_dirs=tuple(Path(part) for one in changed for part in str(one).split(os.pathsep) if part),
        changed_profile=changed_profile,
        nights=nights,
        until=settings.as_of,
        nights_of=nights_of,
        event_address=settings.event_address(settings.warehouse),
    )
    with Progress() as progress:
        rehearsal = run(request, progress)
        progress("step", "report")
        folder = out or Path(f"rehearsal-{rehearsal.newest.as_of}")
        made_at = datetime.now(ZoneInfo(TIME_ZONE))
        written = write_report(rehearsal, folder, request.vault.root, made_at, clear_ids=clear_ids)
        progress("done", "report")
    show(rehearsal_screen(rehearsal, written))
    message(
        "ID numbers clear, recorded in audit/exports.jsonl" if clear_ids else "ID numbers masked; nothing published"
    )
