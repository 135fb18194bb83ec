"""One person in several households (一人多户): ZF-01 and ZF-02, rules.md section 4.

What belongs here: what it means that a member stands elsewhere too. What does not: finding those members
(`roster_rows.shared_members_of`), which needs the whole city at once.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, becomes
from pipelines.domain.context import ROSTER, NightContext
from pipelines.domain.households import PROVENANCE
from pipelines.domain.phrases import words
from pipelines.domain.rule import Evidence, Subject, Verdict, rule
from pipelines.domain.rules.roster import LABEL
from pipelines.domain.vocabulary import GRADE_SAME_NAME

_OTHERS, _IS_BOTH = pl.col("other_households"), pl.col("is_dibao_and_tekun")
_MATERIAL: Final = ("other_households",)


def shared_members(night: NightContext) -> pl.LazyFrame:
    """One row per member and household of a person who is a member of two or more."""
    member = night.members.lazy().select(
        "household_id", "id_number", pl.col("name").alias("roster_name"), "name", *PROVENANCE
    )
    return (
        night.shared.lazy()
        .join(member, on=["household_id", "id_number"], how="inner")
        .with_columns(grade=pl.lit(GRADE_SAME_NAME))
    )


SHARED = Subject(ROSTER, LABEL, shared_members)


@rule("ZF-01", over=SHARED, material=_MATERIAL)
def in_several_households(_night: NightContext) -> Verdict:
    """One ID in two or more active households (一人多户); ZF-02 stands in its place where that applies.

    Clause: 民发〔2022〕83号 三（一）. One finding per person and household.
    """
    return Verdict(
        fires=~_IS_BOTH,
        record_key=_OTHERS,
        found=words("同时登记为其他在保家庭（", _OTHERS, "）的成员"),
        evidence=(Evidence("other_households", "="),),
        changes=(
            Change(
                words("名册中只在一户登记为家庭成员，在其他户（", _OTHERS, "）的登记已停保或更正"), is_withdrawn=True
            ),
        ),
    )


@rule("ZF-02", over=SHARED, material=_MATERIAL)
def in_dibao_and_tekun(_night: NightContext) -> Verdict:
    """One ID covered in a dibao and in a tekun household (低保特困重复): in both of them.

    Clause: 民发〔2022〕83号 三（一）.
    """
    return Verdict(
        fires=_IS_BOTH & pl.col("is_covered_there"),
        record_key=_OTHERS,
        found=words("同时享受低保和特困供养，另在其他在保家庭（", _OTHERS, "）登记"),
        evidence=(
            Evidence("other_households", "="),
            Evidence("benefit", "in", "低保和特困", value=pl.col("household_benefit")),
        ),
        changes=(
            Change(
                words("低保、特困供养只保留一项，在另一户（", _OTHERS, "）不再是保障对象"),
                {"is_dibao_and_tekun": becomes(value=False)},
            ),
        ),
    )
