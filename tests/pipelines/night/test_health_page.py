"""The health page: what must stand on it, what must not, and that it is the same for the same night."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from pipelines.domain.health_history import NightAccount
from pipelines.night.health_charts import Spec
from pipelines.night.health_page import canary_line, page
from tests.pipelines.night.healthy import gate, health, manifest, night, rule


def drawn(specs: Mapping[str, Spec]) -> dict[str, str]:
    return {name: f"<svg data-chart='{name}'></svg>" for name in specs}


def words(html: str) -> str:
    """What a reader sees, tables as cells apart."""
    text = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_a_published_night_tells_its_rules_with_the_difference_to_the_night_before() -> None:
    before = night(21, health=health(rules=[rule("CL-01", flagged=9)]))
    told = words(page(manifest(), [before], drawn))
    assert "运行概况 比对日 2026-09-22" in told
    assert "已发布 50 户 90 人" in told
    assert "CL-01 名下有汽车 7 -2 2 0 0 0 0 41 0 4 0 0 0" in told
    assert "命中疑点（条） 7 较上一夜 -2" in told
    assert "10 户全对" in told
    assert "过期或被拒，本夜未核（不等于无问题）：市场主体" in told
    assert "未交付，本夜未核（不等于无问题）：死亡" in told


def test_the_first_night_has_nothing_to_compare_with() -> None:
    told = words(page(manifest(), [], drawn))
    assert "上一夜 无" in told
    assert "较上一夜 —" in told
    assert "还没有核查结论" in told
    assert "没有案件状态" in told


def test_a_held_night_says_why_and_what_to_do() -> None:
    failed = gate("vehicle_rows", "feed_rows", "failed", detail="10 rows, limit ±30 %", can_be_released=True)
    failed["attribution"] = "车辆.csv: 90 rows fewer"
    told = words(page(manifest(gates=[failed]), [], drawn))
    assert "本夜被关口扣住，未发布" in told
    assert "数据行数 （vehicle_rows）：10 rows, limit ±30 % 主要来源：车辆.csv: 90 rows fewer" in told
    assert "hedui publish --run" in told
    assert "扣住未发布" in told
    released = words(page(manifest(gates=[failed], released={"by": "某人"}), [], drawn))
    assert "经人核实后放行发布" in released
    assert "结果 放行发布" in released
    assert "hedui publish" not in released
    assert "某人" not in released
    ours = words(page(manifest(gates=[failed, gate("night_books", "night_books", "failed")]), [], drawn))
    assert "不能放行" in ours
    assert "hedui publish" not in ours


def test_gates_of_the_last_nights_stand_in_a_grid() -> None:
    held = NightAccount(manifest(20, gates=[gate("a", "breaker", "failed"), gate("b", "breaker", "failed")]), "held")
    released = NightAccount(manifest(21, gates=[gate("a", "match_rate", "failed")]), "released")
    told = words(page(manifest(), [held, released], drawn))
    assert "比对日 账目 数据行数 比中率 疑点熔断 结果" in told
    assert "2026-09-20 ✗ 未过 2 扣住未发布" in told
    assert "2026-09-21 ✗ 未过 放行发布" in told
    assert "2026-09-22 ✓ – 已发布" in told
    # What was held is no night to compare with.
    assert "上一夜 2026-09-21" in told


def test_an_imprecise_rule_is_named_in_a_box() -> None:
    lines = {"CL-01": {"verdicts": 60, "confirmed": 9, "cleared": 45, "median_days": 11.0}}
    answers = {"verdicts": 60, "confirmed": 9, "rules": lines, "nights": {"2026-09-20": 60}, "floor": 0.2}
    html = page(manifest(health=health(answers={**answers, "imprecise": ["CL-01"]})), [], drawn)
    told = words(html)
    assert "以下规则的核查结论属实比例过低" in told
    assert "CL-01 名下有汽车 ： 60 条结论中属实 9 条（15%）， 低于 20%" in told
    assert "CL-01 名下有汽车 60 9 45 6 15% 11" in told
    assert "属实比例过低" not in words(page(manifest(health=health(answers={**answers, "imprecise": []})), [], drawn))


def test_suppressed_findings_are_told_by_month_and_rule() -> None:
    debt = {"findings": 5, "rules": {"CL-01": 5}, "months": {"": 1, "2026-10": 4}, "soon": 4, "oldest": "2025-11-02"}
    told = words(page(manifest(health=health(suppression=debt)), [], drawn))
    assert "共 5 条，30天内恢复提示 4 条，最早的结论 2025-11-02" in told
    assert "未定 1 2026-10 4" in told
    assert "CL-01 名下有汽车 5" in told


def test_small_counts_by_town_are_withheld_and_cannot_be_worked_out() -> None:
    towns = {"甲镇": {"open": 40, "overdue": 9}, "乙镇": {"open": 30, "overdue": 3}, "丙镇": {"open": 4, "overdue": 0}}
    cases = {"states": {"待核查": 74}, "overdue": 12, "towns": towns}
    told = words(page(manifest(health=health(cases=cases)), [], drawn))
    assert "甲镇 40 — 乙镇 — &lt;5 丙镇 &lt;5 0" in told


@pytest.mark.parametrize(
    ("canaries", "line"),
    [
        (None, ("未设", True)),
        ({"households": 0, "asked": 0, "wrong": []}, ("未设", True)),
        ({"households": 10, "asked": 0, "wrong": []}, ("当夜无可问", True)),
        ({"households": 10, "asked": 3, "wrong": [{}, {}]}, ("2 处答错", False)),
    ],
)
def test_canaries_are_told(canaries: dict[str, Any] | None, line: tuple[str, bool]) -> None:
    assert canary_line({"canaries": canaries}) == line


def test_the_page_is_one_file_and_the_same_every_time() -> None:
    nights = [night(day) for day in range(1, 22)]
    html = page(manifest(), nights, drawn)
    assert html == page(manifest(run_id="another"), [*nights, night(23)], drawn)
    assert re.findall(r"(?:src|href|url)\s*[=(]", html) == []
    assert "0123456789ab" not in html
    assert [name for name in ("rules", "ages", "rows") if f"data-chart='{name}'" not in html] == []
    assert "图未能生成" not in html


def test_without_charts_the_tables_stand_alone() -> None:
    told = words(page(manifest(), [], lambda _specs: {}))
    assert "图未能生成，数字见下表" in told
    assert "CL-01 名下有汽车 7" in told


def test_a_manifest_of_an_older_program_still_makes_a_page() -> None:
    old = {"as_of": "2026-09-22", "profile": "p", "feeds": {}, "gates": [{"name": "night_books", "passed": True}]}
    assert "账目" in page(old, [NightAccount({**old, "as_of": "2026-09-20"}, "published")], drawn)
