"""Firms and stalls: what can stand there about a person, with what rules.md GS-01 and GS-02 make of it.

What belongs here: the archetypes of the feed business. One person in twenty-seven has a row (policy.md section 0: 3.67 %).
"""

from typing import Final

import polars as pl

from pipelines.sample.archetype import Archetype, Draw, Findings, Row, SampleFeed, Value
from pipelines.sample.identity import firm_numbers
from pipelines.sample.values import amount, counted_text, days_between, numbered, one_of, perhaps

_GS_01: Final = (("GS-01", "flagged"),)
_GS_01_OPEN: Final = (("GS-01", "undetermined"),)
_ROLES: Final = ("operator", "legal_rep", "shareholder", "partner")
_CLOSED: Final = one_of("closed", "revoked_closed", "annulled", "moved", "other")


def _of(status: Value, role: Value, findings: Findings = (), **fields: Value) -> tuple[Row]:
    return (Row({"status": status, "role": role, **fields}, findings),)


def _wrong_uscc(draw: Draw) -> pl.Series:
    """A code whose check character is never right: the row is kept all the same (feeds.md section 3)."""
    right = pl.Series(numbered(firm_numbers)(draw))
    other = pl.when(right.str.ends_with("A")).then(pl.lit("B")).otherwise(pl.lit("A"))
    return pl.select(pl.lit(right).str.head(-1) + other).to_series()


_ACTIVE: Final = (
    *(Archetype(f"{role}_active", 0.0015, _of("active", role, _GS_01), "adult") for role in _ROLES),
    Archetype("active_without_uscc", 0.0005, _of("active", one_of(*_ROLES), _GS_01, uscc=None)),
    Archetype("active_with_a_wrong_uscc", 0.0005, _of("active", "operator", _GS_01, uscc=_wrong_uscc)),
    Archetype(
        "two_roles_in_one_firm",
        0.0005,
        (*_of("active", "operator", _GS_01), *_of("active", "shareholder", _GS_01)),
    ),
    Archetype(
        "two_firms",
        0.0005,
        (
            *_of("active", "operator", _GS_01),
            *_of(
                "active",
                "operator",
                _GS_01,
                uscc=numbered(firm_numbers, 1),
                entity_name=counted_text("某某", "小吃店", slot=1),
            ),
        ),
    ),
    Archetype("coop_member_active", 0.004, _of("active", "coop_member", (("GS-01", "exempt"),)), "adult"),
    Archetype("role_unknown_active", 0.0006, _of("active", one_of("unknown", None), _GS_01_OPEN)),
    Archetype("role_and_status_unknown", 0.0006, _of(one_of("unknown", None), "unknown", _GS_01_OPEN)),
    Archetype("status_unknown", 0.0006, _of(one_of("unknown", None), one_of(*_ROLES), _GS_01_OPEN)),
    Archetype("revoked_not_closed", 0.002, _of("revoked", one_of(*_ROLES), (("GS-02", "flagged"),))),
)

_NEVER_FLAGGED: Final = (
    Archetype("closed", 0.016, _of(_CLOSED, one_of(*_ROLES), closed_on=days_between(90, 0)), "adult"),
    Archetype("officer_active", 0.003, _of("active", "officer"), "adult"),
    Archetype("officer_status_unknown", 0.0005, _of("unknown", "officer")),
    Archetype("coop_member_closed", 0.001, _of(one_of("closed", "revoked"), "coop_member")),
    Archetype("coop_member_status_unknown", 0.0005, _of("unknown", "coop_member")),
    Archetype("role_unknown_closed", 0.0005, _of("closed", "unknown")),
    Archetype("stopped_operator", 0.002, _of("active", "operator"), "stopped"),
)

FEED: Final = SampleFeed(
    feed="business",
    per_household=False,
    ordinary={
        "uscc": numbered(firm_numbers),
        "entity_name": counted_text("渝中区某某", "经营部"),
        "entity_type": one_of("个体工商户", "有限责任公司", "农民专业合作社", "9500", None),
        "role": "operator",
        "status": "active",
        "established_on": perhaps(days_between(150, 0), 0.95),
        "closed_on": None,
        "subscribed_capital": perhaps(amount(1_000_000, 10_500_000, 50_000_000, 0), 0.7),
    },
    archetypes=(*_ACTIVE, *_NEVER_FLAGGED),
    record_key=pl.coalesce("uscc", "entity_name") + "/" + pl.col("role").fill_null("unknown"),
    background=0.13,
    days_old=35,
    twist=("status", "closed", "active"),
    key=("uscc", "role", "entity_name"),
)
