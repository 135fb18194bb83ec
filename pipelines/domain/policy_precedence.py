"""Precedence: how the entries of several layers become one parameter or one rule in force.

What belongs here: the lowest layer wins, field by field; what it overrides is kept beside it. What does not: dates of a
whole policy and asking for it (`policy`), the shape of the files (`policy_layer`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from pipelines.domain.policy_layer import ALL_SECTIONS, Clause, LayerFile, Profile, RuleEntry, Variant
from pipelines.domain.vocabulary import ACTIONS_BY_STRENGTH, Action

Places = Mapping[tuple[str, str, str, int], str]
"""(layer, kind, name, position in the series) → file and line."""

PLACES: Final[Places] = MappingProxyType({})
UNSET: Final = "（未设置）"

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_OVERRIDABLE: Final = ("title", "section", "version", "action", "documents", "is_on")
_NEEDED: Final = ("title", "section", "version", "action", "clause")

Entries = Sequence[tuple[LayerFile, int, RuleEntry]]
"""A rule's entries in force with their layer and their position in its series, the highest layer's first."""


class PolicyError(ValueError):
    """The policy lacks something that a rule or the income needs; says what, in which profile, and what to do."""


@dataclass(frozen=True)
class Parameter:
    """A parameter in force. `value` is None where the lowest layer that knows it leaves it unset.

    Attributes:
        higher: what higher layers say, which this one overrides: layer and value, the highest first.
        place: file and line.
    """

    name: str
    value: Decimal | None
    unit: str
    layer: str
    valid_from: date | None
    clause: str | None
    note: str = ""
    higher: tuple[tuple[str, Decimal | None], ...] = ()
    place: str = ""

    def over(self, higher: "Parameter | None") -> "Parameter":
        """The parameter with what it overrides."""
        return self if higher is None else replace(self, higher=(*higher.higher, (higher.layer, higher.value)))


@dataclass(frozen=True)
class RuleInForce:
    """What applies to one rule.

    Attributes:
        basis: the clause, quoted with its document number.
        source: document number and item alone, as a sentence names them.
        variants: cases that are treated otherwise, applied: those of the lowest layer that gives an action, and below.
        clauses: by case, the clause that it rests on where that is not the rule's own.
        conflicts: milder cases of higher layers that a lower layer overrides, by case: what the higher layer says.
        layers: the layers that say something of the rule, the highest first.
        decided_by: field → the layer whose word counts.
    """

    rule_id: str
    title: str
    version: str
    action: Action
    basis: str
    source: str
    documents: tuple[str, ...]
    is_on: bool
    variants: Mapping[str, Variant] = field(default_factory=dict)
    conflicts: Mapping[str, str] = field(default_factory=dict)
    clauses: Mapping[str, Clause] = field(default_factory=dict)
    section: str = ""
    layers: tuple[str, ...] = ()
    decided_by: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    place: str = ""


def entries_in_force(layers: Iterable[LayerFile], rule_id: str, as_of: date) -> Entries:
    """A rule's entries in force, the highest layer's first."""
    return [
        (layer, position, one)
        for layer in layers
        for position, one in enumerate(layer.rules.get(rule_id, ()))
        if one.is_in_force(as_of)
    ]


def rule_in_force(
    rule_id: str,
    entries: Entries,
    name: str,
    profile: Profile,
    parameters: Mapping[str, Parameter],
    places: Places,
) -> RuleInForce:
    """One rule's entries, the highest layer's first, as one: field by field the lowest layer that gives it.

    Raises:
        PolicyError: taken together they lack what a finding needs.
    """
    given = {field_name: _lowest(entries, field_name) for field_name in (*_OVERRIDABLE, "clause")}
    place = places.get((entries[-1][0].layer, "rules", rule_id, entries[-1][1]), "")
    if missing := [field_name for field_name in _NEEDED if given[field_name] is None]:
        raise PolicyError(
            f"{f'{place}: ' if place else ''}profile {name}, rule {rule_id}: expected {', '.join(missing)} "
            f"in one of the layers {', '.join(layer.layer for layer, _, _ in entries)}, found none; add it there"
        )
    found = {field_name: told[1] for field_name, told in given.items() if told is not None}
    clause_layer = given["clause"][0] if given["clause"] else entries[-1][0]
    clause = clause_layer.clauses[found["clause"]]
    applied, overridden = _cases(entries)
    return RuleInForce(
        rule_id=rule_id,
        title=found["title"],
        version=found["version"],
        action=found["action"],
        basis=clause.quotation,
        source=clause.source,
        documents=found.get("documents", ()),
        is_on=found.get("is_on") is not False and _switches_on(profile, found["section"]),
        variants={case: _filled(one, parameters) for case, (_, one) in applied.items()},
        clauses={case: layer.clauses[one.clause] for case, (layer, one) in applied.items() if one.clause},
        conflicts={
            case: filled(one.conflict or one.text, parameters)
            for case, one in overridden.items()
            if _is_milder(one, found["action"])
        },
        section=found["section"],
        layers=tuple(layer.layer for layer, _, _ in entries),
        decided_by={field_name: told[0].layer for field_name, told in given.items() if told is not None},
        note="；".join(entry.note for _, _, entry in entries if entry.note),
        place=place,
    )


def filled(text: str, parameters: Mapping[str, Parameter]) -> str:
    """A text with the values of the parameters that it names, 未设置 where one is unset."""

    def value_of(found: re.Match[str]) -> str:
        parameter = parameters.get(found.group(1))
        return UNSET if parameter is None or parameter.value is None else spoken_value(parameter.value)

    return _PLACEHOLDER.sub(value_of, text)


def spoken_value(value: Decimal) -> str:
    """A value as a plain decimal without trailing zeros."""
    return f"{value.normalize():f}"


def _filled(variant: Variant, parameters: Mapping[str, Parameter]) -> Variant:
    """A case with its texts filled in."""
    return variant.model_copy(
        update={
            "text": filled(variant.text, parameters),
            "conflict": None if variant.conflict is None else filled(variant.conflict, parameters),
        }
    )


def _lowest(entries: Entries, name: str) -> tuple[LayerFile, Any] | None:
    """The lowest layer that gives a field, and what it gives."""
    given = [(layer, getattr(entry, name)) for layer, _, entry in entries if getattr(entry, name) is not None]
    return given[-1] if given else None


def _cases(entries: Entries) -> tuple[dict[str, tuple[LayerFile, Variant]], dict[str, Variant]]:
    """The cases that apply, with their layer, and those that a lower layer overrides.

    The lowest layer that gives an action speaks for every case; one that gives other fields alone leaves the cases as
    they are.
    """
    speaks = max((position for position, (_, _, entry) in enumerate(entries) if entry.action is not None), default=0)
    applied = {name: (layer, one) for layer, _, entry in entries[speaks:] for name, one in entry.variants.items()}
    overridden = {
        name: one for _, _, entry in entries[:speaks] for name, one in entry.variants.items() if name not in applied
    }
    return applied, overridden


def _is_milder(variant: Variant, action: Action) -> bool:
    """Whether a higher layer's case asks less of a family than the action that applies."""
    if variant.outcome is not None:
        return True
    return variant.action is not None and ACTIONS_BY_STRENGTH.index(variant.action) > ACTIONS_BY_STRENGTH.index(action)


def _switches_on(profile: Profile, section: str) -> bool:
    """Whether the profile switches a section of the catalogue on."""
    return profile.sections == ALL_SECTIONS or section in profile.sections
