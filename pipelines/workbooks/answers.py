"""What a filled row says, as a verdict or a review: nothing is judged here.

What belongs here: which column of 核查清单 is which field, and back, so that a complaint about a field points to a cell.
What does not: whether the answer is complete (`pipelines.casework`).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from pipelines.casework.refusal import Rejection
from pipelines.casework.reviewing import Decision, ReviewDraft
from pipelines.domain.verdict import Lack, Verdict, folded_name
from pipelines.workbooks.choices import MEASURE_SEPARATOR, OPINIONS
from pipelines.workbooks.held import Cause, Held
from pipelines.workbooks.layout import BY_KEY
from pipelines.workbooks.sheets import ROW

_SAME_NAME: Final = (
    "finding_id",
    "fingerprint",
    "conclusion",
    "reason_code",
    "note",
    "documents",
    "effective_month",
    "grace_from",
    "grace_to",
    "income_per_head",
    "recovered_months",
    "recovered_amount",
    "method",
    "investigated_on",
    "valid_until",
)
_FURTHER: Final = ("received_by", "confirmed", "publicised", "notified", "village_head", "town_leader", "remark")
"""Kept with the verdict under their Chinese names; nothing is judged by them."""
_INVESTIGATORS: Final = ("investigator_1", "investigator_2")
_DECISIONS: Final[Mapping[str, Decision]] = dict(zip(OPINIONS, ("approved", "returned"), strict=True))
_SEPARATORS: Final = str.maketrans(dict.fromkeys(",，;；/+ 和及", MEASURE_SEPARATOR))


def verdict_of(row: Mapping[str, Any]) -> Verdict:
    """The verdict that a row says, complete or not.

    Args:
        row: of `Returned.rows`.
    """
    given = {key: row[key] for key in _SAME_NAME if row.get(key) is not None}
    measures = (row.get("measures") or "").translate(_SEPARATORS).split(MEASURE_SEPARATOR)
    return Verdict(
        **given,
        measures=tuple(dict.fromkeys(filter(None, measures))),
        investigators=tuple(row[key] for key in _INVESTIGATORS if row.get(key)),
        further={BY_KEY[key].header: row[key] for key in _FURTHER if row.get(key)},
    )


def held_for(row: Mapping[str, Any], cause: str, told: str, lacks: tuple[Lack, ...]) -> list[Held]:
    """Why a row is held, pointing to the cells that a complaint is about.

    Args:
        row: of `Returned.rows`.
        cause: the reason in machine words.
        told: the same for staff; told of the row where no field is named.
        lacks: fields that keep the verdict from counting.
    """
    number = int(row[ROW])
    if not lacks:
        return [Held(number, None, cause, told)]
    return [Held(number, _column(one.field, row), f"{cause}:{one.problem}", one.told) for one in lacks]


def _column(field: str, row: Mapping[str, Any]) -> str | None:
    """The key of the column in which a field stands."""
    if field == "investigators":
        return _INVESTIGATORS[0] if not row.get(_INVESTIGATORS[0]) else _INVESTIGATORS[1]
    return field if field in BY_KEY else None


def review_of(row: Mapping[str, Any], today: date) -> ReviewDraft | list[Held]:
    """The review that a row says, or why it is none.

    Args:
        row: of `Returned.rows`, of a finding that was answered.
        today: the day of the import.
    """
    number, opinion, reviewer = int(row[ROW]), row.get("opinion") or "", row.get("reviewed_by") or ""
    word = next((one for one in _DECISIONS if opinion.startswith(one)), None)
    note = opinion.removeprefix(word or "").lstrip(":：,，;；、.。 ")
    investigators = {folded_name(row[key]) for key in _INVESTIGATORS if row.get(key)}
    held = [
        Held(number, key, Cause.REVIEW, told)
        for key, told, is_wrong in (
            ("opinion", f"请填写：{'或'.join(_DECISIONS)}；退回的写成“退回：理由”", word is None),
            ("reviewed_by", "请填写复核人", not folded_name(reviewer)),
            ("reviewed_by", "复核人不能是本条的核查人，请由另一人复核", folded_name(reviewer) in investigators),
            ("reviewed_on", "复核日期不能晚于今天", row.get("reviewed_on") is not None and row["reviewed_on"] > today),
        )
        if is_wrong
    ]
    if held or word is None:
        return held
    return ReviewDraft(row["finding_id"], _DECISIONS[word], reviewer, note or None, row.get("conclusion"))


def held_review(row: Mapping[str, Any], cause: str, told: str) -> Held:
    """Why a review is held by those who keep the cases, pointing to the cell that is meant."""
    key = {Rejection.NO_REASON: "opinion", Rejection.OWN_VERDICT: "reviewed_by"}.get(Rejection(cause))
    more = "：请写成“退回：理由”" if cause == Rejection.NO_REASON else ""
    return Held(int(row[ROW]), key, cause, told + more)
