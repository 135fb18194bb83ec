"""`hedui status --json`: the same facts as on the screen, for machines. Counts, dates and names of feeds, rules and gates.

What belongs here: the shape. Names are stable: others are added, none is renamed.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.domain.gates import BREAKER
from pipelines.domain.health_history import last_nights
from pipelines.night.health import HEALTH
from pipelines.night.status import FeedStanding, Standing
from pipelines.night.status_disk import disk_facts

OF_THE_NIGHT = ("as_of", "profile", "run_id", "code_version", "policy_version", "counts", "gates", "canaries", "events")
"""What is taken from the manifest as it is, where it is there."""


def status_facts(found: Standing, today: date) -> dict[str, Any]:
    """Where a warehouse stands, as plain values; what is not known is null or left out."""
    night = found.night or {}
    return {
        "encrypted": found.encrypted,
        "at_work": asdict(found.at_work) if found.at_work else None,
        "night": _night(night) or None,
        "folder": _text(found.folder),
        "health": _health(night.get(HEALTH)),
        "health_page": _text(found.page),
        "feeds": {one.feed: _feed(one, today) for one in found.feeds},
        "held": [
            {"name": one.name, "as_of": one.as_of, "gates": list(one.gates), "ways_on": list(one.ways)}
            for one in found.held
        ],
        "failures": len(found.failures),
        "nights": [{"as_of": one.as_of, "fate": one.fate} for one in last_nights(found.nights)],
        "event_store": _events(found),
        "disk": None if found.disk is None else disk_facts(found.disk),
        "workbooks": _text(found.books),
        "drop_folder": None
        if found.returned is None
        else {"folder": str(found.returned.folder), "waiting": found.returned.waiting},
    }


def _night(night: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest's own facts; a breaker that passed says what it found in one town, which may be one family."""
    told = {name: night[name] for name in OF_THE_NIGHT if name in night}
    if "gates" in told:
        told["gates"] = [_without_town(gate) for gate in told["gates"]]
    return told


def _without_town(gate: Mapping[str, Any]) -> Mapping[str, Any]:
    is_small = gate.get("kind") == BREAKER and gate.get("passed")
    return {**gate, "detail": ""} if is_small else gate


def _health(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The counts of the health page but those by town: small ones would point at a family."""
    if told is None:
        return None
    cases = {name: count for name, count in told.get("cases", {}).items() if name != "towns"}
    return {**told, "cases": cases}


def _feed(one: FeedStanding, today: date) -> dict[str, Any]:
    used: Mapping[str, Any] = one.used
    return {
        **{name: used.get(name) for name in ("status", "snapshot_date", "max_age_days", "messages")},
        "newest_landed": one.landed.snapshot_date.isoformat() if one.landed else None,
        "rows": one.landed.books.kept if one.landed else None,
        "age_days": one.age_days(today),
        "is_stale": one.is_stale(today),
        "refused": one.refused.message if one.refused else None,
    }


def _events(found: Standing) -> dict[str, Any] | None:
    one = found.events
    if one is None:
        return None
    return {"place": one.place, "events": one.events, "is_whole": one.is_whole, "problem": one.problem or None}


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
