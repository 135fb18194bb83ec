"""Farm machinery (农业机械): NJ-01, policy.md 1.8.

What belongs here: tractors, harvesters and dear machines of one person. What does not: vehicles of the traffic police's
register (`vehicle`), where a tractor raises nothing.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, becomes
from pipelines.domain.context import NightContext
from pipelines.domain.money import hao, plain, to_yuan
from pipelines.domain.phrases import label_of, part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.standards import with_standard
from pipelines.domain.vocabulary import UNKNOWN

FEED: Final = "farm_machinery"
LARGE: Final = ("tractor", "combine")
"""What the clause names; a hand tractor is large by its price alone, a tiller never."""

_KIND_LABEL: Final = {"tractor": "拖拉机", "combine": "联合收割机", "hand_tractor": "手扶拖拉机"}
_GONE: Final = ("scrapped", "deregistered", "transferred")

_KIND, _STATUS, _PRICE, _SUBSIDY = (pl.col(name) for name in ("machine_kind", "status", "price", "subsidy_amount"))
_IS_KIND_OPEN = _KIND.is_null() | (_KIND == UNKNOWN)
_IS_LARGE, _IS_TILLER = _KIND.is_in(LARGE).fill_null(value=False), _KIND.eq_missing("tiller")
_IS_STATUS_OPEN, _IS_REGISTERED = _STATUS.eq_missing(UNKNOWN), pl.col("is_registered")
_WORTH = pl.col("worth")


def machines(night: NightContext) -> pl.LazyFrame:
    """One row per member and machine that is still the member's; an empty status counts as in use.

    `is_registered`: it has a plate or a date of registration. `worth`: the greater of price and subsidy in 毫, null
    where neither is told.
    """
    number, plate = pl.col("machine_no").fill_null(""), pl.col("plate_no").fill_null("")
    return with_standard(
        night.rows(FEED)
        .filter(~_STATUS.is_in(_GONE).fill_null(value=False))
        .with_columns(hao("price"), hao("subsidy_amount"))
        .with_columns(
            is_registered=(plate != "") | pl.col("registered_on").is_not_null(),
            worth=pl.max_horizontal("price", "subsidy_amount"),
            machine=pl.when(number != "").then(number).otherwise(plate),
            acquired_on=pl.coalesce("bought_on", "registered_on"),
        ),
        night,
    )


MACHINES = Subject(FEED, "农业机械数据", machines)

_CHANGES: Final = (
    Change(
        words("农机", part("（", pl.col("machine"), "）"), "已办理转移登记、注销或报废"),
        {"status": becomes("transferred")},
    ),
    Change("经核实机具类别为小型微耕机", {"machine_kind": becomes("tiller")}),
    Change("经核实为农民专业合作社或集体共有", {"ownership": becomes("cooperative")}),
)


@rule("NJ-01", over=MACHINES, material=("machine_kind", "status", "is_registered"))
def large_machine(night: NightContext) -> Verdict:
    """A registered tractor or harvester, or a machine above a price (大型农机具).

    Clause: 渝府办发〔2022〕128号, property that is too much, as a paraphrase; 民发〔2021〕57号 第十四条 spares what the
    family needs to produce, which no data shows. A small tiller raises nothing.
    """
    limit = night.policy.amount("farm_machine_value")
    is_dear = pl.lit(None, dtype=pl.Boolean) if limit is None else limit < _WORTH
    spoken_limit = "未设置" if limit is None else f"{to_yuan(limit).normalize():f}"
    known, is_shared = ~_IS_STATUS_OPEN, (pl.col("ownership") == "cooperative").fill_null(value=False)
    is_large = ~_IS_TILLER & ((_IS_LARGE & _IS_REGISTERED) | is_dear.fill_null(value=False))
    may_be = is_large | ((_IS_LARGE | _IS_KIND_OPEN) & (_IS_REGISTERED | is_dear.is_null()))
    return Verdict(
        # What belongs to several families is exempt, whatever is not told of it.
        fires=decided(flagged=(known & is_large) | (is_shared & may_be), undetermined=may_be),
        exempt={"农民专业合作社或集体共有": is_shared},
        record_key=pl.col("machine"),
        fact_date=pl.col("acquired_on"),
        found=words(
            "名下有",
            label_of(_KIND, _KIND_LABEL, "农业机械"),
            part("，编号或号牌", pl.col("machine")),
            part("，购置价格", plain(_PRICE), "元"),
            part("，购机补贴", plain(_SUBSIDY), "元"),
            part("，取得日期", pl.col("acquired_on")),
        ),
        evidence=(
            Evidence("machine_kind", "in", ",".join(LARGE), when=_IS_LARGE),
            Evidence("machine_kind", "=", when=~_IS_LARGE & ~_IS_KIND_OPEN),
            Evidence("registered_on", "=", when=pl.col("registered_on").is_not_null()),
            Evidence("worth", ">", spoken_limit, plain(_WORTH), when=is_dear.fill_null(value=False)),
            Evidence("status", "not in", ",".join(_GONE), when=known),
        ),
        open_fields=(
            OpenField("status", "农机状态无法识别", _IS_STATUS_OPEN),
            OpenField("machine_kind", "机具类别为空或无法识别", _IS_KIND_OPEN),
            OpenField("price", "没有登记，购置价格和补贴金额均为空", _WORTH.is_null() & ~_IS_REGISTERED),
        ),
        hints={"须核实是否生产必需": pl.lit(value=True)},
        changes=_CHANGES,
        cases={"other_benefit": pl.col("is_dibao").ne_missing(other=True)},
    )
