"""The feeds of money, things and registers, through one night on real files without Dagster."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from connectors.identity import id_check_digit
from pipelines.cli import main
from pipelines.night.night import Night, open_night, open_vault
from pipelines.night.publishing import published_tables
from pipelines.night.stages import compute, land_all
from tests.nights.canaries import everything_told, stands_in

AS_OF = date(2026, 9, 22)
PROFILE = """profiles:
  everything:
    title: 全部规则
    layers: [national, chongqing, caojie]
    sections: all
"""
ACCOUNT, POLICY_NO = "6217002345678901234", "P202600001234567890"


def number(place: int) -> str:
    first_17 = f"999999{1950 + place}0101001"
    return first_17 + id_check_digit(first_17)


A, B = number(1), number(2)
FEEDS = {
    "roster": (
        "家庭编号,身份证号,姓名,与户主关系,救助类别,是否享受,镇街,月收入,月保障金额,批准年月,复核日期",
        f"H1,{A},甲,户主,城市低保,是,某街道,500,900,2024-01,2026-09-01",
        f"H1,{B},乙,配偶,城市低保,是,某街道,100,900,2024-01,2026-09-01",
    ),
    "deposits": (
        "身份证号,户名,开户行,卡号,资产类别,账户余额（万元）",
        f"{A},甲,某银行,{ACCOUNT},定期,12",
        f"{B},乙,某银行,,活期,不详",
    ),
    "insurance_policies": (
        "被保险人身份证号,被保险人,保单号,投保人,险种,年缴保费,保单状态",
        f"{A},甲,{POLICY_NO},乙,年金,9240,有效",
    ),
    "farm_machinery": ("身份证号,机主姓名,出厂编号,机具类别,登记日期", f"{B},乙,N1,轮式拖拉机,2020-01-01"),
    "vessels": ("身份证号,船舶所有人,船名,船舶状态", f"{B},乙,渝渔1,在册"),
    "population": ("公民身份号码,姓名,户籍状态,迁出原因,迁出日期", f"{B},乙,迁出,购房,2026-01-01"),
    "students": ("身份证号,姓名,学校,学籍状态,毕业日期", f"{B},乙,某校,毕业,2020-06-30"),
    "other_rosters": ("身份证号,姓名,区县,行政区划代码,在保状态", f"{A},甲,某区,500103,在保"),
    "payments": ("领款人身份证号,领款人,补贴项目,所属月份,发放金额", f"{A},甲,低保金,2026-08,800"),
    "staff_relatives": ("近亲属身份证号,近亲属姓名,经办人员,单位,是否备案", f"{A},甲,某人,某街道,否"),
}


def deliver(inbox: Path, feeds: dict[str, tuple[str, ...]]) -> None:
    for feed, rows in feeds.items():
        place = inbox / feed / AS_OF.isoformat()
        place.mkdir(parents=True)
        (place / f"{feed}.csv").write_text("\n".join([*rows, ""]), encoding="utf-8")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Night:
    """A night of one household about which every feed has a row, with all rules on that ship on."""
    folder = tmp_path_factory.mktemp("money")
    deliver(folder / "inbox", FEEDS)
    (folder / "policy").mkdir()
    (folder / "policy" / "profiles.yml").write_text(PROFILE, encoding="utf-8")
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


def test_every_feed_gives_its_finding(night):
    ours = ["JR-01", "BX-01", "NJ-01", "CB-01", "RK-01", "RK-05", "ZF-03", "ZJ-02", "ZJ-03"]
    findings = night.tables.read("findings").filter(pl.col("rule_id").is_in(ours), pl.col("outcome") == "flagged")
    assert dict(findings.select("rule_id", "action").rows()) == {
        "JR-01": "CANCEL_PRINCIPLE",
        "BX-01": "VERIFY",
        "NJ-01": "CANCEL_PRINCIPLE",
        "CB-01": "CANCEL_PRINCIPLE",
        "RK-01": "VERIFY",
        "ZF-03": "VERIFY",
        "ZJ-02": "DATA_FIX",
        "ZJ-03": "VERIFY",
    }
    assert findings.filter(pl.col("basis").is_null() | (pl.col("clears_with").list.len() < 2)).is_empty()


def test_no_account_or_policy_number_is_published(night):
    for name, table in published_tables(night).items():
        text = table.write_ndjson()
        assert ACCOUNT not in text, name
        assert POLICY_NO not in text, name


def test_a_night_tells_no_number_of_a_person_an_account_or_a_policy(tmp_path, monkeypatch, capfd, caplog):
    misread = A[:-1] + ("0" if A[-1] != "0" else "1")
    spoilt = FEEDS | {"deposits": (*FEEDS["deposits"], f"{misread},丙,某银行,{ACCOUNT[::-1]},定期,1")}
    deliver(tmp_path / "inbox", spoilt)
    monkeypatch.chdir(tmp_path)
    places = ("--inbox", tmp_path / "inbox", "--warehouse", tmp_path / "warehouse")
    assert main([*map(str, ("nightly", *places)), "--as-of", AS_OF.isoformat()]) == 0
    output, complaints = capfd.readouterr()
    assert "JR-01" in output
    told = everything_told(tmp_path / "warehouse")
    told |= {"output": output.encode(), "complaints": complaints.encode(), "logs": caplog.text.encode()}
    secrets = (A, B, misread, ACCOUNT, ACCOUNT[::-1], POLICY_NO)
    assert [
        (place, n) for place, content in told.items() for n, one in enumerate(secrets) if stands_in(one, content)
    ] == []
