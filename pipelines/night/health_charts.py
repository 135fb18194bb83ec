"""The charts of the health page, as Vega-Lite specifications. Counts, dates and names of rules and feeds alone.

What belongs here: what is drawn, and how it stays readable: few colours that differ in grey print, words as text and not
as outlines, so that they are rendered by the fonts of whoever reads the page. Legends stand in the page itself, and room
for Chinese labels is reckoned here, because the machine that draws may have no Chinese font to measure with.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipelines.domain.health_history import FeedNight
from pipelines.night.page_fonts import FONTS

Spec = dict[str, Any]

WIDTH: Final = 780
OUTCOMES: Final[Mapping[str, tuple[str, str]]] = {
    "flagged": ("命中", "#12385b"),
    "undetermined": ("待定", "#4f86b5"),
    "not_assessed": ("未核（沿用）", "#9db8ce"),
    "exempt": ("豁免", "#c9d6e0"),
    "suppressed": ("已核清暂不提示", "#e4e9ee"),
}
"""What a bar is made of, from dark to light, so that it reads in grey."""
INK, LINE, LATE = "#1c2733", "#8a97a5", "#b3261e"
SIZE: Final = 12
BARS_SHOWN: Final = 24
FEW: Final = 8
"""Up to here an axis has a tick for every count: a program that chooses ticks would put halves between them."""

_CONFIG: Final[Spec] = {
    "font": FONTS,
    "background": "#ffffff",
    "axis": {
        "labelFontSize": SIZE,
        "titleFontSize": SIZE,
        "titleFontWeight": "normal",
        "labelLimit": 0,
        "labelFlush": False,
        "labelColor": INK,
        "titleColor": INK,
        "gridColor": "#e6eaee",
        "domainColor": LINE,
        "tickColor": LINE,
    },
    "header": {"labelFontSize": SIZE, "labelFontWeight": "bold", "labelLimit": 0, "labelColor": INK, "title": None},
    "text": {"fontSize": SIZE, "color": INK},
    "view": {"stroke": None},
}


def rules_chart(rules: Sequence[Mapping[str, Any]]) -> Spec | None:
    """Findings per rule, by outcome: the rules with most flagged first. None where there are none."""
    drawn = [one for one in rules if any(one[name] for name in OUTCOMES)]
    drawn = sorted(drawn, key=lambda one: (-one["flagged"], one["rule_id"]))[:BARS_SHOWN]
    if not drawn:
        return None
    labels = [f"{one['rule_id']} {one['title']}".strip() for one in drawn]
    values = [
        {"规则": label, "结果": shown, "条": one[name], "次序": place}
        for label, one in zip(labels, drawn, strict=True)
        for place, (name, (shown, _)) in enumerate(OUTCOMES.items())
    ]
    totals = [
        {"规则": label, "条": sum(one[name] for name in OUTCOMES)} for label, one in zip(labels, drawn, strict=True)
    ]
    row = {"field": "规则", "type": "nominal", "sort": labels, "title": None, "axis": _label_axis(labels)}
    color = {
        "field": "结果",
        "scale": {"domain": [one for one, _ in OUTCOMES.values()], "range": [one for _, one in OUTCOMES.values()]},
        "legend": None,
    }
    most = max(int(one["条"]) for one in totals)
    length = {"field": "条", "type": "quantitative", "title": "疑点（条）", "axis": _count_axis(most)}
    return _spec(
        width=WIDTH - _extent(labels),
        height={"step": 20},
        layer=[
            {
                "data": {"values": values},
                "mark": {"type": "bar", "stroke": LINE, "strokeWidth": 0.5, "height": 13},
                "encoding": {"y": row, "x": length, "color": color, "order": {"field": "次序"}},
            },
            {
                "data": {"values": totals},
                "mark": {"type": "text", "align": "left", "dx": 4},
                "encoding": {"y": row, "x": length, "text": {"field": "条", "format": ",d"}},
            },
        ],
    )


def ages_chart(feeds: Mapping[str, Mapping[str, Any]]) -> Spec | None:
    """How old each feed's data is, against the age that its contract allows."""
    came = {feed: told for feed, told in feeds.items() if told.get("age_days") is not None}
    if not came:
        return None
    labels = [str(told.get("title") or feed) for feed, told in came.items()]
    values = [
        {"数据": label, "天": told["age_days"], "期限": told.get("max_age_days"), "逾期": told.get("status") != "fresh"}
        for label, told in zip(labels, came.values(), strict=True)
    ]
    row = {"field": "数据", "type": "nominal", "sort": labels, "title": None, "axis": _label_axis(labels)}
    title = "距比对日（天）；竖线为允许的最大天数"
    colour = {"condition": {"test": "datum['逾期']", "value": LATE}, "value": "#4f86b5"}
    return _spec(
        width=WIDTH - _extent(labels),
        height={"step": 20},
        data={"values": values},
        layer=[
            {
                "mark": {"type": "bar", "height": 11},
                "encoding": {"y": row, "x": {"field": "天", "type": "quantitative", "title": title}, "color": colour},
            },
            {
                "mark": {"type": "tick", "thickness": 2, "size": 17, "color": INK},
                "encoding": {"y": row, "x": {"field": "期限", "type": "quantitative"}},
            },
        ],
    )


