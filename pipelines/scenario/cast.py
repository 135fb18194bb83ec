"""The persons of a story: fictional identity numbers for the names that a policy officer calls them by.

What belongs here: numbers that are valid and can belong to nobody (their county prefix was never given out), and
refusing a number that might be somebody's. What does not: what the persons have (`inbox`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from connectors.identity import ID_FORM, SHORT_ID_FORM, id_check_digit

PREFIX: Final = "999999"
BORN: Final = "出生"
SEX: Final = "性别"
NAME: Final = "姓名"
ID_NUMBER: Final = "身份证号"
OWN_ENTRIES: Final = (BORN, SEX, NAME, ID_NUMBER)
"""Entries of a person that are no columns of the roster or stand for several of them."""

DEFAULT_BIRTH: Final = "1970-01-01"
MALE: Final = "男"
SEXES: Final = (MALE, "女")


class CastError(ValueError):
    """A person of a story that cannot be made; the message names the entry."""

    def __init__(self, entry: str, message: str) -> None:
        """Keep the entry that has to be corrected."""
        super().__init__(f"{entry}：{message}")
        self.entry = entry


@dataclass(frozen=True)
class Person:
    """A person of a story. `id_number` is what stands in the files: a fictional number, or whatever the story says."""

    label: str
    name: str
    id_number: str


def cast(told: Iterable[tuple[str, Mapping[str, str]]], *, after: int = 0) -> dict[str, Person]:
    """The persons by label, in the order of the story; one label is one person, in several households too.

    Args:
        told: labels with what is told of them.
        after: how many persons there are already, whose numbers nobody here may have.

    Raises:
        CastError: a birth date, sex or identity number that cannot be used.
    """
    persons: dict[str, Person] = {}
    for label, entries in told:
        if label in persons:
            continue
        given = entries.get(ID_NUMBER)
        number = _made(after + len(persons) + 1, entries) if given is None else _harmless(given)
        persons[label] = Person(label, entries.get(NAME, label), number)
    return persons


def _made(place: int, entries: Mapping[str, str]) -> str:
    """A fictional number of the birth date and sex: the place in the story tells persons of one birthday apart."""
    born, sex = entries.get(BORN, DEFAULT_BIRTH), entries.get(SEX, "女")
    try:
        birth = date.fromisoformat(born)
    except ValueError:
        raise CastError(BORN, f"应为日期，如 1958-03-02，现为“{born}”") from None
    if sex not in SEXES:
        raise CastError(SEX, f"应为男或女，现为“{sex}”")
    order = 2 * place + (sex == MALE)
    first_17 = f"{PREFIX}{birth:%Y%m%d}{order:03d}"
    return first_17 + id_check_digit(first_17)


def _harmless(number: str) -> str:
    """A number as the story gives it, unless somebody could have it.

    Stories are published with the programme, so that no real number may stand in one.
    """
    plain = number.strip().upper()
    is_whole = bool(re.fullmatch(ID_FORM, plain)) and id_check_digit(plain[:17]) == plain[17]
    if (is_whole or re.fullmatch(SHORT_ID_FORM, plain)) and not plain.startswith(PREFIX):
        raise CastError(ID_NUMBER, f"可能是真实证件号；请删去此项由程序编造，或用 {PREFIX} 开头的号码")
    return number
