"""Bars of a rehearsal as inline SVG: how many leave the flagged list (left) and enter it (right), a line per group.

What belongs here: the drawing. It takes counts and labels of rules or groups; a count that is withheld draws no bar.
"""

from collections.abc import Sequence
from html import escape

ROW, BAR, LABEL, HALF, NUMBER = 22, 14, 190, 210, 46
WIDTH = LABEL + 2 * (HALF + NUMBER)
MIDDLE = LABEL + NUMBER + HALF
LEAVING, ENTERING, AXIS = "#3b7dbd", "#c2603a", "#8a97a5"

Line = tuple[str, int | str, int | str]
"""Label, leaving, entering; a text such as `<5` is written and not drawn."""


def bars(lines: Sequence[Line], title: str) -> str:
    """One drawing, complete in itself; nothing where no line moves."""
    moving = [line for line in lines if any(count not in (0, "0") for count in line[1:])]
    if not moving:
        return ""
    most = max((count for line in moving for count in line[1:] if isinstance(count, int)), default=0)
    height = ROW * (len(moving) + 1)
    rows = "".join(_row(place, line, most) for place, line in enumerate(moving))
    return (
        f'<svg class="bars" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title, quote=True)}">'
        f'<text x="{MIDDLE - 6}" y="14" text-anchor="end" fill="{LEAVING}">← 退出</text>'
        f'<text x="{MIDDLE + 6}" y="14" fill="{ENTERING}">进入 →</text>'
        f'{rows}<line x1="{MIDDLE}" x2="{MIDDLE}" y1="{ROW - 2}" y2="{height}" stroke="{AXIS}"/></svg>'
    )


def _row(place: int, line: Line, most: int) -> str:
    label, leaving, entering = line
    top = ROW * (place + 1)
    text = top + BAR - 2
    left, right = _length(leaving, most), _length(entering, most)
    return (
        f'<text x="{LABEL - 8}" y="{text}" text-anchor="end">{escape(label)}</text>'
        f'<rect x="{MIDDLE - left:.1f}" y="{top}" width="{left:.1f}" height="{BAR}" fill="{LEAVING}"/>'
        f'<rect x="{MIDDLE}" y="{top}" width="{right:.1f}" height="{BAR}" fill="{ENTERING}"/>'
        f'<text x="{MIDDLE - left - 4:.1f}" y="{text}" text-anchor="end">{_told(leaving)}</text>'
        f'<text x="{MIDDLE + right + 4:.1f}" y="{text}">{_told(entering)}</text>'
    )


def _length(count: int | str, most: int) -> float:
    return HALF * count / most if isinstance(count, int) and most else 0.0


def _told(count: int | str) -> str:
    if isinstance(count, int):
        return f"{count:,}" if count else ""
    return "" if count == "0" else escape(count)
