"""The sentence of a case: what was found, what is suggested, and the arithmetic of income where it matters.

What belongs here: Chinese wording for town staff. It names no person and claims no money back: the months and the
amount at risk order the queue and are left out here (rules.md section 6).
"""

from typing import Final

import polars as pl

from pipelines.domain.income_policy import IncomePolicy
from pipelines.domain.money import spoken
from pipelines.domain.vocabulary import ACTION_LABEL

BENEFIT_LABEL: Final = {
    "dibao_urban": "城市低保",
    "dibao_rural": "农村低保",
    "tekun_central": "集中供养特困",
    "tekun_scattered": "分散供养特困",
    "margin": "低保边缘",
    "rigid": "刚性支出困难",
}

PROJECTION_LABEL: Final = {
    "grace_a": "推算符合就业渐退",
    "grace_b": "推算符合收入变化渐退",
    "over": "推算为超标",
    "verify": "须核实后再定",
    "below": "推算未超标",
}

VERIFY_LABEL: Final = {
    "incomplete": "（名册有数据行被隔离，家庭成员不全）",
    "no_income_column": "（名册无月收入列）",
    "declared_over": "（申报收入本身已超过标准）",
    "at_standard": "（正好等于标准）",
    "work_unproven": "（就业或收入情况未证实）",
    "only_estimated": "（推算的收入尚未核实）",
    "no_standard": "（保障标准未设置）",
    "no_margin": "（渐退的收入上限倍数未设置）",
    "no_grace_months": "（渐退期月数未设置）",
}


def case_statement(policy: IncomePolicy) -> pl.Expr:
    """One sentence per case, for a frame that has household, case, income and grace columns side by side."""
    return pl.concat_str(
        _household(),
        pl.lit("，"),
        _findings(),
        pl.lit("，建议"),
        _labelled("suggested_action", {str(action): label for action, label in ACTION_LABEL.items()}),
        pl.when(_has_income_story()).then(_income(policy)).otherwise(pl.lit("")),
        pl.lit("。"),
    )


def _household() -> pl.Expr:
    """城市低保家庭5人、保障3人."""
    return pl.concat_str(
        _labelled("benefit", BENEFIT_LABEL),
        pl.lit("家庭"),
        pl.col("members"),
        pl.lit("人、保障"),
        pl.col("covered_members"),
        pl.lit("人"),
    )


def _findings() -> pl.Expr:
    """有3条疑点（CL-02、SB-01），其中1条待定，另有1条本次未核、沿用以往结果."""
    findings, carried = pl.col("findings"), pl.col("carried_over")
    tonight = pl.concat_str(
        pl.lit("有"), findings, pl.lit("条疑点（"), pl.col("rules").list.join("、"), pl.lit("）"), _undetermined()
    )
    earlier = pl.concat_str(carried, pl.lit("条疑点本次未核、沿用以往结果"))
    return (
        pl.when(findings == 0)
        .then(pl.concat_str(pl.lit("有"), earlier))
        .when(carried > 0)
        .then(pl.concat_str(tonight, pl.lit("，另有"), earlier))
        .otherwise(tonight)
    )


def _undetermined() -> pl.Expr:
    """，其中1条待定; nothing where all findings are certain."""
    count = pl.col("undetermined")
    return pl.when(count > 0).then(pl.concat_str(pl.lit("，其中"), count, pl.lit("条待定"))).otherwise(pl.lit(""))


def _has_income_story() -> pl.Expr:
    """Income matters where something was projected from it or where what counts differs from what was declared."""
    return pl.col("projection").is_not_null() | (pl.col("income_evidenced") != pl.col("income_declared"))


def _income(policy: IncomePolicy) -> pl.Expr:
    """：申报月人均…元；核算月收入合计…元÷…人＝月人均…元（…），超过保障标准…元，推算…."""
    heads = pl.col("counting_members")
    declared = pl.concat_str(pl.lit("：申报月人均"), spoken(pl.col("income_declared")), pl.lit("元"))
    reckoned = pl.concat_str(
        declared,
        pl.lit("；核算月收入合计"),
        spoken(pl.col("evidenced_total")),
        pl.lit("元÷"),
        heads,
        pl.lit("人"),
        _left_out(),
        pl.lit("＝月人均"),
        spoken(pl.col("income_evidenced")),
        pl.lit("元"),
        _sources(policy),
        pl.when(pl.col("projection").is_not_null()).then(_outlook(policy)).otherwise(pl.lit("")),
    )
    nobody = pl.concat_str(declared, pl.lit("；无计入收入核算的成员"), _left_out())
    return pl.when(heads > 0).then(reckoned).otherwise(nobody)


def _left_out() -> pl.Expr:
    """（1人不计入：已死亡（2026-08-03））; nothing where everybody counts."""
    why = pl.col("why_not_counting")
    told = pl.concat_str(
        pl.lit("（"), pl.col("members") - pl.col("counting_members"), pl.lit("人不计入："), why, pl.lit("）")
    )
    return pl.when(why != "").then(told).otherwise(pl.lit(""))


