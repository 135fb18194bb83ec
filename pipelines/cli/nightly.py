"""``hedui nightly``: one night, and its summary on one screen."""

import os
import shlex
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.loading import garbage_left_alone
from pipelines.cli.options import (
    as_of_option,
    engine_options,
    feeds_option,
    inbox_option,
    key_file_option,
    policy_option,
    profile_option,
    read_date,
    read_settings,
    rules_option,
    today,
    warehouse_option,
)
from pipelines.cli.progress import Progress
from pipelines.cli.screen import message, show
from pipelines.settings import Settings, SettingsError

if TYPE_CHECKING:
    from pipelines.jobs import NightOutcome

PUBLISHED = 0
PUBLISHED_WITHOUT_WORKBOOKS = (
    "The night is published; its workbooks are not written. Write them: hedui export queue --format xlsx --out DIR"
)
WHAT_IT_MEANS = {
    1: "The night failed by an error of ours; the previous publication stays.",
    2: "The night did not start: something in the settings, contracts or policy is wrong.",
    3: "A gate held the publication; the previous one stays. See hedui status.",
    4: "The roster is missing or refused, so there is no night; the previous publication stays.",
}


@click.command(short_help="One night: land, check, compare, build cases, publish.")
@inbox_option
@warehouse_option
@as_of_option
@click.option("--from", "first", metavar="DATE", help="Several nights in order: the first date …")
@click.option("--to", "last", metavar="DATE", help="… and the last one.")
@profile_option
@feeds_option
@policy_option
@rules_option
@key_file_option
@engine_options
def nightly(first: str | None, last: str | None, **options: str | None) -> int:
    """Run one night: land, check, compare, build cases, publish; then show its summary.

    Without --as-of the night is today's (in China). Deliveries that are in the warehouse already are not read again.

    With --from and --to the nights between run one after another. A night that is held, or has no roster, is told and the
    next one runs; after an error of ours none does. The exit code is that of the first night not published.

    \b
    Examples:
      hedui nightly --inbox inbox --warehouse warehouse --as-of 2026-09-22
      hedui nightly --inbox inbox --warehouse warehouse --from 2026-09-01 --to 2026-09-30
    """  # noqa: D301  click wants the character
    settings = read_settings(**options)
    settings.required_inbox()
    dates = _dates(first, last, options["as_of"])
    if dates:
        from pipelines.cli.several_nights import run_nights  # noqa: PLC0415

        return run_nights(settings, dates)
    as_of = settings.as_of or today()
    from pipelines.checks.judge import warm  # noqa: PLC0415

    warm()  # Great Expectations is loaded on another core while this one loads Dagster
    with garbage_left_alone():
        from pipelines.jobs import run_night  # noqa: PLC0415  Dagster takes seconds to import

    with Progress() as progress:
        progress("log", f"night of {as_of}, profile {settings.profile}")
        outcome = run_night(settings, as_of, progress)
    for told in outcome.messages:
        message(f"! {told}", "red" if outcome.exit_code else "yellow")
    if outcome.exit_code != PUBLISHED and outcome.folder is not None:
        show_summary(settings, as_of, outcome)
        message(PUBLISHED_WITHOUT_WORKBOOKS, "bold")
        return outcome.exit_code
    if outcome.exit_code != PUBLISHED:
        message(WHAT_IT_MEANS[outcome.exit_code], "bold")
        return outcome.exit_code
    show_summary(settings, as_of, outcome)
    return PUBLISHED


def _dates(first: str | None, last: str | None, as_of: str | None) -> list[date]:
    """The dates of several nights; none where one is asked for.

    Raises:
        SettingsError: a date that cannot be read, one of two, or a single one beside them.
    """
    if first is None and last is None:
        return []
    if as_of is not None:
        raise SettingsError("--as-of: expected one night, or several with --from and --to, found both; leave one out")
    from pipelines.cli.several_nights import dates_between  # noqa: PLC0415

    return dates_between(*(read_date(f"--{name}", text) for name, text in (("from", first), ("to", last))))


def show_summary(settings: Settings, as_of: date, outcome: "NightOutcome") -> None:
    """Show the summary of the night just published."""
    from pipelines.night.declared import declared  # noqa: PLC0415
    from pipelines.night.night import open_vault  # noqa: PLC0415
    from pipelines.night.summary import NextSteps, next_steps, night_summary  # noqa: PLC0415
    from warehouse.publication import read_manifest, read_published  # noqa: PLC0415

    folder = Path(str(outcome.folder))
    vault = open_vault(
        settings.warehouse, settings.key_file, threads=settings.threads, memory_limit=settings.memory_limit
    )
    folders = (settings.feeds_folders, settings.policy_folders, settings.rules)
    policy = declared(settings.profile, as_of, *folders).policy
    titles = {rule_id: rule.title for rule_id, rule in policy.rules.items()}
    counts, cases = (read_published(vault, folder, table) for table in ("rule_counts", "cases"))
    manifest = read_manifest(folder)
    show(night_summary(manifest, counts, cases, titles))
    books = settings.warehouse / "workbooks" / folder.name
    here = f"--warehouse {shlex.quote(str(settings.warehouse))}"
    show(
        next_steps(
            manifest,
            NextSteps(
                str(folder),
                here,
                is_current=outcome.is_current,
                program=program(),
                workbooks=str(books) if books.is_dir() else "",
            ),
        ),
        to_copy=True,
    )


def program() -> str:
    """How to call this command line from here: by name where it is on the path, else by its file."""
    called = Path(sys.argv[0])
    if shutil.which("hedui") or called.name != "hedui":
        return "hedui"
    return shlex.quote(os.path.relpath(called))
