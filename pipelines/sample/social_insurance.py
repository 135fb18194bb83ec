"""Pension insurance: what can stand there about a person, with what rules.md SB-01 to SB-04 make of it.

What belongs here: the archetypes of the feed social_insurance. Shares are parts of the roster's persons: two thirds of
them have a row, and one in twenty a finding.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from pipelines.sample.archetype import Archetype, Findings, Row, SampleFeed, Value
from pipelines.sample.values import (
    above_declared,
    amount,
    amount_between,
    at_most_declared,
    counted_text,
    days_between,
    one_of,
    part_of_declared,
    perhaps,
)

_EMPLOYER: Final = counted_text("重庆市某某", "有限公司", below=5000)
_OWN_EMPLOYER: Final = counted_text("重庆市某某", "商贸有限公司")
_WAGE: Final = amount(346_500, 407_100, 599_999, 77_000)
_ABROAD_OR_OTHER: Final = one_of("other", "abroad", "to_employee", "unknown", None)

_SB_01: Final = (("SB-01", "flagged"),)
_SB_01_OPEN: Final = (("SB-01", "undetermined"),)
_SB_02: Final = (("SB-02", "flagged"),)
_SB_03: Final = (("SB-03", "flagged"),)

_WORKING: Final[Mapping[str, Value]] = {
    "insurance_type": "employee",
    "enrol_status": "active",
    "benefit_status": None,
    "payer_kind": "employed",
    "employer": _EMPLOYER,
    "wage_base": _WAGE,
    "last_paid_month": days_between(2, 0),
}
_PAYING: Final[Mapping[str, Value]] = {
    "insurance_type": one_of("resident", "employee", weights=[3, 1]),
    "enrol_status": "active",
    "benefit_status": "paying",
    "employer": None,
}
_ENDED: Final[Mapping[str, Value]] = {
    "insurance_type": one_of("employee", "resident", "institution"),
    "enrol_status": "terminated",
    "stopped_on": perhaps(days_between(60, 0), 0.9),
    "stop_reason": _ABROAD_OR_OTHER,
    "employer": _EMPLOYER,
}


def _working(findings: Findings = _SB_01, **fields: Value) -> Row:
    return Row({**_WORKING, **fields}, findings)


def _paying(findings: Findings = (), **fields: Value) -> Row:
    return Row({**_PAYING, **fields}, findings)


def _ended(findings: Findings = _SB_02, **fields: Value) -> Row:
    return Row({**_ENDED, **fields}, findings)


_NEVER_FLAGGED: Final = (
    Archetype("resident_active", 0.34, (Row({"insurance_type": "resident", "enrol_status": "active"}),), "adult"),
    Archetype("suspended", 0.04, (_working((), enrol_status="suspended"),), "adult"),
    Archetype("not_enrolled", 0.04, (Row({"enrol_status": "none"}),), "adult"),
    Archetype("resident_status_unknown", 0.001, (Row({"insurance_type": "resident", "enrol_status": "unknown"}),)),
    Archetype("type_and_status_unknown", 0.001, (Row({"insurance_type": "unknown", "enrol_status": None}),)),
    Archetype("pension_within_declared", 0.12, (_paying(benefit_amount=at_most_declared()),), "elder"),
    Archetype(
        "two_pensions_within_declared",
        0.003,
        (
            _paying(insurance_type="resident", benefit_amount=part_of_declared(1, 2, 0)),
            _paying(insurance_type="institution", benefit_amount=part_of_declared(1, 2, 0)),
        ),
        "elder",
    ),
    Archetype(
        "benefit_status_unknown_on_a_resident",
        0.001,
        (_paying(insurance_type="resident", benefit_status="unknown", benefit_amount=above_declared(100, 90_000)),),
    ),
)

_AT_WORK: Final = (
    Archetype("employee_active", 0.008, (_working(),), "adult"),
    Archetype("institution_active", 0.002, (_working(insurance_type="institution"),), "adult"),
    Archetype("pays_for_himself", 0.003, (_working(payer_kind="self", employer=None),), "adult"),
    Archetype("last_paid_long_ago", 0.001, (_working(last_paid_month=days_between(30, 5)),), "adult"),
    Archetype("active_after_pension_ended", 0.001, (_working(benefit_status=one_of("ended", "suspended")),)),
    Archetype("active_benefit_unknown", 0.001, (_working(_SB_01_OPEN, benefit_status="unknown"),)),
    Archetype("active_type_unknown", 0.001, (_working(_SB_01_OPEN, insurance_type=one_of("unknown", None)),)),
    Archetype("employee_status_unknown", 0.001, (_working(_SB_01_OPEN, enrol_status=one_of("unknown", None)),)),
    Archetype(
        "active_in_two_places", 0.001, (_working(), _working(employer=_OWN_EMPLOYER, insurance_type="institution"))
    ),
)

_TERMINATED: Final = (
    Archetype("terminated", 0.007, (_ended(),), "adult"),
    Archetype("terminated_type_unknown", 0.001, (_ended(insurance_type="unknown"),)),
    Archetype("terminated_in_two_places", 0.001, (_ended(), _ended(employer=_OWN_EMPLOYER, stop_reason="other"))),
    Archetype(
        "terminated_and_active_elsewhere",
        0.002,
        (_ended((), insurance_type="employee"), _working(insurance_type="institution", employer=_OWN_EMPLOYER)),
        "adult",
    ),
    Archetype(
        "terminated_and_resident_active",
        0.002,
        (_ended(insurance_type="employee"), Row({"insurance_type": "resident", "enrol_status": "active"})),
        "adult",
    ),
    Archetype("terminated_by_death", 0.001, (_ended((("SB-04", "flagged"),), stop_reason="death"),)),
    Archetype(
        "terminated_and_paying",
        0.001,
        (_ended((*_SB_02, *_SB_03), benefit_status="paying", benefit_amount=above_declared(1, 90_000)),),
        "elder",
    ),
)

_PENSIONS: Final = (
    Archetype(
        "pension_above_declared", 0.009, (_paying(_SB_03, benefit_amount=above_declared(100, 180_000)),), "elder"
    ),
    Archetype("pension_one_cent_above", 0.001, (_paying(_SB_03, benefit_amount=above_declared(1, 1)),)),
    Archetype("pension_amount_unknown", 0.001, (_paying((("SB-03", "undetermined"),), benefit_amount=None),)),
    Archetype(
        "two_pensions_above_declared",
        0.002,
        (
            _paying(_SB_03, insurance_type="resident", benefit_amount=part_of_declared(1, 2, 1)),
            _paying(_SB_03, insurance_type="employee", benefit_amount=part_of_declared(1, 2, 1)),
        ),
        "elder",
    ),
    Archetype(
        "one_pension_above_one_unknown",
        0.001,
        (
            _paying(_SB_03, insurance_type="employee", benefit_amount=above_declared(100, 90_000)),
            _paying((("SB-03", "undetermined"),), insurance_type="resident", benefit_amount=None),
        ),
    ),
)

_GRACE: Final = (
    Archetype("grace_active", 0.002, (_working((("SB-01", "exempt"),)),), "grace"),
    Archetype("grace_terminated", 0.002, (_ended((("SB-02", "exempt"),)),), "grace"),
    Archetype(
        "grace_pension", 0.002, (_paying((("SB-03", "exempt"),), benefit_amount=above_declared(100, 90_000)),), "grace"
    ),
    Archetype("grace_type_unknown", 0.001, (_working((("SB-01", "exempt"),), insurance_type="unknown"),), "grace"),
    Archetype("grace_amount_unknown", 0.001, (_paying((("SB-03", "exempt"),), benefit_amount=None),), "grace"),
    Archetype("grace_death", 0.001, (_ended((("SB-04", "flagged"),), stop_reason="death"),), "grace"),
    Archetype("grace_does_not_count_active", 0.001, (_working(),), "grace_elsewhere"),
    Archetype(
        "grace_does_not_count_pension",
        0.001,
        (_paying(_SB_03, benefit_amount=above_declared(100, 90_000)),),
        "grace_elsewhere",
    ),
    Archetype("stopped_active", 0.003, (_working(()),), "stopped"),
    Archetype("stopped_pension", 0.003, (_paying(benefit_amount=above_declared(100, 90_000)),), "stopped"),
)

FEED: Final = SampleFeed(
    feed="social_insurance",
    per_household=False,
    ordinary={
        "insurance_type": one_of("resident", "employee"),
        "enrol_status": "active",
        "benefit_status": None,
        "benefit_amount": None,
        "payer_kind": one_of("employed", "self", None),
        "employer": None,
        "wage_base": perhaps(amount_between(100_000, 900_000), 0.3),
        "enrolled_on": days_between(200, 12),
        "stopped_on": None,
        "last_paid_month": perhaps(days_between(40, 0), 0.8),
        "stop_reason": None,
    },
    archetypes=(*_GRACE, *_PENSIONS, *_TERMINATED, *_AT_WORK, *_NEVER_FLAGGED),
    record_key=pl.col("insurance_type").fill_null("unknown") + "/" + pl.col("employer").fill_null(""),
    background=0.42,
    days_old=3,
    twist=("enrol_status", "none", "active"),
    key=("insurance_type", "employer", "enrolled_on"),
)
