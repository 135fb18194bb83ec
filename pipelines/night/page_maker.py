"""Making the health page of one night without ever being in its way.

What belongs here: trying. Whatever goes wrong is kept for whoever wants to tell it; the night, or its release, goes on.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pipelines.night.drawing import Drawing, DrawingError, take_drawing
from pipelines.night.health import PAGE, health_page
from pipelines.night.health_charts import Spec
from warehouse.session import Vault


@dataclass(frozen=True)
class PageMaker:
    """Makes the page of one night.

    Attributes:
        vault: the warehouse.
        drawing: the process that draws the charts.
        failures: what went wrong, in order.
    """

    vault: Vault
    drawing: Drawing
    failures: list[Exception] = field(default_factory=list)

    def files(self, manifest: Mapping[str, Any]) -> dict[str, bytes]:
        """The page by its name; nothing where it could not be made."""
        try:
            return {PAGE: health_page(self.vault, manifest, self._draw)}
        except Exception as error:  # noqa: BLE001  a page must not hold a night, whatever is wrong with it
            self.failures.append(error)
            return {}

    def _draw(self, specs: Mapping[str, Spec]) -> Mapping[str, str]:
        try:
            return self.drawing.charts(specs)
        except DrawingError as error:
            self.failures.append(error)
            return {}


@contextmanager
def page_maker(vault: Vault) -> Iterator[PageMaker]:
    """Have the process that draws start while other work goes on; it ends with the block."""
    with take_drawing() as drawing:
        yield PageMaker(vault, drawing)
