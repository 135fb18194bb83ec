"""Disability certificates and the subsidies that they carry (残疾人证、两项补贴): CJ-01 and CJ-04, policy.md 1.10.

What belongs here: a subsidy without the certificate that it needs, and a certificate without the subsidy that it gives.
What does not: payments that other facts forbid (`disability_payments`). The subsidies are no social assistance: what is
found here never ends a family's benefit.
"""

from datetime import date
from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, NewValue, becomes, day_from
from pipelines.domain.context import NightContext
from pipelines.domain.counting import CUSTODY, DEATH, not_counting
from pipelines.domain.dates import months_before
from pipelines.domain.disability import (
    FEED,
    KIND_LABEL,
    LEVEL_LABEL,
    SUBSIDY,
    certificates,
    meets_care_level,
    receipts,
    recent_payments,
    told_certificate,
    told_kind,
    told_months,
)
from pipelines.domain.phrases import words
from pipelines.domain.roster_candidates import with_household
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.vocabulary import UNKNOWN

LABEL: Final = "残疾人证数据"
CARE: Final = "care"
_PERSON: Final = ["household_id", "id_number"]
_KIND, _STATUS, _EXPIRES_ON, _IS_VALID = pl.col("kind"), pl.col("status"), pl.col("expires_on"), pl.col("is_valid")
_MATERIAL: Final = ("kind", "disability_type", "level", "status", "expires_on")
_ONE_DAY: Final = pl.duration(days=1)
_ALWAYS: Final = pl.lit(value=True)


def paid_holders(night: NightContext) -> pl.LazyFrame:
    """One row per member with a certificate and subsidy that is being paid: the certificate's columns, `kind, is_paid`."""
    paid = receipts(night).select(*_PERSON, "kind", "is_paid", "paid_months")
    return certificates(night).join(paid, on=_PERSON, how="inner")


PAID_HOLDERS = Subject(FEED, LABEL, paid_holders, beside=(SUBSIDY,), needs=(SUBSIDY,))


@rule("CJ-01", over=PAID_HOLDERS, material=_MATERIAL)
def subsidy_without_certificate(night: NightContext) -> Verdict:
    """A subsidy that is paid though the certificate is cancelled, frozen, expired, or of too low a degree (两项补贴对象资格).

    Clause: 国发〔2015〕52号. A certificate that has just expired may be in renewal: for how long, the region says.
    """
    meets = meets_care_level(night.policy)
    # Three-valued throughout: a certificate that does not hold carries nothing, whatever else is open.
    carries_kind = pl.when(_KIND == CARE).then(meets).when(_KIND != UNKNOWN).then(_ALWAYS)
    has_expired = (_STATUS == "valid") & _EXPIRES_ON.lt(night.as_of)
    return Verdict(
        fires=pl.col("is_paid") & ~(_IS_VALID & carries_kind),
        exempt=_in_renewal(night, carries_kind),
        record_key=_KIND,
        fact_date=pl.when(has_expired).then(_EXPIRES_ON + _ONE_DAY).when(~_IS_VALID).then(pl.col("changed_on")),
        found=words("的残疾人证为", told_certificate(), "，近期仍在发放", told_kind()),
        evidence=(
            Evidence("status", "=", "valid", when=_STATUS.is_not_null()),
            Evidence("expires_on", "≥", str(night.as_of), when=_EXPIRES_ON.is_not_null()),
            Evidence("disability_type", "=", when=_IS_VALID),
            Evidence(
                "level", "≤", f"level_{night.policy.value('care_subsidy_level')}", when=_IS_VALID & (_KIND == CARE)
            ),
            Evidence("kind", "="),
            Evidence("paid_months", "=", value=told_months()),
        ),
        open_fields=(
            OpenField("status", "残疾人证状态为空或无法识别", _IS_VALID.is_null()),
            OpenField("level", "残疾类别和等级是否在本地护理补贴范围内无法判断", (_KIND == CARE) & meets.is_null()),
            OpenField("kind", "补贴类别为空或无法识别", _KIND == UNKNOWN),
            OpenField("is_paid", "补贴发放状态无法识别", pl.col("is_paid").is_null(), pl.lit("")),
        ),
        hints={"只涉及两项补贴，不影响社会救助资格": _ALWAYS},
        changes=_certificate_changes(night, meets),
    )


