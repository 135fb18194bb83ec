"""``hedui export``: hand on what the last night found, masked unless clear IDs are asked for."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pipelines.cli.options import (
    as_of_option,
    feeds_option,
    key_file_option,
    profile_option,
    read_settings,
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
@click.option("--out", metavar="PATH", type=click.Path(path_type=Path), required=True, help="File to write.")
@click.option("--town", metavar="TOWN", help="Rows of this town alone.")
@click.option("--clear-ids", is_flag=True, help="Leave ID numbers readable; who did it is recorded.")
@warehouse_option
@as_of_option
@profile_option
@feeds_option
@key_file_option
def export(
    what: Any,  # noqa: ANN401  click has checked that it is one of the literals
    file_format: Any,  # noqa: ANN401
    out: Path,
    town: str | None,
    clear_ids: bool,
    **options: str | None,
) -> None:
    """Write findings, cases, quarantine or queue of the last published night to a file.

    queue: cases to send out, the most urgent first. quarantine: raw rows that departments have to fix. With --as-of
    or --profile: the latest night published of that date or profile. ID numbers show their first 6 and last 4
    characters unless --clear-ids is given, which is written to <warehouse>/audit/exports.jsonl.

    \b
    Examples:
      hedui export queue --format xlsx --out queue.xlsx --town 解放碑街道
      hedui export quarantine --format csv --out quarantine.csv
    """  # noqa: D301  click wants the character
    settings = read_settings(**options)
    if out.is_dir():
        raise SettingsError(f"--out: expected the name of a file, found the folder {out}: add a name to it")
    from pipelines.night.export_audit import record_clear_export  # noqa: PLC0415  Polars and DuckDB take a second
    from pipelines.night.export_files import write_export  # noqa: PLC0415
    from pipelines.night.exports import exported, night_to_export  # noqa: PLC0415
    from pipelines.night.night import open_vault  # noqa: PLC0415

    vault = open_vault(
        settings.required_warehouse(), settings.key_file, threads=settings.threads, memory_limit=settings.memory_limit
    )
    profile = settings.profile if "profile" in settings.model_fields_set else None
    folder = night_to_export(vault, settings.as_of, profile)
    rows = exported(vault, folder, what, town=town, clear_ids=clear_ids, words=_words(settings, what))

    def before(checksum: str) -> None:
        if clear_ids:
            entry = {"what": what, "format": file_format, "town": town, "night": folder.name, "rows": rows.height}
            record_clear_export(vault.root, entry | {"sha256": checksum}, out.name, datetime.now(UTC))

    write_export(rows, out, file_format, _notes(folder, what, town, clear_ids), before)
    shown = "ID numbers clear, recorded in audit/exports.jsonl" if clear_ids else "ID numbers masked"
    message(f"{out}: {rows.height:,} rows of {folder.name}; {shown}")


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
