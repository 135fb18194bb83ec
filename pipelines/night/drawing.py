"""Charts for a page, drawn by a process beside: started early, asked once, gone afterwards.

What belongs here: the process and its pipes. What is drawn stands in the modules of the pages; how, in
`drawing_process`. A page can always do without: every chart has its numbers in a table beside it.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
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
        self._owner = os.getpid()
        # The encoding is told, not left to the machine's language.
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter and program
            [sys.executable, "-P", str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )

    @property
    def is_ours(self) -> bool:
        """Whether it can be asked: alive, and not inherited through a fork."""
        return self._owner == os.getpid() and self._process.poll() is None

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
        if self._owner != os.getpid():
            return
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


class _Ahead:
    """A drawing started before anybody asks for it: one at most, taken by the first who needs one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._drawing: Drawing | None = None

    def start(self) -> None:
        """Start one, if none waits."""
        with self._lock:
            if self._drawing is None:
                self._drawing = Drawing()

    def take(self) -> Drawing:
        """The one that waits, if it is alive and ours; else a new one. Whoever takes it ends it."""
        with self._lock:
            waiting, self._drawing = self._drawing, None
        if waiting is not None:
            if waiting.is_ours:
                return waiting
            waiting.close()
        return Drawing()

    def close(self) -> None:
        """End the one that nobody took."""
        with self._lock:
            if self._drawing is not None:
                self._drawing.close()
            self._drawing = None


_AHEAD = _Ahead()
atexit.register(_AHEAD.close)


def start_drawing() -> None:
    """Let the engine start on another core while the night still counts; the page is made after that."""
    _AHEAD.start()


def take_drawing() -> Drawing:
    """The drawing that was started ahead, or a new one."""
    return _AHEAD.take()
