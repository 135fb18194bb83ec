"""What one policy layer (国家, 市, 区县, 镇街) says, with the dates on which it says so.

What belongs here: the shape of `data/policy/<layer>/*.yml` and `data/policy/profiles.yml`. What does not: reading those
files (`pipelines.night.policy_files`) and what applies on a date (`pipelines.domain.policy`).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipelines.domain.vocabulary import Action

RuleId = Annotated[str, Field(pattern=r"^[A-Z]+-\d{2}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]

ALL_SECTIONS: Literal["all"] = "all"


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

    valid_from: date | None = None
    valid_to: date | None = None
    note: str = Field(default="", description="how sure we are, e.g. placeholder")

    def is_in_force(self, as_of: date) -> bool:
        """Whether it holds on the comparison date."""
        return (self.valid_from or date.min) <= as_of <= (self.valid_to or date.max)


class ParameterEntry(Dated):
    """A parameter's value over a time; `value` null says that the layer knows of it and leaves it unset."""

    value: Decimal | None
    unit: Text
    clause: str | None = Field(default=None, description="key of a clause of the same layer")


class SwitchEntry(Dated):
    """A switch over a time."""

    is_on: bool
    clause: str | None = Field(default=None, description="key of a clause of the same layer")


class Variant(_Declared):
    """A case that a layer treats otherwise than the rule's own action; the rule tells which records are the case."""

    action: Action | None = Field(default=None, description="the action of this case")
    outcome: Literal["exempt", "undetermined"] | None = Field(default=None, description="the milder outcome")
    clause: str | None = Field(default=None, description="key of a clause of the same layer that this case rests on")
    text: Text = Field(description="what the layer says, shown as conflict where a lower layer is stricter")


class RuleEntry(Dated):
    """What a layer says of a rule over a time. A lower layer replaces the fields that it gives."""

    title: str | None = Field(default=None, description="name of the rule in Chinese")
    section: Name | None = Field(
        default=None, description="the part of the catalogue, by which profiles switch rules on"
    )
    version: str | None = Field(default=None, description="changes whenever the rule would judge or word otherwise")
    action: Action | None = None
    clause: str | None = Field(default=None, description="key of a clause of the same layer")
    documents: tuple[Text, ...] | None = Field(default=None, description="what clears the finding")
    is_on: bool | None = None
    variants: dict[Name, Variant] = Field(default_factory=dict)


class LayerFile(_Declared):
    """One file of a layer; the files of a layer together are the layer."""

    layer: Name
    title: Text
    clauses: dict[Name, Clause] = Field(default_factory=dict)
    parameters: dict[Name, tuple[ParameterEntry, ...]] = Field(default_factory=dict)
    switches: dict[Name, tuple[SwitchEntry, ...]] = Field(default_factory=dict)
    rules: dict[RuleId, tuple[RuleEntry, ...]] = Field(default_factory=dict)


class Profile(_Declared):
    """Which layers apply, the highest first, and which sections of the rule catalogue are switched on."""

    title: Text
    layers: tuple[Name, ...] = Field(min_length=1)
    sections: Literal["all"] | tuple[Name, ...]


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
