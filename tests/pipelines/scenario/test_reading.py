"""What cannot be understood in a story is an error with file and line, in the words of those who write stories."""

from datetime import date
from pathlib import Path

import pytest

from connectors.contract import load_contracts
from connectors.strict_yaml import DeclarationError
from pipelines.domain.rulebook import rulebook
from pipelines.scenario.reading import read_scenes, story_files
from pipelines.scenario.scene import Scene

CONTRACTS = load_contracts(Path(__file__).parents[3] / "data" / "feeds")
GOOD = """\
比对日: 2026-09-22
故事:
  一:
    家庭:
      救助类别: 城市低保
      成员:
        甲: {姓名: 张三, 出生: 1980-05-01, 性别: 男, 月收入: 300}
        乙: {关系: 配偶}
    部门数据:
      机动车:
        - {人: 甲, 车牌号: 渝A12345, 状态: "正常", 初次登记日期: 2018-01-05}
    应有疑点:
      - {规则: CL-01, 人: 甲, 结果: 待定, 依据: 原则上取消}
    应有案件: {措施: 核实}
"""


def read(tmp_path: Path, text: str, **options: object) -> list[Scene]:
    path = tmp_path / "车.yml"
    path.write_text(text, encoding="utf-8")
    return read_scenes(path, CONTRACTS, rulebook(), default_profile="caojie-2024", **options)


def test_a_story_is_made_ready(tmp_path: Path) -> None:
    [scene] = read(tmp_path, GOOD)
    assert (scene.subject, scene.title, scene.name) == ("车", "一", "车_一")
    assert (scene.as_of, scene.profile) == (date(2026, 9, 22), "caojie-2024")
    first, second = scene.persons.values()
    assert (first.name, second.name) == ("张三", "乙")
    assert first.id_number[:14] == "99999919800501"
    assert int(first.id_number[16]) % 2 == 1
    assert int(second.id_number[16]) % 2 == 0
    roster = scene.deliveries["roster"]
    assert roster.headers["monthly_income"] == "月收入"
    assert [row["relation"] for row in roster.rows] == ["户主", "配偶"]
    assert {row["household_id"] for row in roster.rows} == {"本户"}
    [row] = scene.deliveries["vehicle"].rows
    assert row["name"] == "张三"
    assert row["id_number"] == first.id_number
    assert scene.deliveries["vehicle"].headers["plate_no"] == "车牌号"


def test_what_is_typed_stands_in_place_of_what_the_story_says(tmp_path: Path) -> None:
    [scene] = read(tmp_path, GOOD, as_of=date(2027, 1, 31), profile="caojie-core")
    assert (scene.as_of, scene.profile) == (date(2027, 1, 31), "caojie-core")
    assert scene.deliveries["vehicle"].snapshot_date == date(2027, 1, 31)


def test_a_story_says_more_than_its_file(tmp_path: Path) -> None:
    [scene] = read(tmp_path, GOOD.replace("  一:\n", "  一:\n    比对日: 2026-01-01\n    政策: caojie-core\n"))
    assert (scene.as_of, scene.profile) == (date(2026, 1, 1), "caojie-core")


def test_the_roster_may_lack_a_column(tmp_path: Path) -> None:
    text = GOOD.replace(", 月收入: 300", "").replace("    家庭:", "    名册没有的列: [月收入]\n    家庭:")
    [scene] = read(tmp_path, text)
    assert "monthly_income" not in scene.deliveries["roster"].headers


@pytest.mark.parametrize(
    ("was", "now", "line", "said"),
    [
        ("    部门数据:", "    部门资料:", 9, "不认识“部门资料”这一项"),
        ("规则: CL-01, 人", "规则: CL-01, 谁", 13, "不认识“谁”这一项"),
        ("    应有案件: {措施: 核实}\n", "", 3, "缺少“应有案件”这一项"),
        ("结果: 待定", "结果: 可能", 13, "应为命中、豁免、待定、未核之一；现为“可能”"),
        ("{措施: 核实}", "{措施: 取消}", 14, "应为终止、原则上取消、"),
        ("{措施: 核实}", "{措施: 核实, 标准: 七百}", 14, "应为以元为单位的数字"),
        ("{措施: 核实}", "{措施: 核实, 渐退期起: 十月}", 14, "应为日期，如 2026-09-22"),
        ('状态: "正常"', "状态: true", 11, "应为文字、数字或日期"),
        ("规则: CL-01", "规则: CL-99", 13, "没有规则“CL-99”"),
        ("人: 甲, 结果", "人: 丙, 结果", 13, "故事里没有“丙”"),
        (", 依据: 原则上取消", "", 13, "没有写 依据"),
        ("      机动车:", "      车辆:", 10, "没有名为“车辆”的部门数据"),
        ("车牌号:", "车牌:", 11, "“机动车”没有“车牌”这一列（是否指“车牌号”？）"),
        ("{人: 甲, 车牌号", "{人: 丁, 车牌号", 11, "故事里没有“丁”；家庭成员以外的人请列在 其他人 下"),
        ("{人: 甲, 车牌号", "{车牌号", 11, "没有说是谁的记录"),
        ("车牌号: 渝A12345", "车牌号: 渝A12345, 号牌号码: 渝A1", 11, "与前面的一列是同一项"),
        ("      救助类别: 城市低保\n", "", 4, "没有写 救助类别"),
        ("月收入: 300", "月收人: 300", 4, "“救助对象名册”没有“月收人”这一列（是否指“月收入”？）"),
        ("出生: 1980-05-01", "出生: 一九八〇", 6, "出生：应为日期"),
        ("性别: 男", "性别: 公", 6, "性别：应为男或女"),
        ("性别: 男", '身份证号: "11010519491231002X"', 6, "可能是真实证件号"),
        ("性别: 男", '身份证号: "110105491231002"', 6, "可能是真实证件号"),
        ("比对日: 2026-09-22\n", "", 2, "没有写 比对日"),
        ("    部门数据", "    其他人: {丙: {职业: 工人}}\n    部门数据", 9, "不认识“职业”"),
        ("    应有案件: {措施", "    应有案件: {户: 别户, 措施", 14, "没有名为“别户”的户"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, was: str, now: str, line: int, said: str) -> None:
    assert was in GOOD
    with pytest.raises(DeclarationError) as error:
        read(tmp_path, GOOD.replace(was, now, 1))
    place, message = str(error.value).split(": ", 1)
    assert said in message
    assert place.endswith("车.yml:" + str(line))


def test_a_title_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    twice = GOOD + GOOD.split("故事:\n")[1]
    with pytest.raises(DeclarationError, match=r"车\.yml:15: '一' stands twice"):
        read(tmp_path, twice)


def test_one_household_or_several_not_both(tmp_path: Path) -> None:
    text = GOOD.replace("    部门数据", "    各户: {一户: {救助类别: 城市低保, 成员: {甲: {}}}}\n    部门数据")
    with pytest.raises(DeclarationError, match="只写一个"):
        read(tmp_path, text)


def test_folders_hold_stories(tmp_path: Path) -> None:
    (tmp_path / "二.yml").touch()
    (tmp_path / "一.yml").touch()
    assert [path.name for path in story_files([tmp_path])] == ["一.yml", "二.yml"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DeclarationError, match="没有故事"):
        list(story_files([tmp_path / "empty"]))
