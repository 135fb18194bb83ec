"""``hedui scenario``: the whole reasoning, the differences, the exit codes; and the page that teaches it."""

import re
from pathlib import Path

import pytest

from pipelines.cli import main

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "write-a-scenario.md"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example of the page, as a policy officer copies it."""
    [text] = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "我的故事.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_of_the_page_comes_true(example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", str(example)]) == 0
    told = capsys.readouterr().out
    assert "FC-02 两套及以上住房：命中，建议原则上取消" in told
    assert "依据：草街办发〔2024〕54号（十）：“房产比对数据" in told
    assert "取得方式（acquisition） buy_new in buy_new,buy_second,auction" in told
    assert "可消除疑点：" in told
    assert "上下级政策差异：市级口径" in told
    assert "申报人均 0；核算 0 ÷ 2 人 ＝ 核算人均 0；标准 630" in told
    assert "案件（本户）：建议原则上取消，风险红" in told
    assert "数据缺失：CL-01" in told
    assert "✓ 与预期一致" in told
    assert "999999" not in told


def test_another_date_is_a_difference(example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", str(example), "--as-of", "2027-07-21", "--brief"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "✗ 城里买房：农村有房又在城里买房",
        "  - 应有疑点 FC-01（罗秀英）：命中，没有出现",
        "  - 案件（本户）的涉及月数应为26，实际为36",
        "  - 案件（本户）的涉及金额应为13000.00，实际为18000.00",
    ]


def test_only_some_stories(example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", str(example), "--only", "没有这样的", "--brief"]) == 0
    assert "共 0 个故事，0 个与预期不同" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--profile", "nowhere"), "expected profile nowhere"),
        (("--as-of", "昨天"), "expected a date"),
        (("missing.yml",), "expected a readable UTF-8 file"),
    ],
)
def test_what_cannot_be_used(
    example: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], said: str
) -> None:
    assert main(["scenario", str(example), *more]) == 2
    assert said in capsys.readouterr().err


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", "--help"]) == 0
    assert "hedui scenario tests/scenarios/三年内购房.yml" in capsys.readouterr().out
