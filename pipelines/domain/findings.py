"""Findings: standing hits with their identity, evidence, words and fingerprint, in the columns of contract.md.

What belongs here: the shape and order of the findings table. What does not: which hits stand (`standing`), what is new
about them (memory).
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Final

import polars as pl

from pipelines.domain.context import NightContext
from pipelines.domain.evidence import clears_with, evidence
from pipelines.domain.keyed_ids import keyed_ids
from pipelines.domain.phrases import words
from pipelines.domain.policy import RuleInForce
from pipelines.domain.rule import EVIDENCE_ITEM, Rule, Verdict
from pipelines.domain.standing import basis, conflict
from pipelines.domain.statement import statement
from pipelines.domain.vocabulary import Outcome

_COLUMNS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "as_of": pl.Date,
    "finding_id": pl.String,
    "household_id": pl.String,
    "id_number": pl.String,
    "name": pl.String,
    "town": pl.String,
    "village": pl.String,
    "benefit": pl.String,
    "rule_id": pl.String,
    "rule_version": pl.String,
    "outcome": pl.String,
    "action": pl.String,
    "grade": pl.String,
    "record_key": pl.String,
    "fact_date": pl.Date,
    "statement": pl.String,
    "basis": pl.String,
    "clears_with": pl.List(pl.String),
    "conflict": pl.String,
    "evidence": pl.List(EVIDENCE_ITEM),
    "feed": pl.String,
    "snapshot_date": pl.Date,
    "source_file": pl.String,
    "source_row": pl.Int64,
    "source_sha256": pl.String,
    "pension_amount": pl.Int64,
    "wage_amount": pl.Int64,
    "income_proof": pl.String,
    "fingerprint": pl.String,
    "material": pl.String,
}
FINDINGS: Final = pl.Schema(_COLUMNS)
"""Grain: one row per household, person, rule and record key. `pension_amount` and `wage_amount` in 毫 per month: what a
flagged row brings into the household's income; `income_proof`: how sure that is. `material`: what the fingerprint is the
hash of (`_material`), so that a change can be told field by field. The columns of memory (change,
first_seen, nights_seen) come later."""

FINDINGS_ORDER: Final = ("household_id", "id_number", "rule_id", "record_key")

SEPARATOR: Final = "\x1f"
"""Stands in no cleaned value, so that different parts never join to one text."""
EMPTY: Final = "∅"
"""Stands for a null in the material text."""


def no_findings() -> pl.DataFrame:
    """The table without a row."""
    return pl.DataFrame(schema=FINDINGS)


def findings_of(hits: pl.DataFrame, rule: Rule, verdict: Verdict, night: NightContext, secret: bytes) -> pl.DataFrame:
    """Findings of one rule from its standing hits (`standing.standing_hits`).

    Args:
        hits: one row per household, person and record key, with the subject's columns.
        rule: the rule.
        verdict: what it said of them.
        night: date and policy.
        secret: key of the finding ids; who doesn't hold it cannot turn an id back into a person.
    """
    entry = night.policy.rule(rule.rule_id)
    label = rule.subject.label or night.label_of(rule.feed)
    texts = hits.select(identity=_identity(rule), material=_material(rule))
    # Digests are made row by row in Python: meanwhile Polars puts the words together.
    with ThreadPoolExecutor(1) as beside:
        finding_id = beside.submit(keyed_ids, texts.get_column("identity"), secret)
        fingerprint = beside.submit(_digests, texts.get_column("material"))
        told = hits.with_columns(evidence(hits, verdict), **_text_columns(label, verdict, entry)).with_columns(
            as_of=pl.lit(night.as_of),
            name=pl.col("roster_name"),
            town=pl.col("household_town"),
            village=pl.col("household_village"),
            benefit=pl.col("household_benefit"),
            rule_id=pl.lit(rule.rule_id),
            rule_version=pl.lit(night.policy.rule_version(rule.rule_id)),
            basis=basis(entry, verdict),
            feed=pl.lit(rule.feed),
            pension_amount=_if_flagged(verdict.pension_amount),
            wage_amount=_if_flagged(verdict.wage_amount),
            income_proof=pl.lit(rule.proof, dtype=pl.String),
        )
    return (
        told.with_columns(
            texts.get_column("material"), finding_id=finding_id.result(), fingerprint=fingerprint.result()
        )
        .select(FINDINGS.names())
        .cast(FINDINGS)
    )


def ordered(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Findings of several rules as one table in its order."""
    return pl.concat([no_findings(), *parts]).sort(FINDINGS_ORDER)


def _text_columns(label: str, verdict: Verdict, entry: RuleInForce) -> dict[str, pl.Expr]:
    """The columns that are made of the hit's fields."""
    return {
        "statement": statement(label, verdict, entry),
        "clears_with": clears_with(verdict, entry),
        "conflict": conflict(entry, verdict),
    }


def _if_flagged(amount: pl.Expr) -> pl.Expr:
    """Only a flagged row brings income: exempt and undetermined ones prove nothing."""
    return pl.when(pl.col("outcome") == Outcome.FLAGGED.value).then(amount)


def _identity(rule: Rule) -> pl.Expr:
    """Household, person, rule and record key as one text."""
    return pl.concat_str("household_id", "id_number", pl.lit(rule.rule_id), "record_key", separator=SEPARATOR)


def _material(rule: Rule) -> pl.Expr:
    """The material fields as canonical text: a null is told from an empty text, nothing of file or row is in it."""
    values = [words(f"{name}=", pl.col(name).cast(pl.String).fill_null(EMPTY)) for name in rule.material]
    return pl.concat_str(pl.lit(rule.rule_id), *values, separator=SEPARATOR)


def _digests(texts: pl.Series) -> pl.Series:
    """A digest of each text. Polars has none of this kind, so findings (not feed rows) are walked one by one."""
    return pl.Series(texts.name, [sha256(text.encode()).hexdigest() for text in texts.to_list()], dtype=pl.String)
