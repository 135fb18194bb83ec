"""States of the residents' pension (城乡居民养老保险): SB-05, policy.md 1.1.

What belongs here: the one state that no other rule looks at. The matrix of enrolment and benefit, after the state
machine of the residents' insurance:

| enrolment | benefit | raises |
|---|---|---|
| active, suspended, none | none | nothing: paid up (often by the state), interrupted, or not insured |
| any | paying | SB-03 where it exceeds the declared income |
| terminated | none, ended | SB-02; SB-04 where the reason is death |
| any | suspended, no proof of life | SB-05 |
| any | suspended, reason empty | SB-05, undetermined |
| any | suspended, another reason | nothing: the reason is known to the insurance |
| active, suspended, none | ended | nothing: the enrolment tells what became of it |
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, becomes
from pipelines.domain.context import NightContext
from pipelines.domain.phrases import part, words
from pipelines.domain.rule import Evidence, OpenField, Verdict, decided, rule
from pipelines.domain.rules.social_insurance import ENROLMENTS
from pipelines.domain.vocabulary import UNKNOWN

NO_LIFE_PROOF: Final = "no_life_proof"

_TYPE, _BENEFIT, _REASON = pl.col("insurance_type"), pl.col("benefit_status"), pl.col("stop_reason")
_IS_RESIDENT, _IS_TYPE_OPEN = _TYPE == "resident", _TYPE == UNKNOWN
_IS_SUSPENDED, _IS_BENEFIT_OPEN = _BENEFIT.eq_missing("suspended"), _BENEFIT.eq_missing(UNKNOWN)
_HAS_NO_PROOF = _REASON.eq_missing(NO_LIFE_PROOF)


@rule("SB-05", over=ENROLMENTS, material=("insurance_type", "enrol_status", "benefit_status", "stop_reason"))
def unproven_life(_night: NightContext) -> Verdict:
    """A residents' pension that is suspended because nobody has proven that the person lives (未提供生存证明).

    Clause: 草街办发〔2024〕54号（十）, policy.md 1.1. The person may be in hospital, away or dead: somebody has to look.
    An unknown reason is another one, as in SB-01; an empty one leaves it undetermined.
    """
    return Verdict(
        fires=decided(
            flagged=_IS_RESIDENT & _IS_SUSPENDED & _HAS_NO_PROOF,
            undetermined=(_IS_RESIDENT & _IS_SUSPENDED & _REASON.is_null())
            | (_IS_TYPE_OPEN & _IS_SUSPENDED & _HAS_NO_PROOF)
            | ((_IS_RESIDENT | _IS_TYPE_OPEN) & _IS_BENEFIT_OPEN & _HAS_NO_PROOF),
        ),
        record_key=words(_TYPE, "/", pl.col("employer")),
        fact_date=pl.col("stopped_on"),
        found=words(
            "的城乡居民养老保险待遇",
            pl.when(_IS_SUSPENDED).then(pl.lit("已暂停发放")).otherwise(pl.lit("发放状态不明")),
            pl.when(_HAS_NO_PROOF).then(pl.lit("，原因为未提供生存证明")).otherwise(pl.lit("")),
            part("，日期", pl.col("stopped_on")),
            "，需上门核实本人状况",
        ),
        evidence=(
            Evidence("insurance_type", "=", "resident"),
            Evidence("benefit_status", "=", "suspended"),
            Evidence("stop_reason", "=", NO_LIFE_PROOF),
            Evidence("stopped_on", "=", when=pl.col("stopped_on").is_not_null()),
        ),
        open_fields=(
            OpenField("insurance_type", "险种为空或无法识别", _IS_TYPE_OPEN),
            OpenField("benefit_status", "待遇发放状态无法识别", _IS_BENEFIT_OPEN),
            OpenField("stop_reason", "暂停原因为空", _REASON.is_null()),
        ),
        changes=(
            Change("本人已通过待遇领取资格认证，待遇恢复发放", {"benefit_status": becomes("paying")}),
            Change("补登的暂停原因不是未提供生存证明", {"stop_reason": becomes("other")}, where=_REASON.is_null()),
            Change("补登的险种不是城乡居民养老保险", {"insurance_type": becomes("employee")}, where=_IS_TYPE_OPEN),
        ),
    )
