"""Disability subsidies that other facts forbid (两项补贴): CJ-02 and CJ-03, policy.md 1.10.

What belongs here: payments after a death, in prison, after moving away, or beside tekun. What does not: certificates
(`disability_certificates`). 工伤生活护理费 and 孤儿基本生活费 forbid them too; no feed tells of those yet.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, becomes, day_from
from pipelines.domain.context import NightContext
from pipelines.domain.counting import CUSTODY, DEATH, has_died, is_in_force
from pipelines.domain.disability import SUBSIDY, receipts, told_kind, told_months
from pipelines.domain.money import hao, plain
from pipelines.domain.phrases import part, words
from pipelines.domain.roster_candidates import with_household
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, rule
from pipelines.domain.vocabulary import Outcome

LABEL: Final = "残疾人两项补贴发放数据"
MOVED: Final = "RK-01"
"""The rule that finds a member who has moved away; its finding of tonight tells since when."""

_PERSON: Final = ["household_id", "id_number"]
_MATERIAL: Final = ("kind", "since", "first_month")
_KIND, _SINCE, _IS_PAID = pl.col("kind"), pl.col("since"), pl.col("is_paid")
_ALWAYS: Final = pl.lit(value=True)


def payments_after_leaving(night: NightContext) -> pl.LazyFrame:
    """One row per member and subsidy paid for a month after the person died, went to prison, or moved away.

    `since`: the day; `why`: what happened then, the earliest where several things did. Prison counts while it lasts.
    """
    prison = (pl.col("custody_type") == "prison") & is_in_force(night.as_of)
    told = [
        _events(night, DEATH, has_died(night.as_of), pl.col("death_on"), "死亡"),
        _events(night, CUSTODY, prison, pl.col("start_on"), "在监狱服刑"),
        _moves(night),
    ]
    events = pl.concat(told).sort(*_PERSON, "since", "why").unique(_PERSON, keep="first", maintain_order=True)
    rows = receipts(night).join(events, on=_PERSON, how="inner")
    return _paid_after(rows.with_columns(grade=pl.max_horizontal("grade", "event_grade")))


def _events(night: NightContext, feed: str, holds: pl.Expr, since: pl.Expr, why: str) -> pl.LazyFrame:
    """What a feed says happened to members; nothing where it was not assessed."""
    if not night.has_feed(feed):
        return _no_events()
    found = night.rows(feed).filter(holds)
    return found.select(*_PERSON, since=since, why=pl.lit(why), event_grade=pl.col("grade"))


def _moves(night: NightContext) -> pl.LazyFrame:
    """Members whom tonight's findings say to have moved away, on a day that is told."""
    is_found = (pl.col("rule_id") == MOVED) & (pl.col("outcome") == Outcome.FLAGGED.value)
    found = night.after_income().findings.lazy().filter(is_found, pl.col("fact_date").is_not_null())
    return found.select(*_PERSON, since="fact_date", why=pl.lit("户籍迁出或注销"), event_grade="grade")


def _no_events() -> pl.LazyFrame:
    """Events without one."""
    return pl.LazyFrame(
        schema={**dict.fromkeys(_PERSON, pl.String), "since": pl.Date, "why": pl.String, "event_grade": pl.String}
    )


