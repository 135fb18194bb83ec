"""`hedui rehearse` and the job `rehearsal`: exit codes, the page, the workbook, who is named where, what is recorded."""

import json
import re
from pathlib import Path

import dagster as dg
import openpyxl
import pytest

from pipelines.cli import main
from pipelines.jobs import build_definitions
from pipelines.settings import Settings
from tests.nights.changed_policies import MIXED, edited_copy
from tests.nights.district import DRIVER, FARMER, PEOPLE, TRADER
from tests.nights.driver import District, Done

Night = tuple[District, Done]
SHEETS = ["汇总", "按规则", "按镇街", "人群", "进入名单", "退出名单", "变化", "口径对照"]


@pytest.fixture(scope="module")
def mixed(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return edited_copy(repository, tmp_path_factory.mktemp("policy") / "mixed", MIXED)


@pytest.fixture
def at_home(first_night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The warehouse of the first night, as a server would have it in the environment; the folder of the call."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEDUI_WAREHOUSE", str(first_night[0].warehouse))
    monkeypatch.setenv("HEDUI_THREADS", "1")
    return tmp_path


def rows(path: Path, sheet: str) -> list[dict[str, object]]:
    header, *lines = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, header), line, strict=True)) for line in lines]


def test_page_and_workbook_without_clear_ids(
    at_home: Path, mixed: Path, first_night: Night, capfd: pytest.CaptureFixture[str]
) -> None:
    audit = first_night[0].warehouse / "audit"
    assert main(["rehearse", "--policy", str(mixed), "--out", "report"]) == 0
    shown = "".join(capfd.readouterr())
    page = (at_home / "report" / "rehearsal.html").read_text("utf-8")
    for text in (shown, page):
        assert not [one for one in PEOPLE if one.id_number in text or one.name in text or one.household in text]
        assert "暂无核查结论可供回放" in text
        assert "规则 CL-01（名下有汽车）：是否启用由“启用”改为“停用”" in text
    assert "policy in use" in shown
    assert "所给目录整套替换现行政策文件" in page
    assert "<svg" in page
    assert not re.findall(r"(?:src|href)=|@import|url\(", page)
    assert re.search(r"<td>甲镇</td>\s*<td class=\"n\">6</td>", page)
    book = at_home / "report" / "rehearsal.xlsx"
    assert openpyxl.load_workbook(book).sheetnames == SHEETS
    [left] = rows(book, "退出名单")
    assert (left["规则编号"], left["现行口径结果"], left["拟改口径结果"], left["全户变动"]) == (
        "CL-01",
        "命中",
        "无",
        "否",
    )
    assert left["公民身份号码"] == f"{DRIVER.id_number[:6]}********{DRIVER.id_number[-4:]}"
    assert {one["规则编号"] for one in rows(book, "进入名单")} == {"FC-01"}
    told = {(one["家庭编号"], one["变化项"], one["现行口径"], one["拟改口径"]) for one in rows(book, "变化")}
    assert (TRADER.household, "疑点建议", "核实", "线索") in told
    assert (TRADER.household, "风险等级", "黄", "灰") in told
    rules = {one["规则编号"]: one for one in rows(book, "按规则")}
    assert (rules["CL-01"]["拟改口径"], rules["CL-01"]["疑点：退出"], rules["FC-01"]["家庭：进入"]) == ("停用", 1, 1)
    assert {"DIBAO" in str(one) for one in rows(book, "人群")} == {False}
    sides = rows(book, "口径对照")
    assert [one["变化项"] for one in sides[:2]] == ["方案名称", "政策版本"]
    assert ("dibao_standard_urban", "770", "5000") in {(o["名称"], o["现行口径"], o["拟改口径"]) for o in sides}
    assert not (audit / "exports.jsonl").exists()