def _certificate_changes(night: NightContext, meets: pl.Expr) -> tuple[Change, ...]:
    """The subsidy is stopped, or the certificate carries it: it holds, and for care it is of a degree severe enough."""
    # A certificate in renewal exempts what is certain, not what is open.
    in_time = pl.when("is_paid").then(pl.lit(_renewal_begins(night) or night.as_of)).otherwise(pl.lit(night.as_of))
    until, most = day_from(in_time), night.policy.value("care_subsidy_level")
    valid = {"status": becomes("valid"), "expires_on": until}
    told_valid = words("残疾人证状态正常，有效期止为", until.shown, "或更晚")
    is_valid, meets_kind = _IS_VALID.fill_null(value=False), (_KIND == "living") | ((_KIND == CARE) & meets)
    stopped = Change(words(told_kind(), "已停发"), {"is_paid": becomes(value=False)})
    living = Change(
        "补登的补贴类别为困难残疾人生活补贴", {"kind": becomes("living")}, where=is_valid & (_KIND == UNKNOWN)
    )
    changes = (stopped, living, Change(told_valid, valid, where=~is_valid & meets_kind.fill_null(value=False)))
    if most is None:
        return changes
    severe = NewValue(pl.lit(f"level_{most}"), pl.lit(LEVEL_LABEL[f"level_{most}"]), pl.lit(f"level_{most + 1}"))
    told_severe = words("重新评定的残疾等级为", severe.shown, "或更重")
    is_short = (_KIND == CARE) & ~meets.fill_null(value=False)
    return (
        *changes,
        Change(told_severe, {"level": severe}, where=is_short & is_valid),
        Change(words(told_valid, "，且", told_severe), {**valid, "level": severe}, where=is_short & ~is_valid),
    )


def _in_renewal(night: NightContext, carries_kind: pl.Expr) -> dict[str, pl.Expr]:
    """The exemption of a certificate in renewal; none where the region sets no time for it.

    It covers the expiry alone: a degree that never carried the subsidy is not in renewal.
    """
    if (first := _renewal_begins(night)) is None:
        return {}
    months = night.policy.months("certificate_renewal_months")
    is_recent = _EXPIRES_ON.is_between(pl.lit(first), pl.lit(night.as_of), closed="left")
    is_renewed = (_STATUS == "valid") & is_recent & carries_kind
    return {f"残疾人证期满未超过{months}个月，在换证期内": is_renewed.fill_null(value=False)}


def _renewal_begins(night: NightContext) -> date | None:
    """The first expiry that is still in renewal; None where the region sets no time for it."""
    if night.policy.value("certificate_renewal_months") is None:
        return None
    return months_before(night.as_of, night.policy.months("certificate_renewal_months"))


def unpaid_holders(night: NightContext) -> pl.LazyFrame:
    """One row per member with a certificate and subsidy; `is_listed`: it stands in the payment list of recent months.

    Left out are those whom the payment list was not asked about or pays something unnamed, and who has died or is in
    prison: nobody is told to apply for the dead. A payment that failed was granted.
    """
    listed = recent_payments(night).filter(_STATUS.ne_missing("stopped")).select(*_PERSON, "kind").unique()
    gone = not_counting(night.matched, night.policy, night.as_of).lazy()
    holders = (
        certificates(night)
        .filter(night.was_asked(SUBSIDY))
        .join(gone, on=_PERSON, how="anti")
        .join(listed.filter(_KIND == UNKNOWN), on=_PERSON, how="anti")
        .join(pl.LazyFrame({"kind": list(KIND_LABEL)}), how="cross")
        .join(listed.with_columns(is_listed=_ALWAYS), on=[*_PERSON, "kind"], how="left")
        .with_columns(pl.col("is_listed").fill_null(value=False))
    )
    return with_household(holders, night)


UNPAID_HOLDERS = Subject(FEED, LABEL, unpaid_holders, beside=(SUBSIDY, DEATH, CUSTODY), needs=(SUBSIDY,))


@rule("CJ-04", over=UNPAID_HOLDERS, material=_MATERIAL)
def unclaimed_subsidy(night: NightContext) -> Verdict:
    """A certificate in force without the subsidy that it gives (应享未享): a family is told of what it may apply for.

    Clause: 草街办发〔2024〕54号（九）. Living subsidy in a dibao household, care subsidy of the degrees that have it; tekun
    has neither. What cannot be told raises nothing here: a lead must be one.
    """
    is_due = (
        pl.when(_KIND == CARE).then(meets_care_level(night.policy) & ~pl.col("is_tekun")).otherwise(pl.col("is_dibao"))
    )
    return Verdict(
        fires=decided(flagged=_IS_VALID & is_due & ~pl.col("is_listed"), undetermined=pl.lit(value=False)),
        record_key=_KIND,
        found=words("持有残疾人证（", told_certificate(), "），近期未见发放", told_kind(), "，应享未享，请主动告知"),
        evidence=(
            Evidence("status", "=", "valid"),
            Evidence("disability_type", "="),
            Evidence("level", "=", when=_KIND != CARE),
            Evidence("level", "≤", f"level_{night.policy.value('care_subsidy_level')}", when=_KIND == CARE),
            Evidence("kind", "not in", "近期发放的两项补贴"),
        ),
        hints={"已享受工伤护理费、老年护理补贴等不能叠加的除外": _KIND == CARE},
        changes=(Change(words(told_kind(), "已申请并列入发放名单"), {"is_listed": becomes(value=True)}),),
    )
