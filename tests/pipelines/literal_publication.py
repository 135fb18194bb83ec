"""What the literal published night of these tests holds: three tables, a manifest, and a snapshot with rows set aside."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from warehouse.natural_keys import Keys
from warehouse.session import Vault
from warehouse.snapshots import SnapshotStore

AS_OF = date(2026, 9, 22)
HEAD = "512390198607250559"
SPOUSE = "51239020011231001X"
OTHER = "500190193405064311"
SHEET = f"表{HEAD}"
MONEY = pl.Decimal(12, 2)
EVIDENCE = pl.List(pl.Struct({"field": pl.String, "value": pl.String, "op": pl.String, "threshold": pl.String}))

CASES = pl.Schema(
    {
        "as_of": pl.Date,
        "case_id": pl.String,
        "household_id": pl.String,
        "head_name": pl.String,
        "head_id_number": pl.String,
        "town": pl.String,
        "village": pl.String,
        "benefit": pl.String,
        "members": pl.Int32,
        "covered_members": pl.Int32,
        "monthly_amount": MONEY,
        "suggested_action": pl.String,
        "risk": pl.String,
        "rules": pl.List(pl.String),
        "findings": pl.Int32,
        "income_standard": MONEY,
        "income_declared": MONEY,
        "income_evidenced": MONEY,
        "projection": pl.String,
        "grace_branch": pl.String,
        "grace_from": pl.Date,
        "grace_to": pl.Date,
        "months_at_risk": pl.Int32,
        "amount_at_risk": MONEY,
        "statement": pl.String,
        "change": pl.String,
        "opened_on": pl.Date,
    }
)
FINDINGS = pl.Schema(
    {
        "as_of": pl.Date,
        "finding_id": pl.String,
        "household_id": pl.String,
        "id_number": pl.String,
        "name": pl.String,
        "town": pl.String,
        "village": pl.String,
        "benefit": pl.String,
        "rule_id": pl.String,
        "rule_version": pl.String,
        "outcome": pl.String,
        "action": pl.String,
        "grade": pl.String,
        "record_key": pl.String,
        "fact_date": pl.Date,
        "statement": pl.String,
        "basis": pl.String,
        "clears_with": pl.List(pl.String),
        "conflict": pl.String,
        "evidence": EVIDENCE,
        "feed": pl.String,
        "snapshot_date": pl.Date,
        "source_file": pl.String,
        "source_row": pl.Int64,
        "source_sha256": pl.String,
        "change": pl.String,
        "first_seen": pl.Date,
        "nights_seen": pl.Int32,
    }
)


def case(household: str, risk: str, amount: str | None, **more: Any) -> dict[str, Any]:
    row = {
        "as_of": AS_OF,
        "case_id": f"case-{household}",
        "household_id": household,
        "head_name": "张某",
        "head_id_number": HEAD,
        "town": "解放碑街道",
        "benefit": "dibao_urban",
        "members": 2,
        "covered_members": 2,
        "monthly_amount": Decimal("770.50"),
        "suggested_action": "CANCEL_PRINCIPLE",
        "risk": risk,
        "rules": ["CL-01", "SB-03"],
        "findings": 2,
        "amount_at_risk": Decimal(amount) if amount else None,
        "statement": f"户主{HEAD}名下有汽车。",
        "change": "new",
        "opened_on": AS_OF,
    }
    return {name: (row | more).get(name) for name in CASES.names()}


def finding(household: str, person: str, rule: str, **more: Any) -> dict[str, Any]:
    row = {
        "as_of": AS_OF,
        "finding_id": "123456789012345678901234567890ab",
        "household_id": household,
        "id_number": person,
        "name": "张某",
        "town": "解放碑街道",
        "rule_id": rule,
        "outcome": "flagged",
        "action": "VERIFY",
        "grade": "A",
        "record_key": "02/渝AA8944",
        "fact_date": date(2024, 8, 7),
        "statement": f"{person}名下有汽车。",
        "clears_with": ["行驶证", "过户或报废证明"],
        "evidence": [
            {"field": "status", "value": "A", "op": "not_in", "threshold": "E,M,P"},
            {"field": "owner", "value": person, "op": None, "threshold": None},
        ],
        "feed": "vehicle",
        "snapshot_date": date(2026, 9, 21),
        "source_file": "车辆.csv",
        "source_row": 7,
        "change": "new",
        "first_seen": AS_OF,
        "nights_seen": 1,
    }
    return {name: (row | more).get(name) for name in FINDINGS.names()}


def literal_cases() -> pl.DataFrame:
    rows = [
        case("H1", "yellow", None, town="南纪门街道"),
        case("H2", "red", "100.00"),
        case("H3", "grey", None),
        case("H4", "red", "9000.00", town="南纪门街道"),
        case("H5", "orange", None),
        case("H6", "red", None),
    ]
    return pl.DataFrame(rows, schema=CASES)


def literal_findings() -> pl.DataFrame:
    rows = [
        finding("H2", HEAD, "CL-01"),
        finding("H2", SPOUSE, "GS-01", record_key="915001037474123456/operator", feed="business"),
        finding("H4", OTHER, "SB-01", record_key=f"employee/{SPOUSE}的店", feed="social_insurance", town="南纪门街道"),
        finding("500103202008150012", OTHER, "FC-02", record_key="500103202008150012", feed="property"),
    ]
    return pl.DataFrame(rows, schema=FINDINGS)


def literal_counts() -> pl.DataFrame:
    row = {
        "as_of": AS_OF,
        "rule_version": "1",
        "feed": "vehicle",
        "feed_status": "fresh",
        "snapshot_date": date(2026, 9, 21),
        "flagged": 3,
        "exempt": 1,
        "undetermined": 2,
        "not_assessed": 0,
        "households_in_scope": 50,
        "households_assessed": 50,
        "households_not_assessed": 0,
        "households_flagged": 3,
        "new": 4,
        "persisting": 2,
        "changed": 0,
        "reopened": 0,
        "resolved": 1,
    }
    absent = row | {"feed": "business", "feed_status": "absent", "snapshot_date": None, "flagged": 0}
    absent |= {"households_assessed": 0, "households_not_assessed": 50, "exempt": 0, "undetermined": 0, "new": 0}
    rules = ["SB-01", "SB-02", "SB-03", "SB-04", "CL-01", "CL-02", "CL-03", "FC-01", "FC-02", "FC-03"]
    rows = [row | {"rule_id": rule} for rule in rules] + [absent | {"rule_id": rule} for rule in ("GS-01", "GS-02")]
    return pl.DataFrame(rows)


def literal_tables() -> dict[str, pl.DataFrame]:
    return {"findings": literal_findings(), "cases": literal_cases(), "rule_counts": literal_counts()}


def feed_entry(**more: Any) -> dict[str, Any]:
    entry = {
        "status": "fresh",
        "snapshot_date": "2026-09-21",
        "age_days": 1,
        "mode": "full",
        "files": [{"name": "车辆.csv", "sha256": "0" * 64, "rows": 90}],
        "checksum": "abcdef0123456789",
        "rows_read": 100,
        "kept": 90,
        "quarantined": 2,
        "skipped": 3,
        "duplicate": 4,
        "superseded": 1,
        "has_manifest": False,
        "messages": [],
    }
    return entry | more


def literal_manifest() -> dict[str, Any]:
    nothing = {"rows_read": 0, "kept": 0, "quarantined": 0, "skipped": 0, "duplicate": 0, "superseded": 0}
    refusal = "business 2026-09-01: manifest names 120 rows, found 100; ask for the file again"
    return {
        "run_id": "0123456789ab",
        "as_of": "2026-09-22",
        "profile": "caojie-2024",
        "code_version": "0.1.0",
        "policy_version": "2024-1",
        "encrypted": False,
        "feeds": {
            "roster": feed_entry(snapshot_date="2026-09-22", age_days=0, checksum="00aa"),
            "vehicle": feed_entry(),
            "business": feed_entry(
                status="refused", snapshot_date=None, age_days=None, checksum=None, messages=[refusal], **nothing
            ),
        },
        "gates": [{"name": "books_balance", "passed": True, "detail": "12 equations hold"}],
        "counts": {"households": 50, "persons": 90, "findings": 4, "cases": 6},
    }


def land(vault: Vault, feed: str, day: date, checksum: str, raws: list[str]) -> None:
    """Land a snapshot of which some rows were set aside."""
    clean = pl.DataFrame(
        {"id_number": [HEAD], "part_no": [1], "source_row": [2]},
        schema={"id_number": pl.String, "part_no": pl.Int32, "source_row": pl.Int64},
    )
    aside = pl.DataFrame(
        {
            "part_no": [1] * len(raws),
            "source_row": list(range(3, 3 + len(raws))),
            "field": ["id_number"] * len(raws),
            "reason": ["wrong_check_digit"] * len(raws),
            "raw": raws,
        },
        schema={
            "part_no": pl.Int32,
            "source_row": pl.Int64,
            "field": pl.String,
            "reason": pl.String,
            "raw": pl.String,
        },
    )
    keys = Keys((("id_number",),), "merge")
    part = {"part_no": 1, "source_file": f"{feed}.csv", "sheet": SHEET, "sha256": "0" * 64, "rows_read": 1 + len(raws)}
    with SnapshotStore(vault).writer(feed, day, checksum, {"id_number": pl.String()}, keys) as writer:
        writer.append(clean, aside)
        writer.finish([part], [{"field": "id_number"}], {})
