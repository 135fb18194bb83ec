"""Doing what a finding says would clear it: the change is made in the night's records, and the rule judges again.

A field that the feed has is changed in the records of the finding, `is_covered` and `declared` in the member, anything
else in the candidate row (`pipelines.domain.clearing.Change`).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines.domain.clearing import Change
from pipelines.domain.context import ROSTER, NightContext
from pipelines.domain.rule import Rule, Verdict
from pipelines.domain.standing import IDENTITY, fires_column, predicate, standing_hits

OPEN = ("flagged", "undetermined")
_PERSON = ["household_id", "id_number"]
_RECORD = [*_PERSON, "delivery_order"]
_OF_MEMBERS = ("is_covered", "declared")
_NEW = "new "


def judged(rule: Rule, night: NightContext) -> pl.DataFrame:
    """The rule's standing hits of a night, all outcomes."""
    verdict = rule.judge(night)
    return standing_hits(_firing(rule, verdict, night), rule, verdict, night)


def offered(rule: Rule, change: Change, night: NightContext) -> pl.DataFrame:
    """The open hits that a change is offered for, one a household so that no change meets another, with its words.

    A finding that also stands on a record for which the change is not offered is left out: it takes two changes.
    """
    hits = judged(rule, night)
    others = _rows_of(rule, hits, night).filter(~_where(change))
    told = hits.with_columns(told=change.words(), is_offered=_where(change)).join(others, on=IDENTITY, how="anti")
    return told.filter(pl.col("outcome").is_in(OPEN), "is_offered").unique("household_id", maintain_order=True)


def still_open(rule: Rule, night: NightContext, hits: pl.DataFrame) -> pl.DataFrame:
    """Those of the hits that the rule flags or leaves undetermined on this night."""
    return judged(rule, night).filter(pl.col("outcome").is_in(OPEN)).join(hits, on=IDENTITY, how="semi")


def changed(
    rule: Rule, at: int, hits: pl.DataFrame, night: NightContext, nearer: str = ""
) -> tuple[Rule, NightContext]:
    """The rule and the night after one of its changes is made for the hits.

    Args:
        rule: the rule; of its changes the one at the position `at` is made.
        at: its position.
        hits: the findings that it is made for.
        night: the night.
        nearer: the field whose value is left one step nearer to the fact, none by default.
    """
    verdict = rule.judge(night)
    change = verdict.changes[at]
    values = {
        name: one.nearer if name == nearer and one.nearer is not None else one.value
        for name, one in change.sets.items()
    }
    rows = _rows_of(rule, hits, night).filter(_where(change)).with_columns(_named(values))
    night = replace(night, **dict(change.night))
    if change.is_withdrawn:
        return _withdrawn(rule, hits, night)
    for name in values:
        rule, night = _set(rule, name, rows, night)
    return rule, night


def on_each_day(rule: Rule, at: int, hits: pl.DataFrame, night: NightContext) -> Mapping[date, pl.DataFrame]:
    """For a change that time makes: the days on which it has, with the hits that it then clears.

    Time clears one record; a finding that several records hold up, now or by then, is not among the hits.
    """
    verdict = rule.judge(night)
    on = verdict.changes[at].on
    assert on is not None
    rows = rule.subject.candidates(night).with_columns(record_key=verdict.record_key.fill_null("")).collect()
    several = rows.filter(pl.struct(IDENTITY).is_duplicated())
    days = hits.join(several, on=IDENTITY, how="anti").with_columns(on.alias("cleared on"))
    return {day: days.filter(pl.col("cleared on") == day) for day in days.get_column("cleared on").unique()}


def _where(change: Change) -> pl.Expr:
    return pl.lit(value=True) if change.where is None else change.where.fill_null(value=False)


def _named(values: Mapping[str, pl.Expr]) -> list[pl.Expr]:
    return [value.alias(f"{_NEW}{name}") for name, value in values.items()]


