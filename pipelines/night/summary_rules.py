"""The rules in the summary of a night: a line for each that found something, and those together that did not.

What belongs here: which rules share a line, so that seventy of them fit a screen. Counts alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.night.labels import FEED_STATUS_LABELS
from pipelines.night.screen_table import number, plain_table

FRESH: Final = "fresh"
OUTCOMES: Final = ("flagged", "exempt", "undetermined", "households_not_assessed")
CHANGES: Final = ("new", "persisting", "changed", "reopened", "resolved")
HEADINGS: Final = {
    "undetermined": "undeter-\nmined",
    "households_not_assessed": "households\nnot assessed",
    "persisting": "persist-\ning",
    "reopened": "re-\nopened",
}
_STYLE: Final = {"flagged": "bold", "households_not_assessed": "yellow", "new": "bold"}
_IN_A_COLUMN: Final = 4  # feeds that are away: more stand side by side
_KEPT: Final = "not_assessed"

Feeds = Mapping[str, Mapping[str, Any]]


def rules_part(rule_counts: pl.DataFrame, titles: Mapping[str, str], feeds: Feeds) -> list[RenderableType]:
    """What the rules found, what those found that found nothing, and which could not look.

    Args:
        rule_counts: one row per rule.
        titles: rule id → its name in Chinese, as policy has it.
        feeds: the feeds of the night's manifest.
    """
    is_away = pl.col("feed").is_in(list(away_feeds(feeds)))
    is_quiet = pl.sum_horizontal(*OUTCOMES, *CHANGES) == 0
    quiet = rule_counts.filter(~is_away & is_quiet).get_column("rule_id").sort().to_list()
    spoke = rule_counts.filter(~is_away & ~is_quiet)
    parts: list[RenderableType] = [rules_table(spoke, titles, rule_counts)]
    if quiet:
        parts.append(Text(f"no findings 无疑点 ({len(quiet)}): {', '.join(quiet)}", style="dim"))
    away = away_lines(rule_counts.filter(is_away), feeds)
    return [*parts, away] if away else parts


def rules_table(rule_counts: pl.DataFrame, titles: Mapping[str, str], of_all: pl.DataFrame | None = None) -> Table:
    """One line per rule: outcomes tonight, and what changed since the night before; and one for all of the night's."""
    every = rule_counts if of_all is None else of_all
    changes = [name for name in CHANGES if name != "reopened" or every["reopened"].sum()]
    numbers = [*OUTCOMES, *changes]
    table = plain_table()
    table.add_column("rule")
    table.add_column("", no_wrap=True, max_width=24)
    for name in numbers:
        table.add_column(HEADINGS.get(name, name), justify="right")
    for row in rule_counts.sort("rule_id").iter_rows(named=True):
        cells = [Text(row["rule_id"]), Text(titles.get(row["rule_id"], ""))]
        cells += [number(row[name], _STYLE.get(name, "")) for name in numbers]
        table.add_row(*cells, style="" if row["feed_status"] == FRESH else "dim")
    total = every.select(pl.col(numbers).sum()).row(0)
    # A household is not assessed by one rule or another: a sum over rules would count it many times.
    shown = [number(None if name == OUTCOMES[3] else n) for name, n in zip(numbers, total, strict=True)]
    table.add_row("all", "", *shown, style="bold")
    return table


def away_feeds(feeds: Feeds) -> dict[str, Mapping[str, Any]]:
    """The feeds that could not be assessed."""
    return {feed: told for feed, told in feeds.items() if told["status"] != FRESH}


def away_lines(rule_counts: pl.DataFrame, feeds: Feeds) -> RenderableType | None:
    """One line per feed that could not be assessed: its title, why, how many rules wait for it; None without any.

    Args:
        rule_counts: rows of rules whose feed is away.
        feeds: the feeds of the night's manifest.
    """
    counted = {
        feed: (rules, kept)
        for feed, rules, kept in rule_counts.group_by("feed").agg(pl.len(), pl.col(_KEPT).sum()).iter_rows()
    }
    lines = [_away(feed, told, *counted.get(feed, (0, 0))) for feed, told in sorted(away_feeds(feeds).items())]
    if not lines:
        return None
    heading = Text("not assessed 未核，不等于无问题", style="yellow")
    grid = Table.grid(padding=(0, 3))
    for pair in _side_by_side(lines):
        grid.add_row(*pair)
    return Group(heading, grid)


def _away(feed: str, told: Mapping[str, Any], rules: int, kept: int) -> Text:
    """A feed that is away, in half a line."""
    label = FEED_STATUS_LABELS.get(str(told["status"]), str(told["status"]))
    waiting = f"{rules} rule{'' if rules == 1 else 's'}" if rules else "beside other rules"
    carried = f", {kept:,} findings kept" if kept else ""
    return Text(
        f"{feed} {told.get('title', '')} {label} · {waiting}{carried}", style="dim", overflow="ellipsis", no_wrap=True
    )


def _side_by_side(lines: Sequence[Text]) -> list[list[Text]]:
    """Few lines below each other, more in two columns, read downwards."""
    if len(lines) <= _IN_A_COLUMN:
        return [[line] for line in lines]
    half = (len(lines) + 1) // 2
    return [list(lines[place::half]) for place in range(half)]
