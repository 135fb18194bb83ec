"""What Dagster is told of the health page: whether it could be made, where it is, and its first counts.

What stands on the page is in `pipelines.night.health_page`.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from pipelines.discretion import place
from pipelines.night.drawing import DrawingError
from pipelines.night.health import HEALTH, PAGE
from pipelines.night.labels import OUTCOME_LABELS
from pipelines.night.page_maker import PageMaker
from warehouse.publication import Publication

CHECK = "health_page"

HEALTH_PAGE_CHECK = dg.AssetCheckSpec(
    CHECK, asset="published_night", description="运行概况页（health.html）已生成，图齐全。不通过只作提示，不影响发布。"
)


def page_check(maker: PageMaker) -> dg.AssetCheckResult:
    """What became of a page, as a warning at most."""
    return dg.AssetCheckResult(
        check_name=CHECK,
        asset_key="published_night",
        passed=not maker.failures,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"problems": "; ".join(map(problem, maker.failures)) or "none"},
    )


def problem(error: Exception) -> str:
    """A failure in words: our own message; of others the type and the place, for a message may quote a value."""
    if isinstance(error, DrawingError):
        return str(error)
    return f"the page could not be made: {type(error).__name__} at {place(error)}"


def page_metadata(publication: Publication, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Where the page is, and its first table in counts."""
    path = publication.folder / PAGE
    told: dict[str, Any] = {"glance": dg.MetadataValue.md(glance(manifest))}
    return told | ({"health_page": dg.MetadataValue.path(str(path))} if path.exists() else {})


def glance(manifest: Mapping[str, Any]) -> str:
    """Findings by outcome and change, in one line each way."""
    rules = manifest.get(HEALTH, {}).get("rules", [])
    totals = {label: sum(int(one.get(name) or 0) for one in rules) for name, label in OUTCOME_LABELS.items()}
    head, line, row = (
        " | ".join(totals),
        " | ".join("---:" for _ in totals),
        " | ".join(f"{count:,}" for count in totals.values()),
    )
    return f"| {head} |\n| {line} |\n| {row} |"
