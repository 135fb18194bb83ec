"""The gates of a night that compare it with the nights before: limits from the policy, history from the manifests.

What belongs here: gathering what `pipelines.domain.gate_judgement` takes. Nights that a gate held are no history until
a person releases them.
"""

from datetime import date
from fractions import Fraction

from pipelines.domain.gate_history import history_of, metrics_of
from pipelines.domain.gate_judgement import gates_by_history
from pipelines.domain.gates import Gate, Limits
from pipelines.domain.policy import PolicyInForce
from pipelines.night.gate_attribution import Explaining
from pipelines.night.metrics import METRICS
from pipelines.night.night import Night
from pipelines.night.stored_nights import StoredNight
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
    earlier = earlier_nights(published, night.as_of, night.profile)
    history = history_of([one.manifest for one in earlier], limits.nights)
    explaining = Explaining(night, published, earlier, tonight, history, limits)
    return [explaining.explained(gate) for gate in gates_by_history(tonight, history, limits)]


def earlier_nights(vault: Vault, before: date, profile: str) -> list[StoredNight]:
    """The published nights of a profile before a date, the newest first: of several of one date the latest."""
    nights = [
        (str(told["as_of"]), int(told["publication_no"]), StoredNight(folder, told))
        for folder, told in published_nights(vault)
        if str(told["as_of"]) < before.isoformat() and told.get("profile") == profile
    ]
    latest = {as_of: night for as_of, _, night in sorted(nights, key=lambda one: one[:2])}
    return [latest[as_of] for as_of in sorted(latest, reverse=True)]
