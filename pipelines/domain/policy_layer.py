"""What one policy layer (国家, 市, 区县, 镇街) says, with the dates on which it says so.

What belongs here: the shape of `data/policy/<layer>/*.yml` and `data/policy/profiles.yml`. What does not: reading those
files (`pipelines.night.policy_files`) and what applies on a date (`pipelines.domain.policy`).
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, model_validator

from pipelines.domain.vocabulary import Action

ALL_SECTIONS: Literal["all"] = "all"

MONTHS: Final = "月"
"""The unit of lengths of time: whole calendar months."""

MOST_MONTHS: Final = 1200
MOST_VALUE: Final = 10**9
"""Beyond these a number is a misprint, and the arithmetic of dates and amounts no longer holds."""

_PARAMETER_NAME: Final = re.compile(r"\{([^{}]*)\}")
_CALENDAR_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day(value: object) -> object:
    """A day as YYYY-MM-DD: pydantic alone would take a number as seconds since 1970."""
    if value is None or isinstance(value, date) or (isinstance(value, str) and _CALENDAR_DAY.fullmatch(value)):
        return value
    raise ValueError("expected a day written as 2024-09-01")


def _number(value: object) -> object:
    """A plain number: pydantic alone would take a quoted text."""
    if value is None or (isinstance(value, int | float | Decimal) and not isinstance(value, bool)):
        return value
    raise ValueError("expected a plain number without quotes or unit, or null where it is not known")


def _sections(value: object) -> object:
    """The word `all`, or a list of sections."""
    if value == ALL_SECTIONS or (isinstance(value, list | tuple) and value and all(isinstance(v, str) for v in value)):
        return value
    raise ValueError("expected `all` or a list of sections, as [core, people]")


RuleId = Annotated[str, Field(pattern=r"^[A-Z]+-\d{2}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]
Day = Annotated[date | None, BeforeValidator(_day)]
Value = Annotated[Annotated[Decimal, Field(ge=0, le=MOST_VALUE, decimal_places=4)] | None, BeforeValidator(_number)]


class _Declared(BaseModel):
    """A mapping of a policy file: unknown keys are errors, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Clause(_Declared):
    """A clause, word for word, so that it can be quoted to the family."""

    document: Text = Field(description="document number, e.g. 草街办发〔2024〕54号")
    item: str = Field(default="", description="item of the document, e.g. （十）")
    text: Text = Field(description="the words themselves")
    is_paraphrase: bool = Field(default=False, description="told in our words: the document's own were not at hand")

    @property
    def source(self) -> str:
        """Document and item, as a sentence names them."""
        return f"{self.document}{self.item}"

    @property
    def quotation(self) -> str:
        """Document, item and words; in quotation marks only where they are the document's own."""
        return f"{self.source}（大意）：{self.text}" if self.is_paraphrase else f"{self.source}：“{self.text}”"


class Dated(_Declared):
    """Something that holds from a day to a day, both included; an empty end is open."""

    valid_from: Day = None
    valid_to: Day = None
    note: str = Field(default="", description="how sure we are, e.g. placeholder")

    @property
    def days_of_change(self) -> tuple[date, ...]:
        """The first day on which it holds, and the first on which it does not any more."""
        last = self.valid_to
        ended = (last + timedelta(days=1),) if last is not None and last != date.max else ()
        return ended if self.valid_from is None else (self.valid_from, *ended)

    def is_in_force(self, as_of: date) -> bool:
        """Whether it holds on the comparison date."""
        return (self.valid_from or date.min) <= as_of <= (self.valid_to or date.max)


class ParameterEntry(Dated):
    """A parameter's value over a time; `value` null says that the layer knows of it and leaves it unset."""

    value: Value
    unit: Text
    clause: Name | None = Field(default=None, description="key of a clause of the same layer")

    @model_validator(mode="after")
    def _whole_months(self) -> Self:
        """Months are whole and within what dates hold."""
        value = self.value
        if self.unit == MONTHS and value is not None and (value != value.to_integral_value() or value > MOST_MONTHS):
            raise ValueError(f"expected a whole number of months up to {MOST_MONTHS}, or null")
        return self


