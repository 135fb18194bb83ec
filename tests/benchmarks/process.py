"""A program measured from outside: wall time, processor time, most memory of any of its processes, and what it told when.

Belongs here: nothing that knows what the program does. Linux alone: it reads /proc.

The processor time is the program's and that of every process it waited for (`wait4`). Most memory is the largest of any
one process: what the kernel noted of those it waited for, and VmHWM of each that is alive, looked at some times a second.
"""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_LOOK_EVERY = 0.2
_TICK = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


@dataclass(frozen=True)
class Line:
    """One line that a program wrote: seconds since it began, its processor seconds until then, the text."""

    at: float
    cpu: float
    text: str


@dataclass(frozen=True)
class Measured:
    """What one run of a program took.

    Attributes:
        wall: seconds from start to end.
        cpu: user and system seconds of all its processes.
        peak_mb: most resident memory of any one of its processes, in MB (10^6 bytes).
        others: how many cores, on average, were busy with other things meanwhile: 0 on a quiet machine.
        lines: what it wrote, with times.
    """

    wall: float
    cpu: float
    peak_mb: float
    others: float
    lines: tuple[Line, ...] = field(default=(), repr=False)

    @property
    def text(self) -> str:
        """All that it wrote."""
        return "\n".join(line.text for line in self.lines)


class FailedError(RuntimeError):
    """A measured program did not end well; its last lines are told."""


def measured(
    command: Sequence[str], environment: Mapping[str, str] | None = None, hear: Callable[[str], None] | None = None
) -> Measured:
    """Run a program to its end.

    Args:
        command: the program and its arguments.
        environment: the whole environment; this process's own where none is given.
        hear: told every line as it comes.

    Raises:
        FailedError: it ended with something else than 0.
    """
    busy, began = _busy(), time.monotonic()
    with subprocess.Popen(
        list(command),
        env={**(os.environ if environment is None else environment), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as process:
        lines: list[Line] = []
        ended = threading.Event()
        peaks: dict[int, int] = {}
        watcher = threading.Thread(target=_watch, args=(process.pid, ended, peaks), daemon=True)
        watcher.start()
        for text in process.stdout or ():
            lines.append(Line(time.monotonic() - began, _cpu_of_tree(process.pid), text.rstrip("\n")))
            if hear is not None:
                hear(lines[-1].text)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        ended.set()
        watcher.join()
    cpu = usage.ru_utime + usage.ru_stime
    if process.returncode:
        told = "\n".join(line.text for line in lines[-30:])
        raise FailedError(f"{' '.join(command[:3])} … ended with {process.returncode}:\n{told}")
    peak = max(usage.ru_maxrss, *peaks.values(), 0) * 1024 / 1e6
    return Measured(wall, cpu, peak, max(0.0, (_busy() - busy - cpu) / wall), tuple(lines))


def tree(pid: int) -> list[int]:
    """A process and all that descend from it and live."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for task in _PROC.glob(f"{one}/task/*/children"):
            waiting += [int(child) for child in _read(task).split()]
    return found


def _watch(pid: int, ended: threading.Event, peaks: dict[int, int]) -> None:
    """Note the most memory (KiB) of each process of a tree until it has ended."""
    while not ended.is_set():
        for one in tree(pid):
            for line in _read(_PROC / str(one) / "status").splitlines():
                if line.startswith("VmHWM:"):
                    peaks[one] = max(peaks.get(one, 0), int(line.split()[1]))
        ended.wait(_LOOK_EVERY)


def _cpu_of_tree(pid: int) -> float:
    """Processor seconds until now of a process, those it waited for, and those that live."""
    return sum(sum(map(int, told[11:15])) for one in tree(pid) if (told := _stat(one))) / _TICK


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the name, which may hold anything."""
    return _read(_PROC / str(pid) / "stat").rpartition(")")[2].split()


def _busy() -> float:
    """Seconds that all cores together have worked since the machine was started."""
    user, nice, system, _idle, _waiting, irq, soft = map(int, _read(_PROC / "stat").split()[1:8])
    return (user + nice + system + irq + soft) / _TICK


def _read(path: Path) -> str:
    """A file of /proc; nothing where the process is gone."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
