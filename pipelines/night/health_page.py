"""The health page of a night (运行概况): one HTML file in Chinese, for people who glance at it in the morning.

What belongs here: from the manifests of tonight and of the nights before to what the template shows. Counts alone: no
person, no household; counts by town that would point at a family are withheld. The page is a function of the manifests,
so that the same night gives the same page.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from jinja2 import Environment, Template

from pipelines.domain.health_history import (
    BOOKS,
    NIGHTS_SHOWN,
    Account,
    FeedNight,
    GateCell,
    NightAccount,
    feed_nights,
    gate_grid,
    gate_status,
    in_order,
    last_nights,
    spoke,
    with_delta,
)
from pipelines.domain.small_groups import hidden_counts
from pipelines.night.health_charts import OUTCOMES, Spec, ages_chart, columns_chart, rows_chart, rules_chart
from pipelines.night.health_page_template import PAGE, STYLE
from pipelines.night.labels import FEED_STATUS_LABELS, GATE_LABELS

Draw = Callable[[Mapping[str, Spec]], Mapping[str, str]]
"""Name → specification, name → SVG; what is missing is not shown."""

KIND_LABELS: Final[Mapping[str, str]] = {**GATE_LABELS, BOOKS: "账目"}
"""The columns of the grid: all books share one."""
FATE_LABELS: Final[Mapping[str, str]] = {"published": "已发布", "released": "放行发布", "held": "扣住未发布"}
STATUS_MARKS: Final[Mapping[str, str]] = {"failed": "✗ 未过", "passed": "✓", "too_few": "少", "no_history": "–", "": ""}
FEEDS_ABREAST: Final = 5
"""Feeds side by side in the table of the last nights: so many fit the width of A4."""


def page(manifest: Account, earlier: Sequence[NightAccount], draw: Draw) -> str:
    """The page, complete in itself.

    Args:
        manifest: of tonight, with its `health`.
        earlier: nights before it, published and held.
        draw: makes the charts; where it gives none the tables stand alone.
    """
    failed = [gate for gate in manifest.get("gates", []) if gate_status(gate) == "failed"]
    tonight = NightAccount(manifest, "released" if manifest.get("released") else "held" if failed else "published")
    nights = last_nights([*(one for one in earlier if one.as_of < tonight.as_of), tonight])
    before = next((one for one in reversed(nights[:-1]) if one.fate != "held"), None)
    health = manifest.get("health", {})
    rules = with_delta(manifest, before.manifest if before else None)
    feeds = _roster_first(manifest.get("feeds", {}))
    history = feed_nights(nights)
    titles = {feed: str(told.get("title") or feed) for feed, told in _all_feeds(nights).items()}
    specs = _specs(rules, feeds, history, titles, health)
    kinds, grid = gate_grid(nights)
    return _template().render(
        style=STYLE,
        as_of=tonight.as_of,
        profile=manifest.get("profile", ""),
        before=before.as_of if before else None,
        fate=tonight.fate,
        can_be_released=all(gate.get("can_be_released", False) for gate in failed),
        failed=[(GATE_LABELS.get(_kind(gate), gate["name"]), gate) for gate in failed],
        counts=manifest.get("counts", {}),
        canaries=canary_line(manifest),
        totals=_totals(rules),
        spoke=[one for one in rules if spoke(one)],
        quiet=[one for one in rules if not spoke(one)],
        outcomes=OUTCOMES,
        charts=draw(specs),
        answers=_answers(health.get("answers", {}), rules),
        suppression=health.get("suppression", {}),
        titles_of_rules={one["rule_id"]: one["title"] for one in rules},
        cases={**health.get("cases", {}), "states": in_order(health.get("cases", {}).get("states", {}))},
        towns=_towns(health.get("cases", {})),
        feeds=[(feed, told) for feed, told in feeds.items() if told["status"] != "absent" or told.get("messages")],
        absent=[told.get("title") or feed for feed, told in _absent(feeds).items()],
        stale=[told.get("title") or feed for feed, told in feeds.items() if told["status"] in ("stale", "refused")],
        metrics=manifest.get("metrics", {}).get("feeds", {}),
        blocks=_blocks(history, titles),
        feed_status=FEED_STATUS_LABELS,
        kinds=[KIND_LABELS.get(kind, kind) for kind in kinds],
        grid=[
            (row.as_of, row.fate, [(row.cells.get(kind), _mark(row.cells.get(kind))) for kind in kinds]) for row in grid
        ],
        fates=FATE_LABELS,
        most=NIGHTS_SHOWN,
    )


def canary_line(manifest: Account) -> tuple[str, bool]:
    """What the canaries said, and whether that is right."""
    told = manifest.get("canaries") or {}
    households, asked = int(told.get("households", 0)), int(told.get("asked", 0))
    if wrong := len(told.get("wrong", [])):
        return f"{wrong} 处答错", False
    if not households:
        return "未设", True
    return (f"{asked} 户全对" if asked else "当夜无可问"), True


def _specs(
    rules: Sequence[Mapping[str, Any]],
    feeds: Mapping[str, Mapping[str, Any]],
    history: Mapping[str, Sequence[FeedNight]],
    titles: Mapping[str, str],
    health: Mapping[str, Any],
) -> dict[str, Spec]:
    """The charts that there is anything to draw for."""
    months = {month or "未定": n for month, n in health.get("suppression", {}).get("months", {}).items()}
    nights = {night[5:]: n for night, n in health.get("answers", {}).get("nights", {}).items()}
    made = {
        "rules": rules_chart(rules),
        "ages": ages_chart(feeds),
        "rows": rows_chart(history, titles),
        "months": columns_chart(months),
        "answered": columns_chart(nights),
    }
    return {name: spec for name, spec in made.items() if spec is not None}


def _totals(rules: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The counts of all rules together; the difference where the night before tells it."""
    names = ("flagged", "exempt", "undetermined", "not_assessed", "suppressed", "resolved")
    told: dict[str, Any] = {
        name: sum(one[name] for one in rules) for name in (*names, "new", "persisting", "changed", "reopened")
    }
    known = [one["was_flagged"] for one in rules if one["was_flagged"] is not None]
    return told | {"delta": told["flagged"] - sum(known) if known else None}


