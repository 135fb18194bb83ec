"""Feeds with two persons, with none, and absent ones, through a night on real files without Dagster."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from connectors.identity import id_check_digit
from pipelines.night.judging import request_list
from pipelines.night.night import Night, open_night, open_vault
from pipelines.night.publishing import published_tables, states
from pipelines.night.stages import compute, land_all

AS_OF = date(2026, 9, 22)
DAY = AS_OF.isoformat()
HEADERS = {
    "roster": "家庭编号,身份证号,姓名,与户主关系,救助类别,是否享受,镇街,月收入,复核日期,在保状态,开户人",
    "death": "身份证号,姓名,死亡日期,数据来源",
    "custody": "身份证号,姓名,类型,起始日期,截止日期",
    "marriage": "男方身份证号,男方姓名,女方身份证号,女方姓名,登记类型,登记日期,证书编号",
    "card_proxies": "家庭编号,代管人姓名,备案日期",
    "income_tax": "身份证号,姓名,税款所属期,所得项目,收入额,扣缴义务人",
}


def number(place: int) -> str:
    first_17 = f"999999{1950 + place}0101001"
    return first_17 + id_check_digit(first_17)


A, B, C, D, S, W = (number(place) for place in range(6))
"""A and B: one household. C: alone. D: stopped, of C's household. S and W: in no roster."""

MEMBERS = (
    f"H1,{A},甲,户主,城市低保,是,某街道,500,2026-09-01,在保,甲",
    f"H1,{B},乙,配偶,城市低保,是,某街道,100,2026-09-01,在保,",
    f"H2,{C},丙,户主,农村低保,是,某街道,0,2026-09-01,在保,外人",
    f"H2,{D},丁,配偶,农村低保,是,某街道,0,2026-09-01,停发,",
)


@pytest.fixture
def run(tmp_path: Path, repository: Path) -> Callable[..., Night]:
    """Write deliveries (feed → rows) and run the stages of a night over them."""

    def night_over(feeds: dict[str, list[str]], profile: str = "caojie-people", manifests: dict | None = None) -> Night:
        inbox = tmp_path / "inbox"
        for feed, rows in {"roster": list(MEMBERS), **feeds}.items():
            folder = inbox / feed / DAY
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{feed}.csv").write_text("\n".join([HEADERS[feed], *rows, ""]), encoding="utf-8")
            for name, content in (manifests or {}).get(feed, {}).items():
                (folder / name).write_text(content, encoding="utf-8")
        night = open_night(
            as_of=AS_OF,
            profile=profile,
            inbox=inbox,
            vault=open_vault(tmp_path / "warehouse", None, threads=1, memory_limit="500MB"),
            feeds_dirs=(repository / "data" / "feeds",),
            policy_dirs=(repository / "data" / "policy",),
        )
        land_all(night)
        compute(night)
        return night

    return night_over


def told(night: Night, *rules: str) -> list[tuple[str, ...]]:
    findings = night.tables.read("findings").filter(pl.col("rule_id").is_in(rules))
    return findings.select("rule_id", "household_id", "id_number", "outcome", "action").rows()


def counts(night: Night) -> dict[str, tuple[str, int]]:
    rows = night.tables.read("rule_counts").select("rule_id", "feed_status", "households_not_assessed").rows()
    return {rule: (status, households) for rule, status, households in rows}


def test_a_spouse_is_looked_up_in_deaths_though_in_no_roster(run):
    marriages = [
        f"{A},甲,{S},生,结婚,2020-01-01,",
        f"{W},亡,{C},丙,结婚,2019-01-01,J1",
        f"{D},丁,{B},乙,离婚,2021-01-01,",
    ]
    night = run({"marriage": marriages, "death": [f"{W},亡,2020-02-02,火化"]})
    assert told(night, "HY-01") == [
        ("HY-01", "H1", A, "flagged", "VERIFY"),
        ("HY-01", "H2", C, "exempt", "VERIFY"),
    ]
    assert told(night, "SW-01") == []
    assert request_list(night).rows() == [(S, "生")]
    assert published_tables(night)["request_list"].rows() == [(S, "生")]


def test_a_stopped_row_of_the_household_is_no_hidden_spouse(run):
    night = run({"marriage": [f"{C},丙,{D},丁,结婚,2020-01-01,"], "death": [f"{W},亡,2020-02-02,火化"]})
    assert told(night, "HY-01") == []


