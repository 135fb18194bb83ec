"""The policy in force on a comparison date: parameters, switches and rules of a profile, the lowest layer winning.

What belongs here: precedence and dates. What does not: which profile a night uses (settings), files (policy_files).
Rules take every threshold, clause, document and action from here, so that a new year's standard is a line of data.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.domain.money import to_hao
from pipelines.domain.policy_layer import ALL_SECTIONS, Clause, LayerFile, Profile, RuleEntry, Variant
from pipelines.domain.vocabulary import Action


class PolicyError(ValueError):
    """The policy lacks something that a rule or the income needs; says what, in which profile, and what to do."""


@dataclass(frozen=True)
class Parameter:
    """A parameter in force. `value` is None where every layer leaves it unset."""

    name: str
    value: Decimal | None
    unit: str
    layer: str
    valid_from: date | None
    clause: str | None


@dataclass(frozen=True)
class RuleInForce:
    """What applies to one rule.

    Attributes:
        basis: the clause, quoted with its document number.
        source: document number and item alone, as a sentence names them.
        variants: cases of the winning layer that are treated otherwise, applied.
        clauses: by case, the clause that it rests on where that is not the rule's own.
        conflicts: milder cases of higher layers that a lower layer overrides, by case: what the higher layer says.
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


@dataclass(frozen=True)
class PolicyInForce:
    """Everything of a profile that applies on `as_of`.

    Attributes:
        version: hash of what applies; equal versions judge alike, whatever files they came from.
    """

    profile: str
    as_of: date
    parameters: Mapping[str, Parameter]
    switches: Mapping[str, bool]
    rules: Mapping[str, RuleInForce]
    version: str

    def value(self, name: str) -> Decimal | None:
        """A parameter's value, None where it is unset or not (yet) in force."""
        parameter = self.parameters.get(name)
        return None if parameter is None else parameter.value

    def amount(self, name: str) -> int | None:
        """A parameter in 元 as 毫, None where it is unset."""
        value = self.value(name)
        return None if value is None else to_hao(value)

    def ratio(self, name: str) -> Fraction | None:
        """A parameter as an exact ratio, None where it is unset."""
        value = self.value(name)
        return None if value is None else Fraction(value)

    def months(self, name: str) -> int:
        """A length in calendar months.

        Raises:
            PolicyError: unset, or not a whole number.
        """
        value = self.value(name)
        if value is None or value != value.to_integral_value():
            raise PolicyError(
                f"profile {self.profile}, parameter {name} on {self.as_of}: expected a whole number of months, "
                f"found {value}; give it in data/policy"
            )
        return int(value)

    def is_switched_on(self, name: str) -> bool:
        """Whether a switch is on; what no layer mentions is off."""
        return self.switches.get(name, False)

    def rule(self, rule_id: str) -> RuleInForce:
        """What applies to a rule.

        Raises:
            PolicyError: no layer has an entry for it on that date.
        """
        if rule_id not in self.rules:
            raise PolicyError(
                f"profile {self.profile}: expected an entry for rule {rule_id} on {self.as_of}, found none; "
                "add it to a layer in data/policy"
            )
        return self.rules[rule_id]

    def is_rule_on(self, rule_id: str) -> bool:
        """Whether a rule is switched on; a rule without an entry on that date is off."""
        return rule_id in self.rules and self.rules[rule_id].is_on


