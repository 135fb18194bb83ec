"""The policy in force on a comparison date: parameters, switches and rules of a profile, the lowest layer winning.

What belongs here: what applies, and asking for it. What does not: how the layers' entries become one rule
(`policy_precedence`), which profile a night uses (settings), files (policy_files). Rules take every threshold, clause,
document and action from here, so that a new year's standard is a line of data.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from pipelines.domain.money import to_hao
from pipelines.domain.policy_layer import LayerFile, Profile
from pipelines.domain.policy_precedence import (
    PLACES,
    Parameter,
    Places,
    PolicyError,
    RuleInForce,
    entries_in_force,
    rule_in_force,
)
from pipelines.domain.policy_version import version_of

__all__ = ["Parameter", "Policy", "PolicyError", "PolicyInForce", "RuleInForce", "Switch", "UnsetParameterError"]


class UnsetParameterError(PolicyError):
    """A rule cannot judge at all without a parameter that no layer sets; `parameter` names it."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


@dataclass(frozen=True)
class Switch:
    """A switch in force, and the layer that sets it.

    Attributes:
        conflict: what this layer tells staff where a lower one decides otherwise.
        overridden: what higher layers that decide otherwise tell.
    """

    name: str
    is_on: bool
    layer: str
    valid_from: date | None
    clause: str | None
    conflict: str | None = None
    overridden: tuple[str, ...] = ()

    def over(self, higher: "Switch | None") -> "Switch":
        """The switch with what it overrides."""
        if higher is None:
            return self
        told = (*higher.overridden, higher.conflict) if higher.is_on != self.is_on else higher.overridden
        return replace(self, overridden=tuple(one for one in told if one))


@dataclass(frozen=True)
class PolicyInForce:
    """Everything of a profile that applies on `as_of`.

    Attributes:
        version: hash of what applies; equal versions judge alike, whatever files they came from.
    """

    profile: str
    as_of: date
    parameters: Mapping[str, Parameter]
    switches: Mapping[str, Switch]
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
        """A length in calendar months, of a parameter without which nothing can be judged.

        Raises:
            UnsetParameterError: unset, or not in force: the rule that asks is not assessed.
            PolicyError: not a whole number.
        """
        value = self.value(name)
        if value is None:
            raise UnsetParameterError(
                name,
                f"{self.place_of(name)}profile {self.profile}, parameter {name} on {self.as_of}: "
                "expected a whole number of months, found none; set it in a layer of the policy",
            )
        if value != value.to_integral_value():
            raise PolicyError(
                f"{self.place_of(name)}profile {self.profile}, parameter {name} on {self.as_of}: "
                f"expected a whole number of months, found {value}; give it in data/policy"
            )
        return int(value)

    def months_if_set(self, name: str) -> int | None:
        """A length in calendar months, None where it is unset."""
        return None if self.value(name) is None else self.months(name)

    def is_switched_on(self, name: str) -> bool:
        """Whether a switch is on; what no layer mentions is off."""
        return name in self.switches and self.switches[name].is_on

    def overridden_by_switch(self, name: str) -> tuple[str, ...]:
        """What higher layers that decide a switch otherwise tell staff, the highest first."""
        return self.switches[name].overridden if name in self.switches else ()

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

    def rule_version(self, rule_id: str) -> str:
        """The version of a rule with that of the policy: `1@0123456789abcdef`, by which law a finding was made.

        It names the law, it is no fact: the fingerprint of a finding leaves it out, so that a new standard does not
        make every finding `changed`.
        """
        return f"{self.rule(rule_id).version}@{self.version}"

    def place_of(self, name: str) -> str:
        """File and line where a parameter was set, as the beginning of a message; empty where they are not known."""
        parameter = self.parameters.get(name)
        return f"{parameter.place}: " if parameter is not None and parameter.place else ""


@dataclass(frozen=True)
class Policy:
    """A profile's layers, the highest first, on all dates.

    Attributes:
        places: where each dated entry stands (`policy_precedence.Places`), for messages alone.
    """

    name: str
    profile: Profile
    layers: tuple[LayerFile, ...]
    places: Places = field(default_factory=lambda: PLACES)

    def in_force(self, as_of: date) -> PolicyInForce:
        """What applies on a comparison date; of several layers the lowest that says something wins.

        Raises:
            PolicyError: a rule's entries, taken together, lack what a finding needs.
        """
        parameters: dict[str, Parameter] = {}
        for layer in self.layers:
            for one in self._parameters(layer, as_of):
                parameters[one.name] = one.over(parameters.get(one.name))
        switches: dict[str, Switch] = {}
        for switch in (one for layer in self.layers for one in _switches(layer, as_of)):
            switches[switch.name] = switch.over(switches.get(switch.name))
        rules: dict[str, RuleInForce] = {}
        for rule_id in sorted({rule_id for layer in self.layers for rule_id in layer.rules}):
            entries = entries_in_force(self.layers, rule_id, as_of)
            if entries:
                rules[rule_id] = rule_in_force(rule_id, entries, self.name, self.profile, parameters, self.places)
        version = version_of(
            {
                "parameters": parameters,
                "switches": {name: one.is_on for name, one in switches.items()},
                "rules": rules,
            }
        )
        return PolicyInForce(self.name, as_of, parameters, switches, rules, version)

    def days_of_change(self) -> list[date]:
        """The days on which something begins to apply or stops applying, in order of time."""
        series = [
            entries
            for layer in self.layers
            for kind in (layer.parameters, layer.switches, layer.rules)
            for entries in kind.values()
        ]
        return sorted({day for entries in series for one in entries for day in one.days_of_change})

    def _parameters(self, layer: LayerFile, as_of: date) -> Iterator[Parameter]:
        """A layer's parameters in force."""
        for name, entries in layer.parameters.items():
            for position, one in enumerate(entries):
                if one.is_in_force(as_of):
                    yield Parameter(
                        name=name,
                        value=one.value,
                        unit=one.unit,
                        layer=layer.layer,
                        valid_from=one.valid_from,
                        clause=layer.clauses[one.clause].quotation if one.clause else None,
                        note=one.note,
                        place=self.places.get((layer.layer, "parameters", name, position), ""),
                    )


def _switches(layer: LayerFile, as_of: date) -> Iterator[Switch]:
    """A layer's switches in force."""
    for name, entries in layer.switches.items():
        for one in entries:
            if one.is_in_force(as_of):
                clause = layer.clauses[one.clause].quotation if one.clause else None
                yield Switch(name, one.is_on, layer.layer, one.valid_from, clause, one.conflict)
