"""Household registration (户籍): RK-01, policy.md 1.9.

What belongs here: a member whose registration moved away or was cancelled. What does not: deaths (`death`), which are
judged by their own records.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, becomes
from pipelines.domain.context import NightContext
from pipelines.domain.phrases import label_of, part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.vocabulary import UNKNOWN

FEED: Final = "population"
_STATUS_LABEL: Final = {"moved_out": "已迁出", "cancelled": "已注销"}
_REASON_LABEL: Final = {
    "abroad": "出国（境）定居",
    "military": "入伍",
    "marriage": "婚姻迁移",
    "work": "工作",
    "property": "购房",
    "duplicate": "重复户口",
    "study": "升学",
}
_DISTRICT_DIGITS: Final = 6

_STATUS, _REASON, _CHANGED_ON = pl.col("registry_status"), pl.col("reason"), pl.col("changed_on")
_IS_REASON_OPEN = _REASON.is_null() | (_REASON == UNKNOWN)


def registrations(night: NightContext) -> pl.LazyFrame:
    """One row per member whose registration has changed by as_of; a change without a date counts as one."""
    return night.rows(FEED).filter(_CHANGED_ON.le(night.as_of).fill_null(value=True))


REGISTRATIONS = Subject(FEED, "户籍数据", registrations)


@rule("RK-01", over=REGISTRATIONS, material=("registry_status", "changed_on"))
def moved_or_cancelled(night: NightContext) -> Verdict:
    """A member whose registration moved out or was cancelled, not by death (户籍迁出或注销).

    Clause: 民发〔2021〕57号 第五条. A move within the district changes nothing; a student's registration goes with the
    school, and the student stays a member. A cancellation whose reason is not told may be a death: it is open.
    """
    code = night.policy.value("district_code")
    own = (
        pl.lit(value=False)
        if code is None
        else pl.col("destination_code").str.slice(0, _DISTRICT_DIGITS) == f"{code:f}"
    )
    is_moved, is_cancelled = _STATUS == "moved_out", _STATUS == "cancelled"
    is_within = own.fill_null(value=False)
    return Verdict(
        fires=decided(
            flagged=(is_moved & ~is_within) | (is_cancelled & ~_IS_REASON_OPEN & (_REASON != "death")),
            undetermined=is_cancelled & _IS_REASON_OPEN,
        ),
        exempt={"因升学迁移户口，在校期间仍为家庭成员": (_REASON == "study").fill_null(value=False)},
        record_key=_STATUS,
        fact_date=_CHANGED_ON,
        found=words(
            "的户籍",
            label_of(_STATUS, _STATUS_LABEL),
            part("（", label_of(_REASON, _REASON_LABEL), "）"),
            part("，日期", _CHANGED_ON),
            part("，迁往", pl.col("destination")),
        ),
        evidence=(
            Evidence("registry_status", "in", "moved_out,cancelled"),
            Evidence("reason", "≠", "death", when=is_cancelled & ~_IS_REASON_OPEN),
            Evidence("destination_code", "≠", f"{code:f}", when=is_moved & pl.col("destination_code").is_not_null())
            if code is not None
            else Evidence("destination_code", "=", when=is_moved & pl.col("destination_code").is_not_null()),
        ),
        open_fields=(OpenField("reason", "注销原因为空或无法识别（可能是死亡）", _IS_REASON_OPEN),),
        hints={"家庭其他成员户籍或居住地仍在本地的，可继续在本地保障": is_moved},
        changes=(
            Change("户籍已迁回或恢复，户籍状态为在籍", {"registry_status": becomes("registered")}),
            Change(
                "查明注销原因为死亡（另按死亡数据核对）",
                {"reason": becomes("death")},
                where=is_cancelled & _IS_REASON_OPEN,
            ),
            Change("经核实并未迁出或注销，记录已更正", is_withdrawn=True),
        ),
    )
