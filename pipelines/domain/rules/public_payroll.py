"""People paid from public funds (财政供养): SB-09, policy.md 1.1.

What belongs here: who stands on the public payroll, and as what. What does not: the pay as income; the unit's own
statement proves it.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import ONE_DAY, Change, becomes, day_until
from pipelines.domain.context import NightContext
from pipelines.domain.money import hao, plain
from pipelines.domain.phrases import label_of, part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.vocabulary import UNKNOWN
from pipelines.domain.wages import WAGE_BAND

FEED: Final = "public_payroll"
_KIND_LABEL: Final = {
    "staff": "在编人员",
    "contract": "编外聘用人员",
    "retired": "离退休人员",
    "village_cadre": "村（社区）干部",
    "public_post": "公益性岗位人员",
    "survivor": "遗属补助人员",
}

_EXEMPT: Final = ("survivor", "public_post")

_KIND, _UNIT, _PAY = pl.col("kind"), pl.col("unit"), pl.col("monthly_pay")
_SINCE, _UNTIL, _STATUS = pl.col("since_on"), pl.col("until_on"), pl.col("status")
_IS_STATUS_OPEN, _IS_KIND_OPEN = _STATUS == UNKNOWN, _KIND == UNKNOWN


def payroll(night: NightContext) -> pl.LazyFrame:
    """One row per member and entry on the public payroll, pay in 毫 a month; empty kind: staff, empty status: active."""
    return (
        night.rows(FEED)
        .with_columns(hao("monthly_pay"), _KIND.fill_null("staff"), _STATUS.fill_null("active"))
        .with_columns(wage_band=_PAY // WAGE_BAND)
    )


PAYROLL = Subject(FEED, "财政供养数据", payroll)


@rule("SB-09", over=PAYROLL, material=("unit", "kind", "status", "wage_band"))
def on_public_payroll(night: NightContext) -> Verdict:
    """A member who is paid from public funds (财政供养人员).

    Clause: 民发〔2021〕57号 第十三条第（一）项, policy.md 1.1. A survivor's allowance is income and no payroll; a public
    welfare post (公益性岗位) is help to find work, its pay is reckoned as income: both are exempt here.
    """
    holds = _SINCE.le(night.as_of).fill_null(value=True) & _UNTIL.ge(night.as_of).fill_null(value=True)
    last = day_until(night.as_of - ONE_DAY)
    is_on = holds & (_STATUS == "active")
    return Verdict(
        fires=decided(
            flagged=is_on & ~_IS_KIND_OPEN, undetermined=holds & (_STATUS != "ended") & ~_KIND.is_in(_EXEMPT)
        ),
        exempt={
            "遗属补助计入家庭收入，不属财政供养人员": _KIND == "survivor",
            "公益性岗位属就业帮扶，其收入另行核算": _KIND == "public_post",
        },
        record_key=words(_UNIT, "/", _KIND),
        fact_date=_SINCE,
        found=words(
            "登记为财政供养",
            label_of(_KIND, _KIND_LABEL, "人员"),
            part("，单位", _UNIT),
            part("，自", _SINCE, "起"),
            part("，每月", plain(_PAY), "元"),
        ),
        evidence=(
            Evidence("unit", "=", when=_UNIT.is_not_null()),
            Evidence("kind", "not in", ",".join(_EXEMPT)),
            Evidence("status", "=", "active"),
            Evidence("since_on", "≤", str(night.as_of), when=_SINCE.is_not_null()),
            Evidence("until_on", "≥", str(night.as_of), when=_UNTIL.is_not_null()),
            Evidence("monthly_pay", "=", value=plain(_PAY), when=_PAY.is_not_null()),
        ),
        open_fields=(
            OpenField("kind", "人员类别无法识别", _IS_KIND_OPEN),
            OpenField("status", "供养状态无法识别", _IS_STATUS_OPEN),
        ),
        changes=(
            Change(words(part("“", _UNIT, "”"), "证明本人已不在册，供养状态为终止"), {"status": becomes("ended")}),
            Change(words("财政供养截止日期为", last.shown, "或更早"), {"until_on": last}),
            Change("经核实属遗属补助，并非财政供养人员", {"kind": becomes("survivor")}, where=is_on),
            Change("经核实属公益性岗位", {"kind": becomes("public_post")}, where=is_on),
        ),
    )
