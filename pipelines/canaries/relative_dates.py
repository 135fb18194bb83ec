"""Dates that move with the night: 比对日-2月 is the same day two months before as_of.

What belongs here: reading such a cell. A canary's facts stay as old as they are, on whatever night it is asked.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from pipelines.domain.dates import months_before

_RELATIVE: Final = re.compile(r"比对日(?:([-+])(\d{1,4})(天|月|年))?")
_MONTHS: Final = {"月": 1, "年": 12}


def dated(cells: Mapping[str, str], as_of: date) -> dict[str, str]:
    """The cells with every 比对日, 比对日-3月, 比对日+1年, 比对日-20天 as the day that it is on a night."""
    return {header: _dated(cell, as_of) for header, cell in cells.items()}


def _dated(cell: str, as_of: date) -> str:
    found = _RELATIVE.fullmatch(cell.strip())
    if found is None:
        return cell
    sign, number, unit = found.groups()
    if sign is None:
        return as_of.isoformat()
    count = int(number) if sign == "-" else -int(number)
    day = as_of - timedelta(days=count) if unit == "天" else months_before(as_of, count * _MONTHS[unit])
    return day.isoformat()
