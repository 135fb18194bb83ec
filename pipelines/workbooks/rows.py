"""The rows of 核查清单: one per finding that awaits an answer, or, for the district, that has one.

What belongs here: which value of the night stands in which column of the layout, and the seal over the row. Pure: frames
in, one frame out. How a cell looks is the business of `checklist_sheet`.
"""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from pipelines.domain.case_statement import BENEFIT_LABEL
from pipelines.domain.vocabulary import ACTION_LABEL, Action, Outcome
from pipelines.night.labels import RISK_LABELS
from pipelines.workbooks.cell_texts import cell_texts, lines
from pipelines.workbooks.layout import BY_KEY, COLUMNS, Column, sealed
from pipelines.workbooks.material import ANSWERS, Material
from pipelines.workbooks.seal import canonical, sealed_texts
from pipelines.workbooks.words import Words

UNDETERMINED_MARK: Final = "【待定】"
NOT_ASSESSED_MARK: Final = "【本次未核，沿用上次结果】"
WAITING: Final = "待核查"

BESIDE: Final = ("household_id", "case_id", "feed", "book_town", "is_answered", "height")
"""What a row carries beside the layout's columns: `height` in points."""

_BESIDE: Final = BESIDE[:4]
_LINE, _MARGIN, _TALLEST, _LOWEST = 13.5, 5.0, 190.0, 32.0
_TYPES: Final = {"count": pl.Int64(), "number": pl.Decimal(12, 2), "date": pl.Date(), "month": pl.Date()}


def checklist(material: Material, words: Words, key: bytes) -> pl.DataFrame:
    """One row per raised finding of the cases that are sent out, the most urgent case first.

    Args:
        material: the night.
        words: of its policy and contracts.
        key: of the seals (`seal.seal_key`).

    Returns:
        A column per key of the layout (formulas null) and those of `BESIDE`; `number` is left null, because every
        workbook counts its own rows.
    """
    joined = _joined(material)
    made = joined.select(
        *(_valued(column, joined.schema, _values(material, words)) for column in COLUMNS),
        *_BESIDE,
        pl.col("is_answered").fill_null(value=False),
    )
    beside = (*_BESIDE, "is_answered")
    clean = cell_texts(made.select(pl.exclude(beside))).hstack(made.select(beside))
    return clean.with_columns(
        height=_height(), seal=pl.Series("seal", _seals(clean, key, material.night), dtype=pl.String)
    )


def _joined(material: Material) -> pl.DataFrame:
    """Findings with their case, member, fingerprint, answer and file, in the order of the cases."""
    cases = material.cases.with_row_index("urgency").select(
        "urgency",
        "household_id",
        "book_town",
        "case_id",
        "head_name",
        "head_id_number",
        "members",
        "covered_members",
        "monthly_amount",
        "risk",
        "income_standard",
        case_grace_from="grace_from",
        case_grace_to="grace_to",
        head_benefit="benefit",
        case_village="village",
    )
    answers = material.answers.unique("finding_id", keep="last", maintain_order=True)
    return (
        material.findings.join(cases, on="household_id", how="inner")
        .join(material.memory, on="finding_id", how="left")
        .join(answers.cast(ANSWERS), on="finding_id", how="left")
        .join(material.files.unique("case_id", maintain_order=True), on="case_id", how="left")
        .sort("urgency", "id_number", "rule_id", "record_key", "finding_id", nulls_last=True)
    )


def _values(material: Material, words: Words) -> Mapping[str, pl.Expr]:
    """The columns that are more than the column of their own name."""
    as_of = pl.lit(material.manifest["as_of"]).str.to_date()
    rule = pl.col("rule_id")
    return {
        "batch": pl.lit(material.night),
        "district": pl.lit(None, dtype=pl.String),
        "certificate_no": pl.lit(None, dtype=pl.String),
        "village": pl.coalesce("village", "case_village"),
        "benefit": _labelled("head_benefit", BENEFIT_LABEL),
        "relation": _labelled("relation", words.relations()),
        "rule_title": rule.replace_strict(dict(words.rules), default=rule, return_dtype=pl.String),
        "department": _labelled("feed", words.departments),
        "statement": pl.concat_str(_mark(), pl.col("statement").fill_null("")),
        "exemption": _exemption(words),
        "town": pl.col("book_town"),
        "suggested_action": _action(),
        "needed_documents": _documents(words),
        "risk": _labelled("risk", RISK_LABELS),
        "dispatched_on": pl.coalesce("dispatched_on", as_of),
        "case_state": pl.col("case_state").fill_null(WAITING),
        "number": pl.lit(None, dtype=pl.Int64),
        "fill_check": pl.lit(None, dtype=pl.String),
        "overdue_days": pl.lit(None, dtype=pl.String),
        "seal": pl.lit(None, dtype=pl.String),
    }


