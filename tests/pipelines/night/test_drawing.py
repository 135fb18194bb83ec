"""Charts are drawn by a process beside: as text that the reader's machine renders, and never at the night's cost."""

from pathlib import Path

import pytest

from pipelines.night.drawing import Drawing, DrawingError, start_drawing, take_drawing
from pipelines.night.health_charts import ages_chart, columns_chart, rows_chart, rules_chart
from tests.pipelines.night.healthy import FEEDS, history, rule


def program(folder: Path, text: str) -> Path:
    path = folder / "program.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_charts_carry_their_labels_as_text_in_chinese_fonts() -> None:
    specs = {
        "rules": rules_chart([rule("CL-01", title="名下有汽车", flagged=3)]),
        "ages": ages_chart(FEEDS),
        "rows": rows_chart(history(), {"vehicle": "机动车"}),
        "months": columns_chart({"2026-10": 3}),
    }
    asked = {name: spec for name, spec in specs.items() if spec is not None}
    assert asked.keys() == specs.keys()
    with Drawing() as drawing:
        drawn = drawing.charts(asked)
    for name, words in {
        "rules": "CL-01 名下有汽车",
        "ages": "机动车",
        "rows": "机动车",
        "months": "2026-10",
    }.items():
        assert f">{words}</text>" in drawn[name]
        assert 'font-family="PingFang SC, Microsoft YaHei, Noto Sans CJK SC' in drawn[name]
        assert "http://" not in drawn[name].replace("http://www.w3.org/", "")
        assert "https://" not in drawn[name]


def test_few_counts_have_whole_ticks() -> None:
    spec = columns_chart({"2026-10": 2, "2026-11": 1})
    assert spec is not None
    assert spec["encoding"]["y"]["axis"]["values"] == [0, 1, 2]
    many = columns_chart({"2026-10": 900})
    assert many is not None
    assert "values" not in many["encoding"]["y"]["axis"]
    assert [columns_chart({}), rules_chart([rule("CL-01")]), ages_chart({}), rows_chart({}, {})] == [None] * 4


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("raise SystemExit(3)", "ended with code 3"),
        ("print('no JSON')", "cannot be read"),
        ("import time; time.sleep(60)", "nothing in 1 seconds"),
    ],
)
def test_a_process_that_draws_nothing_is_told_and_ended(tmp_path: Path, text: str, found: str) -> None:
    with Drawing(program(tmp_path, text), seconds=1) as drawing, pytest.raises(DrawingError, match=found):
        drawing.charts({"rules": {}})


def test_whoever_asks_for_nothing_leaves_nothing_behind(tmp_path: Path) -> None:
    drawing = Drawing(program(tmp_path, "import time; time.sleep(60)"))
    drawing.close()
    drawing.close()
    with pytest.raises(ValueError, match="closed"):
        drawing.charts({})


def test_a_drawing_started_ahead_is_taken_once() -> None:
    start_drawing()
    start_drawing()
    with take_drawing() as first, take_drawing() as second:
        assert first is not second
        assert first.is_ours
    assert not first.is_ours


def test_a_drawing_started_ahead_that_has_ended_is_not_taken() -> None:
    start_drawing()
    ended = take_drawing()
    ended.close()
    start_drawing()
    with take_drawing() as drawing:
        assert drawing is not ended
        assert drawing.is_ours
