"""Evidence of a standing hit: what each deciding field held, and what it was held against; what would clear it.

What belongs here: putting the lines of a rule together with those that every finding carries. What does not: choosing
a rule's own lines (`rules/`).
"""

from typing import Final

import polars as pl

from pipelines.domain.phrases import words
from pipelines.domain.policy import RuleInForce
from pipelines.domain.rule import EVIDENCE_ITEM, Evidence, Verdict
from pipelines.domain.vocabulary import GRADE_OTHER_NAME, Outcome

NO_MANIFEST: Final = "该批数据没有部门清单，件数和校验和未经核对"
OTHER_PERSON: Final = "经核实与部门数据中的人不是同一人"
_HIT, _ITEM = "evidence of hit", "evidence item"
_BETWEEN: Final = "\ufdd0"
"""Stands between texts that are split again: a code point that Unicode gives to no character."""
_IS_UNDETERMINED = pl.col("outcome") == Outcome.UNDETERMINED.value


def evidence(hits: pl.DataFrame, verdict: Verdict) -> pl.Series:
    """All lines of evidence of each hit as a list: the rule's, then what is open, exempt, or uncertain about the match.

    Built long, one row per hit and line, and gathered once: lists of structs joined row by row took ten times as long.
    """
    numbered = hits.with_row_index(_HIT).lazy()
    lines = [_shown(numbered, one) for one in verdict.evidence]
    if verdict.listed is not None:
        lines.append(numbered.select(_HIT, verdict.listed.alias(_ITEM)).explode(_ITEM, empty_as_null=False))
    lines += [_shown(numbered, one) for one in (*_open_lines(verdict), *_common_lines())]
    gathered = pl.concat(pl.collect_all(lines)).group_by(_HIT, maintain_order=True).agg(_ITEM)
    return (
        hits.with_row_index(_HIT)
        .select(_HIT)
        .join(gathered, on=_HIT, how="left", maintain_order="left")
        .get_column(_ITEM)
        .cast(pl.List(EVIDENCE_ITEM))
        .alias("evidence")
    )


def _shown(numbered: pl.LazyFrame, line: Evidence) -> pl.LazyFrame:
    """One row per hit that shows the line."""
    shown = numbered if line.when is None else numbered.filter(line.when)
    return shown.select(_HIT, line.expression().alias(_ITEM))


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
    """What would clear a hit: the policy's documents, then each change of fact that would, then the open fields.

    An exempt hit is cleared already and says why; a hit under another name may be about somebody else.
    """
    facts = [change.words() for change in verdict.changes]
    opens = [
        pl.when(_IS_UNDETERMINED & one.where).then(words("补齐或更正：", one.phrase)) for one in verdict.open_fields
    ]
    is_exempt = pl.col("exempt_reason").is_not_null()
    # Texts are joined and split in a quarter of the time that lists are put together; the empty one in front tells no
    # text at all from an empty text.
    told = pl.concat_str(
        pl.lit(""),
        *(pl.lit(document) for document in entry.documents),
        pl.when(is_exempt).then(words("已属豁免：", pl.col("exempt_reason"))),
        *(pl.when(~is_exempt).then(fact) for fact in facts),
        pl.when(~is_exempt & (pl.col("grade") == GRADE_OTHER_NAME)).then(pl.lit(OTHER_PERSON)),
        *opens,
        separator=_BETWEEN,
        ignore_nulls=True,
    )
    return told.str.split(_BETWEEN).list.slice(1)
