"""Canaries (金丝雀家庭): fictional households with known answers that go through every night.

What belongs here: telling a canary's household from a real one, what is known of a canary, and holding what a night says
of it against that. What does not: where canaries are declared (`pipelines.canaries`), which rules could be asked tonight
and where they enter a night (`pipelines.night.canaries`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from pipelines.domain.vocabulary import ACTION_LABEL, OUTCOME_LABEL, Outcome

MARK: Final = "ＪＳＱ"
"""What a canary's household_id begins with: full-width letters. Cleaning makes every full-width letter of a free text
half-width (feeds.md section 2), so that no household of any delivery can be called that."""

CASE: Final = "案件"
ROSTER: Final = "名册"
"""Stand where a rule's id would for what is said of the case and of the household itself."""

_OPENS_A_CASE: Final = (Outcome.FLAGGED, Outcome.UNDETERMINED)
_NOTHING: Final = "无"
_WORDS: Final = {str(code): label for labels in (OUTCOME_LABEL, ACTION_LABEL) for code, label in labels.items()}

Row = Mapping[str, Any]


def is_canary(household: str = "household_id") -> pl.Expr:
    """Whether a row is a canary's; a row without a household_id is not.

    A rule that counts over the whole district (ZJ-02: how many households were paid) leaves canaries out by it; a rule
    that looks at one household need not.
    """
    return pl.col(household).str.starts_with(MARK).fill_null(value=False)


@dataclass(frozen=True)
class Answer:
    """What a rule must say about a canary.

    Attributes:
        rule_id: the rule.
        outcomes: flagged, exempt, undetermined: any of them is right.
        id_number: about whom; None for anybody of the household.
        actions: any of them is right; empty where it is not compared.
        grade: the match grade; None where it is not compared.
    """

    rule_id: str
    outcomes: tuple[str, ...]
    id_number: str | None = None
    actions: tuple[str, ...] = ()
    grade: str | None = None

    def is_right(self, row: Row) -> bool:
        """Whether a finding is what was expected."""
        return (
            row["outcome"] in self.outcomes
            and (self.id_number is None or row["id_number"] == self.id_number)
            and (not self.actions or row["action"] in self.actions)
            and self.grade in (None, row["grade"])
        )

    @property
    def told(self) -> str:
        """The answer in words."""
        return _told(self.outcomes, self.actions, self.grade)


@dataclass(frozen=True)
class Canary:
    """One fictional household and what a night must say of it.

    Attributes:
        name: what it is called, in Chinese.
        place: file and line where it is declared.
        household_id: begins with `MARK`.
        members: how many there are.
        feeds: the feeds that hold something about it, also those that nobody has a contract for.
        columns: fields that the roster must have for it to be asked.
        answers: what must be found.
        also: rules that may say something or not.
        case_actions: actions that its case may suggest; empty where that is not compared.
    """

    name: str
    place: str
    household_id: str
    members: int
    feeds: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()
    answers: tuple[Answer, ...] = ()
    also: frozenset[str] = frozenset()
    case_actions: tuple[str, ...] = ()


@dataclass(frozen=True)
class WrongAnswer:
    """One answer that is another one than the canary's. Nobody of it exists, so that all of it may be told."""

    canary: str
    place: str
    rule: str
    expected: str
    found: str

    @property
    def told(self) -> str:
        """The wrong answer in one line."""
        return f"{self.canary} ({self.place}), {self.rule}: expected {self.expected}, found {self.found}"


def wrong_answers(
    canary: Canary, asked: Collection[str], findings: Sequence[Row], case: Row | None, members: int
) -> list[WrongAnswer]:
    """Hold what a night says of a canary against what is known of it.

    Args:
        canary: the canary.
        asked: the rules that could be asked about it tonight.
        findings: tonight's findings of its household: `rule_id, id_number, outcome, action, grade`.
        case: its case: `suggested_action`; None where it has none.
        members: how many members the night knows of its household.

    Returns:
        A household that is not whole; what is missing, too much or other than expected, by rule; what is wrong with the
        case.
    """
    if members != canary.members:
        told = (f"{canary.members}人", f"{members}人")
        return [WrongAnswer(canary.name, canary.place, ROSTER, *told)]
    found = [row for row in findings if row["rule_id"] in asked]
    expected = [one for one in canary.answers if one.rule_id in asked]
    wrong = []
    for rule_id in sorted({*(one.rule_id for one in expected), *(str(row["rule_id"]) for row in found)}):
        answers = [one for one in expected if one.rule_id == rule_id]
        rows = [row for row in found if row["rule_id"] == rule_id]
        if not answers and rule_id in canary.also:
            continue
        if not _fit(answers, rows):
            told = ("、".join(one.told for one in answers) or _NOTHING, "、".join(map(_of_row, rows)) or _NOTHING)
            wrong.append(WrongAnswer(canary.name, canary.place, rule_id, *told))
    return [*wrong, *_wrong_case(canary, asked, findings, case)]


def _fit(answers: Sequence[Answer], rows: Sequence[Row]) -> bool:
    """Whether every answer has a finding of its own, and no finding is left."""
    if len(answers) != len(rows):
        return False
    if not answers:
        return True
    first, *rest = answers
    return any(first.is_right(row) and _fit(rest, [*rows[:at], *rows[at + 1 :]]) for at, row in enumerate(rows))


def _wrong_case(canary: Canary, asked: Collection[str], findings: Sequence[Row], case: Row | None) -> list[WrongAnswer]:
    """A case where there is something open and none where there is not; its action where all answers were asked."""
    is_open = any(row["outcome"] in _OPENS_A_CASE for row in findings)
    if is_open != (case is not None):
        told = (CASE if is_open else _NOTHING, _NOTHING if is_open else CASE)
        return [WrongAnswer(canary.name, canary.place, CASE, *told)]
    is_whole = canary.case_actions and all(one.rule_id in asked for one in canary.answers)
    if case is None or not is_whole or case["suggested_action"] in canary.case_actions:
        return []
    expected = " / ".join(_word(action) for action in canary.case_actions)
    return [WrongAnswer(canary.name, canary.place, CASE, expected, _word(case["suggested_action"]))]


def _of_row(row: Row) -> str:
    return _told((row["outcome"],), (row["action"],), row["grade"])


def _told(outcomes: Sequence[str], actions: Sequence[str], grade: str | None) -> str:
    """Outcome, action and grade in words, alternatives side by side."""
    words = [" / ".join(map(_word, one)) for one in (outcomes, actions) if one]
    return " ".join([*words, *([f"等级{grade}"] if grade else [])])


def _word(code: object) -> str:
    return _WORDS.get(str(code), str(code))
