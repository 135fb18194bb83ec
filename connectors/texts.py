"""Names, free texts and codes (feeds.md section 2): nothing here refuses a row."""

import polars as pl

from connectors.cleaned import Cleaned, as_text, filled, over_distinct
from connectors.contract import UNKNOWN, Field
from connectors.folding import fold, trim, without_marks

_TO_CHANGE_IN_NAMES = r"[\s•・‧．.]"
_DOTS = r"[•・‧．.]"


def clean_names(column: pl.Series) -> Cleaned:
    """Names without blanks, every dot between the parts of a name as `·`; Chinese characters stay as they came."""
    text = without_marks(as_text(column))
    if text.str.contains(_TO_CHANGE_IN_NAMES).any():
        text = text.str.replace_all(r"\s", "").str.replace_all(_DOTS, "·")
    is_empty = text == ""
    return Cleaned(text.set(is_empty, None) if is_empty.any() else text)


def clean_texts(column: pl.Series) -> Cleaned:
    """Free texts: trimmed, letters, digits and blanks half-width."""
    return Cleaned(trim(as_text(column)))


def clean_codes(column: pl.Series, field: Field) -> Cleaned:
    """Codes and their texts as our own names; `unknown` for any other text, and for none in a required column."""

    def translated(texts: pl.Series) -> pl.DataFrame:
        found = fold(texts).replace_strict(field.lookup, default=UNKNOWN, return_dtype=pl.String)
        given = pl.DataFrame({"text": fold(texts), "code": found})
        return given.select(code=pl.when(pl.col("text").is_not_null()).then(pl.col("code")))

    code = over_distinct(as_text(column), translated)["code"].alias(column.name)
    return Cleaned(filled(code, UNKNOWN) if field.is_required else code)
