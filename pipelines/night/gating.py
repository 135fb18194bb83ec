"""The gates of a night that compare it with the nights before: limits from the policy, history from the manifests.

What belongs here: gathering what `pipelines.domain.gate_judgement` takes. Nights that a gate held are no history until
a person releases them.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from pipelines.domain.gate_history import history_of, metrics_of
from pipelines.domain.gate_judgement import gates_by_history
from pipelines.domain.gates import Gate, Limits
from pipelines.domain.policy import PolicyInForce
from pipelines.night.metrics import METRICS
from pipelines.night.night import Night
from warehouse.publication import published_nights
from warehouse.session import Vault


def gate_limits(policy: PolicyInForce) -> Limits:
    """The limits in force; a gate whose limit is unset does not judge."""
    nights, smallest = policy.value("gate_nights"), policy.ratio("gate_smallest")
    return Limits(
        roster_band=policy.ratio("gate_roster_band"),
        feed_band=policy.ratio("gate_feed_band"),
        match_band=policy.ratio("gate_match_band"),
        fill_points=policy.ratio("gate_fill_points"),
        breaker_multiple=policy.ratio("breaker_multiple"),
        breaker_excess=policy.ratio("breaker_excess"),
        smallest=smallest if smallest is not None else Fraction(0),
        nights=int(nights or 0),
    )


def history_gates(night: Night, published: Vault) -> list[Gate]:
    """The gates that compare tonight with earlier nights, those that trip with what explains most of it.

    Args:
        night: the night, counted.
        published: the warehouse whose published nights are the history.
    """
    tonight = metrics_of({"as_of": night.as_of.isoformat(), METRICS: night.tables.read_facts(METRICS)})
    if tonight is None:
        return []
    limits = gate_limits(night.policy)
    history = history_of(list(earlier_nights(published, night.as_of, night.profile).values()), limits.nights)
    return list(gates_by_history(tonight, history, limits))


def earlier_nights(vault: Vault, before: date, profile: str) -> dict[str, Mapping[str, Any]]:
    """The manifests of the published nights of a profile before a date: of several of one date the latest."""
    nights = [
        (str(told["as_of"]), int(told["publication_no"]), told)
        for _, told in published_nights(vault)
        if str(told["as_of"]) < before.isoformat() and told.get("profile") == profile
    ]
    return {as_of: told for as_of, _, told in sorted(nights, key=lambda one: one[:2])}
