"""Literal manifests for the tests of the health page and of status."""

from typing import Any

from pipelines.domain.health import RULE_FIELDS
from pipelines.domain.health_history import FeedNight, NightAccount

FEEDS: dict[str, dict[str, Any]] = {
    "vehicle": {
        "title": "机动车", "status": "fresh", "snapshot_date": "2026-09-21", "age_days": 1, "max_age_days": 35,
        "rows_read": 110, "kept": 100, "quarantined": 6, "duplicate": 3, "superseded": 1, "skipped": 0, "messages": [],
    },
    "roster": {
        "title": "救助对象名册", "status": "fresh", "snapshot_date": "2026-09-22", "age_days": 0, "max_age_days": 5,
        "rows_read": 50, "kept": 50, "quarantined": 0, "duplicate": 0, "superseded": 0, "skipped": 0, "messages": [],
    },
    "business": {
        "title": "市场主体", "status": "stale", "snapshot_date": "2026-07-01", "age_days": 83, "max_age_days": 35,
        "rows_read": 0, "kept": 0, "quarantined": 0, "duplicate": 0, "superseded": 0, "skipped": 0, "messages": [],
    },
    "death": {"title": "死亡", "status": "absent", "messages": []},
}  # fmt: skip


def rule(rule_id: str, **counts: Any) -> dict[str, Any]:
    told = {"rule_id": rule_id, "title": "", "feed": "vehicle", "feed_status": "fresh"}
    return {**told, **dict.fromkeys(RULE_FIELDS, 0), **counts}


def gate(name: str, kind: str, status: str = "passed", **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": kind, "status": status, "passed": status != "failed", "detail": "", **more}


def health(**parts: Any) -> dict[str, Any]:
    return {
        "rules": [rule("CL-01", title="名下有汽车", flagged=7, exempt=2, new=4, households_clear=41)],
        "answers": {"verdicts": 0, "confirmed": 0, "rules": {}, "nights": {}, "imprecise": [], "floor": 0.2},
        "suppression": {"findings": 0, "rules": {}, "months": {}, "soon": 0, "oldest": None},
        "cases": {"states": {}, "overdue": 0, "towns": {}},
        **parts,
    }


def manifest(day: int = 22, **more: Any) -> dict[str, Any]:
    return {
        "as_of": f"2026-09-{day:02d}",
        "profile": "caojie-2024",
        "run_id": "0123456789ab",
        "counts": {"households": 50, "persons": 90, "findings": 9, "cases": 6},
        "feeds": FEEDS,
        "metrics": {"feeds": {"vehicle": {"rows": 100 + day, "matched_persons": 12}}},
        "gates": [gate("night_books", "night_books"), gate("vehicle_rows", "feed_rows", "no_history")],
        "canaries": {"households": 10, "asked": 10, "wrong": []},
        "health": health(),
    } | more


def history() -> dict[str, list[FeedNight]]:
    return {"vehicle": [FeedNight(f"2026-09-{day}", "fresh", 1, 100 + day, 12, 6) for day in (20, 21, 22)]}


def night(day: int, **more: Any) -> NightAccount:
    return NightAccount(manifest(day, **more), "published")
