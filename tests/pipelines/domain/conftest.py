"""A small night for rule tests: literal rows in, findings out, with the real policy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from connectors.contract import read_contract, schema
from pipelines.domain.context import NightContext
from pipelines.domain.households import households_of, members_of
from pipelines.domain.judge import judge_feed
from pipelines.domain.matching import match, match_households, named_persons, named_rows, seen_from_each_side
from pipelines.domain.policy import Policy, PolicyInForce
from pipelines.domain.roster_rows import roster_rows_of, shared_members_of
from pipelines.domain.rulebook import rulebook
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
        "single": pl.String,
        **dict.fromkeys(["monthly_income", "rigid_expense", "monthly_amount"], _MONEY),
        **dict.fromkeys(["approved_month", "last_review_on", "grace_from", "grace_to"], pl.Date),
        "status": pl.String,
        "account_holder": pl.String,
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
        "use": pl.String,
        **dict.fromkeys(["registered_on", "transferred_on", "deregistered_on", "inspected_until", "scrap_by"], pl.Date),
        "assessed_value": _MONEY,
    },
    "property": {
        **dict.fromkeys(["id_number", "name", "unit_no", "use", "acquisition", "location", "right_status"], pl.String),
        **dict.fromkeys(["registered_on", "contract_on", "ended_on"], pl.Date),
        "area": _MONEY,
        "ended_by": pl.String,
    },
    "business": {
        **dict.fromkeys(["id_number", "name", "uscc", "entity_name", "role", "status"], pl.String),
        **dict.fromkeys(["established_on", "closed_on"], pl.Date),
        **dict.fromkeys(["insured_employees", "employees"], pl.Int64),
        **dict.fromkeys(["subscribed_capital", "turnover"], _MONEY),
    },
    "death": {
        **dict.fromkeys(["id_number", "name", "source"], pl.String),
        **dict.fromkeys(["death_on", "cremated_on"], pl.Date),
    },
    "custody": {
        **dict.fromkeys(["id_number", "name", "custody_type"], pl.String),
        **dict.fromkeys(["start_on", "end_on"], pl.Date),
    },
    "housing_fund": {
        **dict.fromkeys(["id_number", "name", "employer", "status"], pl.String),
        **dict.fromkeys(["base", "balance"], _MONEY),
        "last_paid_month": pl.Date,
    },
    "income_tax": {
        **dict.fromkeys(["id_number", "name", "income_item", "payer"], pl.String),
        "period": pl.Date,
        "income": _MONEY,
    },
    "marriage": {
        **dict.fromkeys(["id_number", "name", "spouse_id_number", "spouse_name"], pl.String),
        **dict.fromkeys(["event", "certificate_no"], pl.String),
        "event_on": pl.Date,
    },
    "card_proxies": {**dict.fromkeys(["household_id", "holder_name"], pl.String), "filed_on": pl.Date},
    "disability": {
        **dict.fromkeys(["id_number", "name", "disability_type", "level", "status"], pl.String),
        **dict.fromkeys(["issued_on", "expires_on", "changed_on"], pl.Date),
    },
    "disability_subsidy": {
        **dict.fromkeys(["id_number", "name", "kind", "status"], pl.String),
        "month": pl.Date,
        "amount": _MONEY,
    },
    "obligors": dict.fromkeys(
        ["id_number", "name", "obligor_id_number", "obligor_name", "obligor_relation"], pl.String
    ),
}
SUBJECTS: dict[str, tuple[str, ...]] = {"marriage": ("id_number", "spouse_id_number"), "card_proxies": ()}
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
    "death": {"id_number": "P1", "name": "张三", "source": "cremation", "death_on": date(2026, 9, 1)},
    "custody": {"id_number": "P1", "name": "张三", "custody_type": "prison", "start_on": date(2026, 9, 1)},
    "housing_fund": {"id_number": "P1", "name": "张三", "employer": "厂", "status": "active"},
    "income_tax": {"id_number": "P1", "name": "张三", "income_item": "wage", "payer": "厂", "period": date(2026, 8, 1)},
    "marriage": {
        "id_number": "P1",
        "name": "张三",
        "spouse_id_number": "S1",
        "spouse_name": "王五",
        "event": "married",
        "event_on": date(2020, 5, 1),
    },
    "public_payroll": {"id_number": "P1", "name": "张三", "unit": "镇政府"},
    "card_proxies": {"household_id": "H1", "holder_name": "王五"},
    "disability": {
        "id_number": "P1",
        "name": "张三",
        "disability_type": "physical",
        "level": "level_2",
        "status": "valid",
        "issued_on": date(2020, 1, 1),
    },
    "disability_subsidy": {
        "id_number": "P1",
        "name": "张三",
        "kind": "living",
        "month": date(2026, 9, 1),
        "amount": 100,
    },
    "obligors": {
        "id_number": "P1",
        "name": "张三",
        "obligor_id_number": "O1",
        "obligor_name": "张小",
        "obligor_relation": "child",
    },
}


def schema_of(feed: str) -> dict[str, Any]:
    """The columns of a feed: those above, else its contract's."""
    if feed not in SCHEMAS:
        SCHEMAS[feed] = dict(schema(read_contract(Path(__file__).parents[3] / "data" / "feeds" / f"{feed}.yml")))
    return SCHEMAS[feed]


def make_frame(feed: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Literal rows of a feed over its defaults, with provenance; their order is the order of delivery."""
    filled = [
        {
            **DEFAULTS.get(feed, {"id_number": "P1", "name": "张三"}),
            "snapshot_date": date(2026, 9, 20),
            "source_file": f"{feed}.csv",
            "source_row": position + 2,
            "source_sha256": "abc",
            "has_manifest": True,
            "delivery_order": position,
            **{
                name: Decimal(str(value)) if schema_of(feed).get(name) == _MONEY and value is not None else value
                for name, value in row.items()
            },
        }
        for position, row in enumerate(rows)
    ]
    return pl.DataFrame(filled, schema={**schema_of(feed), **PROVENANCE})


def make_matched(members: pl.DataFrame, feed: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Members, or households where the feed names no person, matched with a feed's rows as a night does it."""
    subjects = SUBJECTS.get(feed, ("id_number",))
    return match(members, seen_from_each_side(rows, subjects)) if subjects else match_households(members, rows)


@pytest.fixture
def frame_of() -> Callable[[str, Sequence[Row]], pl.DataFrame]:
    """Literal rows of a feed as a frame."""
    return make_frame


@pytest.fixture(scope="session")
def shipped_policy() -> Policy:
    """The policy that ships, default profile."""
    return load_policy((Path(__file__).parents[3] / "data" / "policy",), "caojie-people")


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
        beside: Mapping[str, Sequence[Row]] | None = None,
        **changes: Any,
    ) -> NightContext:
        people = make_frame("roster", roster)
        members, households = members_of(people), households_of(people, AS_OF)
        feeds = {name: make_frame(name, given) for name, given in {feed: rows, **(beside or {})}.items()}
        matched = {name: make_matched(members, name, given) for name, given in feeds.items() if name != "roster"}
        return replace(
            NightContext(
                AS_OF,
                policy,
                households,
                members,
                matched,
                has_declared_income,
                roster_rows_of(people),
                shared_members_of(members, households),
                {
                    other: named_rows(named_persons(matched[feed], field), feeds[other], pl.Series([], dtype=pl.String))
                    for field, other in rulebook().persons_looked_up(feed)
                    if other in feeds
                },
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