class SwitchEntry(Dated):
    """A switch over a time."""

    is_on: StrictBool
    clause: Name | None = Field(default=None, description="key of a clause of the same layer")
    conflict: Text | None = Field(
        default=None, description="what the layer says, told to staff where a lower layer decides otherwise"
    )


class Variant(_Declared):
    """A case that a layer treats otherwise than the rule's own action; the rule tells which records are the case.

    Its texts may name parameters, as `{exempt_vehicle_value}`: a number stands once, where it is dated.
    """

    action: Action | None = Field(default=None, description="the action of this case")
    outcome: Literal["exempt", "undetermined"] | None = Field(default=None, description="the milder outcome")
    clause: Name | None = Field(default=None, description="key of a clause of the same layer that this case rests on")
    text: Text = Field(description="what the layer says of the case, told where it applies")
    conflict: Text | None = Field(
        default=None, description="the same for a lower layer that is stricter; by default the text"
    )

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that its texts name."""
        return tuple(_PARAMETER_NAME.findall(f"{self.text}{self.conflict or ''}"))


class RuleEntry(Dated):
    """What a layer says of a rule over a time. A lower layer replaces the fields that it gives."""

    title: Text | None = Field(default=None, description="name of the rule in Chinese")
    section: Name | None = Field(
        default=None, description="the part of the catalogue, by which profiles switch rules on"
    )
    version: Text | None = Field(default=None, description="changes whenever the rule would judge or word otherwise")
    action: Action | None = Field(
        default=None, description="the layer then speaks for every case: those of higher layers no longer apply"
    )
    clause: Name | None = Field(default=None, description="key of a clause of the same layer")
    documents: tuple[Text, ...] | None = Field(default=None, description="what clears the finding")
    is_on: StrictBool | None = None
    variants: dict[Name, Variant] = Field(default_factory=dict)


class LayerFile(_Declared):
    """One file of a layer; the files of a layer together are the layer."""

    layer: Name
    title: Text
    clauses: dict[Name, Clause] = Field(default_factory=dict)
    parameters: dict[Name, Annotated[tuple[ParameterEntry, ...], Field(min_length=1)]] = Field(default_factory=dict)
    switches: dict[Name, Annotated[tuple[SwitchEntry, ...], Field(min_length=1)]] = Field(default_factory=dict)
    rules: dict[RuleId, Annotated[tuple[RuleEntry, ...], Field(min_length=1)]] = Field(default_factory=dict)


class Profile(_Declared):
    """Which layers apply, the highest first, and which sections of the rule catalogue are switched on."""

    title: Text
    layers: tuple[Name, ...] = Field(min_length=1)
    sections: Annotated[Literal["all"] | tuple[str, ...], BeforeValidator(_sections)]


class ProfilesFile(_Declared):
    """`data/policy/profiles.yml`."""

    profiles: dict[Annotated[str, Field(pattern=r"^[a-z0-9-]+$")], Profile]


def overlapping(entries: Sequence[Dated]) -> int | None:
    """The position of the first entry that does not begin after the one before it ended, or None.

    A series is written in order of time, with every end but the last: so it reads as a table of what held when.
    """
    for position, (earlier, later) in enumerate(pairwise(entries), start=1):
        if earlier.valid_to is None or later.valid_from is None or later.valid_from <= earlier.valid_to:
            return position
    return None


def ending_before_it_begins(entries: Iterable[Dated]) -> int | None:
    """The position of the first entry whose last day lies before its first, or None."""
    for position, entry in enumerate(entries):
        if (entry.valid_from or date.min) > (entry.valid_to or date.max):
            return position
    return None