def _firing(rule: Rule, verdict: Verdict, night: NightContext) -> pl.DataFrame:
    """The candidates that the rule doesn't pass over."""
    fires = predicate(rule, verdict, night)
    told = rule.subject.candidates(night).with_columns(fires)
    return told.filter(pl.col(fires_column(rule)).fill_null(value=True)).collect()


def _records(rule: Rule, night: NightContext) -> pl.DataFrame | None:
    """The rows that the rule's feed has, None where it has none of its own."""
    return night.roster if rule.feed == ROSTER else night.matched.get(rule.feed)


def _with_records(rule: Rule, night: NightContext, rows: pl.DataFrame) -> NightContext:
    return (
        replace(night, roster=rows)
        if rule.feed == ROSTER
        else replace(night, matched={**night.matched, rule.feed: rows})
    )


def _set(rule: Rule, name: str, rows: pl.DataFrame, night: NightContext) -> tuple[Rule, NightContext]:
    """Give one field its new value, where it belongs."""
    records = _records(rule, night)
    if name in _OF_MEMBERS:
        night = replace(night, members=_given(night.members, name, rows, _PERSON))
        if records is not None and name in records.columns:
            night = _with_records(rule, night, _given(records, name, rows, _PERSON))
        return rule, night
    if records is not None and name in records.columns:
        key = ["household_id"] if rule.feed == ROSTER else [one for one in _RECORD if one in records.columns]
        return rule, _with_records(rule, night, _given(records, name, rows, key))
    told = rule.subject.candidates

    def candidates(one: NightContext) -> pl.LazyFrame:
        key = [name for name in _RECORD if name in rows.columns]
        return _given(told(one).collect(), name, rows, key).lazy()

    return replace(rule, subject=replace(rule.subject, candidates=candidates)), night


def _given(table: pl.DataFrame, name: str, rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """The table with the rows' new values in one of its columns; amounts in 毫 become 元 where the column holds 元."""
    new = rows.select(*key, pl.col(f"{_NEW}{name}").alias("_new"), _is_given=pl.lit(value=True)).unique(
        key, keep="last", maintain_order=True
    )
    kind = table.schema[name]
    if isinstance(kind, pl.Decimal):
        new = new.with_columns(_new=pl.Series([_yuan(one) for one in new.get_column("_new")], dtype=kind))
    value = pl.when(pl.col("_is_given")).then(pl.col("_new").cast(kind)).otherwise(pl.col(name))
    return (
        table.join(new, on=key, how="left", maintain_order="left").with_columns(value.alias(name)).select(table.columns)
    )


def _yuan(hao: Any) -> Decimal | None:
    return None if hao is None else Decimal(hao).scaleb(-4)


def _rows_of(rule: Rule, hits: pl.DataFrame, night: NightContext) -> pl.DataFrame:
    """The candidates that the findings may stand on: of one identity there may be several."""
    verdict = rule.judge(night)
    rows = _firing(rule, verdict, night).with_columns(record_key=verdict.record_key.fill_null(""))
    return rows.join(hits, on=IDENTITY, how="semi")


def _withdrawn(rule: Rule, hits: pl.DataFrame, night: NightContext) -> tuple[Rule, NightContext]:
    """The rule and the night without the records; of a finding made of several records without all of them."""
    records, rows = _records(rule, night), _rows_of(rule, hits, night)
    key = [] if records is None else [one for one in _RECORD if one in records.columns]
    if rule.feed != ROSTER and records is not None and key == _RECORD:
        while (left := records.join(rows, on=key, how="anti")).height < records.height:
            night, records = _with_records(rule, night, left), left
            rows = _rows_of(rule, hits, night)
        return rule, night
    told, named, gone = rule.subject.candidates, [one for one in _RECORD if one in rows.columns], rows.lazy()
    subject = replace(rule.subject, candidates=lambda one: told(one).join(gone, on=named, how="anti"))
    return replace(rule, subject=subject), night
