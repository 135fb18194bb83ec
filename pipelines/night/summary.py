"""The one-screen summary of a night: counts per rule, feed and town, and where to look next.

Counts, dates and names of rules, feeds and towns alone: no household, no person. Functions of what was published;
the only output is something that rich can print, at most 100 columns wide and, for a district, one screen high.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from rich.cells import cell_len, set_cell_size
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.night.labels import FEED_STATUS_LABELS, RISK_LABELS
from pipelines.night.screen_table import number, plain_table
from pipelines.night.summary_rules import rules_part

TOWNS_SHOWN = 23  # and a line for the rest
TOWNS_IN_A_COLUMN = 6
MESSAGES_SHOWN = 3
MESSAGE_CELLS = 180  # two lines
ROSTER = "roster"
RISK_STYLE = {"red": "red", "orange": "dark_orange", "yellow": "yellow", "grey": "dim"}
STATUS_STYLE = {"fresh": "green", "stale": "yellow", "refused": "red", "absent": "red"}


@dataclass(frozen=True)
class NextSteps:
    """Where to look next: commands and places, ready to be typed.

    Attributes:
        results: folder of the published night.
        options: what the commands below need to find this warehouse, such as ``--warehouse DIR``.
        is_current: whether ``current`` points at this night.
        program: how this command line is called here, where it is not on the path.
        workbooks: folder of the towns' workbooks; empty where the night wrote none.
    """

    results: str
    options: str
    is_current: bool = True
    program: str = "hedui"
    workbooks: str = ""


def night_summary(
    manifest: Mapping[str, Any],
    rule_counts: pl.DataFrame,
    cases: pl.DataFrame,
    titles: Mapping[str, str],
) -> RenderableType:
    """Put the summary of a published night together; `next_steps` stands below it.

    Args:
        manifest: the night's manifest.
        rule_counts: one row per rule.
        cases: one row per case; only town and risk are read.
        titles: rule id → its name in Chinese, as policy has it.
    """
    blank = Text("")
    return Group(
        heading(manifest),
        blank,
        *rules_part(rule_counts, titles, manifest["feeds"]),
        blank,
        feeds_table(manifest["feeds"]),
        *feed_messages(manifest["feeds"]),
        *policy_messages(manifest),
        *canary_messages(manifest),
        blank,
        towns_table(cases),
        blank,
    )


def heading(manifest: Mapping[str, Any]) -> Text:
    """Say which night this is, in two lines."""
    counts = manifest.get("counts", {})
    told = [f"{counts[name]:,} {name}" for name in ("households", "persons", "findings", "cases") if name in counts]
    at_rest = "encrypted at rest" if manifest.get("encrypted") else "not encrypted at rest"
    run = str(manifest.get("run_id", ""))[:8]
    first = Text(f"核对 {manifest['as_of']}  {'  ·  '.join(told)}", style="bold")
    return first.append(f"\nprofile {manifest['profile']}  ·  run {run}  ·  files {at_rest}", style="not bold dim")


def policy_messages(manifest: Mapping[str, Any]) -> list[Text]:
    """Say what the policy leaves unset although rules in force ask for it, and which of them assessed nobody for it."""
    lines = []
    if unset := manifest.get("unset_parameters"):
        lines.append(Text(_cut(f"parameters not set: {', '.join(unset)} (hedui policy show)"), style="dim"))
    if rules := manifest.get("unset_rules"):
        told = ", ".join(f"{rule_id} ({parameter})" for rule_id, parameter in rules.items())
        lines.append(Text(_cut(f"! not assessed for want of a parameter: {told}"), style="yellow"))
    return lines


def canary_messages(manifest: Mapping[str, Any]) -> list[Text]:
    """Say where canaries went along and none of them could be asked anything; where all was right nothing is said."""
    told = manifest.get("canaries", {})
    if not told.get("households") or told["asked"]:
        return []
    message = f"! none of {told['households']} canaries could be asked: no feed that they are about was assessed"
    return [Text(_cut(message), style="yellow")]


def feeds_table(feeds: Mapping[str, Mapping[str, Any]]) -> Table:
    """One line per feed of which something came: what it delivered, how old it is, where its rows went."""
    table = plain_table()
    for name in ("feed", "status", "snapshot"):
        table.add_column(name, no_wrap=True)
    for name in ("days old", "rows read", "kept", "repeated", "quarantined", "skipped"):
        table.add_column(name, justify="right", no_wrap=True)
    # What everything is compared with stands first.
    came = {feed: told for feed, told in feeds.items() if told["status"] != "absent" or told.get("messages")}
    for feed, told in sorted(came.items(), key=lambda one: (one[0] != ROSTER, one[0])):
        status = str(told["status"])
        label = Text(f"{status} {FEED_STATUS_LABELS.get(status, '')}", style=STATUS_STYLE.get(status, ""))
        age = "" if told.get("age_days") is None else str(told["age_days"])
        repeated = told.get("duplicate", 0) + told.get("superseded", 0)
        counts = [told.get("rows_read"), told.get("kept"), repeated, told.get("quarantined"), told.get("skipped")]
        table.add_row(feed, label, str(told.get("snapshot_date") or ""), age, *map(number, counts))
    return table


def feed_messages(feeds: Mapping[str, Mapping[str, Any]]) -> list[Text]:
    """Give what was said about feeds (refusals, files not ready), a line each, and where the rest is."""
    said = [message for told in feeds.values() for message in told.get("messages", [])]
    lines = [Text(f"! {_cut(message)}", style="yellow") for message in said]
    more = len(lines) - MESSAGES_SHOWN
    return [*lines[:MESSAGES_SHOWN], *([Text(f"! {more} more: hedui status", style="yellow")] if more > 0 else [])]


def towns_table(cases: pl.DataFrame) -> RenderableType:
    """Cases by risk, a line per town, the town with most red cases first; from seven towns on, side by side."""
    risks = list(RISK_LABELS)
    counted = (
        cases.with_columns(pl.col("town").fill_null("").replace("", "（未填）"))
        .group_by("town")
        .agg(*((pl.col("risk") == risk).sum().alias(risk) for risk in risks), cases=pl.len())
        .sort([*risks, "town"], descending=[*(True for _ in risks), False])
    )
    rows = counted.head(TOWNS_SHOWN).rows()
    rest = counted.slice(TOWNS_SHOWN)
    if rest.height:
        rows.append((f"{rest.height} more towns", *rest.select(pl.all().exclude("town").sum()).row(0)))
    if len(rows) <= TOWNS_IN_A_COLUMN:
        return _towns(rows, risks)
    half = (len(rows) + 1) // 2
    both = Table.grid(padding=(0, 4))
    both.add_row(_towns(rows[:half], risks), _towns(rows[half:], risks))
    return both


def next_steps(manifest: Mapping[str, Any], steps: NextSteps) -> Text:
    """Say where the results are and what to type next; lines are never cut, so that they can be copied."""
    aside = sum(told.get("quarantined", 0) for told in manifest["feeds"].values())
    commands = [
        ("workbooks", steps.workbooks),
        ("cases to send out", f"{steps.program} export queue --format xlsx --out queue {steps.options}"),
        (
            f"{aside:,} rows to fix",
            f"{steps.program} export quarantine --format csv --out quarantine.csv {steps.options}",
        ),
        ("web interface", f"{steps.program} ui {steps.options}"),
        ("tables", steps.results),
    ]
    wanted = [(label, told) for label, told in commands if told and (aside or "quarantine" not in told)]
    lines = [f"{label:<18} {told}" for label, told in wanted]
    if not steps.is_current:
        lines.append("A later night is current: this one is published beside it.")
    return Text("\n".join(lines))


def _towns(rows: Sequence[tuple[Any, ...]], risks: Sequence[str]) -> Table:
    table = plain_table()
    table.add_column("town", no_wrap=True, max_width=20)
    for risk in risks:
        table.add_column(risk, justify="right", style=RISK_STYLE[risk])
    table.add_column("cases", justify="right")
    for town, *counts in rows:
        table.add_row(Text(town), *(number(count) for count in counts))
    return table


def _cut(message: str) -> str:
    """At most two lines of a message; the whole is in hedui status."""
    return message if cell_len(message) <= MESSAGE_CELLS else set_cell_size(message, MESSAGE_CELLS - 1).rstrip() + "…"