@dataclass(frozen=True)
class Policy:
    """A profile's layers, the highest first, on all dates."""

    name: str
    profile: Profile
    layers: tuple[LayerFile, ...]

    def in_force(self, as_of: date) -> PolicyInForce:
        """What applies on a comparison date; of several layers the lowest that says something wins.

        Raises:
            PolicyError: a rule's entries, taken together, lack what a finding needs.
        """
        parameters = {name: one for layer in self.layers for name, one in _parameters(layer, as_of)}
        switches = {name: is_on for layer in self.layers for name, is_on in _switches(layer, as_of)}
        rules: dict[str, RuleInForce] = {}
        for rule_id in sorted({rule_id for layer in self.layers for rule_id in layer.rules}):
            entries = _entries(self.layers, rule_id, as_of)
            if entries:
                rules[rule_id] = self._rule_in_force(rule_id, entries)
        return PolicyInForce(self.name, as_of, parameters, switches, rules, _version_of(parameters, switches, rules))

    def _rule_in_force(self, rule_id: str, entries: list[tuple[LayerFile, RuleEntry]]) -> RuleInForce:
        """One rule's entries, the highest layer's first, as one: field by field the lowest layer that gives it."""
        title, section, version, action, documents, is_on = (
            _lowest(getattr(entry, name) for _, entry in entries)
            for name in ("title", "section", "version", "action", "documents", "is_on")
        )
        clause = _lowest(layer.clauses[entry.clause] for layer, entry in entries if entry.clause)
        needed = {"title": title, "section": section, "version": version, "action": action, "clause": clause}
        missing = ", ".join(name for name, value in needed.items() if value is None)
        if missing:
            raise PolicyError(
                f"profile {self.name}, rule {rule_id}: expected {missing} in one of the layers "
                f"{', '.join(layer.layer for layer, _ in entries)}, found none; add it there"
            )
        overridden = [entry.variants for _, entry in entries[:-1]]
        winner, variants = entries[-1][0], entries[-1][1].variants
        return RuleInForce(
            rule_id=rule_id,
            title=title,
            version=version,
            action=action,
            basis=clause.quotation,
            source=clause.source,
            documents=documents or (),
            is_on=is_on is not False and self._switches_on(section),
            variants=variants,
            clauses={name: winner.clauses[one.clause] for name, one in variants.items() if one.clause},
            conflicts={name: one.text for variants in overridden for name, one in variants.items()},
        )

    def _switches_on(self, section: str) -> bool:
        """Whether the profile switches a section of the catalogue on."""
        return self.profile.sections == ALL_SECTIONS or section in self.profile.sections


def _parameters(layer: LayerFile, as_of: date) -> Iterator[tuple[str, Parameter]]:
    """A layer's parameters in force, by name."""
    for name, entries in layer.parameters.items():
        for one in entries:
            if one.is_in_force(as_of):
                clause = layer.clauses[one.clause].quotation if one.clause else None
                yield name, Parameter(name, one.value, one.unit, layer.layer, one.valid_from, clause)


def _switches(layer: LayerFile, as_of: date) -> Iterator[tuple[str, bool]]:
    """A layer's switches in force, by name."""
    for name, entries in layer.switches.items():
        yield from ((name, one.is_on) for one in entries if one.is_in_force(as_of))


def _entries(layers: Iterable[LayerFile], rule_id: str, as_of: date) -> list[tuple[LayerFile, RuleEntry]]:
    """A rule's entries in force, the highest layer's first."""
    return [(layer, one) for layer in layers for one in layer.rules.get(rule_id, ()) if one.is_in_force(as_of)]


def _lowest(values: Iterable[Any]) -> Any:  # noqa: ANN401 - one field of several layers, of whatever type it has
    """The last value that is given, None where none is."""
    return next((value for value in reversed(list(values)) if value is not None), None)


def _version_of(
    parameters: Mapping[str, Parameter], switches: Mapping[str, bool], rules: Mapping[str, RuleInForce]
) -> str:
    """16 hexadecimal digits over everything that applies, in canonical order."""
    content = {
        "parameters": {name: asdict(one) for name, one in parameters.items()},
        "switches": dict(switches),
        "rules": {name: _plain_rule(one) for name, one in rules.items()},
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain_rule(one: RuleInForce) -> dict[str, Any]:
    """A rule in force as plain data."""
    plain = {item.name: getattr(one, item.name) for item in fields(one)}
    return plain | {
        name: {case: declared.model_dump(mode="json") for case, declared in getattr(one, name).items()}
        for name in ("variants", "clauses")
    }
