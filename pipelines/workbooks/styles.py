"""How cells look: colours, borders, number formats, locked or open.

What belongs here: every format of a workbook, made once a workbook. What does not: which cell gets which.
"""

from typing import Any, Final

from pipelines.workbooks.cell_texts import RUNNING

FONT: Final = "微软雅黑"
HEADER_COLOR, OPEN_HEADER_COLOR = "#D9E2EC", "#FFE08A"
OPEN_COLOR, REVIEW_COLOR, SHUT_COLOR = "#FFF9DB", "#E3F2E6", "#F5F6F8"
LINE_COLOR, LINK_COLOR, TITLE_COLOR, QUIET_COLOR = "#C3CBD5", "#1F4E9E", "#1F3A5F", "#5B6673"
RED, ORANGE, YELLOW, GREEN = "#F8C9C4", "#FBD9B0", "#FDF0B3", "#CFE8D2"
NUMBER_FORMATS: Final = {
    "number": "#,##0.00",
    "count": "0",
    "link": "0",
    "date": "yyyy-mm-dd",
    "month": "yyyy-mm",
}
"""By kind of column; every other cell is text, so that no number is cut and no green triangle shows."""
TEXT_FORMAT: Final = "@"
SHORT_KINDS: Final = frozenset(NUMBER_FORMATS)


class Styles:
    """The formats of one workbook, each made when it is first asked for."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401  xlsxwriter is untyped
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, **properties: Any) -> Any:  # noqa: ANN401  as above
        """A format with these properties and the workbook's font."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            base = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
            self._made[key] = self._book.add_format(base | properties)
        return self._made[key]

    def title(self) -> Any:  # noqa: ANN401
        """The title of a sheet."""
        return self.of(bold=True, font_size=15, font_color=TITLE_COLOR)

    def section(self) -> Any:  # noqa: ANN401
        """The title of a part of a sheet."""
        return self.of(bold=True, font_size=12, font_color=TITLE_COLOR)

    def quiet(self) -> Any:  # noqa: ANN401
        """A remark."""
        return self.of(font_color=QUIET_COLOR, text_wrap=True, valign="top")

    def header(self, color: str = HEADER_COLOR) -> Any:  # noqa: ANN401
        """A cell of a header."""
        return self.of(
            bold=True, text_wrap=True, align="center", border=1, border_color=LINE_COLOR, bg_color=color, num_format="@"
        )

    def cell(
        self,
        kind: str,
        *,
        color: str | None = None,
        is_open: bool = False,
        is_running: bool = False,
        **more: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """A cell of a table.

        Args:
            kind: of its column.
            color: of its ground.
            is_open: whether it may be changed on a protected sheet.
            is_running: whether its text begins as a formula does: it is marked so that it stays text when edited.
            more: further properties.
        """
        properties: dict[str, Any] = {
            "num_format": NUMBER_FORMATS.get(kind, TEXT_FORMAT),
            "border": 1,
            "border_color": LINE_COLOR,
            "locked": not is_open,
        }
        if kind in SHORT_KINDS:
            properties["align"] = "right" if kind == "number" else "center"
        else:
            properties["text_wrap"] = True
        if color:
            properties["bg_color"] = color
        if is_running:
            properties["quote_prefix"] = True
        return self.of(**(properties | more))


def is_running(text: str) -> bool:
    """Whether a spreadsheet program would take a text, when typed, for a formula."""
    return text[:1] in RUNNING