def _sources(policy: IncomePolicy) -> pl.Expr:
    """（比对到工资…元、未扣减就业成本，养老金…元，扣减刚性支出…元）; nothing where only declared income counts."""
    cost = "、未扣减就业成本" if policy.is_deduction_unset else "、已按规定扣减就业成本"
    wage = pl.concat_str(pl.lit("工资"), spoken(pl.col("wage_total")), pl.lit(f"元{cost}"))
    pension = pl.concat_str(pl.lit("养老金"), spoken(pl.col("pension_total")), pl.lit("元"))
    rigid_expense = pl.when(pl.col("rigid_total") > 0).then(
        pl.concat_str(pl.lit("扣减刚性支出"), spoken(pl.col("rigid_total")), pl.lit("元"))
    )
    known = pl.concat_str(wage, pension, rigid_expense, separator="，", ignore_nulls=True)
    return pl.when(known == "").then(pl.lit("")).otherwise(pl.concat_str(pl.lit("（比对到"), known, pl.lit("）")))


def _outlook(policy: IncomePolicy) -> pl.Expr:
    """，超过保障标准…元，推算符合就业渐退，渐退期…至…; without a standard, only that it has to be verified."""
    income, standard = pl.col("income_evidenced"), pl.col("income_standard")
    relation = (
        pl.when(income > standard)
        .then(pl.lit("，超过保障标准"))
        .when(income == standard)
        .then(pl.lit("，等于保障标准"))
        .otherwise(pl.lit("，未超过保障标准"))
    )
    repeat = policy.grace_repeat_months
    labels = {**VERIFY_LABEL, "second_grace": f"（近{repeat}个月内已有渐退期）" if repeat else "（已有过渐退期）"}
    because = pl.col("verify_because").replace_strict(labels, default="", return_dtype=pl.String)
    compared = pl.concat_str(relation, spoken(standard), pl.lit("元，"))
    return pl.concat_str(
        pl.when(standard.is_null()).then(pl.lit("，")).otherwise(compared),
        _labelled("projection", PROJECTION_LABEL),
        because.fill_null(""),
        _beyond_margin(policy),
        _grace_dates(),
        _narrower_grace(policy),
        _most_within(),
    )


def _beyond_margin(policy: IncomePolicy) -> pl.Expr:
    """（已达标准1.5倍，由区县把握）: the notice sets no ceiling for grace after finding work (policy.md 2.2, G3)."""
    margin = policy.margin
    if margin is None:
        return pl.lit("")
    is_beyond = pl.col("income_evidenced") * margin.denominator >= pl.col("income_standard") * margin.numerator
    times = f"{float(margin):g}"
    return (
        pl.when((pl.col("projection") == "grace_a") & is_beyond)
        .then(pl.lit(f"（已达标准{times}倍，由区县把握）"))
        .otherwise(pl.lit(""))
    )


def _grace_dates() -> pl.Expr:
    """，如属实渐退期…至…; where a stronger finding overrides grace, that it does not apply before that is settled."""
    is_grace = pl.col("projection").is_in(["grace_a", "grace_b"])
    dates = pl.concat_str(
        pl.lit("，如属实渐退期"),
        pl.col("grace_from").dt.to_string("%Y-%m-%d"),
        pl.lit("至"),
        pl.col("grace_to").dt.to_string("%Y-%m-%d"),
    )
    return (
        pl.when(is_grace & pl.col("grace_branch").is_not_null())
        .then(dates)
        .when(is_grace)
        .then(pl.lit("，另有终止或原则上取消的疑点，暂不适用渐退"))
        .otherwise(pl.lit(""))
    )


def _narrower_grace(policy: IncomePolicy) -> pl.Expr:
    """（国家口径…）: a higher layer's narrower text, shown beside grace for income that does not come from work."""
    told = pl.lit(f"（{policy.branch_b_conflict}）" if policy.branch_b_conflict else "")
    return pl.when(pl.col("projection") == "grace_b").then(told).otherwise(pl.lit(""))


def _most_within() -> pl.Expr:
    """；全家月收入合计经核实不超过…元（…元×…人）的，仍在标准以内: what the household's proven income may come to at most.

    The standard times those who count, the sum that is exactly at the standard; a rounding of the average in the
    family's favour is no promise. It stands here and not with a finding: a finding is judged before the income and must
    not change its words because of another member's (docs/adr/0006).
    """
    heads, standard = pl.col("counting_members"), pl.col("income_standard")
    told = pl.concat_str(
        pl.lit("；全家月收入合计经核实不超过"),
        spoken(standard * heads.cast(pl.Int64)),
        pl.lit("元（"),
        spoken(standard),
        pl.lit("元×"),
        heads,
        pl.lit("人）的，仍在标准以内"),
    )
    return pl.when(standard.is_null()).then(pl.lit("")).otherwise(told)


def _labelled(column: str, labels: dict[str, str]) -> pl.Expr:
    """A code in words; one that has none is told as it is, an empty one as 类别不明."""
    return pl.col(column).replace(labels).fill_null("类别不明")
