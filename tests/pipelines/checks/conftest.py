"""A small literal contract and the load reports that go with it."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.contract import Contract

Report = dict[str, Any]


@pytest.fixture
def contract() -> Contract:
    """A feed with one field of each kind that a suite tells apart."""
    return Contract.model_validate(
        {
            "feed": "vehicle",
            "title": "机动车",
            "department": "公安交管",
            "grain": "一车一行",
            "description": "登记在册的机动车",
            "max_age_days": 35,
            "max_bad_share": 0.02,
            "keys": [["id_number", "plate_no"]],
            "fields": [
                {
                    "name": "id_number",
                    "kind": "id",
                    "is_required": True,
                    "label_zh": "证件号码",
                    "headers": ["证件号码"],
                },
                {
                    "name": "plate_no",
                    "kind": "text",
                    "is_required": True,
                    "label_zh": "号牌号码",
                    "headers": ["号牌号码"],
                },
                {
                    "name": "use",
                    "kind": "code",
                    "label_zh": "使用性质",
                    "headers": ["使用性质"],
                    "codes": {"private": ["A", "非营运"], "trade": ["B", "营运"]},
                },
                {
                    "name": "status",
                    "kind": "text",
                    "is_required": True,
                    "label_zh": "状态",
                    "headers": ["状态"],
                    "form": "vehicle_status",
                },
                {"name": "assessed_value", "kind": "money", "label_zh": "评估价值", "headers": ["评估价值"]},
                {
                    "name": "uscc",
                    "kind": "text",
                    "label_zh": "统一社会信用代码",
                    "headers": ["统一社会信用代码"],
                    "form": "uscc",
                },
            ],
        }
    )


@pytest.fixture
def make_report(contract: Contract) -> Callable[..., Report]:
    """A load report of 1,000 rows, all kept, unless books, fields or anything else say otherwise."""

    def make(
        books: dict[str, int] | None = None,
        fields: dict[str, dict[str, Any]] | None = None,
        reasons: dict[str, int] | None = None,
        **other: object,
    ) -> Report:
        counted = {"kept": 1000, "duplicate": 0, "superseded": 0, "quarantined": 0, "skipped": 0, **(books or {})}
        counted.setdefault("read", sum(counted.values()))
        filled = {"is_present": True, "filled": counted["kept"], "unknown": 0, "unparsed": 0, "bad_check": 0}
        measured = [{"field": one.name, **filled, **(fields or {}).get(one.name, {})} for one in contract.fields]
        return {
            "status": "landed",
            "feed": contract.feed,
            "snapshot_date": "2026-09-21",
            "mode": "full",
            "checksum": "ab12",
            "has_manifest": True,
            "parts": [
                {
                    "part_no": 1,
                    "rows_read": counted["read"],
                    "data_rows": counted["read"] - counted["skipped"],
                    "skipped": {"title": counted["skipped"]},
                    "quarantined": reasons or {},
                }
            ],
            "fields": measured,
            "books": counted,
            **other,
        }

    return make


@pytest.fixture
def make_facts(make_report: Callable[..., Report]) -> Callable[..., dict[str, Any]]:
    """What landing writes down about the feed: fresh with one snapshot, unless told otherwise."""

    def make(**other: object) -> dict[str, Any]:
        return {
            "feed": "vehicle",
            "status": "fresh",
            "snapshot_date": "2026-09-21",
            "age_days": 1,
            "messages": [],
            "used": [make_report()],
            **other,
        }

    return make
