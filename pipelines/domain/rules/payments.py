"""Payments through the card (一卡通发放): ZJ-02, judged per household, policy.md 1.10.

What belongs here: what was paid for the last month that is paid in full, against what the roster approves. What does not:
payments to people who are in no roster (rules begin with the roster's people), payments of other projects.

Which month is judged, and whether the delivery is complete enough to say that somebody was not paid, is told by the
district's payments together: these rows are never made of a shard. Canaries are no part of the district.
"""

from datetime import date
from typing import Final

import polars as pl

from pipelines.domain.canary import is_canary
from pipelines.domain.clearing import Change, NewValue, becomes
from pipelines.domain.context import NightContext
from pipelines.domain.households import PROVENANCE
from pipelines.domain.money import hao, plain
from pipelines.domain.names import same_name
from pipelines.domain.phrases import words
from pipelines.domain.roster_rows import account_holders
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.vocabulary import GRADE_SAME_NAME, UNKNOWN
from pipelines.domain.wages import GREATEST_AMOUNT

FEED: Final = "payments"
MONTHLY: Final = ("dibao", "tekun")
"""The projects whose amount the roster approves."""

BY_CARD: Final = ("dibao_urban", "dibao_rural", "tekun_scattered")
"""Benefits that are paid by card; an institution gets the money of those who live in it."""

_HOUSEHOLD: Final = "household_id"
_PROJECT, _KIND, _STATUS, _AMOUNT = (pl.col(name) for name in ("project", "payment_kind", "status", "amount"))
_PAID, _EXTRA, _APPROVED = pl.col("paid_total"), pl.col("extra_total"), pl.col("monthly_amount")
_HAS_PAID, _HAS_OPEN = pl.col("has_paid"), pl.col("has_open")
_IS_MONTHLY = _PROJECT.is_in(MONTHLY).fill_null(value=False)


def paid_month(night: NightContext) -> date | None:
    """The latest month that had ended when its payments were delivered; None where nothing of the kind was."""
    delivered_in = pl.col("snapshot_date").dt.truncate("1mo")
    told = night.matched[FEED].filter(_IS_MONTHLY, ~is_canary(), pl.col("month") < delivered_in).get_column("month")
    month = told.max()
    return month if isinstance(month, date) else None


def household_payments(night: NightContext) -> pl.LazyFrame:
    """One row per household whose benefit is paid by card, with what it was paid for the month; none without a month.

    `paid_total`: 毫 of regular payments that arrived; `extra_total`: those of 分类施保, which a roster may count in.
    `has_open`: a payment of the month may count or not. `is_known`: the feed holds monthly payments to the household.
    `is_complete`: enough of the households were paid that a missing payment says something. Source: the household's last
    payment, else its head's row in the roster.
    """
    month = paid_month(night)
    judged_month = pl.lit(month, dtype=pl.Date)
    delivered_on = pl.lit(night.matched[FEED].get_column("snapshot_date").max(), dtype=pl.Date)
    share = night.policy.ratio("payment_coverage_share")
    told = (
        _households(night, month)
        .join(_of_the_month(night, judged_month), on=_HOUSEHOLD, how="left")
        .with_columns(
            pl.col("paid_total", "extra_total").fill_null(0),
            pl.col("has_paid", "has_open", "has_adjustment", "has_failed", "is_known").fill_null(value=False),
            pl.col("grade").fill_null(GRADE_SAME_NAME),
            *(pl.coalesce(f"paid_{name}", name).alias(name) for name in PROVENANCE if name != "snapshot_date"),
            snapshot_date=delivered_on,
            month=judged_month,
        )
    )
    if share is None:
        return told.with_columns(is_complete=pl.lit(value=False))
    paid, asked = (
        (pl.col("is_asked") & ~is_canary() & where).sum().cast(pl.Int64) for where in (_HAS_PAID, pl.lit(value=True))
    )
    return told.with_columns(is_complete=paid * share.denominator >= asked * share.numerator)


PAYMENTS = Subject(FEED, "一卡通发放数据", household_payments, whole_district=True)


