"""Financial assets (金融资产): JR-01, judged per household, policy.md 1.7.

What belongs here: what a household holds in accounts, against a multiple of the dibao standard. What does not: turnover,
surrender values of insurance. Account numbers tell accounts apart and are never shown.
"""

from fractions import Fraction
from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, amount_until, becomes
from pipelines.domain.context import NightContext
from pipelines.domain.households import PROVENANCE
from pipelines.domain.money import HAO_PER_FEN, HAO_PER_YUAN, hao, plain, round_half_up_to_fen, to_yuan
from pipelines.domain.phrases import label_of, part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.standards import with_standard
from pipelines.domain.wages import GREATEST_AMOUNT

FEED: Final = "deposits"
ASSET_BAND: Final = 10_000 * HAO_PER_YUAN
"""Balances move every night; what moves within a band is the same finding."""

_KIND_LABEL: Final = {
    "deposit": "存款",
    "bond": "国债",
    "security": "证券",
    "fund": "基金",
    "wealth": "理财",
    "internet": "互联网金融",
}
_HOUSEHOLD: Final = "household_id"
_BALANCE, _BONDS, _AMOUNT = pl.col("balance"), pl.col("bonds"), pl.col("amount")
_TOTAL, _LIMIT, _MEMBERS, _STANDARD = pl.col("total"), pl.col("limit"), pl.col("members"), pl.col("standard")


def accounts(night: NightContext) -> pl.LazyFrame:
    """One row per household and account that is not closed.

    `amount`: 毫, as far as it is told. `is_open`: the balance is empty, or in a currency that is not ours or not known.
    An account that two members hold together stands once.
    """
    is_open = _BALANCE.is_null() | pl.col("currency").fill_null("cny").ne("cny")
    nameless = pl.when(pl.col("account_no").fill_null("") == "").then("delivery_order")
    return (
        night.rows(FEED)
        .filter(pl.col("status").ne_missing("closed"))
        .with_columns(hao("balance").clip(0, GREATEST_AMOUNT), hao("bonds").clip(0, GREATEST_AMOUNT), is_open=is_open)
        .with_columns(
            amount=pl.when(~pl.col("is_open")).then(_BALANCE).fill_null(0) + _BONDS.fill_null(0), nameless=nameless
        )
        # Rows come ordered by household, ID and delivery: the first of those who hold an account together stands.
        .unique([_HOUSEHOLD, "institution", "account_no", "asset_kind", "amount", "nameless"], keep="first")
    )


