"""Disability certificates and the two subsidies (残疾人证、两项补贴), as the rules on them read the feeds.

What belongs here: which certificate of a person holds on a date, which subsidy a person is paid, which degrees meet a
condition of the policy. What does not: findings about it (`rules/disability*`, `rules/tekun*`, `rules/margin`). Causes
and diagnoses are never read.
"""

from typing import Final

import polars as pl

from pipelines.domain.context import NightContext
from pipelines.domain.dates import first_of_month, months_before
from pipelines.domain.households import PROVENANCE
from pipelines.domain.phrases import label_of, part, words
from pipelines.domain.policy import PolicyInForce
from pipelines.domain.vocabulary import UNKNOWN

FEED: Final = "disability"
SUBSIDY: Final = "disability_subsidy"

TYPE_LABEL: Final = {
    "visual": "视力",
    "hearing": "听力",
    "speech": "言语",
    "physical": "肢体",
    "intellectual": "智力",
    "mental": "精神",
    "multiple": "多重",
}
LEVEL_LABEL: Final = {"level_1": "一级", "level_2": "二级", "level_3": "三级", "level_4": "四级"}
STATUS_LABEL: Final = {"valid": "正常", "frozen": "已冻结", "cancelled": "已注销"}
KIND_LABEL: Final = {"living": "困难残疾人生活补贴", "care": "重度残疾人护理补贴"}

_PERSON: Final = ["household_id", "id_number"]
_TYPE, _STATUS, _DEGREE = pl.col("disability_type"), pl.col("status"), pl.col("degree")
_MIND: Final = ("intellectual", "mental")
_UNTOLD: Final = ("multiple", UNKNOWN)
"""Types that do not say which disability the degree belongs to."""


def certificates(night: NightContext) -> pl.LazyFrame:
    """One row per member with a disability certificate: the one that holds, else the one that may, else the last issued.

    Returns:
        The feed's columns and `degree` (Int32, 1 the severest, null where it is not told) and `is_valid`: true where it
        is in force on as_of, false where it is frozen, cancelled or expired, null where its status is not told.
    """
    expired = (pl.col("expires_on") < night.as_of).fill_null(value=False)
    is_valid = (
        pl.when(expired | _STATUS.is_in(["frozen", "cancelled"]))
        .then(pl.lit(value=False))
        .when(_STATUS == "valid")
        .then(pl.lit(value=True))
    )
    degree = pl.col("level").str.strip_prefix("level_").cast(pl.Int32, strict=False)
    holds = pl.col("is_valid")
    rank = pl.when(holds.is_null()).then(1).when(holds).then(2).otherwise(0).cast(pl.Int8)
    return (
        night.rows(FEED)
        .with_columns(is_valid=is_valid, degree=degree)
        .sort(*_PERSON, rank, "issued_on", "delivery_order", nulls_last=False)
        .unique(_PERSON, keep="last", maintain_order=True)
    )


def told_certificate() -> pl.Expr:
    """A certificate in words: type, degree, status, and until when."""
    return words(
        label_of(_TYPE, TYPE_LABEL, "类别不明"),
        label_of(pl.col("level"), LEVEL_LABEL, "等级不明"),
        "，状态",
        label_of(_STATUS, STATUS_LABEL, "不明"),
        part("，有效期止", pl.col("expires_on")),
    )


def recent_payments(night: NightContext) -> pl.LazyFrame:
    """The rows of the payment list about one of the recent months; one that does not say what it paid is `unknown`."""
    earliest = months_before(first_of_month(night.as_of), night.policy.months("subsidy_recency_months"))
    return (
        night.rows(SUBSIDY)
        .filter(pl.col("month").is_between(pl.lit(earliest), pl.lit(night.as_of)))
        .with_columns(pl.col("kind").fill_null(UNKNOWN))
    )


