"""What would clear a finding: the smallest changes of fact after which its rule no longer fires.

What belongs here: the form of a change and of the new values that it gives. What does not: which change clears which
rule (`rules/`), the documents (policy), how a finding tells them (`evidence`).

    opens = day_until(months_before(night.as_of, months) - ONE_DAY)
    Change(words("登记显示于", opens.shown, "或更早购置"), {"registered_on": opens})

A change is data, so that a test can do it: it is applied to the records of the night, the rule is judged again, and it
must neither flag nor leave undetermined; one step nearer to the present fact it still has to. No rule ships a clearing
fact that does not clear.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import polars as pl

from pipelines.domain.money import plain

ONE_DAY: Final = timedelta(days=1)
_DAY: Final = pl.duration(days=1)


@dataclass(frozen=True)
class NewValue:
    """What a field has to hold, with how a sentence shows it.

    Attributes:
        value: over the rule's candidate rows; amounts in 毫.
        shown: the value as text.
        nearer: one step nearer to the present fact, where the field is ordered; the rule still fires there.
    """

    value: pl.Expr
    shown: pl.Expr
    nearer: pl.Expr | None = None


@dataclass(frozen=True)
class Change:
    """One change of fact that clears a finding by itself; a verdict offers several as alternatives.

    A field that the rule's feed has is changed in the finding's records (all rows of the household where the rule is on
    the roster alone), `is_covered` and `declared` in the member, any other in the candidate row: it is then an amount, a
    count or an answer that the subject works out from several records, and the change is what these come to together.

    Attributes:
        told: the change in words; it shows the new values.
        sets: field → what it has to hold.
        where: the hits that it is offered for and has to clear; all of them by default.
        is_withdrawn: the finding's records no longer stand with the person, whether corrected or passed on.
        on: the first comparison date on which time alone has cleared it.
        night: fields of the night that would be otherwise, for what the whole delivery lacks.
    """

    told: str | pl.Expr
    sets: Mapping[str, NewValue] = field(default_factory=dict)
    where: pl.Expr | None = None
    is_withdrawn: bool = False
    on: pl.Expr | None = None
    night: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a change that changes nothing, or that says in two ways what happens to the records."""
        if bool(self.sets) + self.is_withdrawn + (self.on is not None) != 1:
            raise ValueError("a change: expected one of sets, is_withdrawn, on; found none or several; give one")

    def words(self) -> pl.Expr:
        """The change in words, null where it is not offered."""
        told = pl.lit(self.told) if isinstance(self.told, str) else self.told
        return told if self.where is None else pl.when(self.where).then(told)


def becomes(value: str | bool | pl.Expr | None) -> NewValue:
    """Another code, answer or text; the sentence names it in its own words."""
    expression = value if isinstance(value, pl.Expr) else pl.lit(value)
    return NewValue(expression, expression.cast(pl.String))


def day_until(day: date | pl.Expr) -> NewValue:
    """This day or an earlier one."""
    last = pl.lit(day) if isinstance(day, date) else day
    return NewValue(last, last.cast(pl.String), last + _DAY)


def day_from(day: date | pl.Expr) -> NewValue:
    """This day or a later one."""
    first = pl.lit(day) if isinstance(day, date) else day
    return NewValue(first, first.cast(pl.String), first - _DAY)


def month_until(month: date) -> NewValue:
    """This month, told by its first day, or an earlier one."""
    last = pl.lit(month)
    return NewValue(last, last.dt.to_string("%Y-%m"), last.dt.offset_by("1mo"))


def month_from(month: date) -> NewValue:
    """This month, told by its first day, or a later one."""
    first = pl.lit(month)
    return NewValue(first, first.dt.to_string("%Y-%m"), first.dt.offset_by("-1mo"))


def amount_until(hao: int | pl.Expr) -> NewValue:
    """This amount in 毫 or a smaller one."""
    most = pl.lit(hao, dtype=pl.Int64) if isinstance(hao, int) else hao
    return NewValue(most, plain(most), most + 1)


def amount_below(hao: pl.Expr) -> NewValue:
    """Less than this amount in 毫; the sentence shows the amount itself, which is one 毫 too much."""
    return NewValue(hao - 1, plain(hao), hao)


def amount_from(hao: int | pl.Expr) -> NewValue:
    """This amount in 毫 or a greater one."""
    least = pl.lit(hao, dtype=pl.Int64) if isinstance(hao, int) else hao
    return NewValue(least, plain(least), least - 1)


def count_until(count: int | pl.Expr) -> NewValue:
    """This number or a smaller one."""
    most = pl.lit(count) if isinstance(count, int) else count
    return NewValue(most, most.cast(pl.String), most + 1)


def count_from(count: int | pl.Expr) -> NewValue:
    """This number or a greater one."""
    least = pl.lit(count) if isinstance(count, int) else count
    return NewValue(least, least.cast(pl.String), least - 1)


def fewer_than(limit: int) -> dict[str, NewValue]:
    """A household's certain and possible units (FC-02, CL-06) below the limit.

    The possible ones, which count the certain ones too, decide: as many of them as the limit would leave it open.
    """
    left = count_until(limit - 1)
    return {"possible": left, "certain": becomes(pl.min_horizontal("certain", left.value))}
