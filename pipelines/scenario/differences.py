"""Expected and found: where a story does not come true.

What belongs here: holding findings and cases against what the story expects, entry by entry, in Chinese. Findings are
compared as a whole: one that nobody expected is a difference too. An entry that the story leaves out is not compared.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from pipelines.domain.vocabulary import Outcome
from pipelines.scenario.night import Told
from pipelines.scenario.scene import Scene
from pipelines.scenario.story import ExpectedCase, ExpectedFinding
from pipelines.scenario.words import ACTIONS, BRANCHES, GRADES, NONE, OUTCOMES, PROJECTIONS, RISKS, label_of

Found = dict[str, Any]
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "结果": OUTCOMES,
    "措施": ACTIONS,
    "匹配等级": GRADES,
    "风险": RISKS,
    "收入研判": PROJECTIONS,
    "渐退情形": BRANCHES,
}


def differences(scene: Scene, told: Told) -> list[str]:
    """Every difference between what a story expects and what a night says, a sentence each; empty when it comes true."""
    return [*_finding_differences(scene, told), *_case_differences(scene, told)]


def _finding_differences(scene: Scene, told: Told) -> list[str]:
    """Findings that are missing, too many, or other than expected."""
    labels = {person.id_number: label for label, person in scene.persons.items()}
    ids = {label: person.id_number for label, person in scene.persons.items()}
    rest: list[Found] = told.findings.to_dicts()
    said = []
    for one in scene.findings:
        if one.outcome == Outcome.NOT_ASSESSED:
            said += _assessed_after_all(one, told)
            continue
        found = _best(one, rest, ids)
        if found is None:
            said.append(f"应有疑点 {_named(one)}，没有出现")
            continue
        rest.remove(found)
        said += [f"疑点 {one.rule}（{labels.get(found['id_number'], '')}）的{text}" for text in _unlike(one, found)]
    for found in rest:
        outcome, action = label_of(found["outcome"], OUTCOMES), label_of(found["action"], ACTIONS)
        person = labels.get(found["id_number"], "")
        said.append(f"多出疑点 {found['rule_id']}（{person}）：{outcome}，{action}，记录 {found['record_key']}")
    return said


def _assessed_after_all(one: ExpectedFinding, told: Told) -> list[str]:
    """What is to be said of a rule that should not have been assessed and was."""
    if one.rule in told.not_assessed:
        return []
    state = "已核对" if told.policy.is_rule_on(one.rule) else "在所用政策中没有启用"
    return [f"规则 {one.rule} 应为未核，实际{state}"]


def _best(one: ExpectedFinding, rest: Sequence[Found], ids: Mapping[str, str]) -> Found | None:
    """The finding that is meant: of this rule, person, household and record; of several the one most like it."""
    meant = [
        found
        for found in rest
        if found["rule_id"] == one.rule
        and (one.person is None or found["id_number"] == ids[one.person])
        and (one.household is None or found["household_id"] == one.household)
        and (one.record is None or found["record_key"] == one.record)
    ]
    return min(meant, key=lambda found: len(_unlike(one, found)), default=None)


def _unlike(one: ExpectedFinding, found: Found) -> list[str]:
    """The entries of a finding that are other than expected."""
    exact = {
        "结果": (one.outcome, found["outcome"]),
        "措施": (one.action, found["action"]),
        "匹配等级": (one.grade, found["grade"]),
        "事实日期": (one.fact_date, found["fact_date"]),
    }
    held = {"依据": (one.clause, found["basis"]), "说明": (one.told, found["statement"])}
    said = [_other(entry, *pair) for entry, pair in exact.items() if _differs(*pair)]
    said += [_lacks(entry, words, text) for entry, (words, text) in held.items() if words and words not in text]
    if one.untold and one.untold in found["statement"]:
        said.append(f"说明中不应有“{one.untold}”，实际为“{found['statement']}”")
    if one.conflict is not None:
        conflict = found["conflict"]
        if one.conflict == NONE and conflict is not None:
            said.append(f"政策差异应为无，实际为“{conflict}”")
        elif one.conflict != NONE and one.conflict not in (conflict or ""):
            said.append(_lacks("政策差异", one.conflict, conflict or NONE))
    return said


def _case_differences(scene: Scene, told: Told) -> list[str]:
    """Cases that are missing, too many, or other than expected."""
    rest: list[Found] = told.cases.to_dicts()
    said = []
    for one in scene.cases:
        found = next((found for found in rest if one.household in (None, found["household_id"])), None)
        if found is None:
            said.append(f"应有案件（{one.household or '本户'}，{label_of(one.action, ACTIONS)}），没有出现")
            continue
        rest.remove(found)
        said += [f"案件（{found['household_id']}）的{text}" for text in _unlike_case(one, found)]
    for found in rest:
        said.append(f"多出案件（{found['household_id']}）：{label_of(found['suggested_action'], ACTIONS)}")
    return said


def _unlike_case(one: ExpectedCase, found: Found) -> list[str]:
    """The entries of a case that are other than expected."""
    pairs = {
        "措施": (one.action, found["suggested_action"]),
        "风险": (one.risk, found["risk"]),
        "标准": (one.standard, found["income_standard"]),
        "申报人均": (one.declared, found["income_declared"]),
        "核算人均": (one.evidenced, found["income_evidenced"]),
        "收入研判": (one.projection, found["projection"]),
        "渐退情形": (one.branch, found["grace_branch"]),
        "渐退期起": (one.grace_from, found["grace_from"]),
        "渐退期止": (one.grace_to, found["grace_to"]),
        "涉及月数": (one.months, found["months_at_risk"]),
        "涉及金额": (one.amount, found["amount_at_risk"]),
    }
    said = [_other(entry, *pair) for entry, pair in pairs.items() if _differs(*pair)]
    if one.told and one.told not in found["statement"]:
        said.append(_lacks("说明", one.told, found["statement"]))
    return said


def _differs(expected: object, found: object) -> bool:
    """Whether an entry that the story gives is another one; 无 is what is not there."""
    if expected is None:
        return False
    return found is not None if expected == NONE else _plain(expected) != _plain(found)


def _plain(value: object) -> object:
    """Amounts as the story writes them."""
    return f"{value:.2f}" if isinstance(value, Decimal) else value


def _other(entry: str, expected: object, found: object) -> str:
    """One entry that is another one, both sides in words."""
    return f"{entry}应为{_spoken(entry, expected)}，实际为{_spoken(entry, found)}"


def _spoken(entry: str, value: object) -> str:
    if isinstance(value, str) and entry in _WORDS:
        return label_of(value, _WORDS[entry])
    if isinstance(value, date):
        return value.isoformat()
    return NONE if value is None else str(_plain(value))


def _lacks(entry: str, words: str, text: str) -> str:
    """A text that should hold some words."""
    return f"{entry}中应有“{words}”，实际为“{text}”"


def _named(one: ExpectedFinding) -> str:
    """An expected finding by rule, person, record and outcome."""
    person = f"（{one.person}）" if one.person else ""
    record = f"，记录 {one.record}" if one.record else ""
    return f"{one.rule}{person}：{label_of(one.outcome, OUTCOMES)}{record}"