def _answers(answers: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Answers per rule with their share confirmed in per cent, the least precise first."""
    titles = {one["rule_id"]: one["title"] for one in rules}
    lines = [
        {"rule_id": rule, "title": titles.get(rule, ""), "share": 100 * told["confirmed"] / told["verdicts"], **told}
        for rule, told in answers.get("rules", {}).items()
    ]
    return {**answers, "lines": sorted(lines, key=lambda one: (one["share"], one["rule_id"]))}


def _towns(cases: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Town, open and overdue cases, small counts withheld; most overdue first."""
    towns = cases.get("towns", {})
    told = sorted(towns.items(), key=lambda one: (-one[1]["overdue"], -one[1]["open"], one[0]))
    columns = [
        [row[0] for row in hidden_counts([(counts[name],) for _, counts in told], (0,))] for name in ("open", "overdue")
    ]
    return [(town or "（未填）", *counts) for (town, _), *counts in zip(told, *columns, strict=True)]


def _blocks(history: Mapping[str, Sequence[FeedNight]], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """The feeds of the last nights in tables that fit the page: nights down, a few feeds across."""
    feeds = list(history)
    blocks = [feeds[start : start + FEEDS_ABREAST] for start in range(0, len(feeds), FEEDS_ABREAST)]
    return [
        {
            "titles": [titles.get(feed, feed) for feed in block],
            "rows": list(zip(*(history[feed] for feed in block), strict=True)),
        }
        for block in blocks
    ]


def _all_feeds(nights: Sequence[NightAccount]) -> dict[str, Mapping[str, Any]]:
    """Every feed as the newest night that knows it tells it."""
    return {feed: told for one in nights for feed, told in one.manifest.get("feeds", {}).items()}


def _roster_first(feeds: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return dict(sorted(feeds.items(), key=lambda one: (one[0] != "roster", one[0])))


def _absent(feeds: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {feed: told for feed, told in feeds.items() if told["status"] == "absent" and not told.get("messages")}


def _kind(gate: Mapping[str, Any]) -> str:
    return str(gate.get("kind") or gate["name"])


def _mark(cell: GateCell | None) -> str:
    """A sign that reads in grey print: what failed is written out, with how many."""
    if cell is None:
        return ""
    mark = STATUS_MARKS[cell.status]
    return f"{mark} {cell.counts['failed']}" if cell.status == "failed" and cell.counts["failed"] > 1 else mark


@cache
def _template() -> Template:
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(PAGE)