def _paid_after(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Receipts cut down to the months after the one of `since`; those that have none are left out."""
    months = ["paid_months", "paid_amounts"]
    keys = [*_PERSON, "kind"]
    kept = (
        rows.select(*keys, "since", *months)
        .explode(months)
        .filter(pl.col("paid_months") > pl.col("since").dt.month_end())
        .group_by(keys, maintain_order=True)
        .agg(
            pl.col("paid_months"),
            first_month=pl.col("paid_months").min(),
            paid_total=pl.when(pl.col("paid_amounts").is_not_null().any()).then(hao("paid_amounts").sum()),
        )
    )
    return rows.drop(months).join(kept, on=keys, how="inner")


AFTER_LEAVING = Subject(SUBSIDY, LABEL, payments_after_leaving, beside=(DEATH, CUSTODY), after_income=True)


@rule("CJ-02", over=AFTER_LEAVING, material=_MATERIAL)
def paid_after_leaving(_night: NightContext) -> Verdict:
    """A subsidy that is still paid to who has died, is in prison or has moved away (死亡、服刑、迁出仍领两项补贴).

    Clause: 国发〔2015〕52号 and the lists of when it stops. It stops from the month after.
    """
    last = pl.col("paid_months").list.max()
    since = day_from(last)
    return Verdict(
        fires=_IS_PAID & (last > _SINCE.dt.month_end()),
        record_key=_KIND,
        fact_date=pl.col("first_month"),
        found=words("已于", _SINCE, pl.col("why"), "，之后的月份（", told_months(), "）仍在发放", told_kind()),
        evidence=(
            Evidence("since", "=", value=words(_SINCE, " ", pl.col("why"))),
            Evidence("kind", "="),
            Evidence("paid_months", ">", value=told_months(), threshold=_SINCE.dt.to_string("%Y-%m")),
            Evidence("paid_total", "=", "须核实是否追回", value=plain(pl.col("paid_total"))),
        ),
        open_fields=(OpenField("is_paid", "补贴发放状态无法识别", _IS_PAID.is_null(), pl.lit("")),),
        hints={"只涉及两项补贴": _ALWAYS},
        changes=(
            Change(words("自次月起的", told_kind(), "已停发，多发部分已追回"), {"is_paid": becomes(value=False)}),
            Change(
                words("经核实", pl.col("why"), "的日期为", since.shown, "或更晚，或并无此事，记录已更正"),
                {"since": since},
            ),
        ),
    )


def payments_beside_tekun(night: NightContext) -> pl.LazyFrame:
    """One row per covered member of a tekun household and subsidy paid for a month after the approval of tekun.

    The month in which a person changes over from one support to the other may be paid by both.
    """
    covered = night.members.lazy().filter("is_covered").select(*_PERSON)
    rows = with_household(receipts(night).join(covered, on=_PERSON, how="semi"), night).filter("is_tekun")
    # Without a month of approval every month counts: the roster says that the person has tekun now.
    approved = pl.col("approved_month").fill_null(pl.col("paid_months").list.min().dt.offset_by("-1mo"))
    return _paid_after(rows.with_columns(since=approved))


BESIDE_TEKUN = Subject(SUBSIDY, LABEL, payments_beside_tekun)


@rule("CJ-03", over=BESIDE_TEKUN, material=("kind",))
def paid_beside_tekun(_night: NightContext) -> Verdict:
    """A subsidy that is paid beside tekun, which covers what it is for (两项补贴不得与特困叠加).

    Clause: 国发〔2015〕52号, as provinces restate it.
    """
    return Verdict(
        fires=_IS_PAID,
        record_key=_KIND,
        fact_date=pl.col("first_month"),
        found=words(
            "为特困人员",
            part("（批准年月", pl.col("approved_month").dt.to_string("%Y-%m"), "）"),
            "，另领取",
            told_kind(),
            "（",
            told_months(),
            "），不得叠加享受",
        ),
        evidence=(
            Evidence("own_benefit", "in", "tekun_central,tekun_scattered"),
            Evidence("kind", "="),
            Evidence("paid_months", "=", value=told_months()),
            Evidence("paid_total", "=", "须核实是否追回", value=plain(pl.col("paid_total"))),
        ),
        open_fields=(OpenField("is_paid", "补贴发放状态无法识别", _IS_PAID.is_null(), pl.lit("")),),
        hints={"只涉及两项补贴，不影响特困供养": _ALWAYS},
        changes=(
            Change(words(told_kind(), "自认定特困次月起已停发，多发部分已追回"), {"is_paid": becomes(value=False)}),
        ),
    )
