"""The health page beside a night's tables: made by a process that may fail without holding the night.

What belongs here: trying, and what Dagster is told of it. What stands on the page is in `pipelines.night.health_page`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from pipelines.discretion import place
from pipelines.night.drawing import Drawing, DrawingError
from pipelines.night.health import HEALTH, PAGE, health_page
from pipelines.night.health_charts import Spec
from pipelines.night.labels import OUTCOME_LABELS
from warehouse.publication import Publication
from warehouse.session import Vault

CHECK = "health_page"

HEALTH_PAGE_CHECK = dg.AssetCheckSpec(
    CHECK, asset="published_night", description="运行概况页（health.html）已生成，图齐全。不通过只作提示，不影响发布。"
)


@dataclass(frozen=True)
class PageMaker:
    """Makes the page of one night; whatever goes wrong is kept as a problem, and the night goes on."""

    vault: Vault
    drawing: Drawing
    problems: list[str] = field(default_factory=list)

    def files(self, manifest: Mapping[str, Any]) -> dict[str, bytes]:
        """The page by its name; nothing where it could not be made."""
        try:
            return {PAGE: health_page(self.vault, manifest, self._draw)}
        except Exception as error:  # noqa: BLE001  a page must not hold a night, whatever is wrong with it
            self.problems.append(f"the page could not be made: {type(error).__name__} at {place(error)}")
            return {}

    def _draw(self, specs: Mapping[str, Spec]) -> Mapping[str, str]:
        try:
            return self.drawing.charts(specs)
        except DrawingError as error:
            self.problems.append(str(error))
            return {}

    def check(self) -> dg.AssetCheckResult:
        """What became of it, as a warning at most."""
        return dg.AssetCheckResult(
            check_name=CHECK,
            asset_key="published_night",
            passed=not self.problems,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"problems": "; ".join(self.problems) or "none"},
        )


@contextmanager
def page_maker(vault: Vault) -> Iterator[PageMaker]:
    """Start the process that draws while the night's tables are still being written; it ends with the block."""
    with Drawing() as drawing:
        yield PageMaker(vault, drawing)


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
