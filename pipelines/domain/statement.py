"""The statement of a finding: one plain Chinese sentence that a village worker understands.

What belongs here: what was found, where from and of what date, by which clause, what to do. What does not: decisions;
a finding is a question to ask, and the sentence says so.
"""

from typing import Final

import polars as pl

from pipelines.domain.phrases import joined, label_of, part, words
from pipelines.domain.policy import RuleInForce
from pipelines.domain.rule import Verdict
from pipelines.domain.standing import basis_source
from pipelines.domain.vocabulary import ACTION_REQUEST, GRADE_OTHER_NAME, Action, Outcome

OTHER_NAME: Final = "姓名不一致"
_REQUEST: Final = {action.value: text for action, text in ACTION_REQUEST.items()}


def statement(label: str, verdict: Verdict, entry: RuleInForce) -> pl.Expr:
    """The sentence: source (as `label` calls it) and date, person, what was found, doubts, clause, request, documents."""
    outcome = pl.col("outcome")
    opens = {one.phrase: one.where for one in verdict.open_fields}
    opens |= {
        variant.text: verdict.cases[name]
        for name, variant in entry.variants.items()
        if variant.outcome == Outcome.UNDETERMINED.value and name in verdict.cases
    }
    hints = joined({**verdict.hints, f"但{OTHER_NAME}，须先确认是否同一人": pl.col("grade") == GRADE_OTHER_NAME})
    source = basis_source(entry, verdict)
    request = words(label_of(pl.col("action"), _REQUEST), _papers(entry))
    close = (
        pl.when(outcome == Outcome.EXEMPT.value)
        .then(words("；属豁免情形（", pl.col("exempt_reason"), "），不列入案件"))
        .when(outcome == Outcome.UNDETERMINED.value)
        .then(words("，但", joined(opens, "、"), "，暂不能判定；按", source, "，", request))
        .otherwise(words("；按", source, "，", request))
    )
    person = pl.col("roster_name").fill_null("")
    return words(
        label,
        "（",
        pl.col("snapshot_date"),
        "）显示，",
        person,
        verdict.found,
        part("，", hints),
        close,
        "。",
    )


def _papers(entry: RuleInForce) -> pl.Expr:
    """；所需材料：…; nobody is asked for papers because of a lead."""
    if not entry.documents:
        return pl.lit("")
    return (
        pl.when(pl.col("action") == Action.LEAD.value)
        .then(pl.lit(""))
        .otherwise(pl.lit(f"；所需材料：{'、'.join(entry.documents)}"))
    )