def test_a_spouse_whom_the_response_was_not_about_is_told_as_open(run):
    manifest = {
        "manifest.json": json.dumps({"mode": "response", "requested": "list.txt"}),
        "list.txt": f"{A}\n{B}\n{C}\n",
    }
    marriages = [f"{A},甲,{S},生,结婚,2020-01-01,"]
    night = run({"marriage": marriages, "death": [f"{B},乙,2026-01-01,火化"]}, manifests={"death": manifest})
    (finding,) = night.tables.read("findings").filter(pl.col("rule_id") == "HY-01").to_dicts()
    assert "未能核对是否丧偶" in finding["statement"]
    assert told(night, "SW-01") == [("SW-01", "H1", B, "flagged", "REMOVE_MEMBER")]


@pytest.mark.parametrize(
    ("filings", "outcome"), [(["H2,外人,2026-01-01"], "exempt"), (["H1,外人,2026-01-01"], "flagged"), (None, "flagged")]
)
def test_a_feed_without_persons_joins_by_household(run, filings, outcome):
    night = run({} if filings is None else {"card_proxies": filings})
    assert told(night, "ZJ-01") == [("ZJ-01", "H2", C, outcome, "VERIFY")]
    assert counts(night)["ZJ-01"] == ("fresh", 0)
    statement = night.tables.read("findings").get_column("statement").item(0)
    assert ("卡折代管备案数据缺失" in statement) is (filings is None)


def test_who_is_gone_does_not_count(run):
    night = run({"death": [f"{A},甲,2026-09-01,火化"], "custody": [f"{C},丙,服刑,2026-09-01,"]})
    assert told(night, "SW-01", "XJ-01") == [
        ("SW-01", "H1", A, "flagged", "REMOVE_MEMBER"),
        ("XJ-01", "H2", C, "flagged", "TERMINATE"),
    ]
    income = night.tables.read("income").select(
        "household_id", "income_declared", "income_evidenced", "counting_members"
    )
    assert income.rows() == [("H1", 3_000_000, 1_000_000, 1), ("H2", 0, 0, 0)]
    ledger = night.tables.read("ledger").filter(~pl.col("counts")).select("id_number", "why").rows()
    assert ledger == [(A, "已死亡（2026-09-01）"), (C, "在监狱服刑（自2026-09-01起）")]


def test_absent_feeds_are_told_as_not_assessed(run):
    night = run({})
    people = ("SW-01", "XJ-01", "XJ-02", "GJJ-01", "TAX-01", "HY-01")
    assert {rule: counts(night)[rule] for rule in people} == dict.fromkeys(people, ("absent", 2))
    assert {state.feed for state in states(night) if state.status == "absent"} >= {"death", "card_proxies"}
    assert request_list(night) is None
    assert "request_list" not in published_tables(night)
    assert night.tables.read("matched_marriage").is_empty()


def test_a_profile_of_the_core_knows_nothing_of_people(run):
    night = run(
        {
            "death": [f"{A},甲,2026-09-01,火化"],
            "marriage": [f"{C},丙,{S},生,结婚,2020-01-01,"],
            "income_tax": [f"{B},乙,2026-08,工资薪金,99999,厂"],
        },
        profile="caojie-core",
    )
    assert night.tables.read("findings").is_empty()
    assert night.tables.read("income").get_column("counting_members").to_list() == [2, 1]
    assert {rule[:2] for rule in counts(night)} == {"SB", "CL", "FC", "GS"}
    absent = {state.feed for state in states(night) if state.status == "absent"}
    assert absent == {"social_insurance", "vehicle", "property", "business"}
    assert request_list(night) is None


def test_a_wage_of_the_tax_office_leads_to_grace(run):
    rows = [f"{B},乙,2026-{month:02},工资薪金,3000,厂" for month in range(1, 9)]
    night = run({"income_tax": rows})
    (case,) = night.tables.read("cases").filter(pl.col("household_id") == "H1").to_dicts()
    assert (case["rules"], case["projection"], case["grace_branch"]) == (["TAX-01"], "grace_a", "A")
    assert float(case["income_evidenced"]) == (500 + 2000) / 2
