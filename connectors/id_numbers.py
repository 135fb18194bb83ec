"""Identity numbers as departments write them, brought into 18 characters or refused with a reason.

Source: feeds.md section 2, *id_number*. What is no identity number but another kind of document (a passport, a 港澳台
permit, a company's credit code) is marked as such and skipped by the reader, not quarantined.
"""

from datetime import date

import polars as pl

from connectors.cleaned import Cleaned, as_text
from connectors.folding import fold_all
from connectors.identity import (
    ID_FORM,
    RESERVED_AREA,
    SHORT_ID_FORM,
    birth_is_after,
    birth_is_day,
    id_check_is_right,
    lengthened_ids,
    uscc_is_valid,
)
from connectors.reasons import Reason, Skip

_LAID_OUT = r"[\s'‘’]"
# The end of a card number has no dot: a float of 18 digits is as long and looks much the same (….0).
_DISABILITY_CARD = r"^[0-9]{17}[0-9X]([0-9A-Z]{2}|[0-9A-Z]{4})$"
_SCIENTIFIC = r"^[0-9](\.[0-9]*)?E\+?[0-9]+$"
_ROUNDED = r"^[0-9]{16,}\.0+$"
_DIGITS = r"^[0-9]+X?$"
_LETTER_OR_NINE_FIRST = r"^9|^.{0,16}[A-Z]"


def clean_ids(column: pl.Series, on: date) -> Cleaned:
    """Identity numbers in 18 characters.

    `refused` is a `Reason`, or `Skip.OTHER_DOCUMENT` for another kind of document. A birth date after `on`, the
    snapshot date, is in the future.
    """
    text = as_text(column)
    has_form = text.str.contains(ID_FORM).fill_null(value=False)
    laid_out = (~has_form).arg_true()
    if len(laid_out):
        text = text.scatter(laid_out, fold_all(text.gather(laid_out), _LAID_OUT).str.to_uppercase())
    number = text.scatter(laid_out, _candidates(text.gather(laid_out))) if len(laid_out) else text
    refused = _refused(number, on)
    if refused is None:
        return Cleaned(number.alias(column.name))
    is_dated = bool((refused == Reason.ID_FUTURE_BIRTH).any())
    refused = _told_apart(text, refused)
    return Cleaned(number.set(refused.is_not_null(), None).alias(column.name), refused, is_dated=is_dated)


def _candidates(text: pl.Series) -> pl.Series:
    """The 18 characters to be judged: of 15 digits and of a disability card (残疾人证号) those that they contain."""
    for form, extracted in ((SHORT_ID_FORM, lengthened_ids), (_DISABILITY_CARD, _first_18)):
        places = text.str.contains(form).fill_null(value=False).arg_true()
        if len(places):
            text = text.scatter(places, extracted(text.gather(places)))
    return text


def _first_18(text: pl.Series) -> pl.Series:
    return text.str.head(18)


def _refused(number: pl.Series, on: date) -> pl.Series | None:
    """What is wrong with each number, None where nothing is; `id_length` stands for every wrong form."""
    has_form = number.str.contains(ID_FORM).fill_null(value=False)
    formed = number if has_form.all() else number.filter(has_form)
    is_day, is_right, is_late = birth_is_day(formed), id_check_is_right(formed), birth_is_after(formed, on)
    is_reserved = formed.str.starts_with(RESERVED_AREA)
    if has_form.all() and is_day.all() and is_right.all() and not is_late.any() and not is_reserved.any():
        return None
    wrong = pl.select(
        pl.when(~is_day)
        .then(pl.lit(Reason.ID_BIRTH_DATE))
        .when(~is_right)
        .then(pl.lit(Reason.ID_CHECK_DIGIT))
        .when(is_late)
        .then(pl.lit(Reason.ID_FUTURE_BIRTH))
        .when(is_reserved)
        .then(pl.lit(Reason.ID_RESERVED))
    ).to_series()
    empty_or_form = (
        pl.when(number.is_null()).then(pl.lit(Reason.ID_EMPTY)).when(~has_form).then(pl.lit(Reason.ID_LENGTH))
    )
    return pl.select(refused=empty_or_form).to_series().scatter(has_form.arg_true(), wrong)


def _told_apart(text: pl.Series, refused: pl.Series) -> pl.Series:
    """The reasons told apart for the few numbers that were refused, from the text as it was delivered."""
    places = refused.is_not_null().arg_true()
    raw, reason = pl.col("raw"), pl.col("refused")
    told = (
        pl.DataFrame({"raw": text.gather(places), "refused": refused.gather(places)})
        .with_columns(uscc=uscc_is_valid(text.gather(places)))
        .select(
            pl.when(raw.is_null())
            .then(reason)
            .when(pl.col("uscc") & raw.str.contains(_LETTER_OR_NINE_FIRST))
            .then(pl.lit(Skip.OTHER_DOCUMENT))
            .when(raw.str.contains("^[A-Z]"))
            .then(pl.lit(Skip.OTHER_DOCUMENT))
            .when(reason != Reason.ID_LENGTH)
            .then(reason)
            .when(raw.str.contains(_ROUNDED))
            .then(pl.lit(Reason.ID_ROUNDED))
            .when(raw.str.contains(_SCIENTIFIC))
            .then(pl.lit(Reason.ID_SCIENTIFIC))
            .when(raw.str.contains(_DIGITS))
            .then(pl.lit(Reason.ID_LENGTH))
            .otherwise(pl.lit(Reason.ID_CHARACTERS))
            .alias("refused")
        )
        .to_series()
    )
    return refused.scatter(places, told)