def receipts(night: NightContext) -> pl.LazyFrame:
    """One row per member and subsidy that was paid, or may have been, for one of the recent months.

    A payment list without a status, or with an empty one, lists what was paid.

    Returns:
        `household_id, id_number, kind, is_paid` (true, or null where the status of every payment is unknown),
        `paid_months` and `paid_amounts` (lists, by month), the lowest grade of the matches as `grade`, and of the
        latest payment `roster_name, name` and provenance.
    """
    is_certain = _STATUS.ne_missing(UNKNOWN)
    return (
        recent_payments(night)
        .filter(~_STATUS.is_in(["failed", "stopped"]).fill_null(value=False))
        .sort(*_PERSON, "kind", "month", "delivery_order")
        .group_by(*_PERSON, "kind", maintain_order=True)
        .agg(
            pl.col("roster_name", "name", *PROVENANCE).last(),
            pl.col("grade").max(),
            is_paid=pl.when(is_certain.any()).then(pl.lit(value=True)),
            paid_months=pl.col("month"),
            paid_amounts=pl.col("amount"),
        )
    )


def told_kind() -> pl.Expr:
    """The subsidy's name."""
    return label_of(pl.col("kind"), KIND_LABEL, "残疾人补贴（类别不明）")


def told_months() -> pl.Expr:
    """The months that were paid, joined."""
    return pl.col("paid_months").list.eval(pl.element().dt.to_string("%Y-%m")).list.join("、")


def meets_care_level(policy: PolicyInForce) -> pl.Expr:
    """Whether a degree is severe enough for the care subsidy; null where it cannot be told.

    Regions may pay it to people with a lesser intellectual or mental disability: while none says, that stays open.
    """
    own, mind = limit(policy, "care_subsidy_level"), limit(policy, "care_subsidy_mind_level")
    return pl.when(_DEGREE.le(own)).then(pl.lit(value=True)).otherwise(_by_type(dict.fromkeys(_MIND, mind), own))


def is_listed_for_tekun(policy: PolicyInForce) -> pl.Expr:
    """Whether a certificate says that a person cannot work, as the list for tekun has it; null where it cannot be told."""
    return _by_type(_limits_for_tekun(policy), pl.lit(0, dtype=pl.Int32))


def told_list_for_tekun(policy: PolicyInForce) -> pl.Expr:
    """That list in words, as far as the policy sets it: 视力一级、肢体二级…或更重."""
    degrees = [
        words(TYPE_LABEL[kind], (pl.lit("level_") + most.cast(pl.String)).replace(LEVEL_LABEL))
        for kind, most in _limits_for_tekun(policy).items()
        if policy.value(f"tekun_{kind}_level") is not None
    ]
    if not degrees:
        return pl.lit("类别和等级符合特困人员认定条件")
    return words("类别和等级为", pl.concat_str(degrees, separator="、"), "或更重")


def _limits_for_tekun(policy: PolicyInForce) -> dict[str, pl.Expr]:
    """The least severe degree of each type on the list, null where the policy leaves it unset."""
    return {
        "visual": limit(policy, "tekun_visual_level"),
        "physical": limit(policy, "tekun_physical_level"),
        "intellectual": limit(policy, "tekun_intellectual_level"),
        "mental": limit(policy, "tekun_mental_level"),
    }


def limit(policy: PolicyInForce, name: str) -> pl.Expr:
    """The least severe degree that still meets a condition, null where the policy leaves it unset."""
    value = policy.value(name)
    return pl.lit(None if value is None else int(value), dtype=pl.Int32)


def _by_type(limits: dict[str, pl.Expr], otherwise: pl.Expr) -> pl.Expr:
    """Whether the degree is within the limit of its type; of an untold type null unless no type's limit allows it."""
    is_untold = _TYPE.is_null() | _TYPE.is_in(_UNTOLD)
    widest = pl.max_horizontal(otherwise, *limits.values())
    has_open_limit = pl.any_horizontal(one.is_null() for one in limits.values())
    told: pl.Expr = otherwise
    for kind, most in limits.items():
        told = pl.when(_TYPE.eq(kind)).then(most).otherwise(told)
    open_or_out = (
        pl.when((widest >= _DEGREE) | has_open_limit | _DEGREE.is_null()).then(None).otherwise(pl.lit(value=False))
    )
    return pl.when(is_untold).then(open_or_out).otherwise(_DEGREE.le(told))
