"""Evidence of a standing hit: what each deciding field held, and what it was held against; what would clear it.

What belongs here: putting the lines of a rule together with those that every finding carries. What does not: choosing
a rule's own lines (`rules/`).
"""

from collections.abc import Iterable
from typing import Final

import polars as pl

from pipelines.domain.phrases import words
from pipelines.domain.policy import RuleInForce
from pipelines.domain.rule import EVIDENCE_ITEM, Evidence, Verdict
from pipelines.domain.vocabulary import GRADE_OTHER_NAME, Outcome

NO_MANIFEST: Final = "该批数据没有部门清单，件数和校验和未经核对"
_IS_UNDETERMINED = pl.col("outcome") == Outcome.UNDETERMINED.value


def evidence(verdict: Verdict) -> pl.Expr:
    """All lines of evidence of a hit as a list: the rule's, then what is open, exempt, or uncertain about the match."""
    listed = [] if verdict.listed is None else [verdict.listed]
    doubts = _lines([*_open_lines(verdict), *_common_lines()])
    return pl.concat_list([_lines(verdict.evidence), *listed, doubts]).cast(pl.List(EVIDENCE_ITEM))


def _lines(lines: Iterable[Evidence]) -> pl.Expr:
    """Lines as a list, without those that aren't shown."""
    return pl.concat_list([one.expression() for one in lines]).list.drop_nulls()


def _open_lines(verdict: Verdict) -> list[Evidence]:
    """The fields that leave a hit undetermined, said to be so."""
    return [
        Evidence(one.field, "待定", threshold=one.phrase, value=one.value, when=_IS_UNDETERMINED & one.where)
        for one in verdict.open_fields
    ]


def _common_lines() -> tuple[Evidence, ...]:
    """What every finding tells: an exemption, a differing name, a delivery without manifest."""
    return (
        Evidence("exemption", "=", value=pl.col("exempt_reason"), when=pl.col("exempt_reason").is_not_null()),
        Evidence("name", "≠", threshold=pl.col("roster_name"), when=pl.col("grade") == GRADE_OTHER_NAME),
        Evidence(
            "manifest",
            "=",
            threshold=NO_MANIFEST,
            value=pl.lit("无"),
            when=~pl.col("has_manifest").fill_null(value=False),
        ),
    )


def clears_with(verdict: Verdict, entry: RuleInForce) -> pl.Expr:
    """What would clear a hit: the policy's documents, then the fact that would have to change, then the open fields."""
    documents = [pl.lit(document) for document in entry.documents]
    opens = [
        pl.when(_IS_UNDETERMINED & one.where).then(words("补齐或更正：", one.phrase)) for one in verdict.open_fields
    ]
    return pl.concat_list([*documents, verdict.remedy, *opens]).list.drop_nulls()
