"""The judge's other end: starting the process that has Great Expectations loaded, asking it, and sending it home.

What belongs here: the process and its two pipes. One judge serves a whole process of ours (a night, a run of the web
interface); it is started early by `warm` or else by the first who asks, and ends with that process however it ends:
closed on exit, and by itself when its input ends.
"""

import atexit
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipelines.checks.judge_process import Outcome, Row

PROGRAM = Path(__file__).with_name("judge_process.py")
SECONDS_TO_ANSWER = 300.0
"""Two to eight seconds are usual when the library has yet to be loaded; a cold disk under load may take a minute."""
SECONDS_TO_END = 5.0


class ExpectationError(RuntimeError):
    """A suite could not be judged: an error of ours, not of the delivery. Its message holds no value of a person."""


class Judge:
    """One process that judges rows of numbers. Starting it returns at once; the first answer waits for the import."""

    def __init__(self, program: Path = PROGRAM, seconds: float = SECONDS_TO_ANSWER) -> None:
        self._seconds = seconds
        self._owner = os.getpid()
        # -P: the program's own folder is not searched for modules (`profile` there is not Python's).
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter and program
            [sys.executable, "-P", str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    @property
    def process_id(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def is_ours(self) -> bool:
        """Whether it can be asked: alive, and not inherited through a fork, where two would read one pipe."""
        return self._owner == os.getpid() and self._process.poll() is None

    def ask(self, rows: Sequence[Row]) -> Outcome:
        """Have rows judged.

        Raises:
            ExpectationError: The judge could not judge them, has ended, or did not answer in time; it is ended then.
        """
        told = self._answer(json.dumps({"rows": list(rows)}) + "\n")
        if "error" in told:
            raise ExpectationError(f"expected a verdict of Great Expectations, found an error: {told['error']}")
        return dict(told["outcome"])

    def close(self) -> None:
        """End the process, whatever it is doing, and wait for it. A second time does nothing."""
        if self._owner != os.getpid():
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what could not be written goes with it
                if pipe is not None:
                    pipe.close()

    def _answer(self, request: str) -> Mapping[str, Any]:
        """One line in, one line out."""
        questions, answers = self._process.stdin, self._process.stdout
        assert questions is not None  # noqa: S101  opened as pipes above
        assert answers is not None  # noqa: S101
        line: str | None = ""
        with suppress(OSError):  # a broken pipe: it has ended
            questions.write(request)
            questions.flush()
            line = answers.readline() if select.select([answers], [], [], self._seconds)[0] else None
        if line and line.endswith("\n"):
            return dict(json.loads(line))
        found = f"nothing in {self._seconds:.0f} seconds" if line is None else self._end()
        self.close()
        raise ExpectationError(
            f"expected an answer of the process that runs Great Expectations, found: {found}. "
            "Run the night again; if it comes back, see whether memory or processes are limited."
        )

    def _end(self) -> str:
        """What became of a process that has closed its side."""
        try:
            return f"it ended with code {self._process.wait(SECONDS_TO_END)}"
        except subprocess.TimeoutExpired:
            return "it closed its side"


class _Bench:
    """The judge of this process: one at most, a new one when the last has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._judge: Judge | None = None

    def call(self) -> Judge:
        """The judge, started if there is none."""
        with self._lock:
            if self._judge is None or not self._judge.is_ours:
                if self._judge is not None:
                    self._judge.close()
                self._judge = Judge()
            return self._judge

    def ask(self, rows: Sequence[Row]) -> Outcome:
        """Have rows judged; one request at a time."""
        judge = self.call()
        with self._lock:
            return judge.ask(rows)

    def close(self) -> None:
        """Send the judge home."""
        with self._lock:
            if self._judge is not None:
                self._judge.close()
            self._judge = None


_BENCH = _Bench()
atexit.register(_BENCH.close)


def warm() -> None:
    """Start the judge, so that Great Expectations is loaded on another core while the first feeds are landing."""
    _BENCH.call()


def ask(rows: Sequence[Row]) -> Outcome:
    """Have rows judged by this process's judge, started if need be.

    Raises:
        ExpectationError: They could not be judged.
    """
    return _BENCH.ask(rows)
