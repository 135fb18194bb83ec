"""Rules that look at the income and at tonight's findings, through nights on real files without Dagster."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from connectors.identity import id_check_digit
from pipelines.night.night import Night, open_night, open_vault
from tests.nights.driver import run_plainly

FIRST, LATER = date(2026, 9, 22), date(2026, 11, 2)
PROFILES = """profiles:
  everything:
    title: 全部
    layers: [national, chongqing, caojie]
    sections: all
"""
HEADERS = {
    "roster": "家庭编号,身份证号,姓名,与户主关系,救助类别,是否享受,镇街,月收入,复核日期,在保状态",
    "vehicle": "身份证号,姓名,号牌号码,号牌种类,车辆类型,状态,初次登记日期",
    "housing_fund": "身份证号,姓名,单位名称,账户状态,缴存基数,末次汇缴月份",
}


def number(year: int) -> str:
    first_17 = f"999999{year}0101001"
    return first_17 + id_check_digit(first_17)


A, B, C = number(1940), number(1960), number(1970)
MEMBERS = (
    f"H1,{A},甲,户主,分散供养,是,某街道,0,2026-09-01,在保",
    f"H2,{B},乙,户主,低保边缘家庭,否,某街道,0,2026-09-01,在保",
    f"H2,{C},丙,配偶,低保边缘家庭,否,某街道,0,2026-09-01,在保",
)
CARS = (f"{A},甲,渝A12345,02,小型轿车,正常,2020-01-01",)
FUNDS = (f"{C},丙,厂,正常,2310,2026-08",)


@pytest.fixture
def run(tmp_path: Path, repository: Path) -> Callable[..., Night]:
    """Write a day's deliveries (feed → rows) and run the night of that day."""
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "profiles.yml").write_text(PROFILES, encoding="utf-8")

    def night_of(as_of: date, **feeds: tuple[str, ...]) -> Night:
        for feed, rows in {"roster": MEMBERS, **feeds}.items():
            folder = tmp_path / "inbox" / feed / as_of.isoformat()
            folder.mkdir(parents=True)
            (folder / f"{feed}.csv").write_text("\n".join([HEADERS[feed], *rows, ""]), encoding="utf-8")
        night = open_night(
            as_of=as_of,
            profile="everything",
            inbox=tmp_path / "inbox",
            vault=open_vault(tmp_path / "warehouse", None, threads=1, memory_limit="500MB"),
            feeds_dirs=(repository / "data" / "feeds",),
            policy_dirs=(repository / "data" / "policy", tmp_path / "policy"),
        )
        run_plainly(night, f"{as_of:%Y%m%d}")
        return night

    return night_of


def told(night: Night) -> dict[tuple[str, str], tuple[str, str]]:
    findings = night.tables.read("findings").filter(pl.col("rule_id").is_in(["CL-01", "GJJ-01", "TK-02", "BY-01"]))
    rows = findings.select("household_id", "rule_id", "outcome", "change").rows()
    return {(household, rule): (outcome, change) for household, rule, outcome, change in rows}


def test_the_income_is_judged_and_remembered_with_everything_else(run):
    night = run(FIRST, vehicle=CARS, housing_fund=FUNDS)
    assert told(night) == {
        ("H1", "CL-01"): ("flagged", "new"),
        ("H1", "TK-02"): ("flagged", "new"),
        ("H2", "GJJ-01"): ("flagged", "new"),
        ("H2", "BY-01"): ("flagged", "new"),
    }
    found = night.tables.read("findings_household").filter(pl.col("rule_id") == "BY-01")
    assert found.select("feed", "wage_amount", "pension_amount").rows() == [("roster", None, None)]
    cases = {row["household_id"]: row for row in night.tables.read("cases").to_dicts()}
    assert {"BY-01", "GJJ-01"} <= set(cases["H2"]["rules"])
    assert (cases["H2"]["projection"], float(cases["H2"]["income_evidenced"])) == (None, 1155.0)
    counts = night.tables.read("rule_counts").filter(pl.col("rule_id") == "BY-01").to_dicts()
    assert (counts[0]["flagged"], counts[0]["feed"], counts[0]["households_not_assessed"]) == (1, "roster", 0)

    # Forty days later only the wage has ended; nobody can say whether the car is gone, so what rests on it stays.
    later = run(LATER, housing_fund=(f"{C},丙,厂,封存,2310,2026-08",))
    assert told(later) == {
        ("H1", "CL-01"): ("not_assessed", "persisting"),
        ("H1", "TK-02"): ("not_assessed", "persisting"),
    }
    resolved = later.tables.read("resolved_findings").select("rule_id", "resolved_reason").rows()
    assert {("BY-01", "no_longer_found"), ("GJJ-01", "no_longer_found")} <= set(resolved)


def test_a_rule_that_needs_another_feed_is_not_assessed_without_it(run):
    night = run(FIRST)
    counts = night.tables.read("rule_counts")
    rows = counts.filter(pl.col("rule_id").is_in(["CJ-01", "TK-03", "BY-03"]))
    status = dict(rows.select("rule_id", "feed_status").rows())
    assert status == {"CJ-01": "absent", "TK-03": "absent", "BY-03": "fresh"}
    skipped = dict(rows.select("rule_id", "households_not_assessed").rows())
    assert skipped == {"CJ-01": 2, "TK-03": 2, "BY-03": 0}
