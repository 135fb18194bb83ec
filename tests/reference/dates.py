"""Windows of calendar months (rules.md section 2)."""

from calendar import monthrange
from datetime import date


def months_before(day: date, months: int) -> date:
    """The same day that many calendar months earlier, or that month's last day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def within_months(day: date, months: int, as_of: date) -> bool:
    """Whether months_before(as_of, months) ≤ day ≤ as_of."""
    return months_before(as_of, months) <= day <= as_of


def whole_months(start: date, end: date) -> int:
    """Whole months from start to end, floor 0."""
    count = 0
    while months_before(end, count + 1) >= start:
        count += 1
    return count
