"""A literal published night for workbooks: two towns and one without a name, texts that want to run, an open answer."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines.domain.cases import CASES
from pipelines.domain.findings import FINDINGS
from pipelines.domain.ledger import LEDGER
from pipelines.domain.ledger_entries import ENTRIES
from pipelines.night.publishing import FINDING_COLUMNS
from pipelines.workbooks.book import BookContent
from pipelines.workbooks.material import Material
from pipelines.workbooks.sheet_tables import evidence_tables, members_table
from pipelines.workbooks.words import Words

AS_OF = date(2026, 9, 22)
MADE_AT = datetime(2026, 9, 22, 3, tzinfo=UTC)
HEAD, SPOUSE, OTHER = "512390198607250559", "51239020011231001X", "500190193405064311"
SECRET = b"w" * 32
TOWN, SECOND = "解放碑街道", "南纪门街道"

WORDS = Words(
    feeds={"vehicle": "机动车", "business": "市场主体", "roster": "救助对象名册"},
    sheets={"vehicle": "机动车", "business": "市场主体", "roster": "救助对象名册"},
    departments={"vehicle": "公安交通管理部门", "business": "市场监督管理部门"},
    fields={("vehicle", "status"): "机动车状态", ("vehicle", "plate_no"): "号牌号码", ("business", "role"): "人员类型"},
    codes={
        ("roster", "relation"): {"02": "户主", "10": "配偶"},
        ("business", "role"): {"operator": "经营者", "legal_rep": "法定代表人"},
    },
    rules={"CL-01": "名下有汽车", "GS-01": "有注册工商信息"},
    documents={"CL-01": ("行驶证", "过户或报废证明"), "GS-01": ("经营情况调查表",)},
    laws=(("CL-01", "草街办发〔2024〕54号（十）", "名下有汽车", "原则上取消", "行驶证；过户或报废证明"),),
    parameters=(("grace_months", "", "6", "月", "caojie", "", ""),),
    version="0123456789abcdef",
)


def case(household: str, risk: str = "red", **more: Any) -> dict[str, Any]:
    row = {
        "as_of": AS_OF,
        "case_id": f"case-{household}",
        "household_id": household,
        "head_name": "张某",
        "head_id_number": HEAD,
        "town": TOWN,
        "village": "第3社区",
        "benefit": "dibao_urban",
        "members": 2,
        "covered_members": 2,
        "monthly_amount": Decimal("770.50"),
        "suggested_action": "CANCEL_PRINCIPLE",
        "risk": risk,
        "rules": ["CL-01"],
        "findings": 1,
        "income_standard": Decimal("770.00"),
        "income_declared": Decimal("100.00"),
        "income_evidenced": Decimal("100.00"),
        "amount_at_risk": Decimal("100.00"),
        "statement": "户主名下有汽车。",
        "change": "new",
        "opened_on": AS_OF,
    }
    return {name: (row | more).get(name) for name in CASES.names()}


def finding(number: int, household: str, person: str = HEAD, rule: str = "CL-01", **more: Any) -> dict[str, Any]:
    row = {
        "as_of": AS_OF,
        "finding_id": f"{number:032x}",
        "household_id": household,
        "id_number": person,
        "name": "张某",
        "town": TOWN,
        "village": "第3社区",
        "benefit": "dibao_urban",
        "rule_id": rule,
        "rule_version": "1",
        "outcome": "flagged",
        "action": "CANCEL_PRINCIPLE",
        "grade": "A",
        "record_key": f"02/渝AA89{number:02d}",
        "fact_date": date(2024, 8, 7),
        "statement": f"{person}名下有汽车。",
        "basis": "草街办发〔2024〕54号（十）",
        "clears_with": ["行驶证", "过户或报废证明", "车辆已注销"],
        "conflict": "市级口径：现值不超过30000元的可予豁免",
        "evidence": [
            {"field": "status", "value": "A", "op": "not has", "threshold": "E,M,P"},
            {"field": "plate_no", "value": "渝AA8944", "op": "=", "threshold": ""},
        ],
        "feed": "vehicle",
        "snapshot_date": date(2026, 9, 21),
        "source_file": "车辆.csv",
        "source_row": 7,
        "source_sha256": "ab" * 32,
        "change": "new",
        "first_seen": AS_OF,
        "nights_seen": 1,
    }
    return {name: (row | more).get(name) for name in FINDING_COLUMNS}


CASE_ROWS = [
    case("H1"),
    case("H2", "yellow", town=SECOND, head_name='=HYPERLINK("x")', amount_at_risk=None),
    case("H3", "grey"),
    case("H4", "orange", town="", head_name="＠李某", amount_at_risk=None),
]
FINDING_ROWS = [
    finding(1, "H1"),
    finding(2, "H1", SPOUSE, "GS-01", feed="business", name="+赵某", evidence=[
        {"field": "role", "value": "operator", "op": "in", "threshold": "operator,legal_rep"},
        {"field": "uscc", "value": "92500103MA131MD", "op": "=", "threshold": ""},
    ]),
    finding(3, "H2", OTHER, town=SECOND, outcome="undetermined", statement="=1+1 他名下有汽车\x07"),
    finding(4, "H3"),
    finding(5, "H4", town="", outcome="not_assessed"),
    finding(6, "H4", town="", outcome="exempt"),
    finding(7, "H1", outcome="not_assessed", rule="GS-01", feed="business"),
]  # fmt: skip
ASSESSED = {3: "undetermined", 6: "exempt", 7: "exempt"}


def member(household: str, person: str, relation: str, **more: Any) -> dict[str, Any]:
    row = {
        "household_id": household,
        "id_number": person,
        "name": "张某",
        "relation": relation,
        "declared": 1_000_000,
        "rigid_expense": 0,
        "evidenced": 1_000_000,
        "is_work_unproven": False,
        "counts": True,
    }
    return {name: (row | more).get(name) for name in LEDGER.names()}


def tables() -> dict[str, pl.DataFrame]:
    """The published tables of the literal night."""
    kinds = {**FINDINGS, "change": pl.String, "first_seen": pl.Date, "nights_seen": pl.Int32}
    findings = pl.DataFrame(FINDING_ROWS, schema={name: kinds[name] for name in FINDING_COLUMNS})
    ids = findings["finding_id"].to_list()
    memory = pl.DataFrame(
        {
            "finding_id": ids,
            "fingerprint": [f"print-{place}" for place in range(1, len(ids) + 1)],
            "assessed_outcome": [ASSESSED.get(place, "flagged") for place in range(1, len(ids) + 1)],
        }
    )
    ledger = [member("H1", SPOUSE, "10"), member("H1", HEAD, "02"), member("H2", OTHER, "02"), member("H4", HEAD, "02")]
    entry = dict.fromkeys(ENTRIES.names())
    entries = [
        entry | {"household_id": "H1", "id_number": HEAD, "item": "declared", "amount": 1_000_000, "is_counted": True},
        entry
        | {"household_id": "H1", "id_number": HEAD, "item": "employment_cost", "amount": -5000, "is_counted": False},
    ]
    return {
        "cases": pl.DataFrame(CASE_ROWS, schema=CASES),
        "findings": findings,
        "memory": memory,
        "ledger": pl.DataFrame(ledger, schema=LEDGER),
        "ledger_entries": pl.DataFrame(entries, schema=ENTRIES),
        "rule_counts": pl.DataFrame({"rule_id": ["CL-01"]}),
    }


def manifest(**more: Any) -> Mapping[str, Any]:
    """The account of the literal night."""
    return {
        "as_of": "2026-09-22",
        "run_id": "0123456789ab",
        "profile": "caojie-2024",
        "policy_version": WORDS.version,
        "code_version": "0.1.0",
        "feeds": {
            "vehicle": {
                "status": "fresh",
                "snapshot_date": "2026-09-21",
                "age_days": 1,
                "rows_read": 9,
                "messages": [],
            },
            "business": {"status": "absent", "snapshot_date": None, "messages": []},
        },
        **more,
    }


def content_of(town: str | None, rows: pl.DataFrame, night: Material) -> BookContent:
    """A workbook of some rows of the literal night."""
    heads = rows.select("finding_id", "head_name", "book_town")
    return BookContent(
        town=town,
        rows=rows,
        members=members_table(night, WORDS),
        evidence=evidence_tables(night.findings.join(heads, on="finding_id", how="inner"), WORDS),
        night=night.night,
        manifest=night.manifest,
        is_clear=night.is_clear,
        words=WORDS,
        meta='{"layout": 1}',
        made_at=MADE_AT,
    )
