"""Near relatives of staff (经办人员近亲属): ZJ-03, policy.md 1.10.

What belongs here: a relation that was not filed. What does not: whether the family is entitled; a relation takes nothing
from it.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, becomes
from pipelines.domain.context import NightContext
from pipelines.domain.phrases import part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.vocabulary import UNKNOWN

FEED: Final = "staff_relatives"
_FILED, _FILED_ON = pl.col("is_filed"), pl.col("filed_on")


def relatives(night: NightContext) -> pl.LazyFrame:
    """One row per member and member of staff who is a near relative. `is_open`: nothing tells whether it was filed."""
    return night.rows(FEED).with_columns(
        is_open=(_FILED.is_null() | (_FILED == UNKNOWN)) & _FILED_ON.is_null(),
        has_filing=(_FILED == "yes").fill_null(value=False) | (_FILED.ne_missing("no") & _FILED_ON.is_not_null()),
    )


RELATIVES = Subject(FEED, "经办人员近亲属备案数据", relatives)


@rule("ZJ-03", over=RELATIVES, material=("is_filed", "staff_unit"))
def unfiled_relative(_night: NightContext) -> Verdict:
    """A member who is a near relative of staff or of a village official, without a filing (近亲属未备案).

    Clause: 民发〔2021〕57号 第十一条. A day of filing counts as one where the answer itself is empty.
    """
    has_filing, is_open = pl.col("has_filing"), pl.col("is_open")
    return Verdict(
        fires=decided(flagged=~is_open, undetermined=is_open),
        exempt={"近亲属关系已备案": has_filing},
        record_key=words(pl.col("staff_unit").fill_null(""), "/", pl.col("staff_name").fill_null("")),
        found=words(
            "与",
            part("", pl.col("staff_unit")),
            "工作人员",
            part("", pl.col("staff_name")),
            "有近亲属关系",
            part("（", pl.col("kinship"), "）"),
            pl.when(has_filing)
            .then(pl.lit("，已备案"))
            .when(~is_open)
            .then(pl.lit("，未见备案"))
            .otherwise(pl.lit("")),
        ),
        evidence=(
            Evidence("is_filed", "=", "no", when=~is_open & ~has_filing),
            Evidence("filed_on", "=", when=_FILED_ON.is_not_null()),
            Evidence("kinship", "=", when=pl.col("kinship").fill_null("") != ""),
        ),
        open_fields=(OpenField("is_filed", "是否备案为空或无法识别", is_open),),
        changes=(
            Change("近亲属关系已备案（并由县级入户核实）", {"is_filed": becomes("yes")}),
            Change("经核实并无近亲属关系，记录已更正", is_withdrawn=True),
        ),
    )
