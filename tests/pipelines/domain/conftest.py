"""A small night for rule tests: literal rows in, findings out, with the real policy."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.domain.context import NightContext
from pipelines.domain.households import households_of, members_of
from pipelines.domain.judge import judge_feed
from pipelines.domain.matching import match
from pipelines.domain.policy import Policy, PolicyInForce
from pipelines.night.policy_files import load_policy

AS_OF = date(2026, 9, 22)
Row = dict[str, Any]

_MONEY = pl.Decimal(18, 4)
PROVENANCE = {
    "snapshot_date": pl.Date,
    "source_file": pl.String,
    "source_row": pl.Int64,
    "source_sha256": pl.String,
    "has_manifest": pl.Boolean,
    "delivery_order": pl.Int64,
}
SCHEMAS: dict[str, dict[str, Any]] = {
    "roster": {
        **dict.fromkeys(
            ["household_id", "id_number", "name", "relation", "benefit", "covered", "town", "village"], pl.String
        ),
        **dict.fromkeys(["monthly_income", "monthly_amount"], _MONEY),
        **dict.fromkeys(["approved_month", "last_review_on", "grace_from", "grace_to"], pl.Date),
        "status": pl.String,
    },
    "social_insurance": {
        **dict.fromkeys(
            ["id_number", "name", "insurance_type", "enrol_status", "benefit_status", "payer_kind"], pl.String
        ),
        **dict.fromkeys(["employer", "stop_reason"], pl.String),
        **dict.fromkeys(["benefit_amount", "wage_base"], _MONEY),
        **dict.fromkeys(["enrolled_on", "stopped_on", "last_paid_month"], pl.Date),
    },
    "vehicle": {
        **dict.fromkeys(["id_number", "name", "plate_no", "plate_type", "vehicle_type", "status", "vin"], pl.String),
        **dict.fromkeys(["registered_on", "transferred_on", "deregistered_on", "inspected_until"], pl.Date),
        "assessed_value": _MONEY,
    },
    "property": {
        **dict.fromkeys(["id_number", "name", "unit_no", "use", "acquisition", "location", "right_status"], pl.String),
        **dict.fromkeys(["registered_on", "contract_on"], pl.Date),
        "area": _MONEY,
    },
    "business": {
        **dict.fromkeys(["id_number", "name", "uscc", "entity_name", "role", "status"], pl.String),
        "established_on": pl.Date,
        "subscribed_capital": _MONEY,
    },
}
DEFAULTS: dict[str, Row] = {
    "roster": {
        "household_id": "H1",
        "id_number": "P1",
        "name": "张三",
        "relation": "02",
        "benefit": "dibao_urban",
        "covered": "yes",
        "town": "甲街道",
        "village": "一社区",
        "status": "active",
    },
    "social_insurance": {"id_number": "P1", "name": "张三", "insurance_type": "employee", "enrol_status": "active"},
    "vehicle": {"id_number": "P1", "name": "张三", "plate_no": "渝A12345", "plate_type": "02", "vehicle_type": "K33"},
    "property": {"id_number": "P1", "name": "张三", "unit_no": "U1", "use": "dwelling", "acquisition": "buy_new"},
    "business": {
        "id_number": "P1",
        "name": "张三",
        "uscc": "C1",
        "entity_name": "店",
        "role": "operator",
        "status": "active",
    },
}


def make_frame(feed: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Literal rows of a feed over its defaults, with provenance; their order is the order of delivery."""
    filled = [
        {
            **DEFAULTS[feed],
            "snapshot_date": date(2026, 9, 20),
            "source_file": f"{feed}.csv",
            "source_row": position + 2,
            "source_sha256": "abc",
            "has_manifest": True,
            "delivery_order": position,
            **{name: Decimal(str(value)) if isinstance(value, int | float) else value for name, value in row.items()},
        }
        for position, row in enumerate(rows)
    ]
    return pl.DataFrame(filled, schema={**SCHEMAS[feed], **PROVENANCE})


@pytest.fixture
def frame_of() -> Callable[[str, Sequence[Row]], pl.DataFrame]:
    """Literal rows of a feed as a frame."""
    return make_frame


@pytest.fixture(scope="session")
def shipped_policy() -> Policy:
    """The policy that ships, default profile."""
    return load_policy((Path(__file__).parents[3] / "data" / "policy",), "caojie-2024")


@pytest.fixture(scope="session")
def policy(shipped_policy: Policy) -> PolicyInForce:
    """The policy in force on the comparison date of the tests."""
    return shipped_policy.in_force(AS_OF)


@pytest.fixture
def night_of(policy: PolicyInForce) -> Callable[..., NightContext]:
    """Builds a night from roster rows and feed rows; without roster rows one household of one person (H1, P1, 张三)."""

    def build(
        feed: str,
        rows: Sequence[Row],
        roster: Sequence[Row] = ({},),
        *,
        has_declared_income: bool = True,
        **changes: Any,
    ) -> NightContext:
        people = make_frame("roster", roster)
        members = members_of(people)
        return replace(
            NightContext(
                AS_OF,
                policy,
                households_of(people, AS_OF),
                members,
                {feed: match(members, make_frame(feed, rows))},
                has_declared_income,
            ),
            **changes,
        )

    return build


@pytest.fixture
def judged(night_of: Callable[..., NightContext]) -> Callable[..., list[Row]]:
    """Findings of literal rows as dictionaries, in the order of the table."""

    def judge(feed: str, rows: Sequence[Row], roster: Sequence[Row] = ({},), **changes: Any) -> list[Row]:
        return judge_feed(feed, night_of(feed, rows, roster, **changes), b"secret").to_dicts()

    return judge


@pytest.fixture
def outcomes(judged: Callable[..., list[Row]]) -> Callable[..., dict[str, str]]:
    """Rule → outcome of literal rows that give at most one finding a rule."""

    def judge(feed: str, rows: Sequence[Row], roster: Sequence[Row] = ({},), **changes: Any) -> dict[str, str]:
        findings = judged(feed, rows, roster, **changes)
        assert len({one["rule_id"] for one in findings}) == len(findings)
        return {one["rule_id"]: one["outcome"] for one in findings}

    return judge
