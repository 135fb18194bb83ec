"""Dates and months in all the ways departments write them (feeds.md section 2, *date* and *month*)."""

import polars as pl

from connectors.cleaned import Cleaned, as_text, over_distinct
from connectors.folding import fold

_TIME = r"(?:[ T]*[0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2}(?:\.[0-9]+)?)?(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?)?"
_DAYS = (
    rf"^([0-9]{{4}})-([0-9]{{1,2}})-([0-9]{{1,2}}){_TIME}$",
    rf"^([0-9]{{4}})/([0-9]{{1,2}})/([0-9]{{1,2}}){_TIME}$",
    rf"^([0-9]{{4}})\.([0-9]{{1,2}})\.([0-9]{{1,2}}){_TIME}$",
    rf"^([0-9]{{4}})年([0-9]{{1,2}})月([0-9]{{1,2}})[日号]?{_TIME}$",
    rf"^([0-9]{{4}})([0-9]{{2}})([0-9]{{2}})(?:[0-9]{{6}}|{_TIME})$",
)
# A dot between year and month is left out: 2023.1 in a numeric cell may be January or October. Six digits need a year of
# our time: 230805 is a day without its century, not a month of the year 2308.
_MONTHS = (
    r"^([0-9]{4})[-/]([0-9]{1,2})$",
    r"^([0-9]{4})年([0-9]{1,2})月$",
    r"^((?:19|20)[0-9]{2}|0001|9999)([0-9]{2})$",
)
_SERIAL = r"^([0-9]{5})(?:\.[0-9]+)?$"
_SERIAL_FIRST, _SERIAL_LAST = 20_000, 60_000
_ABSENT = ("无", "-", "/")
_DAY_ZERO = rf"^1900(?:-0?1-00?|/0?1/00?|\.0?1\.00?|年0?1月00?日?|0100){_TIME}$"
_LOCAL = "Asia/Shanghai"


def clean_dates(column: pl.Series) -> Cleaned:
    """Days. A month alone is its first day; the marks for "no date" become null; `unparsed` marks anything else."""
    if column.dtype == pl.Date:
        return Cleaned(_without_sentinels(column))
    if isinstance(column.dtype, pl.Datetime):
        local = column.dt.convert_time_zone(_LOCAL) if column.dtype.time_zone else column
        return Cleaned(_without_sentinels(local.dt.date()))
    read = over_distinct(as_text(column), _read)
    unparsed = read["unparsed"]
    return Cleaned(read["day"].alias(column.name), unparsed=unparsed if unparsed.any() else None)


def clean_months(column: pl.Series) -> Cleaned:
    """Months, each as its first day; a day stands for its month."""
    days = clean_dates(column)
    return Cleaned(days.value.dt.month_start(), unparsed=days.unparsed)


def _without_sentinels(days: pl.Series) -> pl.Series:
    """Typed dates without those that mean "none"."""
    day = pl.col("day")
    kept = pl.when(~_is_sentinel(day)).then(day)
    return days.alias("day").to_frame().select(kept.alias(days.name)).to_series()


def _is_sentinel(day: pl.Expr) -> pl.Expr:
    return (day == pl.date(1, 1, 1)) | (day >= pl.date(9999, 12, 1))


def _read(column: pl.Series) -> pl.DataFrame:
    """Columns `day` and `unparsed` for a column of texts."""
    text, parsed = pl.col("text"), pl.col("parsed")
    laid_out = fold(column).str.replace_all(r"\s*([年月日号])\s*", "$1").alias("text")
    serial = text.str.extract(_SERIAL).cast(pl.Int64, strict=False)
    from_serial = pl.date(1899, 12, 30) + pl.duration(days=pl.when(_in_range(serial)).then(serial))
    is_absent = text.is_null() | text.is_in(_ABSENT) | text.str.contains(_DAY_ZERO)
    return (
        laid_out.to_frame()
        .with_columns(
            parsed=pl.coalesce(
                *(_calendar_day(text, form) for form in _DAYS),
                *(_calendar_day(text, form, day=False) for form in _MONTHS),
                from_serial,
            )
        )
        .select(
            day=pl.when(~_is_sentinel(parsed)).then(parsed),
            unparsed=~is_absent & parsed.is_null(),
        )
    )


def _in_range(serial: pl.Expr) -> pl.Expr:
    return serial.is_between(_SERIAL_FIRST, _SERIAL_LAST)


def _calendar_day(text: pl.Expr, form: str, *, day: bool = True) -> pl.Expr:
    """The day that a form's two or three groups name; null where the form or the calendar does not fit."""
    parts = [text.str.extract(form, group).str.zfill(2) for group in ((1, 2, 3) if day else (1, 2))]
    written = pl.concat_str(*parts, *(() if day else (pl.lit("01"),)), separator="-")
    return written.str.to_date("%Y-%m-%d", strict=False)
