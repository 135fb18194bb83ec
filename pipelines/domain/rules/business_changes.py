"""What becomes of a business (市场主体): it employs others (GS-03), has ended (GS-05), is new (GS-06); policy.md 1.4.

What belongs here: facts of a registration beyond its being there (`business`). What does not: its turnover as income
(`business_turnover`).
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, count_until, day_from, day_until
from pipelines.domain.context import NightContext
from pipelines.domain.phrases import label_of, part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.rules.business import (
    FEED,
    OTHER_ROLE,
    OWNERS,
    REGISTRATIONS,
    ROLE_LABEL,
    closed,
    left,
    registrations,
)
from pipelines.domain.vocabulary import UNKNOWN

_ENDED: Final = {"revoked_closed": "吊销已注销", "closed": "已注销", "annulled": "已撤销", "moved": "已迁出"}

_ROLE, _STATUS, _ENTITY = pl.col("role"), pl.col("status"), pl.col("entity_name")
_IS_OWNER, _IS_ROLE_OPEN = _ROLE.is_in(OWNERS), _ROLE == UNKNOWN
_IS_ACTIVE, _IS_STATUS_OPEN = _STATUS == "active", _STATUS == UNKNOWN
_IS_CERTAIN = _IS_OWNER & _IS_ACTIVE
_IS_PERHAPS = (_IS_OWNER | _IS_ROLE_OPEN) & (_IS_ACTIVE | _IS_STATUS_OPEN)
_INSURED, _WORKERS = pl.col("insured_employees"), pl.col("employees")
_ESTABLISHED, _KNOWN_ON = pl.col("established_on"), pl.col("known_on")
_OPEN: Final = (
    OpenField("role", "人员角色为空或无法识别", _IS_ROLE_OPEN),
    OpenField("status", "登记状态为空或无法识别", _IS_STATUS_OPEN),
)


def since_review(night: NightContext) -> pl.LazyFrame:
    """One row per member and role in a business, with the day on which the household was last looked at.

    `known_on`: the household's latest review; where no row tells one, the last day of the month of its approval.
    """
    approved = pl.col("approved_month").dt.month_end()
    reviewed = night.households.lazy().select("household_id", known_on=pl.coalesce("latest_review_on", approved))
    return registrations(night).join(reviewed, on="household_id", how="left")


SINCE_REVIEW = Subject(FEED, REGISTRATIONS.label, since_review)


def _role_in() -> pl.Expr:
    """Who is what in which business, as words."""
    return words("登记为", part("“", _ENTITY, "”的"), label_of(_ROLE, ROLE_LABEL, "相关人员"))


def _nobody_employed(own: int, has_insured: pl.Expr, has_workers: pl.Expr) -> tuple[Change, ...]:
    """Nobody beyond the owner, in whichever count tells of employees."""
    insured, workers = count_until(0), count_until(own)
    told_insured = words("经核实单位参保人数为", insured.shown, "人")
    told_workers = words("经核实年报从业人数不超过", workers.shown, "人")
    both = {"insured_employees": insured, "employees": workers}
    return (
        Change(told_insured, {"insured_employees": insured}, where=has_insured & ~has_workers),
        Change(told_workers, {"employees": workers}, where=has_workers & ~has_insured),
        Change(words(told_insured, "，且", told_workers), both, where=has_insured & has_workers),
    )


@rule("GS-03", over=REGISTRATIONS, material=("role", "status", "insured_employees", "employees"))
def employer(night: NightContext) -> Verdict:
    """An owner's role in a business in operation that employs others (雇工经营).

    Clause: 草街办发〔2024〕54号（十）, policy.md 1.4. Employees for whom the business pays insurance are others; those of
    the annual report are, beyond the number that the policy takes for the owner. A count that nobody delivered is no
    sign of employees.
    """
    own = night.policy.value("own_workers")
    has_insured = _INSURED.gt(0).fill_null(value=False)
    has_workers = _WORKERS.gt(int(own or 0)).fill_null(value=False)
    is_own_open = has_workers & ~has_insured if own is None else pl.lit(value=False)
    employs = has_insured | has_workers
    return Verdict(
        fires=decided(flagged=_IS_CERTAIN & employs & ~is_own_open, undetermined=_IS_PERHAPS & employs),
        record_key=pl.col("record_key"),
        fact_date=_ESTABLISHED,
        found=words(
            _role_in(),
            "，该市场主体有从业人员",
            pl.when(has_insured).then(words("，单位参保", _INSURED, "人")).otherwise(pl.lit("")),
            pl.when(has_workers).then(words("，年报从业", _WORKERS, "人（可能包括本人和家属）")).otherwise(pl.lit("")),
        ),
        evidence=(
            Evidence("role", "in", ",".join(OWNERS)),
            Evidence("status", "=", "active"),
            Evidence("insured_employees", ">", "0", when=has_insured),
            Evidence("employees", ">", str(own or 0), when=has_workers),
            Evidence("entity_name", "=", when=_ENTITY.is_not_null()),
        ),
        open_fields=(
            *_OPEN,
            OpenField("employees", "年报从业人数中经营者本人应扣几人未设置（own_workers）", is_own_open),
        ),
        changes=(
            *_nobody_employed(int(own or 0), has_insured, has_workers),
            closed(),
            left(),
            OTHER_ROLE,
        ),
    )


@rule("GS-05", over=REGISTRATIONS, material=("role", "status"))
def ended_business(_night: NightContext) -> Verdict:
    """An owner's role in a business that was closed, annulled or moved away (已注销、撤销或迁出): a lead at most.

    Clause: 草街办发〔2024〕54号（十）, policy.md 1.4. A licence revoked and not closed is GS-02's.
    """
    return Verdict(
        fires=_IS_OWNER & _STATUS.is_in(list(_ENDED)),
        record_key=pl.col("record_key"),
        fact_date=pl.col("closed_on"),
        found=words(
            "曾",
            _role_in(),
            "，该市场主体",
            label_of(_STATUS, _ENDED),
            part("，注销日期", pl.col("closed_on")),
        ),
        evidence=(
            Evidence("role", "in", ",".join(OWNERS)),
            Evidence("status", "in", ",".join(_ENDED)),
            Evidence("entity_name", "=", when=_ENTITY.is_not_null()),
        ),
        changes=(left(),),
    )


def _known_in_time(night: NightContext) -> tuple[Change, ...]:
    """Reviewed since it was established, or established before the review."""
    reviewed, established = day_from(_ESTABLISHED), day_until(_KNOWN_ON)
    return (
        Change(
            words("名册登记的最近复核日期为", reviewed.shown, "或更晚"),
            {"known_on": reviewed},
            where=night.as_of >= _ESTABLISHED,
        ),
        Change(
            words("查明成立日期为", established.shown, "或更早"),
            {"established_on": established},
            where=night.as_of > _KNOWN_ON,
        ),
    )


@rule("GS-06", over=SINCE_REVIEW, material=("role", "status", "established_on"))
def new_business(night: NightContext) -> Verdict:
    """An owner's role in a business that was established after the household's last review (复核后新登记).

    Clause: 民发〔2021〕57号 第三十条, policy.md 1.4. Nobody who looked at the household then could have known of it.
    Undetermined where either day is unknown; a day after as_of is not there yet.
    """
    is_later = ((_ESTABLISHED > _KNOWN_ON) & _ESTABLISHED.le(night.as_of)).fill_null(value=False)
    is_dateless = _ESTABLISHED.is_null() | _KNOWN_ON.is_null()
    return Verdict(
        fires=decided(flagged=_IS_CERTAIN & is_later, undetermined=_IS_PERHAPS & (is_later | is_dateless)),
        record_key=pl.col("record_key"),
        fact_date=_ESTABLISHED,
        found=words(
            _role_in(),
            part("，成立日期", _ESTABLISHED),
            part("，家庭最近一次复核或审核确认在", _KNOWN_ON),
            pl.when(is_later).then(pl.lit("，此后新增")).otherwise(pl.lit("")),
        ),
        evidence=(
            Evidence("role", "in", ",".join(OWNERS)),
            Evidence("status", "=", "active"),
            Evidence("established_on", ">", _KNOWN_ON, when=is_later),
            Evidence("entity_name", "=", when=_ENTITY.is_not_null()),
        ),
        open_fields=(
            *_OPEN,
            OpenField("established_on", "成立日期为空", _ESTABLISHED.is_null()),
            OpenField("last_review_on", "名册没有最近复核日期和批准年月", _KNOWN_ON.is_null(), pl.lit("")),
        ),
        changes=(*_known_in_time(night), closed(), left(), OTHER_ROLE),
    )
