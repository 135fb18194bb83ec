"""How tables of counts look on a terminal, the same in every summary."""

from rich.table import Table
from rich.text import Text


def plain_table() -> Table:
    """A table without lines."""
    return Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")


def number(value: int | None, style: str = "") -> Text:
    """A count with thousands apart; nothing for none, a faint dot for zero so that the others stand out."""
    if value is None:
        return Text("")
    return Text(f"{value:,}", style=style) if value else Text("·", style="dim")
