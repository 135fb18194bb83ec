"""Asking the canaries: what tonight says of them, held against what is known, and the gate that a wrong answer closes.

What belongs here: which rules can be asked about which canary tonight, the facts `canaries`, the gate. A rule that is
switched off or lacks a parameter, a feed that was not assessed, a column that the roster does not have: nothing is asked
of them, and the night says how much it could ask.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from pipelines.domain.assessment import FRESH
from pipelines.domain.canary import Canary, WrongAnswer, is_canary, wrong_answers
from pipelines.domain.rule import Rule
from pipelines.domain.rulebook import rulebook
from pipelines.night.canaries import CANARIES, Canaries, is_reserved
from pipelines.night.judging import is_assessed, status_of, switched_on
from pipelines.night.night import ROSTER, Night

ADVICE: Final = (
    "if the program is right and a region's own policy makes a canary wrong, give a canary of the same name with the "
    "answers of that policy in a folder of HEDUI_CANARIES (docs/canaries.md)"
)

PERSONS: Final = ("id_number", "head_id_number")
HOUSEHOLD_ID: Final = "household_id"
LOOKED_AT: Final = {
    "findings": (HOUSEHOLD_ID, "id_number", "rule_id", "outcome", "action", "grade"),
    "cases": (HOUSEHOLD_ID, "suggested_action"),
    "members": (HOUSEHOLD_ID,),
}
"""What answers are held against (`wrong_answers`), by table."""


def ask_canaries(night: Night) -> list[WrongAnswer]:
    """Hold the findings and cases of the canaries against their answers and store the facts `canaries`.

    Returns:
        The wrong answers; the gate holds the night for any.
    """
    told = night.canaries or Canaries()
    findings, cases, members = (_of_canaries(night, name, columns) for name, columns in LOOKED_AT.items())
    asked, answers, wrong = 0, 0, []
    for canary in told.canaries:
        rules = set(_askable(night, told, canary))
        asked += bool(rules)
        answers += len(rules)
        wrong += wrong_answers(
            canary,
            rules,
            findings.get(canary.household_id, []),
            next(iter(cases.get(canary.household_id, [])), None),
            len(members.get(canary.household_id, [])),
        )
    facts = {
        "households": len(told.canaries),
        "asked": asked,
        "answers": answers,
        "wrong": [_fact(one) for one in wrong],
    }
    night.tables.write_facts(CANARIES, facts)
    return wrong


def account_of_canaries(night: Night) -> dict[str, Any]:
    """What the manifest tells of them: how many went along, how many could be asked, which answers were wrong."""
    if night.canaries is None:
        return {"households": 0, "asked": 0, "answers": 0, "wrong": []}
    return night.tables.read_facts(CANARIES)


def canaries_left(tables: Mapping[str, pl.DataFrame], night: Night) -> list[str]:
    """The names of published tables in which a canary is left: by its household, person, finding or case.

    Args:
        tables: what is to be published.
        night: the night with its canaries.
    """
    ids = {
        name: night.tables.read(table, (HOUSEHOLD_ID, name)).filter(is_canary()).get_column(name)
        for table, name in (("findings", "finding_id"), ("cases", "case_id"))
    }
    left = []
    for name, frame in tables.items():
        marks = [is_reserved(column) for column in PERSONS if column in frame.columns]
        marks += [pl.col(column).is_in(known.implode()) for column, known in ids.items() if column in frame.columns]
        marks += [is_canary()] if HOUSEHOLD_ID in frame.columns else []
        if marks and not frame.filter(pl.any_horizontal(marks)).is_empty():
            left.append(name)
    return left


def _of_canaries(night: Night, table: str, columns: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The canaries' rows of a table of the night by household."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in night.tables.read(table, columns).filter(is_canary()).to_dicts():
        found.setdefault(row["household_id"], []).append(row)
    return found


def _askable(night: Night, told: Canaries, canary: Canary) -> Iterator[str]:
    """The rules that can be asked about a canary tonight; none where nothing of what it is about was looked at.

    Rules of a region's own are asked where some canary has an answer of theirs: no other canary was made with them in
    mind.
    """
    if not canary.columns <= _roster_columns(night):
        return
    known = {*rulebook(), *(one.rule_id for canary in told.canaries for one in canary.answers)}
    if canary.feeds and not any(is_assessed(night, feed) for feed in canary.feeds):
        return
    for one in switched_on(night, night.rulebook.values()):
        if one.rule_id in known and _can_be_asked(night, one, canary):
            yield one.rule_id


def _can_be_asked(night: Night, one: Rule, canary: Canary) -> bool:
    """Whether a rule was assessed tonight with everything that it looks at and a canary has."""
    subject = one.subject
    looks_at = {one.feed, *subject.needs, *subject.beside, *(feed for _, feed in subject.looked_up)}
    # What is judged after the income rests on every feed that says something of the household.
    rests_on = canary.feeds if subject.after_income else canary.feeds & looks_at
    return status_of(night, one) == FRESH and all(is_assessed(night, feed) for feed in rests_on)


def _roster_columns(night: Night) -> set[str]:
    """The fields that the roster was delivered with."""
    return {str(one["field"]) for report in night.state(ROSTER).used for one in report.fields if one["is_present"]}


def _fact(one: WrongAnswer) -> Mapping[str, str]:
    return {
        "canary": one.canary,
        "place": one.place,
        "rule": one.rule,
        "expected": one.expected,
        "found": one.found,
        "told": one.told,
    }
