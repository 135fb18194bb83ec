"""What people said so far, as workbooks show it: the verdict of each finding, the state of each case.

What belongs here: from the fold of events to the frames `ANSWERS` and `CASE_FILES`. What does not: recording.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

import polars as pl

from pipelines.domain.case_events import APPROVED, RETURNED, CaseFile, Folded, Told
from pipelines.domain.verdict import CLEARING
from pipelines.workbooks.choices import MEASURE_SEPARATOR, OPINIONS
from pipelines.workbooks.layout import BY_HEADER
from pipelines.workbooks.material import ANSWERS, CASE_FILES

_AS_SAID: Final = (
    "method",
    "investigated_on",
    "note",
    "conclusion",
    "reason_code",
    "income_per_head",
    "documents",
    "grace_from",
    "grace_to",
    "effective_month",
    "recovered_months",
    "recovered_amount",
    "valid_until",
)
_OPINION: Final = {APPROVED: OPINIONS[0], RETURNED: OPINIONS[1]}


def answers(folded: Folded, memory: pl.DataFrame, as_of: date, last_event: int | None = None) -> pl.DataFrame:
    """The answers to a night's raised findings.

    Args:
        folded: everything recorded so far.
        memory: `finding_id` and `fingerprint` of the night's findings.
        as_of: comparison date of the night. A clearing verdict that it knew of would suppress its finding: one whose
            finding is raised all the same holds no longer and is no answer (`case_answers.answered_findings`).
        last_event: `seq` of the last event that it took into account; None where that is not known.

    Returns:
        Columns of `ANSWERS`: one row per finding whose verdict stands at its fingerprint, and, not as answered, per
        finding whose latest verdict at its fingerprint a reviewer returned.
    """
    fingerprints = dict(memory.select("finding_id", "fingerprint").iter_rows())
    rows = []
    for finding_id, verdicts in folded.verdicts.items():
        fingerprint = fingerprints.get(finding_id)
        standing = folded.standing(finding_id)
        if fingerprint is None:
            continue
        if standing is not None and standing.fingerprint == fingerprint:
            event = standing.event
            is_later = event.known_after >= as_of or (last_event is not None and event.seq > last_event)
            if standing.verdict.get("conclusion") not in tuple(CLEARING) or is_later:
                rows.append(_answered(finding_id, standing))
        elif verdicts[-1].decision == RETURNED and verdicts[-1].fingerprint == fingerprint:
            rows.append(_row(finding_id, verdicts[-1], is_answered=False))
    return _typed(rows)


def dispatched(folded: Folded, case_ids: Iterable[str], on: date) -> Folded:
    """The same fold as it will be once these cases are handed out; those handed out before keep their day."""
    cases = dict(folded.cases)
    for case_id in case_ids:
        file = cases.get(case_id, CaseFile())
        cases[case_id] = file if file.dispatched_on else replace(file, dispatched_on=on)
    return Folded(folded.verdicts, cases)


def case_files(states: pl.DataFrame) -> pl.DataFrame:
    """Where cases stand, from `case_state.CASE_STATES`.

    反馈时限 is the earliest deadline that is not over when the case is handed out: nobody can be late for a day before.
    """
    days = [pl.col(name) for name in ("answer_due_on", "death_due_on", "grace_due_on")]
    due = pl.min_horizontal(pl.when(day >= pl.col("dispatched_on")).then(day) for day in days)
    state = pl.col("state").alias("case_state")
    return states.select("case_id", state, "handled_by", "dispatched_on", due.alias("due_on")).cast(CASE_FILES)


def _answered(finding_id: str, told: Told) -> dict[str, Any]:
    verdict = told.verdict
    row = _row(finding_id, told, is_answered=True) | {key: verdict.get(key) for key in _AS_SAID}
    for place, name in enumerate(_texts(verdict.get("investigators"))[:2], start=1):
        row[f"investigator_{place}"] = name
    row["measures"] = MEASURE_SEPARATOR.join(_texts(verdict.get("measures"))) or None
    further = verdict.get("further")
    for header, text in further.items() if isinstance(further, Mapping) else ():
        column = BY_HEADER.get(str(header))
        if column is not None and column.key in ANSWERS:
            row[column.key] = str(text)
    return row


def _row(finding_id: str, told: Told, *, is_answered: bool) -> dict[str, Any]:
    opinion = _OPINION.get(told.decision or "")
    return dict.fromkeys(ANSWERS.names()) | {
        "finding_id": finding_id,
        "is_answered": is_answered,
        "opinion": opinion,
        "reviewed_by": told.reviewed_by if opinion else None,
    }


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def _typed(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """JSON values as the columns' types; what is no date or amount becomes null and is shown as not filled."""
    texts = {name: pl.String() for name in ANSWERS.names()}
    plain = [
        {name: None if value is None or name == "is_answered" else str(value) for name, value in row.items()}
        for row in rows
    ]
    frame = pl.DataFrame(plain, schema=texts)
    typed = [
        pl.col(name).str.to_date("%Y-%m-%d", strict=False) if kind == pl.Date else pl.col(name).cast(kind, strict=False)
        for name, kind in ANSWERS.items()
        if name != "is_answered"
    ]
    states = pl.Series("is_answered", [row["is_answered"] for row in rows], dtype=pl.Boolean)
    return frame.with_columns(typed).with_columns(states).select(ANSWERS.names())
