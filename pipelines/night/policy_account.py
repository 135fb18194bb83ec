"""The account of a policy on one day, as plain data: what applies, from which layer, by which clause.

What belongs here: the content of `hedui policy show`, for the screen and as JSON. What does not: how it looks
(`policy_screen`).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pipelines.domain.policy import Parameter, PolicyInForce, RuleInForce, Switch
from pipelines.domain.policy_layer import LayerFile, Profile, Variant
from pipelines.domain.policy_precedence import spoken_value
from pipelines.domain.vocabulary import ACTION_LABEL, OUTCOME_LABEL, Outcome
from pipelines.night.policy_probe import Needs

Account = dict[str, Any]


def policy_account(
    in_force: PolicyInForce,
    profile: Profile,
    layers: Mapping[str, LayerFile],
    needs: Mapping[str, Needs],
    without: tuple[str, ...],
) -> Account:
    """Everything that applies on a day.

    Args:
        in_force: the policy on that day.
        profile: its profile.
        layers: the layers by name, for their titles.
        needs: what each rule asks for.
        without: rules of which no layer of the profile says anything on that day.
    """
    return {
        "profile": in_force.profile,
        "title": profile.title,
        "as_of": in_force.as_of.isoformat(),
        "version": in_force.version,
        "layers": [{"name": name, "title": layers[name].title} for name in profile.layers],
        "parameters": [parameter_account(one) for _, one in sorted(in_force.parameters.items())],
        "switches": [switch_account(one) for _, one in sorted(in_force.switches.items())],
        "rules": [rule_account(one, needs.get(rule_id)) for rule_id, one in sorted(in_force.rules.items())],
        "rules_without_entry": list(without),
    }


def rule_alone(account: Account, rule_id: str, needs: Needs | None) -> Account:
    """An account cut down to one rule and what it asks for."""
    names = frozenset() if needs is None else needs.parameters | needs.switches
    return account | {
        "parameters": [one for one in account["parameters"] if one["name"] in names],
        "switches": [one for one in account["switches"] if one["name"] in names],
        "rules": [one for one in account["rules"] if one["rule_id"] == rule_id],
        "rules_without_entry": [one for one in account["rules_without_entry"] if one == rule_id],
    }


def parameter_account(one: Parameter) -> Account:
    """A parameter: value (null where it is unset), unit, since when, by which layer and clause, over which others."""
    return {
        "name": one.name,
        "value": _told(one.value),
        "unit": one.unit,
        "valid_from": None if one.valid_from is None else one.valid_from.isoformat(),
        "layer": one.layer,
        "clause": one.clause,
        "note": one.note,
        "overrides": [{"layer": layer, "value": _told(value)} for layer, value in one.higher],
        "place": one.place,
    }


def switch_account(one: Switch) -> Account:
    """A switch: on or off, since when, by which layer and clause."""
    return {
        "name": one.name,
        "is_on": one.is_on,
        "valid_from": None if one.valid_from is None else one.valid_from.isoformat(),
        "layer": one.layer,
        "clause": one.clause,
    }


def rule_account(one: RuleInForce, needs: Needs | None) -> Account:
    """A rule: on or off, action, title, clause, documents, cases, and what higher layers say more mildly."""
    unset = needs.unset if needs is not None and one.is_on else None
    return {
        "rule_id": one.rule_id,
        "title": one.title,
        "section": one.section,
        "version": one.version,
        "is_on": one.is_on,
        "not_judged_without": unset,
        "action": one.action.value,
        "action_label": ACTION_LABEL[one.action],
        "layers": list(one.layers),
        "decided_by": dict(one.decided_by),
        "clause": one.basis,
        "documents": list(one.documents),
        "parameters": sorted(needs.parameters) if needs is not None else [],
        "variants": [_variant(name, case, one) for name, case in one.variants.items()],
        "conflicts": [{"case": name, "text": text} for name, text in one.conflicts.items()],
        "note": one.note,
        "place": one.place,
    }


def _variant(name: str, case: Variant, one: RuleInForce) -> Account:
    """One case: what it leads to, what the layer says, the clause of its own."""
    label = OUTCOME_LABEL[Outcome(case.outcome)] if case.outcome else ACTION_LABEL[case.action or one.action]
    return {
        "case": name,
        "action": case.action.value if case.action else None,
        "outcome": case.outcome,
        "label": label,
        "text": case.text,
        "clause": one.clauses[name].quotation if name in one.clauses else None,
    }


def _told(value: Decimal | None) -> str | None:
    """A value as text, so that no reader of JSON rounds it."""
    return None if value is None else spoken_value(value)
