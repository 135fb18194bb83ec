"""Paper and protection, the same on every sheet: A4 landscape, repeated header, whose workbook it is, 内部资料.

What belongs here: page setup and sheet protection.
"""

from dataclasses import dataclass
from typing import Any, Final

A4: Final = 9
_MARGINS: Final = {"left": 0.4, "right": 0.4, "top": 0.75, "bottom": 0.6}
_ALLOWED: Final = {
    "autofilter": True,
    "sort": True,
    "format_columns": True,
    "format_rows": True,
    "select_locked_cells": True,
    "select_unlocked_cells": True,
}
_LONGEST: Final = 255


@dataclass(frozen=True)
class Paging:
    """Whose workbook it is and of which night, for the head and foot of every page."""

    town: str
    as_of: str
    night: str


def set_page(sheet: Any, paging: Paging, title: str) -> None:  # noqa: ANN401  xlsxwriter is untyped
    """A4 landscape, row 1 on every page, town, night and 内部资料 in head and foot."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(**_MARGINS)
    sheet.repeat_rows(0)
    sheet.set_header(_cut(f"&L{_plain(paging.town)}&C{_plain(title)}&R内部资料 注意保密"))
    # A size before digits would be read with them: the blank keeps them apart.
    sheet.set_footer(_cut(f"&L比对日 {_plain(paging.as_of)}&C第 &P 页 共 &N 页&R{_plain(paging.night)}"))


def protect(sheet: Any) -> None:  # noqa: ANN401
    """Lock what is not open; without a password, because it guards against slips and hides nothing."""
    sheet.protect("", _ALLOWED)


def _plain(text: str) -> str:
    """Text in a head or foot: & begins a code there."""
    return text.replace("&", "&&")


def _cut(text: str) -> str:
    return text[:_LONGEST]
