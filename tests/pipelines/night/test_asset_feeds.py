"""Vehicles, property, businesses and insurance of the catalogue, through one night on real files without Dagster."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from connectors.contract import load_contracts, schema
from connectors.identity import id_check_digit
from pipelines.night.matched_rows import PROVENANCE_TYPES, completed
from pipelines.night.night import Night, open_night, open_vault
from pipelines.night.stages import compute, land_all

AS_OF = date(2026, 9, 22)
POLICY = {
    "profiles.yml": """profiles:
  everything: {title: 全部规则, layers: [national, chongqing, caojie, village], sections: all}
""",
    "village/all.yml": """layer: village
title: 某村
parameters:
  turnover_income_rate: [{value: 0.2, unit: 占营业额比例}]
  contribution_base_floor: [{value: 500, unit: 元/月}]
rules:
  GS-05: [{is_on: true}]
  SB-08: [{is_on: true}]
""",
}


def number(place: int) -> str:
    first_17 = f"999999{1950 + place}0101001"
    return first_17 + id_check_digit(first_17)


A, B, C = number(1), number(2), number(3)
FEEDS = {
    "roster": (
        "家庭编号,身份证号,姓名,与户主关系,救助类别,是否享受,镇街,月收入,批准年月,复核日期",
        f"H1,{A},甲,户主,城市低保,是,某街道,500,2024-01,2025-09-30",
        f"H1,{B},乙,配偶,城市低保,是,某街道,100,2024-01,2025-09-30",
        f"H2,{C},丙,户主,农村低保,是,某街道,0,2024-01,2025-09-30",
    ),
    "vehicle": (
        "身份证号,所有人,号牌号码,号牌种类,车辆类型,机动车状态,使用性质,初次登记日期,检验有效期止",
        f"{A},甲,渝A11111,小型汽车,小型轿车,逾期未检验,非营运,2008-01-01,2012-01-01",
        f"{B},乙,渝A22222,小型汽车,轻型普通货车,正常,货运,2025-01-01,",
    ),
    "property": (
        "身份证号,权利人,不动产单元号,用途,取得方式,登记时间,权属状态,转移或注销日期,转移或注销原因",
        f"{A},甲,U1,住宅,继承,2001-01-01,历史,2026-03-01,赠与",
        f"{C},丙,U2,住宅,自建,2001-01-01,历史,,",
    ),
    "business": (
        "身份证号,姓名,企业名称,角色,经营状态,成立日期,单位参保人数,年营业额（万元）",
        f"{B},乙,某店,经营者,存续,2026-01-01,2,9",
        f"{C},丙,旧店,经营者,注销,2010-01-01,,",
    ),
    "social_insurance": (
        "身份证号,姓名,险种,参保状态,待遇状态,缴费人员类别,缴费基数,终止/暂停原因",
        f"{A},甲,居民养老,正常参保,暂停发放,,,1201",
        f"{C},丙,职工养老,正常参保,,灵活就业,4000,",
    ),
    "public_payroll": ("身份证号,姓名,供养单位,人员类别", f"{C},丙,某镇政府,编外", f"{B},乙,某局,遗属补助"),
}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Night:
    """A night of two households about which every feed has a row, with all rules on."""
    folder = tmp_path_factory.mktemp("assets")
    texts = {f"inbox/{feed}/{AS_OF}/{feed}.csv": "\n".join([*rows, ""]) for feed, rows in FEEDS.items()}
    for name, text in (texts | {f"policy/{name}": text for name, text in POLICY.items()}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    night = open_night(
        as_of=AS_OF,
        profile="everything",
        inbox=folder / "inbox",
        vault=open_vault(folder / "warehouse", None, threads=1, memory_limit="500MB"),
        feeds_dirs=(repository / "data" / "feeds",),
        policy_dirs=(repository / "data" / "policy", folder / "policy"),
    )
    land_all(night)
    compute(night)
    return night


def test_every_rule_gives_its_finding(night):
    ours = ["CL-04", "CL-05", "CL-06", "CL-07", "FC-06", "GS-03", "GS-04", "GS-05", "GS-06", "SB-05", "SB-08", "SB-09"]
    findings = night.tables.read("findings").filter(pl.col("rule_id").is_in(ours))
    assert set(findings.select("rule_id", "id_number", "outcome", "action").rows()) == {
        ("CL-04", A, "flagged", "VERIFY"),
        ("CL-05", B, "flagged", "CANCEL_PRINCIPLE"),
        ("CL-06", A, "flagged", "CANCEL_PRINCIPLE"),
        ("CL-07", B, "flagged", "VERIFY"),
        ("FC-06", A, "flagged", "VERIFY"),
        ("GS-03", B, "flagged", "VERIFY"),
        ("GS-04", A, "flagged", "VERIFY_INCOME"),
        ("GS-05", C, "flagged", "LEAD"),
        ("GS-06", B, "flagged", "VERIFY"),
        ("SB-05", A, "flagged", "VERIFY"),
        ("SB-08", C, "flagged", "VERIFY_INCOME"),
        ("SB-09", B, "exempt", "VERIFY"),
        ("SB-09", C, "flagged", "VERIFY"),
    }
    assert findings.filter(pl.col("basis").is_null() | (pl.col("clears_with").list.len() < 2)).is_empty()


def test_an_estimate_raises_no_income_and_is_not_told_to_be_below(night):
    told = night.tables.read("cases").select("household_id", "income_evidenced", "projection").rows()
    assert [(household, float(income), projection) for household, income, projection in told] == [
        ("H1", 300.0, "verify"),
        ("H2", 0.0, "verify"),
    ]


def test_what_was_landed_before_a_field_was_declared_has_nothing_in_it(feeds_dir):
    contract = load_contracts(feeds_dir)["property"]
    expected = pl.Schema({**schema(contract), **PROVENANCE_TYPES})
    old = pl.DataFrame(schema={name: kind for name, kind in expected.items() if name not in {"ended_on", "ended_by"}})
    assert dict(completed(contract, old).schema) == dict(expected)
    now = pl.DataFrame(schema=expected)
    assert completed(contract, now).equals(now)
