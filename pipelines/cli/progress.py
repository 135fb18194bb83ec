"""Progress of a night while it runs: live on a terminal, plain lines elsewhere (a log, a pipe)."""

import time
from types import TracebackType
from typing import Self

from rich.status import Status
from rich.text import Text

from pipelines.cli.screen import Screen, complaints

FOLLOWS_FROM_A_FAILURE = "Dependencies for step "  # Dagster's line for each step after the one that failed


class Progress:
    """Listens to a night and shows where it is. Use as a context; call with (event, detail).

    Events: ``step`` (a step began), ``done`` (it finished), anything else is told as it is. Details are names of steps
    and counts; nobody may pass a value of a person.
    """

    def __init__(self, screen: Screen | None = None) -> None:
        self._screen = screen or complaints()
        self._status: Status | None = None
        self._begun = time.monotonic()
        self._step_begun: dict[str, float] = {}

    def __enter__(self) -> Self:
        """Begin: on a terminal a line that moves."""
        if self._screen.is_terminal:
            self._status = self._screen.status(Text("…"))
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, whatever happened."""
        if self._status is not None:
            self._status.stop()

    def __call__(self, event: str, detail: str) -> None:
        """Tell one event."""
        if detail.startswith(FOLLOWS_FROM_A_FAILURE):
            return
        now = time.monotonic()
        if event == "step":
            self._step_begun[detail] = now
            if self._status is not None:
                self._status.update(Text(f"{detail} …"))
            return
        if event == "done":
            took = now - self._step_begun.pop(detail, now)
            line = Text(f"✓ {detail}", "green").append(f"  {took:.1f} s", "dim")
        else:
            line = Text(f"  {detail}", "dim")
        self._screen.print(Text(f"{now - self._begun:7.1f} s  ", "dim") + line)
