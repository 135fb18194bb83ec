"""The profile of a delivery: counts and shares by column, what contract suites are run on.

What belongs here: turning a load report into numbers. The rows themselves are never read again: a feed of 30 M rows
costs a check nothing, and no value of a person can stand in a result because none stands in the profile.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from connectors.contract import Contract, Field

Report = Mapping[str, Any]
"""A load report as the night keeps it (JSON): counts, dates, file names; never a value of a person."""

Profile = dict[str, float | None]
"""One row, wide: a number for each column name. None = nothing to measure (no rows, no column, no history)."""

BOOKS = ("read", "kept", "duplicate", "superseded", "quarantined", "skipped")

# Quarantine reasons (connectors.reasons) that speak of the identity column begin so; others speak of dates or rows.
ID_REASON = "id_"


def profile_feed(
    contract: Contract,
    report: Report,
    as_of: date,
    *,
    previous: Report | None = None,
    notices: int = 0,
    key_duplicates: int | None = None,
) -> Profile:
    """The profile of one snapshot on one comparison date.

    Args:
        contract: The feed's contract: which columns there should be.
        report: Load report of the snapshot.
        as_of: Comparison date; `age_days` counts from the snapshot's date to it.
        previous: Load report of the full snapshot before, None when there is none.
        notices: What was told about the feed's deliveries (refused, not ready), as a count.
        key_duplicates: Natural keys that more than one stored row has; None where nobody counted.

    Returns:
        Counts (`rows_kept`, `key_duplicates`, …), shares of 0 to 1 (`id_number.filled_share`, …) and `age_days`.
    """
    books = {name: int(report["books"][name]) for name in BOOKS}
    clean = books["kept"] + books["duplicate"] + books["superseded"]
    data = data_rows(report)
    measured = {one["field"]: one for one in report["fields"]}
    profile: Profile = {f"rows_{name}": float(count) for name, count in books.items()}
    profile |= {
        "is_full": float(report["mode"] == "full"),
        "notices": float(notices),
        "age_days": float((as_of - date.fromisoformat(str(report["snapshot_date"]))).days),
        "rows_quarantined_share": share(books["quarantined"], data),
        "rows_superseded_share": share(books["superseded"], clean),
        "rows_vs_previous_share": share_of_previous(report, previous),
        "required_columns_missing": float(len(missing_columns(contract, report))),
        "key_duplicates": None if key_duplicates is None else float(key_duplicates),
    }
    bad_ids = sum(count for reason, count in _quarantined(report) if reason.startswith(ID_REASON))
    for field in contract.fields:
        profile |= _field_profile(field, measured.get(field.name, {}), kept=books["kept"])
        if field.kind == "id":
            profile[f"{field.name}.bad"] = float(bad_ids)
            profile[f"{field.name}.invalid_share"] = share(bad_ids, data)
    return profile


def data_rows(report: Report) -> int:
    """Rows that a department counts: without titles, blanks, totals and notes, with other kinds of documents.

    The whole that landing measures the bad rows by; a smaller one would hold a night that landing let pass.
    """
    return sum(int(part["data_rows"]) for part in report["parts"])


def missing_columns(contract: Contract, report: Report) -> list[str]:
    """Names of the contract's required columns that no part of the delivery had."""
    present = {one["field"] for one in report["fields"] if one["is_present"]}
    return [field.name for field in contract.fields if field.is_required and field.name not in present]


def share_of_previous(report: Report, previous: Report | None) -> float | None:
    """Rows kept against those of the snapshot before: 1.0 = as many. None without a full one on both sides.

    A delta or the answer to a request list is as long as its occasion; its length says nothing.
    """
    if previous is None or report["mode"] != "full" or previous["mode"] != "full":
        return None
    return share(int(report["books"]["kept"]), int(previous["books"]["kept"]))


def previous_full(reports: Iterable[Report], before: date) -> Report | None:
    """The newest full snapshot dated before a day, among all load reports of a feed."""
    older = (one for one in reports if one["mode"] == "full" and date.fromisoformat(str(one["snapshot_date"])) < before)
    return max(older, key=lambda one: str(one["snapshot_date"]), default=None)


def share(part: int, whole: int) -> float | None:
    """`part` of `whole`, None where there is no whole."""
    return part / whole if whole else None


def _field_profile(field: Field, measured: Mapping[str, Any], *, kept: int) -> Profile:
    """The columns of one field, named after it.

    `filled` and `unknown` are of the rows kept, `unparsed` and `bad_check` of the rows that the reader saw, duplicates
    included; so the last two are bounded by their whole.
    """
    is_present = bool(measured.get("is_present", False))
    filled, unknown, unparsed, bad_check = (
        int(measured.get(name) or 0) for name in ("filled", "unknown", "unparsed", "bad_check")
    )
    written = filled + unparsed  # cells with anything in them: an unparsed one became null in cleaning
    return {
        f"{field.name}.is_present": float(is_present),
        f"{field.name}.filled_share": share(filled, kept) if is_present else None,
        f"{field.name}.known_share": share(filled - unknown, filled) if is_present else None,
        f"{field.name}.unparsed_share": share(unparsed, written) if is_present else None,
        f"{field.name}.bad_check_share": share(min(bad_check, filled), filled) if is_present else None,
    }


def _quarantined(report: Report) -> Iterable[tuple[str, int]]:
    """Reason and count of the quarantined rows, over all parts."""
    return ((reason, int(count)) for part in report["parts"] for reason, count in part.get("quarantined", {}).items())