def _households(night: NightContext, month: date | None) -> pl.LazyFrame:
    """The households that were to be paid for the month, with their heads as persons and their heads' rows as source.

    `is_comparable`: the standard has not changed since, so that the roster's amount is that month's too. `is_asked`: the
    feed was asked about every member. `is_elsewhere`: the account is nobody's of the household, so that a proxy may have
    been paid. A household that was approved later was not to be paid.
    """
    starts = [night.policy.parameters.get(f"dibao_standard_{kind}") for kind in ("urban", "rural")]
    is_comparable = month is not None and all(
        one is None or one.valid_from is None or one.valid_from <= month for one in starts
    )
    asked = night.members.lazy().group_by(_HOUSEHOLD).agg(is_asked=night.was_asked(FEED).all())
    source = night.members.lazy().select(_HOUSEHOLD, "id_number", *PROVENANCE)
    is_approved = pl.col("approved_month").le(pl.lit(month, dtype=pl.Date))
    return (
        night.households.lazy()
        .filter(pl.col("benefit").is_in(BY_CARD), _APPROVED > 0, is_approved.fill_null(value=month is not None))
        .select(
            _HOUSEHOLD,
            "monthly_amount",
            "approved_month",
            pl.col("head_id_number").alias("id_number"),
            pl.col("head_name").alias("roster_name"),
            is_comparable=pl.lit(value=is_comparable),
        )
        .join(source, on=[_HOUSEHOLD, "id_number"], how="inner")
        .join(asked, on=_HOUSEHOLD, how="inner")
        .join(_paid_elsewhere(night), on=_HOUSEHOLD, how="left")
        .with_columns(pl.col("is_elsewhere").fill_null(value=False))
    )


def _paid_elsewhere(night: NightContext) -> pl.LazyFrame:
    """The households whose account is in nobody's name of their members."""
    holder, name = pl.col("account_holder"), pl.col("name").fill_null("")
    holders = account_holders(night.roster.lazy()).select(_HOUSEHOLD, "account_holder")
    names = night.members.lazy().select(_HOUSEHOLD, "name")
    own = holders.join(names, on=_HOUSEHOLD, how="inner").filter((name != "") & same_name(holder, name))
    return holders.join(own, on=_HOUSEHOLD, how="anti").select(_HOUSEHOLD, is_elsewhere=pl.lit(value=True))


def _of_the_month(night: NightContext, month: pl.Expr) -> pl.LazyFrame:
    """One row per household with payments: its sums and states of the month, the source of its last payment."""
    is_month = pl.col("month") == month
    is_regular = _KIND.fill_null("regular") == "regular"
    has_arrived = _STATUS.fill_null("paid") == "paid"
    is_open = (
        _PROJECT.fill_null(UNKNOWN).eq(UNKNOWN)
        | (_IS_MONTHLY & (_KIND.eq_missing(UNKNOWN) | _STATUS.eq_missing(UNKNOWN) | _AMOUNT.is_null()))
        # Who stands in several households is paid for one of them; which, the payment does not say.
        | (_IS_MONTHLY & pl.col("is_shared"))
    )
    shared = night.shared.lazy().select(_HOUSEHOLD, "id_number", is_shared=pl.lit(value=True)).unique()
    counted = is_month & is_regular & has_arrived
    return (
        night.rows(FEED)
        .join(shared, on=[_HOUSEHOLD, "id_number"], how="left")
        .with_columns(hao("amount").clip(0, GREATEST_AMOUNT), pl.col("is_shared").fill_null(value=False))
        .filter(_IS_MONTHLY | (is_month & (is_open | (_PROJECT == "category"))))
        .sort(_HOUSEHOLD, "month", "delivery_order")
        .group_by(_HOUSEHOLD, maintain_order=True)
        .agg(
            *(pl.col(name).last().alias(f"paid_{name}") for name in PROVENANCE),
            grade=pl.col("grade").filter(is_month).max(),
            # The name that made the grade what it is.
            name=pl.col("name").filter(is_month).sort_by(pl.col("grade").filter(is_month), maintain_order=True).last(),
            paid_total=_AMOUNT.filter(counted & _IS_MONTHLY).sum().clip(0, GREATEST_AMOUNT),
            extra_total=_AMOUNT.filter(counted & (_PROJECT == "category")).sum().clip(0, GREATEST_AMOUNT),
            has_paid=(counted & _IS_MONTHLY & (_AMOUNT > 0)).any(),
            has_open=(is_month & is_open).any(),
            has_adjustment=(is_month & _IS_MONTHLY & _KIND.is_in(["back_pay", "reversal"])).any(),
            has_failed=(is_month & _IS_MONTHLY & _STATUS.is_in(["failed", "pending"])).any(),
            is_known=_IS_MONTHLY.any(),
        )
    )


