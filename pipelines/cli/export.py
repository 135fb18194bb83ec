"""``hedui export``: hand on what the last night found, masked unless clear IDs are asked for."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pipelines.cli.options import (
    as_of_option,
    feeds_option,
    key_file_option,
    policy_option,
    profile_option,
    read_settings,
    rules_option,
    warehouse_option,
)
from pipelines.cli.screen import message
from pipelines.settings import Settings, SettingsError

# As in pipelines.night.exports and export_files; a test holds them equal. Importing those costs a second of --help.
WHATS = ("findings", "cases", "quarantine", "queue")
FORMATS = ("parquet", "csv", "xlsx")


@click.command(short_help="Findings, cases, quarantine or queue of the last night as a file.")
@click.argument("what", type=click.Choice(WHATS))
@click.option("--format", "file_format", type=click.Choice(FORMATS), required=True, help="Kind of file.")
@click.option(
    "--out",
    metavar="PATH",
    type=click.Path(path_type=Path),
    required=True,
    help="File to write; a folder for workbooks.",
)
@click.option("--town", metavar="TOWN", help="Rows of this town alone.")
@click.option("--clear-ids", is_flag=True, help="Leave ID numbers readable; who did it is recorded.")
@click.option(
    "--password-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Workbooks of the queue open with the password in this file (one line, mode 0600).",
)
@warehouse_option
@as_of_option
@profile_option
@feeds_option
@policy_option
@rules_option
@key_file_option
def export(
    what: Any,  # noqa: ANN401  click has checked that it is one of the literals
    file_format: Any,  # noqa: ANN401
    out: Path,
    town: str | None,
    clear_ids: bool,
    password_file: Path | None,
    **options: str | None,
) -> None:
    """Write findings, cases, quarantine or queue of the last published night to a file.

    queue: cases to send out, the most urgent first. quarantine: raw rows that departments have to fix. With --as-of
    or --profile: the latest night published of that date or profile. ID numbers show their first 6 and last 4
    characters unless --clear-ids is given, which is written to <warehouse>/audit/exports.jsonl.

    queue --format xlsx: one workbook per town and one for the district (全区), to be filled in and imported again. PATH
    is a folder; or a file ending in .xlsx: with --town that town's alone, without it the district's, the towns' beside it.

    \b
    Examples:
      hedui export queue --format xlsx --out books --password-file /etc/hedui/book-password
      hedui export queue --format xlsx --out queue.xlsx --town 解放碑街道
      hedui export quarantine --format csv --out quarantine.csv
    """  # noqa: D301  click wants the character
    settings = read_settings(**options)
    if what == "queue" and file_format == "xlsx":
        _workbooks(settings, Asked(out, town, clear_ids, password_file))
        return
    if password_file is not None:
        raise SettingsError("--password-file: only the workbooks of the queue are encrypted; leave it out")
    if out.is_dir():
        raise SettingsError(f"--out: expected the name of a file, found the folder {out}: add a name to it")
    from pipelines.night.export_audit import record_clear_export  # noqa: PLC0415  Polars and DuckDB take a second
    from pipelines.night.export_files import write_export  # noqa: PLC0415
    from pipelines.night.exports import exported  # noqa: PLC0415

    vault, folder = _night(settings)
    rows = exported(vault, folder, what, town=town, clear_ids=clear_ids, words=_words(settings, what))

    def before(checksum: str) -> None:
        if clear_ids:
            entry = {"what": what, "format": file_format, "town": town, "night": folder.name, "rows": rows.height}
            record_clear_export(vault.root, entry | {"sha256": checksum}, out.name, datetime.now(UTC))

    write_export(rows, out, file_format, _notes(folder, what, town, clear_ids), before)
    shown = "ID numbers clear, recorded in audit/exports.jsonl" if clear_ids else "ID numbers masked"
    message(f"{out}: {rows.height:,} rows of {folder.name}; {shown}")


@dataclass(frozen=True)
class Asked:
    """What was asked for of the workbooks."""

    out: Path
    town: str | None
    clear_ids: bool
    password_file: Path | None


def _workbooks(settings: Settings, asked: Asked) -> None:
    """Write the workbooks of the queue."""
    from pipelines.night.export_audit import operating_user, record_clear_export  # noqa: PLC0415
    from pipelines.workbooks.handing_out import Destination, HandedOut  # noqa: PLC0415
    from pipelines.workbooks.password import read_password_file  # noqa: PLC0415
    from pipelines.workbooks.queue_books import Declarations, Wish, write_queue_books  # noqa: PLC0415
    from warehouse.events.store import open_events  # noqa: PLC0415

    if asked.out.exists() and asked.out.suffix.casefold() != ".xlsx" and not asked.out.is_dir():
        raise SettingsError(f"--out: expected a folder or a name ending in .xlsx, found the file {asked.out}")
    password = None if asked.password_file is None else read_password_file(asked.password_file)
    vault, folder = _night(settings)
    now = datetime.now(UTC)

    def before(book: HandedOut) -> None:
        if asked.clear_ids:
            entry = {"what": "queue", "format": "xlsx", "town": book.town, "night": folder.name, "rows": book.rows}
            record_clear_export(vault.root, entry | {"sha256": book.sha256}, book.path.name, datetime.now(UTC))

    town = None if asked.town is None else asked.town.strip()
    wish = Wish(Destination.of(asked.out, town), now, operating_user(), "export", asked.clear_ids, password)
    store = open_events(settings.event_address(vault.root), vault.key)
    declarations = Declarations(settings.feeds_folders, settings.policy_folders, settings.rules)
    done = write_queue_books(vault, folder, store, declarations, wish, before)
    books = done.books
    shown = "ID numbers clear, recorded in audit/exports.jsonl" if asked.clear_ids else "ID numbers masked"
    locked = "; they open with the password" if password else ""
    if done.dispatched:
        locked += f"; {done.dispatched:,} cases handed out"
    told = f"{books[0].rows:,} findings of {books[0].cases:,} cases of {folder.name}; {shown}{locked}"
    if len(books) == 1:
        message(f"{books[0].path}: {told}")
    else:
        message(f"{books[0].path.parent}: {len(books)} workbooks, one per town and {books[0].path.name}: {told}")


def _night(settings: Settings) -> Any:  # noqa: ANN401  the warehouse and a folder; imported where they are needed
    """The warehouse, and the published night that was asked for."""
    from pipelines.night.exports import night_to_export  # noqa: PLC0415
    from pipelines.night.night import open_vault  # noqa: PLC0415

    vault = open_vault(
        settings.required_warehouse(), settings.key_file, threads=settings.threads, memory_limit=settings.memory_limit
    )
    profile = settings.profile if "profile" in settings.model_fields_set else None
    return vault, night_to_export(vault, settings.as_of, profile)


def _words(settings: Settings, what: str) -> Any:  # noqa: ANN401  FeedWords; imported where it is needed
    """What contracts say of headers and reasons, which quarantine alone needs."""
    from connectors.contract import load_contracts  # noqa: PLC0415
    from connectors.reasons import Reason  # noqa: PLC0415
    from pipelines.night.exports import FeedWords  # noqa: PLC0415

    if what != "quarantine":
        return FeedWords()
    contracts = load_contracts(*settings.feeds_folders)
    headers = {
        feed: [header for field in one.fields if field.kind == "id" for header in (*field.headers, field.name)]
        for feed, one in contracts.items()
    }
    return FeedWords(headers, {reason.value: reason.label_zh for reason in Reason})


def _notes(folder: Path, what: str, town: str | None, clear_ids: bool) -> dict[str, str]:
    """Lines of the workbook's sheet 说明."""
    from warehouse.publication import read_manifest  # noqa: PLC0415

    night = read_manifest(folder)
    return {
        "内容": what,
        "比对日": str(night["as_of"]),
        "政策方案": str(night["profile"]),
        "政策版本": str(night.get("policy_version", "")),
        "运行编号": str(night.get("run_id", "")),
        "镇街": town or "全部",
        "证件号码": "完整显示，使用已登记" if clear_ids else "已脱敏：显示前6位和后4位",
        "性质": "疑点线索，须经核实，不是处理决定",
    }