def rows_chart(feeds: Mapping[str, Sequence[FeedNight]], titles: Mapping[str, str]) -> Spec | None:
    """Rows of each feed night by night, each on a scale of its own that begins at zero; None before the second night."""
    nights = next(iter(feeds.values()), ())
    if len(nights) < 2:  # noqa: PLR2004  a line needs two points
        return None
    values = [
        {"数据": titles.get(feed) or feed, "比对日": one.as_of[5:], "行": one.rows}
        for feed, row in feeds.items()
        for one in row
    ]
    days = [one.as_of[5:] for one in nights]
    across = {
        "field": "比对日",
        "type": "ordinal",
        "sort": days,
        "title": None,
        "axis": {
            "values": [days[0], days[-1]],
            "labelAngle": 0,
            "labelFlush": True,
            "labelFontSize": 10,
            "ticks": False,
        },
    }
    up = {
        "field": "行",
        "type": "quantitative",
        "title": None,
        "scale": {"zero": True},
        "axis": {"tickCount": 2, "format": "~s", "minExtent": 34, "labelFontSize": 10},
    }
    return _spec(
        data={"values": values},
        facet={"field": "数据", "type": "nominal", "sort": [titles.get(feed) or feed for feed in feeds]},
        columns=4,
        spacing=14,
        spec={
            "width": 140,
            "height": 46,
            "mark": {"type": "line", "color": "#12385b", "strokeWidth": 1.5, "point": {"size": 9, "color": "#12385b"}},
            "encoding": {"x": across, "y": up},
        },
        resolve={"scale": {"y": "independent"}},
    )


def columns_chart(counts: Mapping[str, int]) -> Spec | None:
    """Counts as upright bars, each with its number: by month, or by night.

    What they count stands above the drawing: a title wider than a few bars would be cut where no Chinese font measures it.
    """
    if not counts:
        return None
    values = [{"时间": label, "条": number} for label, number in counts.items()]
    place = {
        "field": "时间",
        "type": "ordinal",
        "sort": list(counts),
        "title": None,
        "axis": {"labelAngle": -45 if len(counts) > 8 else 0},  # noqa: PLR2004  so many labels fit side by side
    }
    height = {"field": "条", "type": "quantitative", "title": None, "axis": _count_axis(max(counts.values()))}
    return _spec(
        width={"step": max(18, min(60, (WIDTH - 60) // len(counts)))},
        height=110,
        data={"values": values},
        encoding={"x": place, "y": height},
        layer=[
            {"mark": {"type": "bar", "color": "#4f86b5"}},
            {
                "mark": {"type": "text", "dy": -6, "fontSize": 11},
                "encoding": {"text": {"field": "条", "type": "quantitative", "format": ",d"}},
            },
        ],
    )


def _spec(**parts: Any) -> Spec:  # noqa: ANN401  any JSON
    return {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "config": _CONFIG, "padding": 6, **parts}


def _count_axis(most: int) -> Spec:
    """An axis of counts: whole numbers alone, also where there are few."""
    return {"format": ",d", "values": list(range(most + 1))} if most <= FEW else {"format": ",d"}


def _label_axis(labels: Sequence[str]) -> Spec:
    """An axis with room for its labels, whatever fonts the drawing machine has."""
    return {"minExtent": _extent(labels), "domain": False, "ticks": False, "labelPadding": 6}


def _extent(labels: Sequence[str]) -> int:
    """Width of the longest label in pixels: a Chinese character is as wide as it is high, another letter about half."""
    return max((sum(SIZE if ord(letter) > 0x2E80 else 7 for letter in label) for label in labels), default=0) + 10  # noqa: PLR2004
