"""Vessels (船舶): CB-01, policy.md 1.8.

What belongs here: ships and fishing boats that stand in a member's name. What does not: the income of fishermen.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, becomes
from pipelines.domain.context import NightContext
from pipelines.domain.money import plain_decimal
from pipelines.domain.phrases import label_of, part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.standards import with_standard
from pipelines.domain.vocabulary import UNKNOWN

FEED: Final = "vessels"
GONE: Final = ("deregistered", "scrapped")
_KIND_LABEL: Final = {"fishing": "渔船", "cargo": "货船", "passenger": "客船"}

_STATUS, _DEREGISTERED_ON = pl.col("status"), pl.col("deregistered_on")
_IS_STATUS_OPEN = _STATUS.is_null() | (_STATUS == UNKNOWN)
_IS_RETIRED = pl.col("is_retired_fishing").eq_missing("yes")


def vessels(night: NightContext) -> pl.LazyFrame:
    """One row per member and vessel that is not deregistered or broken up by as_of.

    A date of deregistration up to as_of is enough, whatever the status says: those who gave up fishing are protected.
    """
    is_gone = _STATUS.is_in(GONE).fill_null(value=False) | _DEREGISTERED_ON.le(night.as_of).fill_null(value=False)
    number, name = pl.col("vessel_no").fill_null(""), pl.col("vessel_name").fill_null("")
    return with_standard(
        night.rows(FEED)
        .filter(~is_gone)
        .with_columns(
            vessel=pl.when(number != "").then(number).otherwise(name), kind=label_of(pl.col("vessel_kind"), _KIND_LABEL)
        ),
        night,
    )


VESSELS = Subject(FEED, "船舶登记数据", vessels)


@rule("CB-01", over=VESSELS, material=("vessel", "status", "is_retired_fishing"))
def owned_vessel(_night: NightContext) -> Verdict:
    """A vessel that is not deregistered (名下有船舶).

    Clause: 渝府办发〔2022〕128号, property that is too much, as a paraphrase. A fishing boat that was given up is
    protected once it is deregistered; until then its owner is asked, not cancelled.
    """
    return Verdict(
        fires=decided(flagged=~_IS_STATUS_OPEN, undetermined=_IS_STATUS_OPEN),
        record_key=pl.col("vessel"),
        fact_date=pl.col("registered_on"),
        found=words(
            "名下有",
            pl.when(pl.col("kind") == "").then(pl.lit("船舶")).otherwise(pl.col("kind")),
            part("，船名", pl.col("vessel_name")),
            part("，总吨", plain_decimal("tonnage")),
            part("，登记日期", pl.col("registered_on")),
            "，未见注销",
        ),
        evidence=(
            Evidence("status", "not in", ",".join(GONE), when=~_IS_STATUS_OPEN),
            Evidence("vessel_kind", "=", when=pl.col("vessel_kind").is_not_null()),
            Evidence("tonnage", "=", value=plain_decimal("tonnage"), when=pl.col("tonnage").is_not_null()),
            Evidence("is_retired_fishing", "=", when=_IS_RETIRED),
        ),
        open_fields=(OpenField("status", "船舶状态为空或无法识别", _IS_STATUS_OPEN),),
        hints={"属退捕渔船，须核实是否已上交并注销": _IS_RETIRED},
        changes=(
            Change(
                words("船舶", part("（", pl.col("vessel"), "）"), "已办理注销登记"), {"status": becomes("deregistered")}
            ),
            Change("船舶已转移登记，或经核实并非本人所有，记录已更正", is_withdrawn=True),
        ),
        cases={
            "other_benefit": pl.col("is_dibao").ne_missing(other=True),
            "retired_fishing": _IS_RETIRED,
        },
    )
