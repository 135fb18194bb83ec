"""The health page in a real browser: Chinese labels of the charts are rendered, whole and inside their drawings."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pipelines.night.drawing import Drawing
from pipelines.night.health_page import page as health_page
from tests.nights.browser import Page, browser_page, find_browser
from tests.pipelines.night.healthy import health, manifest, night, rule

LABELS = """JSON.stringify([...document.querySelectorAll('.chart svg text')].filter(
  one => /[\\u4e00-\\u9fff]/.test(one.textContent)).map(one => {
    const at = one.getBoundingClientRect(), svg = one.closest('svg').getBoundingClientRect();
    return {text: one.textContent, x: at.x + scrollX, y: at.y + scrollY, width: at.width, height: at.height,
      inside: at.left >= svg.left && at.right <= svg.right && at.top >= svg.top && at.bottom <= svg.bottom}}))"""
DARK = """(async () => {{ const image = new Image(); image.src = 'data:image/png;base64,{png}'; await image.decode();
  const canvas = document.createElement('canvas'); canvas.width = image.width; canvas.height = image.height;
  const pen = canvas.getContext('2d'); pen.drawImage(image, 0, 0);
  const dots = pen.getImageData(0, 0, image.width, image.height).data; let told = '';
  for (let n = 0; n < dots.length; n += 4) told += dots[n] + dots[n + 1] + dots[n + 2] < 480 ? 'x' : '.';
  return told; }})()"""


@pytest.fixture
def browser() -> str:
    found = find_browser()
    if found is None:
        pytest.skip("no Chromium is installed; name one in HEDUI_BROWSER")
    if not os.environ.get("HEDUI_BROWSER") and not has_chinese_fonts():
        pytest.skip("no Chinese font is installed (fc-list :lang=zh): nothing to render with")
    return found


def has_chinese_fonts() -> bool:
    listed = shutil.which("fc-list")
    return bool(listed and subprocess.run([listed, ":lang=zh"], capture_output=True, check=False).stdout)


def dots(page: Page, label: dict[str, float]) -> str:
    """The pixels of a label, a dark one as x."""
    clip = {**{name: label[name] for name in ("x", "y", "width", "height")}, "scale": 2}
    png = page.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)["data"]
    return str(page.run(DARK.format(png=png)))


NO_FONTS = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>.</dir></fontconfig>'


def drawn_page(manifest_of_tonight: dict[str, Any]) -> str:
    """The page with its charts."""
    with Drawing() as drawing:
        return health_page(manifest_of_tonight, [night(20), night(21)], drawing.charts)


@pytest.mark.parametrize("has_fonts", [True, False], ids=["fonts", "no fonts on the server"])
def test_chinese_labels_are_rendered(
    browser: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_fonts: bool
) -> None:
    rules = [rule("CL-01", title="名下有汽车", flagged=7), rule("SB-03", title="领取养老保险待遇的在保人员", flagged=3)]
    debt = {"findings": 4, "rules": {"CL-01": 4}, "months": {"2026-10": 4}, "soon": 4, "oldest": "2026-09-01"}
    tonight = manifest(health=health(rules=rules, suppression=debt))
    with monkeypatch.context() as patch:
        if not has_fonts:
            (tmp_path / "fonts.conf").write_text(NO_FONTS)
            patch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
        html = drawn_page(tonight)
    path = tmp_path / "health.html"
    path.write_text(html, encoding="utf-8")
    with browser_page(browser, tmp_path / "profile") as page:
        page.open(path.as_uri())
        page.wait_for("运行概况")
        labels = json.loads(page.run(LABELS))
        shown = [label["text"] for label in labels]
        assert {"CL-01 名下有汽车", "SB-03 领取养老保险待遇的在保人员", "机动车", "疑点（条）"} <= set(shown)
        assert [label["text"] for label in labels if not label["inside"]] == []
        car = next(label for label in labels if label["text"] == "机动车")
        text = "[...document.querySelectorAll('.chart svg text')].find(one => one.textContent === '机动车')"
        rendered = dots(page, car)
        # Letters that no font has are boxes, all alike: what is rendered must be something else, and neither blank nor black.
        page.run(f"{text}.textContent = '\\uE000\\uE001\\uE002'")
        missing = dots(page, car)
    assert 0.05 < rendered.count("x") / len(rendered) < 0.6
    assert rendered != missing
    third = car["width"] * 2 / 3
    rows = [
        rendered[start : start + round(car["width"] * 2)] for start in range(0, len(rendered), round(car["width"] * 2))
    ]
    letters = {"".join(row[round(third * n) : round(third * n) + int(third)] for row in rows) for n in range(3)}
    assert len(letters) == 3
