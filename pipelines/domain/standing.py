"""From a rule's three-valued predicate to standing hits: outcome, action, one row per identity (rules.md 1).

What belongs here: exemptions, the lowering by a differing name, which of several rows stands. What does not: evidence
and words, which are made for standing rows alone.
"""

from typing import Final

import polars as pl

from pipelines.domain.context import NightContext
from pipelines.domain.ordering import in_order
from pipelines.domain.phrases import words
from pipelines.domain.policy import RuleInForce
from pipelines.domain.rule import Rule, Verdict
from pipelines.domain.vocabulary import DIBAO, GRADE_OTHER_NAME, LOWERED_BY_GRADE_B, Action, Outcome

IDENTITY: Final = ("household_id", "id_number", "record_key")
"""With the rule, what makes a finding the same finding on another night (casework.md section 1)."""

HOUSEHOLD: Final = {
    "town": "household_town",
    "village": "household_village",
    "benefit": "household_benefit",
    "in_grace": "household_in_grace",
}
"""What a hit takes from its household, under names that no feed has."""

IN_GRACE: Final = "渐退期内"
_PRECEDENCE: Final = {Outcome.FLAGGED.value: 0, Outcome.UNDETERMINED.value: 1, Outcome.EXEMPT.value: 2}


def fires_column(rule: Rule) -> str:
    """The column in which one pass over the candidates leaves a rule's predicate."""
    return f"fires {rule.rule_id}"


def predicate(rule: Rule, verdict: Verdict, night: NightContext) -> pl.Expr:
    """The rule's predicate on this night, null also where a variant in force leaves a case undetermined."""
    fires = verdict.fires
    for name, variant in night.policy.rule(rule.rule_id).variants.items():
        if variant.outcome == Outcome.UNDETERMINED.value and name in verdict.cases:
            fires = pl.when(fires & verdict.cases[name]).then(None).otherwise(fires)
    return fires.alias(fires_column(rule))


def standing_hits(candidates: pl.DataFrame, rule: Rule, verdict: Verdict, night: NightContext) -> pl.DataFrame:
    """The candidates that the rule flags, exempts or leaves undetermined, one per household, person and record key.

    Of several, flagged stands before undetermined before exempt, then the latest fact date, then the last in the file.

    Returns:
        The candidates' columns and `outcome, action, record_key, fact_date, exempt_reason`, the columns of
        `HOUSEHOLD`.
    """
    fires = pl.col(fires_column(rule))
    household = night.households.select("household_id", *(pl.col(own).alias(ours) for own, ours in HOUSEHOLD.items()))
    entry = night.policy.rule(rule.rule_id)
    hits = (
        candidates.filter(fires.fill_null(value=True))
        .join(household, on="household_id", how="inner")
        .with_columns(exempt_reason=_exempt_reason(rule, verdict, entry, fires))
        .with_columns(
            outcome=_outcome(fires),
            action=_action(entry, verdict, fires),
            record_key=verdict.record_key.fill_null(""),
            fact_date=verdict.fact_date,
        )
    )
    return in_order(_one_of_each(hits), IDENTITY)


def _one_of_each(hits: pl.DataFrame) -> pl.DataFrame:
    """Of several hits with one identity the one that stands; nearly all have an identity of their own."""
    has_others = hits.select(pl.struct(IDENTITY).is_duplicated()).to_series()
    if not has_others.any():
        return hits
    standing = (
        hits.filter(has_others)
        .sort(
            pl.col("outcome").replace_strict(_PRECEDENCE, return_dtype=pl.Int8),
            "fact_date",
            "delivery_order",
            descending=[False, True, True],
            nulls_last=True,
        )
        .unique(IDENTITY, keep="first", maintain_order=True)
    )
    return pl.concat([hits.filter(~has_others), standing])


def _exempt_reason(rule: Rule, verdict: Verdict, entry: RuleInForce, fires: pl.Expr) -> pl.Expr:
    """Why a hit is exempt; null where it isn't. In a grace period also what would be undetermined is exempt."""
    reasons = [pl.when(fires & where).then(pl.lit(reason)) for reason, where in verdict.exempt.items()]
    for name, variant in entry.variants.items():
        if variant.outcome == Outcome.EXEMPT.value and name in verdict.cases:
            reasons.append(pl.when(fires & verdict.cases[name]).then(pl.lit(variant.text)))
    if rule.is_spared_in_grace:
        reasons.append(
            pl.when(pl.col("household_in_grace") & pl.col("household_benefit").is_in(DIBAO)).then(pl.lit(IN_GRACE))
        )
    return pl.coalesce(reasons) if reasons else pl.lit(None, dtype=pl.String)


def _outcome(fires: pl.Expr) -> pl.Expr:
    """Exempt where there is a reason, undetermined where the predicate is null, else flagged."""
    return (
        pl.when(pl.col("exempt_reason").is_not_null())
        .then(pl.lit(Outcome.EXEMPT.value))
        .when(fires.is_null())
        .then(pl.lit(Outcome.UNDETERMINED.value))
        .otherwise(pl.lit(Outcome.FLAGGED.value))
    )


def _action(entry: RuleInForce, verdict: Verdict, fires: pl.Expr) -> pl.Expr:
    """The policy's action, a variant's where one applies; VERIFY where undetermined or where a name forbids more."""
    action = pl.lit(entry.action.value)
    for name, variant in entry.variants.items():
        if variant.action is not None and name in verdict.cases:
            action = pl.when(verdict.cases[name]).then(pl.lit(variant.action.value)).otherwise(action)
    is_lowered = (pl.col("grade") == GRADE_OTHER_NAME) & action.is_in([one.value for one in LOWERED_BY_GRADE_B])
    return pl.when(fires.is_null() | is_lowered).then(pl.lit(Action.VERIFY.value)).otherwise(action)


def conflict(entry: RuleInForce, verdict: Verdict) -> pl.Expr:
    """What a higher layer says more mildly of this record; null where the layers agree."""
    texts = [
        pl.when(verdict.cases[name]).then(pl.lit(text))
        for name, text in entry.conflicts.items()
        if name in verdict.cases
    ]
    if not texts:
        return pl.lit(None, dtype=pl.String)
    told = pl.concat_str(texts, separator="；", ignore_nulls=True)
    return pl.when(told != "").then(words(told))


def basis(entry: RuleInForce, verdict: Verdict) -> pl.Expr:
    """The clause that a hit rests on, quoted: that of its case where the case has one of its own."""
    return _by_case(entry.basis, {name: clause.quotation for name, clause in entry.clauses.items()}, verdict)


def basis_source(entry: RuleInForce, verdict: Verdict) -> pl.Expr:
    """Document and item of the clause that a hit rests on, as a sentence names them."""
    return _by_case(entry.source, {name: clause.source for name, clause in entry.clauses.items()}, verdict)


def _by_case(own: str, texts: dict[str, str], verdict: Verdict) -> pl.Expr:
    """The rule's own text, another one where a case of the policy applies."""
    told: pl.Expr = pl.lit(own)
    for name, text in texts.items():
        if name in verdict.cases:
            told = pl.when(verdict.cases[name]).then(pl.lit(text)).otherwise(told)
    return told
