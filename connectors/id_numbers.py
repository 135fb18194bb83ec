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
    SHORT_ID_FORM,
    birth_dates,
    check_digits,
    lengthened_ids,
    uscc_is_valid,
)
from connectors.reasons import Reason, Skip

_LAID_OUT = r"[\s'‘’]"
_DISABILITY_CARD = r"^[0-9]{17}[0-9X](.{2}|.{4})$"
_SCIENTIFIC = r"^[0-9](\.[0-9]*)?E\+?[0-9]+$"
_ROUNDED = r"^[0-9]{16,}\.0+$"
_DIGITS = r"^[0-9]+X?$"
_LETTER_OR_NINE_FIRST = r"^9|^.{0,16}[A-Z]"


def clean_ids(column: pl.Series, on: date) -> Cleaned:
    """Identity numbers in 18 characters.

    `refused` is a `Reason`, or `Skip.OTHER_DOCUMENT` for another kind of document. A birth date after `on`, the
    snapshot date, is in the future.
    """
    text = fold_all(as_text(column), _LAID_OUT)
    if text.str.contains("[a-z]").any():
        text = text.str.to_uppercase()
    judged = _judged(_candidates(text), on)
    if not judged["refused"].is_null().all():
        judged = judged.with_columns(_reasons(text, judged["refused"]))
    is_right = judged["refused"].is_null()
    value = judged.select(pl.when(is_right).then(pl.col("id"))).to_series()
    return Cleaned(value.alias(column.name), None if is_right.all() else judged["refused"])


def _candidates(text: pl.Series) -> pl.Series:
    """The 18 characters to be judged: of 15 digits and of a disability card (残疾人证号) those that they contain."""
    if text.str.contains(ID_FORM).all():
        return text
    raw = pl.col("id")
    is_short, is_card = raw.str.contains(SHORT_ID_FORM), raw.str.contains(_DISABILITY_CARD)
    return (
        text.alias("id")
        .to_frame()
        .select(
            pl.when(is_short)
            .then(lengthened_ids(pl.when(is_short).then(raw)))
            .when(is_card)
            .then(raw.str.head(18))
            .otherwise(raw)
            .alias("id")
        )
        .to_series()
    )


def _judged(candidates: pl.Series, on: date) -> pl.DataFrame:
    """The candidates beside what is wrong with them; `id_length` stands for every wrong form until it is told apart."""
    number = pl.col("id")
    formed = pl.when(number.str.contains(ID_FORM)).then(number)
    return (
        candidates.alias("id")
        .to_frame()
        .select("id", born=birth_dates(formed), check=check_digits(formed.str.head(17)), formed=formed)
        .select(
            "id",
            refused=pl.when(number.is_null())
            .then(pl.lit(Reason.ID_EMPTY))
            .when(pl.col("formed").is_null())
            .then(pl.lit(Reason.ID_LENGTH))
            .when(pl.col("born").is_null())
            .then(pl.lit(Reason.ID_BIRTH_DATE))
            .when(pl.col("check") != number.str.slice(17))
            .then(pl.lit(Reason.ID_CHECK_DIGIT))
            .when(pl.col("born") > on)
            .then(pl.lit(Reason.ID_FUTURE_BIRTH)),
        )
    )


def _reasons(text: pl.Series, refused: pl.Series) -> pl.Series:
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
            .when(raw.str.contains(_DIGITS) | raw.str.contains(_DISABILITY_CARD))
            .then(pl.lit(Reason.ID_LENGTH))
            .otherwise(pl.lit(Reason.ID_CHARACTERS))
            .alias("refused")
        )
        .to_series()
    )
    return refused.scatter(places, told)
