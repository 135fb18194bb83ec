"""A story that does not come true is told so, entry by entry."""

from pathlib import Path

import pytest

from connectors.contract import load_contracts
from pipelines.domain.rulebook import rulebook
from pipelines.scenario.differences import differences
from pipelines.scenario.night import Stage
from pipelines.scenario.reading import read_scenes

ROOT = Path(__file__).parents[3]
CONTRACTS = load_contracts(ROOT / "data" / "feeds")
FINDING = "{规则: CL-01, 人: 甲, 结果: 命中, 措施: 原则上取消, 事实日期: 2018-01-05, 依据: 其余情况原则上取消其低保}"
CASE = "{措施: 原则上取消, 风险: 红}"
STORY = """\
主题: 车
比对日: 2026-09-22
政策: caojie-core
故事:
  一辆车:
    家庭: {{救助类别: 城市低保, 成员: {{甲: {{月收入: 300}}, 乙: {{}}}}}}
    部门数据:
      机动车: [{{人: 甲, 号牌号码: 渝A12345, 车辆类型: K33, 状态: 正常, 初次登记日期: 2018-01-05}}]
    应有疑点: {findings}
    应有案件: {case}
"""


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage(CONTRACTS, (ROOT / "data" / "policy",), rulebook())


def told(tmp_path: Path, stage: Stage, findings: str, case: str = CASE) -> list[str]:
    path = tmp_path / "车.yml"
    path.write_text(STORY.format(findings=findings, case=case), encoding="utf-8")
    [scene] = read_scenes(path, CONTRACTS, rulebook())
    return differences(scene, stage.tell(scene))


def test_nothing_differs(tmp_path: Path, stage: Stage) -> None:
    assert told(tmp_path, stage, f"[{FINDING}]") == []


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("结果: 命中", "结果: 待定", "疑点 CL-01（甲）的结果应为待定，实际为命中"),
        ("措施: 原则上取消", "措施: 核实", "疑点 CL-01（甲）的措施应为核实，实际为原则上取消"),
        ("2018-01-05", "2018-01-06", "疑点 CL-01（甲）的事实日期应为2018-01-06，实际为2018-01-05"),
        ("2018-01-05", "无", "疑点 CL-01（甲）的事实日期应为无，实际为2018-01-05"),
        (
            "依据: 其余情况",
            "政策差异: 仅作线索, 依据: 其余情况",
            "疑点 CL-01（甲）的政策差异中应有“仅作线索”，实际为“无”",
        ),
        ("依据: 其余情况", "匹配等级: B, 依据: 其余情况", "疑点 CL-01（甲）的匹配等级应为B，实际为A"),
    ],
)
def test_an_entry_of_a_finding_differs(tmp_path: Path, stage: Stage, was: str, now: str, said: str) -> None:
    assert told(tmp_path, stage, f"[{FINDING.replace(was, now)}]") == [said]


def test_words_of_clause_and_sentence_differ(tmp_path: Path, stage: Stage) -> None:
    clause, words = told(tmp_path, stage, "[{规则: CL-01, 结果: 命中, 依据: 三年内, 说明含: 摩托车, 说明不含: 渝B}]")
    assert clause.startswith("疑点 CL-01（甲）的依据中应有“三年内”，实际为“草街办发〔2024〕54号")
    assert words.startswith("疑点 CL-01（甲）的说明中应有“摩托车”")
    [unwanted] = told(tmp_path, stage, "[{规则: CL-01, 结果: 命中, 依据: 其余情况, 说明不含: 渝A}]")
    assert unwanted.startswith("疑点 CL-01（甲）的说明中不应有“渝A”")


def test_findings_are_compared_as_a_whole(tmp_path: Path, stage: Stage) -> None:
    assert told(tmp_path, stage, "无") == ["多出疑点 CL-01（甲）：命中，原则上取消，记录 /渝A12345"]
    second = "{规则: CL-02, 人: 乙, 结果: 命中, 记录: 07/渝A1, 依据: 摩托车}"
    assert told(tmp_path, stage, f"[{FINDING}, {second}]") == ["应有疑点 CL-02（乙）：命中，记录 07/渝A1，没有出现"]
    other = FINDING.replace("甲", "乙")
    assert told(tmp_path, stage, f"[{other}]") == [
        "应有疑点 CL-01（乙）：命中，没有出现",
        "多出疑点 CL-01（甲）：命中，原则上取消，记录 /渝A12345",
    ]


def test_what_should_not_be_assessed_is(tmp_path: Path, stage: Stage) -> None:
    not_assessed = "{{规则: {}, 结果: 未核}}"
    assert told(tmp_path, stage, f"[{FINDING}, {not_assessed.format('FC-01')}]") == []
    assert told(tmp_path, stage, f"[{FINDING}, {not_assessed.format('CL-02')}]") == ["规则 CL-02 应为未核，实际已核对"]
    assert told(tmp_path, stage, f"[{FINDING}, {not_assessed.format('XJ-02')}]") == [
        "规则 XJ-02 应为未核，实际在所用政策中没有启用"
    ]


def test_entries_of_a_case_differ(tmp_path: Path, stage: Stage) -> None:
    case = "{措施: 核实, 风险: 黄, 标准: 630, 核算人均: 0, 涉及月数: 无, 涉及金额: 1, 收入研判: 超标, 说明含: 摩托}"
    said = told(tmp_path, stage, f"[{FINDING}]", case)
    assert said[:-1] == [
        "案件（本户）的措施应为核实，实际为原则上取消",
        "案件（本户）的风险应为黄，实际为红",
        "案件（本户）的标准应为630.00，实际为770.00",
        "案件（本户）的核算人均应为0.00，实际为150.00",
        "案件（本户）的收入研判应为超标，实际为无",
        "案件（本户）的涉及月数应为无，实际为104",
        "案件（本户）的涉及金额应为1.00，实际为无",
    ]
    assert "说明中应有“摩托”" in said[-1]


def test_a_case_is_missing_or_too_many(tmp_path: Path, stage: Stage) -> None:
    assert told(tmp_path, stage, f"[{FINDING}]", "无") == ["多出案件（本户）：原则上取消"]
    assert told(tmp_path, stage, f"[{FINDING}]", f"[{CASE}, {CASE}]") == ["应有案件（本户，原则上取消），没有出现"]
