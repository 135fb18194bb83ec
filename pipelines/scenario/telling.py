"""A story told to the end: the family, every finding with its reasons, the income, the case, and what differs.

What belongs here: the order and wording of the whole reasoning, as lines of plain text in Chinese. What does not: how
income is told (`telling_income`), what differs (`differences`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from connectors.contract import Contract
from pipelines.domain.case_statement import BENEFIT_LABEL
from pipelines.night.labels import FEED_STATUS_LABELS, RISK_LABELS
from pipelines.scenario.night import Told
from pipelines.scenario.scene import Scene
from pipelines.scenario.telling_income import income_lines
from pipelines.scenario.words import ACTIONS, NONE, OUTCOMES, label_of

_INDENT: Final = "  "
_RULE_WIDTH: Final = 64
Row = Mapping[str, Any]


def telling(scene: Scene, told: Told, differences: Sequence[str], contracts: Mapping[str, Contract]) -> list[str]:
    """The whole reasoning, line by line; identity numbers are replaced by the names of the story."""
    lines = [
        *_heading(scene, told),
        *_family(scene, told),
        *_findings(scene, told, contracts),
        *_not_assessed(told),
        *_cases(told),
        *_verdict(differences),
    ]
    names = {person.id_number: label for label, person in scene.persons.items() if person.id_number}
    return [_without_numbers(line, names) for line in lines]


def brief_line(scene: Scene, differences: Sequence[str]) -> list[str]:
    """One line for a story that comes true; with the differences below it for another."""
    mark = "✗" if differences else "✓"
    return [f"{mark} {scene.subject}：{scene.title}", *(f"{_INDENT}- {one}" for one in differences)]


def _heading(scene: Scene, told: Told) -> Iterator[str]:
    yield "═" * _RULE_WIDTH
    yield f"{scene.subject}：{scene.title}（{scene.place}）"
    if scene.text:
        yield from (f"{_INDENT}{line}" for line in scene.text.strip().splitlines())
    yield f"比对日 {scene.as_of}，政策 {scene.profile}（版本 {told.policy.version}）"


def _family(scene: Scene, told: Told) -> Iterator[str]:
    """Households in scope, what arrived, and what was refused."""
    yield ""
    yield "家庭"
    for row in told.households.iter_rows(named=True):
        benefit = BENEFIT_LABEL.get(row["benefit"], "类别不明")
        grace = "，渐退期内" if row["in_grace"] else ""
        incomplete = "，名册有数据行被隔离、家庭成员不全" if row["is_incomplete"] else ""
        size = f"{row['members']}人，保障{row['covered_members']}人"
        yield f"{_INDENT}{row['household_id']}：{benefit}，{size}，户主{row['head_name']}{grace}{incomplete}"
    out = [number for number in scene.households if number not in set(told.households["household_id"])]
    yield from (f"{_INDENT}{number}：不在比对范围（没有在保成员）" for number in out)
    yield from (f"{_INDENT}{feed}：{message}" for feed, messages in told.messages.items() for message in messages)


def _findings(scene: Scene, told: Told, contracts: Mapping[str, Contract]) -> Iterator[str]:
    """Every finding: what, who, the sentence, the clause, the evidence, what clears it, where layers disagree."""
    labels = {person.id_number: label for label, person in scene.persons.items()}
    yield ""
    yield "疑点" if told.findings.height else "疑点：无"
    for place, row in enumerate(told.findings.iter_rows(named=True), start=1):
        title = told.policy.rule(row["rule_id"]).title
        outcome, action = label_of(row["outcome"], OUTCOMES), label_of(row["action"], ACTIONS)
        yield f"{place}. {row['rule_id']} {title}：{outcome}，建议{action}"
        person, day = labels.get(row["id_number"], ""), row["fact_date"] or NONE
        yield f"{_INDENT}{row['household_id']} {person}，匹配等级 {row['grade']}，记录 {row['record_key']}，事实日期 {day}"
        yield f"{_INDENT}说明：{row['statement']}"
        yield f"{_INDENT}依据：{row['basis']}"
        yield f"{_INDENT}佐证（{row['feed']}，数据时点 {row['snapshot_date']}，{row['source_file']} 第{row['source_row']}行）："
        for item in row["evidence"]:
            yield f"{_INDENT * 2}{_evidence(item, contracts.get(row['feed']))}"
        yield f"{_INDENT}可消除疑点：{'；'.join(row['clears_with'])}"
        if row["conflict"]:
            yield f"{_INDENT}上下级政策差异：{row['conflict']}"


def _evidence(item: Row, contract: Contract | None) -> str:
    """One line of evidence: field, value, operator, threshold."""
    name = item["field"]
    label = f"{contract.by_name[name].label_zh}（{name}）" if contract and contract.has(name) else name
    value = item["value"] or "（空）"
    return f"{label} {value} {item['op']} {item['threshold']}" if item["threshold"] else f"{label}：{value}"


def _not_assessed(told: Told) -> Iterator[str]:
    """The rules that nobody could judge, by the reason: never to be read as clear."""
    if not told.not_assessed:
        return
    yield ""
    yield "未核（不等于没有问题）"
    for status in sorted(set(told.not_assessed.values())):
        rules = [rule for rule, why in told.not_assessed.items() if why == status]
        label = "部分成员未查询" if status == "fresh" else f"数据{FEED_STATUS_LABELS.get(status, status)}"
        yield f"{_INDENT}{label}：{'、'.join(sorted(rules))}"


def _cases(told: Told) -> Iterator[str]:
    """Income of every household and its case."""
    cases = {row["household_id"]: row for row in told.cases.iter_rows(named=True)}
    for number in told.households["household_id"]:
        yield ""
        yield from income_lines(number, told)
        case = cases.get(number)
        if case is None:
            yield f"案件（{number}）：无"
            continue
        yield f"案件（{number}）：建议{label_of(case['suggested_action'], ACTIONS)}，风险{RISK_LABELS[case['risk']]}"
        yield f"{_INDENT}{case['statement']}"
        if case["months_at_risk"] is not None:
            amount = "" if case["amount_at_risk"] is None else f"，涉及金额 {case['amount_at_risk']} 元（仅用于排序）"
            yield f"{_INDENT}涉及月数 {case['months_at_risk']}{amount}"


def _verdict(differences: Sequence[str]) -> Iterator[str]:
    yield ""
    if not differences:
        yield "✓ 与预期一致"
        return
    yield f"✗ 与预期有 {len(differences)} 处不同"
    yield from (f"{_INDENT}- {one}" for one in differences)


def _without_numbers(line: str, names: Mapping[str, str]) -> str:
    """A line with the names of the story in place of made-up numbers."""
    for number, label in names.items():
        line = line.replace(number, label)
    return line
