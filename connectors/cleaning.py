"""Cleaning: every field of a batch by its kind, and which rows that sets aside (feeds.md section 2).

What belongs here: the choice of the function for a field, and the verdict on a row. How one kind of value is cleaned
stands in the module of that kind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from connectors.amounts import clean_decimals, clean_integers, clean_money
from connectors.cleaned import Cleaned
from connectors.contract import TYPES, Contract, Field, Form, Kind
from connectors.dates import clean_dates, clean_months
from connectors.forms import clean_plate_types, clean_plates, clean_usccs, clean_vehicle_statuses, clean_vehicle_types
from connectors.id_numbers import clean_ids
from connectors.reasons import Reason, Skip
from connectors.texts import clean_codes, clean_names, clean_texts


@dataclass(frozen=True)
class Verdicts:
    """What happens to each row of a batch: `reason` of quarantine with its `field`, or `is_other_document`, or neither."""

    field: pl.Series
    reason: pl.Series
    is_other_document: pl.Series

    @property
    def is_clean(self) -> pl.Series:
        """The rows that go on."""
        return self.reason.is_null() & ~self.is_other_document


_BY_KIND: dict[Kind, Callable[[pl.Series], Cleaned]] = {
    "name": clean_names,
    "date": clean_dates,
    "month": clean_months,
    "dec": clean_decimals,
    "int": clean_integers,
    "text": clean_texts,
}
_BY_FORM: dict[Form, Callable[[pl.Series], Cleaned]] = {
    "plate_type": clean_plate_types,
    "vehicle_type": clean_vehicle_types,
    "vehicle_status": clean_vehicle_statuses,
    "uscc": clean_usccs,
}


def clean_field(
    field: Field, column: pl.Series | None, companion: pl.Series | None, unit: str | None, on: date, height: int
) -> Cleaned:
    """One column of a batch.

    Args:
        field: The field of the contract.
        column: The cells; None where the delivery has no such column.
        companion: The cells of the column that completes it, if any.
        unit: The unit of money that the header names; the contract's otherwise.
        on: The snapshot date.
        height: The number of rows.
    """
    if column is None:
        return Cleaned(pl.Series(field.name, [None], dtype=TYPES[field.kind]).new_from_index(0, height))
    match field.kind:
        case "id":
            return clean_ids(column, on)
        case "money":
            return clean_money(column, unit or field.unit)
        case "code":
            return clean_codes(column, field)
    if field.form == "plate":
        return clean_plates(column, companion)
    return (_BY_FORM[field.form] if field.form else _BY_KIND[field.kind])(column)


def judge_rows(contract: Contract, cleaned: Mapping[str, Cleaned], problems: pl.Series) -> Verdicts:
    """The verdict on each row, the first that holds: the row's shape, its persons, missing values, unreadable dates.

    A row about several persons (marriage) is kept as long as one of them can be told; the others become null.
    """
    shapes = problems.alias("reason").to_frame().with_columns(field=pl.lit(None, dtype=pl.String))
    told, is_other = _judge_persons(contract, cleaned, shapes)
    for one in contract.fields:
        found = cleaned[one.name]
        if one.is_demanded and one.kind != "id" and found.value.null_count():
            told = _with_reason(told, one.name, found.value.is_null(), Reason.VALUE_MISSING)
        if one.is_required and one.kind in {"date", "month"} and found.unparsed is not None:
            unreadable = Reason.DATE_UNREADABLE if one.kind == "date" else Reason.MONTH_UNREADABLE
            told = _with_reason(told, one.name, found.unparsed, unreadable)
    is_other = is_other & problems.is_null()
    reason = told.select(pl.when(~is_other).then(pl.col("reason"))).to_series()
    return Verdicts(told["field"], reason, is_other)


def _judge_persons(
    contract: Contract, cleaned: Mapping[str, Cleaned], told: pl.DataFrame
) -> tuple[pl.DataFrame, pl.Series]:
    """The verdicts with those on the persons of each row, and which rows hold another document and are left out.

    Of a row about one person. One about several, none of whom can be told, is quarantined, also where all of them
    have other documents (feeds.md section 4, marriage).
    """
    nowhere = pl.Series([False]).new_from_index(0, told.height)
    refusals = {name: cleaned[name].refused for name in contract.subjects}
    known = {name: refused for name, refused in refusals.items() if refused is not None}
    if not refusals or len(known) < len(refusals):
        return told, nowhere
    frame = pl.DataFrame(known)
    nobody = frame.select(pl.all_horizontal(pl.all().is_not_null())).to_series()
    is_other = frame.select(pl.all_horizontal((pl.all() == Skip.OTHER_DOCUMENT).fill_null(value=False))).to_series()
    for name, refused in known.items():
        is_reason = nobody & (refused != Skip.OTHER_DOCUMENT).fill_null(value=False)
        told = _with_reason(told, name, is_reason, refused)
    if len(known) > 1:
        return _with_reason(told, contract.subjects[0], is_other, Reason.ID_OTHER_DOCUMENTS), nowhere
    return told, is_other


def _with_reason(told: pl.DataFrame, field: str, holds: pl.Series, reason: Reason | pl.Series) -> pl.DataFrame:
    """The verdicts with one more reason, where it holds and none was found before."""
    is_new = pl.col("reason").is_null() & pl.lit(holds)
    return told.with_columns(
        reason=pl.when(is_new).then(pl.lit(reason)).otherwise(pl.col("reason")),
        field=pl.when(is_new).then(pl.lit(field)).otherwise(pl.col("field")),
    )
