"""What a vehicle is registered for (使用性质, GA 24.3): CL-07, policy.md 1.2.

What belongs here: uses that earn money. What does not: the vehicle as property (`vehicle`).
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, becomes
from pipelines.domain.context import NightContext
from pipelines.domain.phrases import label_of, part, words
from pipelines.domain.rule import Evidence, OpenField, Verdict, decided, rule
from pipelines.domain.rules.vehicle import VEHICLES, owned_changes, vehicle_key, vehicle_name

COMMERCIAL: Final = {
    "B": "公路客运",
    "C": "公交客运",
    "D": "出租客运",
    "E": "旅游客运",
    "F": "货运",
    "G": "租赁",
    "R": "危化品运输",
}
_COMMERCIAL_TEXTS: Final = ("公交", "出租", "旅游", "危险化学品运输", "危险货物运输", "营运")
_OTHER_USES: Final = (
    *"AHIJKLMNOPQSZ",
    "非营运",
    "警用",
    "消防",
    "救护",
    "工程救险",
    "营转非",
    "出租转非",
    "教练",
    "校车",
    "幼儿校车",
    "小学生校车",
    "中小学生校车",
    "初中生校车",
    "其他",
)

_USE = pl.col("use").fill_null("").str.to_uppercase()
_IS_COMMERCIAL = _USE.is_in([*COMMERCIAL, *COMMERCIAL.values(), *_COMMERCIAL_TEXTS])
_IS_USE_OPEN = ~_IS_COMMERCIAL & ~_USE.is_in(["", *_OTHER_USES])
_IS_OWNED, _IS_STATE_OPEN = ~pl.col("is_deregistered"), pl.col("is_status_open")


@rule("CL-07", over=VEHICLES, material=("use", "status_letters"))
def commercial_vehicle(_night: NightContext) -> Verdict:
    """A vehicle registered for transport of people or goods, or for hire (营运车辆).

    Clause: policy.md 1.2. Whatever its class: a trailer that carries goods earns money too. An empty use is the
    ordinary one, 非营运; a use that cannot be read leaves it undetermined. Whoever drives for an employer does not own
    the vehicle and is not found here.
    """
    return Verdict(
        fires=decided(
            flagged=_IS_COMMERCIAL & _IS_OWNED & ~_IS_STATE_OPEN,
            undetermined=(_IS_COMMERCIAL | _IS_USE_OPEN) & _IS_OWNED,
        ),
        record_key=vehicle_key(),
        fact_date=pl.col("acquired_on"),
        found=words(
            "名下的",
            pl.col("class_label"),
            part("（", vehicle_name(), "）"),
            "登记的使用性质",
            pl.when(_IS_COMMERCIAL)
            .then(words("为", label_of(_USE, COMMERCIAL), pl.when(~_USE.is_in(list(COMMERCIAL))).then(_USE)))
            .otherwise(pl.lit("无法识别")),
            pl.when(_IS_COMMERCIAL).then(pl.lit("，需核实是否从事运输经营及其收入")).otherwise(pl.lit("")),
        ),
        evidence=(
            Evidence("use", "in", ",".join(COMMERCIAL)),
            Evidence("status", "not has", "E,M,P", when=~_IS_STATE_OPEN),
        ),
        open_fields=(
            OpenField("use", "使用性质无法识别", _IS_USE_OPEN),
            OpenField("status", "机动车状态为空或无法识别", _IS_STATE_OPEN),
        ),
        changes=(
            *owned_changes(),
            Change(words("车辆", part("（", vehicle_name(), "）"), "的使用性质已变更为非营运"), {"use": becomes("A")}),
        ),
    )
