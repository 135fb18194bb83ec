"""Charts for a page, drawn by a process beside: started early, asked once, gone afterwards.

What belongs here: the process and its pipes. What is drawn stands in the modules of the pages; how, in
`drawing_process`. A page can always do without: every chart has its numbers in a table beside it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PROGRAM = Path(__file__).with_name("drawing_process.py")
SECONDS = 60.0
"""Two are usual; a cold disk under load may take many more. A night waits no longer than this for pictures."""


class DrawingError(RuntimeError):
    """Charts could not be drawn: says what was found; holds no value of anybody."""


class Drawing:
    """One process that draws charts. Starting it returns at once; asking waits for its engine."""

    def __init__(self, program: Path = PROGRAM, seconds: float = SECONDS) -> None:
        """Start it.

        Args:
            program: what to run.
            seconds: how long to wait for the charts.
        """
        self._seconds = seconds
        # The encoding is told, not left to the machine's language.
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter and program
            [sys.executable, "-P", str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )

    def charts(self, specs: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
        """Draw charts; to be asked once.

        Args:
            specs: name → Vega-Lite specification with its data inside.

        Returns:
            Name → SVG.

        Raises:
            DrawingError: the process ended without them, or took too long; it is ended then.
        """
        try:
            told, _ = self._process.communicate(json.dumps(specs, ensure_ascii=False), timeout=self._seconds)
        except subprocess.TimeoutExpired:
            self.close()
            raise DrawingError(f"expected charts, found nothing in {self._seconds:.0f} seconds") from None
        if self._process.returncode:
            raise DrawingError(f"expected charts, found that the process ended with code {self._process.returncode}")
        try:
            drawn = json.loads(told)
        except ValueError:
            raise DrawingError("expected charts, found an answer that cannot be read") from None
        return {name: str(drawn[name]) for name in specs}

    def close(self) -> None:
        """End the process, whatever it is doing. A second time does nothing."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()

    def __enter__(self) -> Self:
        """The drawing itself."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        """End it."""
        self.close()