_OPEN_FIELDS: Final = (
    OpenField("payments", "当月部分发放记录的项目、类型、状态、金额或所属家庭不明", _HAS_OPEN, pl.lit("")),
    OpenField("payments", "发放数据中没有家庭成员的领款记录", ~pl.col("is_known"), pl.lit("")),
    OpenField("account_holder", "发放账户的开户人不是家庭成员", ~_HAS_PAID & pl.col("is_elsewhere"), pl.lit("")),
    OpenField("approved_month", "批准年月为空", ~_HAS_PAID & pl.col("approved_month").is_null()),
)


@rule("ZJ-02", over=PAYMENTS, material=("month", "has_paid", "paid_total", "monthly_amount"))
def other_payment(_night: NightContext) -> Verdict:
    """A household that was paid another amount than the roster approves, or nothing (发放与名册不一致).

    Clause: 社会救助暂行办法 第十二条; the city's report of 2025 一（四）. The data have to be put right, the family need
    do nothing. Back pay and reversals explain a difference; a household paid through a proxy, whose payments are not
    its members', is not judged.
    """
    is_amount = _HAS_PAID & (_PAID != _APPROVED) & (_PAID + _EXTRA != _APPROVED) & pl.col("is_comparable")
    is_proxy = pl.col("is_elsewhere") & ~pl.col("is_known")
    is_unpaid = ~_HAS_PAID & pl.col("is_asked") & pl.col("is_complete") & ~is_proxy
    is_sure = pl.col("is_known") & ~pl.col("is_elsewhere") & pl.col("approved_month").is_not_null()
    month = pl.col("month").dt.to_string("%Y-%m")
    return Verdict(
        fires=decided(flagged=~_HAS_OPEN & (is_amount | (is_unpaid & is_sure)), undetermined=is_amount | is_unpaid),
        exempt={"当月有补发或冲销": pl.col("has_adjustment")},
        record_key=pl.when(_HAS_PAID).then(pl.lit("amount")).otherwise(pl.lit("unpaid")),
        fact_date=pl.col("month"),
        found=words(
            "（户主）家庭",
            month,
            pl.when(_HAS_PAID)
            .then(words("发放", plain(_PAID), "元，与名册月保障金额", plain(_APPROVED), "元不一致"))
            .otherwise(words("未见发放，名册月保障金额", plain(_APPROVED), "元")),
        ),
        evidence=(
            Evidence("month", "=", value=month),
            Evidence("paid_total", "≠", plain(_APPROVED), plain(_PAID), when=_HAS_PAID),
            Evidence("paid_total", "=", "当月没有发放成功的记录", pl.lit("0"), when=~_HAS_PAID),
            Evidence("extra_total", "=", "分类施保金", plain(_EXTRA), when=_EXTRA > 0),
            Evidence("monthly_amount", "=", value=plain(_APPROVED)),
        ),
        open_fields=_OPEN_FIELDS,
        hints={"当月有发放失败、退回或待发放的记录": ~_HAS_PAID & pl.col("has_failed")},
        changes=(
            Change(
                words("一卡通", month, "发放金额经核对为", plain(_APPROVED), "元，或名册月保障金额更正为实发金额"),
                {"paid_total": NewValue(_APPROVED, plain(_APPROVED)), "has_paid": becomes(value=True)},
            ),
            Change(
                words("查明", month, "的差额已补发或冲销"),
                {"has_adjustment": becomes(value=True)},
                where=~_HAS_OPEN & (is_amount | is_sure),
            ),
        ),
    )
