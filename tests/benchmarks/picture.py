"""The picture of a bench: each figure as a share of its limit, on a scale that doubles.

python -m tests.benchmarks.picture benchmarks.json picture.svg|picture.png
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

COLOURS = {"aim": "#2c7a4b", "must": "#4f86b5", "missed": "#b3261e"}
WORDS = {"aim": "aim reached", "must": "must reached", "missed": "missed"}


def picture(figures: Sequence[Mapping[str, Any]], title: str) -> alt.LayerChart:
    """One bar a figure: how far it is from what it must reach (1); left of the line is better. A tick is the aim."""
    rows = [_row(one) for one in figures if one["value"] is not None]
    order = [row["figure"] for row in rows]
    shares = [row["share"] for row in rows]
    # Room on the right for the numbers.
    scale = alt.Scale(type="log", base=2, nice=False, domain=[min(*shares, 0.25) / 1.3, max(*shares, 2.0) * 6])
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("figure:N", sort=order, title=None, axis=alt.Axis(labelLimit=520, labelFontSize=12))
    )
    colour = alt.Color(
        "verdict:N",
        scale=alt.Scale(domain=list(WORDS.values()), range=list(COLOURS.values())),
        legend=alt.Legend(title=None, orient="bottom"),
    )
    across = alt.X("share:Q", scale=scale, title="÷ what it must be (log scale; left of the line holds; tick: the aim)")
    bars = base.mark_bar(height=13).encode(x=across, x2=alt.datum(1), color=colour)
    points = base.mark_point(filled=True, size=70, opacity=1).encode(x="share:Q", color=colour)
    words = base.mark_text(align="left", dx=8, fontSize=11).encode(x="furthest:Q", text="told:N")
    aims = (
        base.transform_filter("isValid(datum.aim)").mark_tick(thickness=2, size=18, color="#1c2733").encode(x="aim:Q")
    )
    line = alt.Chart(alt.Data(values=[{"share": 1}])).mark_rule(color="#1c2733").encode(x="share:Q")
    return alt.layer(bars, points, aims, words, line).properties(width=420, height={"step": 24}, title=title)


def _row(one: Mapping[str, Any]) -> dict[str, Any]:
    """A figure as the drawing wants it: shares of the must (of the aim where there is no must), turned where more is better."""
    limit = one["must"] or one["aim"]
    share = limit / one["value"] if one["is_least"] else one["value"] / limit
    aim = None if one["aim"] is None or one["must"] is None else one["aim"] / limit
    unit = "" if one["unit"] == "×" else f" {one['unit']}"
    return {
        "figure": one["what"],
        "share": share,
        "furthest": max(share, 1.0),
        "aim": aim,
        "verdict": WORDS[one["verdict"]],
        "told": f"{one['value']:.2f}{unit} ({'≥' if one['is_least'] else '≤'} {limit:g})",
    }


def main(source: str, target: str) -> None:
    """Draw."""
    told = json.loads(Path(source).read_text(encoding="utf-8"))
    chart = picture(
        told["figures"], f"hedui, size {told['size']:g} of the city (limits: the whole city's), {told['on']}"
    ).to_dict()
    if target.endswith(".png"):
        Path(target).write_bytes(vl_convert.vegalite_to_png(chart, scale=2))
    else:
        Path(target).write_text(vl_convert.vegalite_to_svg(chart, allowed_base_urls=[]), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