def household_assets(night: NightContext) -> pl.LazyFrame:
    """One row per household that holds, or may hold, more than it may; its person is the head.

    `total`: 毫 of all accounts as far as told. `has_open`: an amount is not told, so that the total may be greater.
    `limit`: 毫 that the household may hold, null where the policy leaves it unset. `grade`: the lowest of the accounts;
    source: the row of the greatest amount. Accounts are put into words for these few households alone.
    """
    heads = night.households.lazy().select(
        _HOUSEHOLD, pl.col("head_id_number").alias("id_number"), pl.col("head_name").alias("roster_name")
    )
    held = accounts(night)
    totals = held.group_by(_HOUSEHOLD).agg(
        total=_AMOUNT.sum().clip(0, GREATEST_AMOUNT), has_open=pl.col("is_open").any(), accounts=pl.len()
    )
    limit = _limit(night.policy.ratio("fin_asset_multiple_months"))
    too_much = (
        with_standard(totals, night)
        .with_columns(limit=limit, asset_band=_TOTAL // ASSET_BAND)
        .filter(pl.col("is_dibao").fill_null(value=True))
        .filter((_LIMIT < _TOTAL).fill_null(value=True) | pl.col("has_open"))
    )
    listed = (
        held.join(too_much, on=_HOUSEHOLD, how="semi")
        .sort(_HOUSEHOLD, "amount", "delivery_order")
        .group_by(_HOUSEHOLD, maintain_order=True)
        .agg(
            pl.col(*PROVENANCE).last(),
            pl.col("grade").max(),
            # The name that made the grade what it is.
            pl.col("name").sort_by("grade", maintain_order=True).last(),
            listed=_told().reverse(),
        )
    )
    return listed.join(too_much, on=_HOUSEHOLD, how="inner").join(heads, on=_HOUSEHOLD, how="inner")


def _told() -> pl.Expr:
    """An account as a line of evidence: whose, where and how much; never which number."""
    return pl.struct(
        field=pl.lit("account"),
        value=words(
            part("", pl.col("roster_name"), "，"),
            part("", pl.col("institution"), "，"),
            label_of(pl.col("asset_kind"), _KIND_LABEL, "金融资产"),
            "，",
            plain(_AMOUNT),
            "元",
        ),
        op=pl.when("is_open").then(pl.lit("至少")).otherwise(pl.lit("=")),
        threshold=pl.when("is_open").then(pl.lit("余额为空或为外币")).otherwise(pl.lit("")),
    )


ASSETS = Subject(FEED, "金融资产数据", household_assets)


_MOST: Final = amount_until(_LIMIT)
_CHANGES: Final = (
    Change(
        words("家庭金融资产合计经核实不超过", _MOST.shown, "元"),
        {"total": _MOST},
        where=_LIMIT.is_not_null() & ~pl.col("has_open"),
    ),
    Change(
        words("查明全部账户余额，家庭金融资产合计不超过", _MOST.shown, "元"),
        {"total": _MOST, "has_open": becomes(value=False)},
        where=_LIMIT.is_not_null() & pl.col("has_open"),
    ),
    Change(
        "经核实账户资金均不属于家庭成员（代管他人或集体的资金）",
        {"total": becomes(pl.lit(0, dtype=pl.Int64)), "has_open": becomes(value=False)},
    ),
)
"""Less in all the accounts, the untold amounts found out first where there are any; or somebody else's money."""


@rule("JR-01", over=ASSETS, material=("asset_band",))
def assets_above_the_limit(night: NightContext) -> Verdict:
    """Accounts of a dibao household that come to more per head than so many months of the standard (金融资产超标).

    Clause: 渝府办发〔2022〕128号, as a paraphrase; 民发〔2021〕57号 第十四条. One finding per household, all its members
    counted. Only dibao households: other benefits have other limits. An illness that spares the family is in no data.
    """
    cap = night.policy.amount("fin_asset_illness_cap")
    is_dibao, has_open = pl.col("is_dibao"), pl.col("has_open")
    # Nothing is above no limit, not even above one that is unset.
    is_over = (_TOTAL > 0) & (_LIMIT < _TOTAL)
    is_within_cap = pl.lit(value=False) if cap is None else (_MEMBERS * cap >= _TOTAL)
    spoken_cap = "" if cap is None else f"{to_yuan(cap).normalize():f}"
    per_head = plain(round_half_up_to_fen(_TOTAL, _MEMBERS) * HAO_PER_FEN)
    return Verdict(
        fires=decided(
            flagged=is_dibao & is_over,
            undetermined=is_dibao.fill_null(value=True) & (is_over.fill_null(value=True) | has_open),
        ),
        record_key=pl.col(_HOUSEHOLD),
        found=words(
            "（户主）家庭成员名下金融资产",
            pl.when(has_open).then(pl.lit("至少")).otherwise(pl.lit("共")),
            plain(_TOTAL),
            "元（",
            pl.col("accounts"),
            "个账户），人均",
            per_head,
            "元",
            part("，全家限额", plain(_LIMIT), "元"),
        ),
        evidence=(
            Evidence("total", ">", plain(_LIMIT), plain(_TOTAL), when=is_over.fill_null(value=False)),
            Evidence("total", "=", value=plain(_TOTAL), when=~is_over.fill_null(value=False)),
            Evidence("members", "=", value=_MEMBERS.cast(pl.String)),
            Evidence("standard", "=", value=plain(_STANDARD), when=_STANDARD.is_not_null()),
        ),
        listed=pl.col("listed"),
        open_fields=(
            OpenField("balance", "部分账户余额为空或为外币", has_open & ~is_over.fill_null(value=False), pl.lit("")),
            OpenField("benefit", "救助类别为空或无法识别", is_dibao.is_null(), pl.lit("")),
            OpenField("fin_asset_multiple_months", "本地未设置金融资产限额", _LIMIT.is_null(), pl.lit("")),
        ),
        hints={
            f"人均不超过{spoken_cap}元，有成员患重特大疾病需长期治疗的可予豁免": is_within_cap
            & is_over.fill_null(value=False)
        },
        changes=_CHANGES,
        cases={"within_illness_cap": is_within_cap},
    )


def _limit(multiple: Fraction | None) -> pl.Expr:
    """What the household may hold in 毫, a part of a 毫 left off; null where the policy leaves it unset."""
    if multiple is None:
        return pl.lit(None, dtype=pl.Int64)
    return _MEMBERS * _STANDARD * multiple.numerator // multiple.denominator
