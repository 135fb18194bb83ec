"""What retention removes or would remove, on one screen: per kind how many, how old, how much, and why the rest stays."""

from collections import Counter
from datetime import date

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.domain.retention import KIND_LABELS, Kind, Periods, Plan, Stored, bytes_freed, bytes_taken
from pipelines.night.screen_table import number, plain_table

_UNITS = ("B", "KB", "MB", "GB", "TB")
_STEP = 1000


def size(amount: float) -> str:
    """Bytes as people say them: `1.2 GB`."""
    unit = 0
    while amount >= _STEP and unit < len(_UNITS) - 1:
        amount, unit = amount / _STEP, unit + 1
    return f"{amount:.0f} {_UNITS[unit]}" if unit == 0 or amount >= _STEP / 10 else f"{amount:.1f} {_UNITS[unit]}"


def retention_screen(plan: Plan, kept: Periods, today: date) -> RenderableType:
    """Show what may go.

    Args:
        plan: what goes and what stays.
        kept: by which periods.
        today: the day to which ages count.
    """
    table = plain_table()
    for name in ("kind", "", "kept for days", "goes", "last used days ago", "frees", "stays", "takes"):
        table.add_column(name, justify="left" if name in ("kind", "") else "right")
    for kind in Kind:
        _add(table, kind, plan, kept, today)
    lines: list[RenderableType] = [table]
    reasons = Counter(_reason(one, why) for one, why in plan.stays)
    lines += [Text(f"  stays: {why} ({count})", "dim") for why, count in sorted(reasons.items())]
    return Group(*lines)


def _add(table: Table, kind: Kind, plan: Plan, kept: Periods, today: date) -> None:
    going, staying = plan.of(kind), [one for one, _ in plan.stays if one.kind == kind]
    days = kept.days[kind]
    table.add_row(
        kind.value,
        KIND_LABELS[kind],
        "for ever" if days is None else f"{days:,}",
        number(len(going), "yellow"),
        _ages(going, today),
        Text(size(bytes_freed(going)) if going else ""),
        number(len(staying)),
        Text(size(bytes_taken(staying)) if staying else ""),
    )


def _ages(things: tuple[Stored, ...], today: date) -> str:
    if not things:
        return ""
    ages = sorted((today - one.last_used).days for one in things)
    return f"{ages[0]:,}" if ages[0] == ages[-1] else f"{ages[0]:,}-{ages[-1]:,}"


def _reason(one: Stored, why: str) -> str:
    """Why a thing stays; the many that are merely not old enough are told together."""
    return f"{one.kind.value}: {why if one.needed_for or 'days ago' not in why else 'its time is not over'}"
