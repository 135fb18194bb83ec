"""The words of a story file and what they stand for: outcomes, actions, projections, risk, in Chinese or in our codes.

What belongs here: the closed lists that a policy officer may write, and reading one of them. What does not: the
entries in which they stand (`story`).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Final

from pydantic import BeforeValidator

from pipelines.domain.vocabulary import ACTION_LABEL, OUTCOME_LABEL

NONE: Final = "无"
"""Written where nothing is expected: no finding, no case, no grace."""

OUTCOMES: Final[Mapping[str, str]] = {label: str(code) for code, label in OUTCOME_LABEL.items()}
ACTIONS: Final[Mapping[str, str]] = {label: str(code) for code, label in ACTION_LABEL.items()}
RISKS: Final[Mapping[str, str]] = {"红": "red", "橙": "orange", "黄": "yellow", "灰": "grey"}
PROJECTIONS: Final[Mapping[str, str]] = {
    "就业渐退": "grace_a",
    "收入变化渐退": "grace_b",
    "超标": "over",
    "须核实": "verify",
    "未超标": "below",
    NONE: NONE,
}
BRANCHES: Final[Mapping[str, str]] = {"A": "A", "B": "B", NONE: NONE}
GRADES: Final[Mapping[str, str]] = {"A": "A", "B": "B"}


def one_of(words: Mapping[str, str]) -> BeforeValidator:
    """Read a word of a closed list; our own code stands for itself."""

    def read(value: object) -> str:
        if isinstance(value, str) and value in words:
            return words[value]
        if isinstance(value, str) and value in words.values():
            return value
        raise ValueError(f"应为{'、'.join(words)}之一")

    return BeforeValidator(read)


def label_of(code: str | None, words: Mapping[str, str]) -> str:
    """The word that stands for a code; 无 for none."""
    if code is None:
        return NONE
    return next((word for word, known in words.items() if known == code), code)


def _as_cell(value: object) -> str:
    """What a department would write in a cell: a date as 2023-09-22, a number as it stands, nothing for an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float | date) or isinstance(value, datetime):
        raise ValueError("应为文字、数字或日期（true、false 请加引号）")  # noqa: TRY004  pydantic reports it
    return value.isoformat() if isinstance(value, date) else str(value)


def _as_amount(value: object) -> str:
    """An amount in 元, told with two decimals; 无 for none."""
    if value == NONE:
        return NONE
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("应为以元为单位的数字，如 770 或 385.33；没有的写 无")  # noqa: TRY004  pydantic reports it
    return f"{value:.2f}"


def _as_day(value: object) -> date | str:
    """A day; 无 for none."""
    if value == NONE:
        return NONE
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueError("应为日期，如 2026-09-22；没有的写 无")  # noqa: TRY004  pydantic reports it
    return value


Cell = Annotated[str, BeforeValidator(_as_cell)]
Amount = Annotated[str, BeforeValidator(_as_amount)]
Day = Annotated[date | str, BeforeValidator(_as_day)]
