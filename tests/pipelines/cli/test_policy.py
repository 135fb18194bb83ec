"""`hedui policy`: what applies, as a screen and as JSON, and the check's exit codes."""

import json
from pathlib import Path

import pytest

from pipelines.cli import main


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]):
    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["policy", *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def bad_region(tmp_path: Path) -> Path:
    (tmp_path / "ours" / "caojie").mkdir(parents=True)
    (tmp_path / "ours" / "caojie" / "a.yml").write_text(
        "layer: caojie\ntitle: 草街街道\nparameters:\n  grace_months:\n    - {value: 6, untis: 月}\nrules:\n  ZZ-99: []\n",
        encoding="utf-8",
    )
    return tmp_path / "ours"


def test_show_tells_value_unit_date_layer_and_clause(shown):
    code, out, _ = shown("show", "--as-of", "2026-09-22")
    assert code == 0
    told = "".join(out.split())  # long texts are folded
    for expected in (
        "dibao_standard_urban770元/人·月自2024-09-01chongqing",
        "minimum_housing_area未设置",
        "CL-01名下有汽车启用原则上取消CANCEL_PRINCIPLE（caojie）",
        "车辆比对数据：摩托车、汽车都要核实",
        "上级从宽low_value_vehicle：市级口径：机动车现值不超过30000元",
    ):
        assert expected in told


@pytest.mark.parametrize(("day", "value"), [("2024-08-31", "620"), ("2024-09-01", "770")])
def test_json_tells_the_standard_of_the_day(shown, day, value):
    _, out, _ = shown("show", "--as-of", day, "--profile", "chongqing", "--format", "json")
    told = json.loads(out)
    values = {one["name"]: one["value"] for one in told["parameters"]}
    assert (values["dibao_standard_urban"], values["minimum_housing_area"]) == (value, None)
    assert len(told["version"]) == 16


def test_one_rule_alone_with_what_it_asks_for(shown):
    _, out, _ = shown("show", "--rule", "FC-02", "--profile", "chongqing", "--as-of", "2026-09-22", "--format", "json")
    told = json.loads(out)
    assert [one["rule_id"] for one in told["rules"]] == ["FC-02"]
    assert [one["name"] for one in told["parameters"]] == ["housing_area_multiple", "minimum_housing_area"]
    assert {one["case"] for one in told["rules"][0]["variants"]} == {"count_alone", "area_within"}


def test_a_rule_that_no_layer_knows_is_told(shown):
    code, out, _ = shown("show", "--rule", "FC-01", "--profile", "national", "--as-of", "2026-09-22")
    assert code == 0
    assert "不启用的规则：FC-01" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "--rule", "ZZ-99"), "--rule: expected one of"),
        (("show", "--profile", "nowhere"), "data/policy/profiles.yml:3: expected profile nowhere, found"),
        (("show", "--as-of", "2026-02-30"), "--as-of: expected a date"),
        (("show", "--policy", "not-there"), "expected a folder of policy layers, found none"),
    ],
)
def test_wrong_usage_is_exit_2(shown, arguments, message):
    code, _, err = shown(*arguments)
    assert code == 2
    assert message in err
    assert "Traceback" not in err


def test_check_tells_every_profile(shown):
    code, out, err = shown("check", "--as-of", "2026-09-22")
    assert (code, err) == (0, "")
    assert all(f"\n{name}  " in f"\n{out}" for name in ("national", "chongqing", "caojie-2024"))
    assert "没有错误" in out


def test_check_lists_every_mistake_and_is_exit_2(shown, bad_region):
    code, out, _ = shown("check", "--policy", str(bad_region))
    assert code == 2
    assert "ours/caojie/a.yml:5: parameters.grace_months.0.untis: unknown key" in out
    assert "ours/caojie/a.yml:7: rules.ZZ-99" in out
    assert "发现 4 处错误" in out


def test_a_night_does_not_begin_with_a_bad_policy(bad_region, tmp_path, capsys):
    (tmp_path / "inbox").mkdir()
    warehouse = tmp_path / "warehouse"
    places = ("--inbox", str(tmp_path / "inbox"), "--warehouse", str(warehouse), "--policy", str(bad_region))
    assert main(["nightly", *places, "--as-of", "2026-09-22"]) == 2
    assert "ours/caojie/a.yml:5" in capsys.readouterr().err
    assert not warehouse.exists()
