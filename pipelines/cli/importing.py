"""``hedui import workbook``: filled workbooks back in, every row accepted, unchanged or held."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from pipelines.cli.options import (
    TIME_ZONE,
    feeds_option,
    key_file_option,
    policy_option,
    read_settings,
    rules_option,
    warehouse_option,
)
from pipelines.cli.screen import message, show
from pipelines.settings import Settings, SettingsError

DONE, UNUSABLE_FILE = 0, 2


@click.group("import", short_help="Filled workbooks back in.")
def importing() -> None:
    """Take in what people filled in."""


@importing.command("workbook")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen; record and write nothing.")
@click.option("--by", metavar="NAME", help="Who enters it; by default the user of this computer.")
@click.option(
    "--password-file", metavar="FILE", type=click.Path(path_type=Path), help="File (0600) with the workbooks' password."
)
@click.option("--rejects", metavar="PATH", type=click.Path(path_type=Path), help="Where to write the held rows.")
@warehouse_option
@feeds_option
@policy_option
@rules_option
@key_file_option
def workbook(
    files: tuple[Path, ...],
    dry_run: bool,
    by: str | None,
    password_file: Path | None,
    rejects: Path | None,
    **options: str | None,
) -> int:
    """Read filled workbooks back and record the verdicts and reviews in them.

    Every row is accepted, unchanged (nothing filled in, or the same stands) or held; a held row holds nothing else.
    All rows of a file are recorded together or not at all; importing a file twice changes nothing. Held rows are told
    by sheet, row and column and written to <name>-退回修改.xlsx beside the file, to be corrected and imported again;
    --rejects names another file (for one FILE) or a folder.

    Exit code 0: every file was read, held rows or not; 2: a file cannot be used (the others were); 1: an error of ours.

    \b
    Examples:
      hedui import workbook 渝中街道.xlsx --dry-run
      hedui import workbook returned/*.xlsx --by 陈某 --password-file book.password
    """  # noqa: D301  click wants the character
    settings = read_settings(**options)
    if rejects is not None and len(files) > 1 and not rejects.is_dir():
        raise SettingsError(f"--rejects: expected a folder for several files, found {rejects}: make it first")
    if rejects is not None and rejects.is_file():
        raise SettingsError(f"--rejects: expected a new file, found {rejects}, which somebody may be correcting")
    desk = _desk(settings, by, password_file, dry_run=dry_run)
    outcomes = _imported(files, desk, rejects)
    return _told(outcomes, is_rehearsal=dry_run)


def _desk(settings: Settings, by: str | None, password_file: Path | None, *, dry_run: bool) -> Any:  # noqa: ANN401  an ImportDesk; imported where it is needed
    from pipelines.night.export_audit import operating_user  # noqa: PLC0415  Polars and DuckDB take a second
    from pipelines.night.night import open_vault  # noqa: PLC0415
    from pipelines.workbooks.importing import ImportDesk  # noqa: PLC0415
    from pipelines.workbooks.password import read_password_file  # noqa: PLC0415
    from pipelines.workbooks.queue_books import Declarations  # noqa: PLC0415
    from pipelines.workbooks.written import written_of  # noqa: PLC0415
    from warehouse.events.store import EventStore, open_events  # noqa: PLC0415

    vault = open_vault(
        settings.required_warehouse(), settings.key_file, threads=settings.threads, memory_limit=settings.memory_limit
    )
    address = settings.event_address(vault.root)
    # A rehearsal writes nothing: it does not bring a store's tables up to date either.
    store = EventStore(address, vault.key) if dry_run else open_events(address, vault.key)
    return ImportDesk(
        vault=vault,
        store=store,
        when=datetime.now(ZoneInfo(TIME_ZONE)),
        written=written_of(vault, Declarations(settings.feeds_folders, settings.policy_folders, settings.rules)),
        by=by or operating_user(),
        password=read_password_file(password_file) if password_file else None,
        dry_run=dry_run,
    )


def _imported(files: Sequence[Path], desk: Any, rejects: Path | None) -> list[Any]:  # noqa: ANN401  as above
    from pipelines.workbooks.finishing import finish  # noqa: PLC0415
    from pipelines.workbooks.importing import import_workbooks  # noqa: PLC0415

    return [finish(one, desk, rejects) for one in import_workbooks(files, desk)]


def _told(outcomes: Sequence[Any], *, is_rehearsal: bool) -> int:
    """Say what became of the files; the exit code."""
    from pipelines.workbooks.outcome import Status, told  # noqa: PLC0415

    for outcome in outcomes:
        text = "\n".join(told(outcome, is_rehearsal=is_rehearsal))
        if outcome.status == Status.UNUSABLE:
            message(text, "red")
        else:
            show(text, to_copy=True)
    if is_rehearsal:
        message("这是试运行：没有登记任何内容，也没有写任何文件")
    return UNUSABLE_FILE if any(one.status == Status.UNUSABLE for one in outcomes) else DONE