def test_clear_ids_name_people_and_are_recorded(district: District, mixed: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    words = ["rehearse", "--policy", str(mixed), "--out", str(out), "--clear-ids"]
    assert main([*words, "--warehouse", str(district.warehouse)]) == 0
    assert DRIVER.id_number in (out / "rehearsal.html").read_text("utf-8")
    assert FARMER.id_number in {one["公民身份号码"] for one in rows(out / "rehearsal.xlsx", "进入名单")}
    lines = (district.warehouse / "audit" / "exports.jsonl").read_text("utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    assert [(one["what"], one["file"], one["rows"]) for one in told] == [
        ("rehearsal", "rehearsal.html", 3),
        ("rehearsal", "rehearsal.xlsx", 3),
    ]
    assert not any(one.id_number in line for one in PEOPLE for line in lines)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "give --policy DIR or --profile NAME"),
        (["--policy", "nowhere"], "expected a folder with policy files"),
        (["--profile", "nobody"], "expected profile nobody"),
        (["--profile", "caojie-core", "--nights", "0"], "--nights"),
        (["--profile", "caojie-core", "--as-of", "2026-09-21"], "expected a published night up to 2026-09-21"),
        (["--profile", "caojie-core", "--nights-of", "national"], "of profile national"),
        (["--policy", "bad"], "bad/caojie/vehicle.yml:"),
        (["--profile", "caojie-core", "--out", "taken"], "expected a folder, found the file taken"),
        (["--profile", "caojie-core", "--warehouse", "nowhere"], "found no folder nowhere"),
    ],
)
def test_what_is_wrong_exits_2_and_writes_nothing(
    at_home: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    bad = at_home / "bad" / "caojie"
    bad.mkdir(parents=True)
    (bad / "vehicle.yml").write_text("layer: caojie\ntitle: 草街\nrule: {}\n", encoding="utf-8")
    (at_home / "taken").write_text("", encoding="utf-8")
    before = sorted(at_home.rglob("*"))
    assert main(["rehearse", *words]) == 2
    assert message in capsys.readouterr().err
    assert sorted(at_home.rglob("*")) == before


def test_the_job_writes_the_report_and_keeps_counts(
    first_night: Night, five_feeds: Path, mixed: Path, tmp_path: Path
) -> None:
    settings = Settings(warehouse=first_night[0].warehouse, feeds_dirs=(five_feeds,), threads=1)
    job = build_definitions(settings).resolve_job_def("rehearsal")
    out = tmp_path / "report"
    config = {"policy": [str(mixed)], "out": str(out)}
    run = {
        "ops": {"rehearse_policy": {"config": config}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    result = job.execute_in_process(run_config=run)
    [event] = [one for one in result.all_events if one.event_type == dg.DagsterEventType.STEP_OUTPUT]
    kept = {name: one.value for name, one in event.step_output_data.metadata.items()}
    assert (kept["findings_entering"], kept["findings_leaving"], kept["nights"]) == (2, 1, 1)
    assert (kept["visits_more"], kept["verdicts_contradicted"]) == (-2, 0)
    said = " ".join(one.message or "" for one in result.all_events) + str(kept)
    assert not [one for one in PEOPLE if one.id_number in said or one.name in said or one.household in said]
    page = (out / "rehearsal.html").read_text("utf-8")
    assert not [one for one in PEOPLE if one.id_number in page or one.name in page]


@pytest.mark.parametrize(
    ("config", "message"), [({}, "found neither"), ({"profile": "national", "as_of": "9月"}, "YYYY-MM-DD")]
)
def test_a_launchpad_that_says_too_little_is_told(
    first_night: Night, tmp_path: Path, config: dict[str, str], message: str
) -> None:
    job = build_definitions(Settings(warehouse=first_night[0].warehouse)).resolve_job_def("rehearsal")
    run = {
        "ops": {"rehearse_policy": {"config": {**config, "out": str(tmp_path / "report")}}},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    result = job.execute_in_process(run_config=run, raise_on_error=False)
    [failed] = [one for one in result.all_events if one.event_type == dg.DagsterEventType.STEP_FAILURE]
    assert message in str(failed.step_failure_data.error.cause.message)
    assert not (tmp_path / "report").exists()