def _valued(column: Column, schema: Mapping[str, Any], values: Mapping[str, pl.Expr]) -> pl.Expr:
    kind = _TYPES.get(column.kind, pl.String())
    own = pl.col(column.key) if column.key in schema else pl.lit(None)
    return values.get(column.key, own).cast(kind).alias(column.key)


def _labelled(name: str, labels: Mapping[str, str]) -> pl.Expr:
    """Codes as words; a code without one stays."""
    code = pl.col(name)
    return code.replace_strict(dict(labels), default=code, return_dtype=pl.String) if labels else code


def _action() -> pl.Expr:
    """The suggested action in words; what is undetermined counts as 核实, whatever its rule would suggest."""
    labels = {str(action): label for action, label in ACTION_LABEL.items()}
    is_open = pl.col("outcome") == str(Outcome.UNDETERMINED)
    return pl.when(is_open).then(pl.lit(ACTION_LABEL[Action.VERIFY])).otherwise(_labelled("action", labels))


def _mark() -> pl.Expr:
    """What stands before a sentence that is less than a certain finding of tonight."""
    outcome = pl.col("outcome")
    return (
        pl.when(outcome == str(Outcome.UNDETERMINED))
        .then(pl.lit(UNDETERMINED_MARK))
        .when(outcome == str(Outcome.NOT_ASSESSED))
        .then(pl.lit(NOT_ASSESSED_MARK))
        .otherwise(pl.lit(""))
    )


def _documents(words: Words) -> pl.Expr:
    """The documents that the policy asks for; they stand first in `clears_with`."""
    asked = {rule_id: "；".join(documents) for rule_id, documents in words.documents.items() if documents}
    whole = pl.col("clears_with").list.join("；")
    if not asked:
        return whole
    return pl.coalesce(pl.col("rule_id").replace_strict(asked, default=None, return_dtype=pl.String), whole)


def _exemption(words: Words) -> pl.Expr:
    """What would clear the finding beside those documents, and where a higher layer is milder."""
    counts = {rule_id: len(documents) for rule_id, documents in words.documents.items()}
    first = (
        pl.col("rule_id").replace_strict(counts, default=0, return_dtype=pl.Int64)
        if counts
        else pl.lit(0, dtype=pl.Int64)
    )
    facts = pl.col("clears_with").list.slice(first).list.join("；")
    conflict = pl.when(pl.col("conflict").fill_null("") != "").then(pl.col("conflict"))
    return pl.concat_str(pl.when(facts != "").then(facts), conflict, separator="\n", ignore_nulls=True)


def _height() -> pl.Expr:
    """The row's height in points: as many lines as its longest wrapped text takes."""
    wrapped = ("statement", "basis", "exemption", "needed_documents")
    most = pl.max_horizontal(lines(pl.col(name), BY_KEY[name].width) for name in wrapped)
    return (most * _LINE + _MARGIN).clip(_LOWEST, _TALLEST)


def _seals(rows: pl.DataFrame, key: bytes, night: str) -> list[str]:
    """The seal of each row. A keyed hash is not vectorised: findings that are sent out are walked one by one."""
    answered = rows["is_answered"].to_list()
    texts: dict[str, list[str]] = {
        column.key: [canonical(value, column.kind) for value in rows[column.key].to_list()]
        for column in COLUMNS
        if column.is_sealed
    }
    of_state = {state: [texts[column.key] for column in sealed(is_answered=state)] for state in (False, True)}
    rows_of_state = {state: list(zip(*columns, strict=True)) for state, columns in of_state.items()}
    return [
        sealed_texts(key, night, rows_of_state[state][place], is_answered=state) for place, state in enumerate(answered)
    ]
