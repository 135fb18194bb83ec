"""Where the time of a night went, read from what `hedui nightly` tells while it runs.

Belongs here: the lines of progress, and which steps are landing and which are compare. The line of a step says how long
it took, to a tenth of a second; when it came, and the processor time until then, was noted from outside.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.process import Line

FIRST_COMPARED, LAST_COMPARED = "roster_households", "published_night"
_DONE = re.compile(r"^\s*[\d.]+ s  ✓ (?P<name>\S+)  (?P<took>[\d.]+) s$")


@dataclass(frozen=True)
class Stage:
    """One step of a night: when it began and ended (seconds since the program's start), processor seconds at its end."""

    name: str
    began: float
    ended: float
    cpu_at_end: float


@dataclass(frozen=True)
class Share:
    """Wall and processor seconds of a part of a night."""

    wall: float
    cpu: float


def stages_of(lines: Sequence[Line]) -> list[Stage]:
    """The steps of a night, in the order in which they ended."""
    found = ((line, _DONE.match(line.text)) for line in lines)
    return [
        Stage(told["name"], max(0.0, line.at - float(told["took"])), line.at, line.cpu) for line, told in found if told
    ]


def landing_share(stages: Sequence[Stage]) -> Share:
    """Landing with its checks: every step that ended before the roster's households were begun; gaps are not counted."""
    before, _ = _parted(stages)
    wall, until = 0.0, 0.0
    for stage in sorted(before, key=lambda one: one.began):
        wall += max(0.0, stage.ended - max(stage.began, until))
        until = max(until, stage.ended)
    first = min(before, key=lambda one: one.ended)
    # What ran before the first step (imports) is not landing; its own share of time is taken to be processor time.
    own = min(first.cpu_at_end, first.ended - first.began)
    return Share(wall, max(one.cpu_at_end for one in before) - first.cpu_at_end + own)


def compare_share(stages: Sequence[Stage]) -> Share:
    """Compare: from the roster's households to the published night, whatever lies between."""
    before, compared = _parted(stages)
    last = next(stage for stage in compared if stage.name == LAST_COMPARED)
    began = min(stage.began for stage in compared)
    return Share(last.ended - began, last.cpu_at_end - max((one.cpu_at_end for one in before), default=0.0))


def seconds_by_step(stages: Sequence[Stage]) -> dict[str, dict[str, float]]:
    """Wall seconds of each step, and processor seconds since the step before ended (the first: since the start)."""
    told, before = {}, 0.0
    for stage in stages:
        told[stage.name] = {"wall": round(stage.ended - stage.began, 2), "cpu": round(stage.cpu_at_end - before, 2)}
        before = stage.cpu_at_end
    return told


def _parted(stages: Sequence[Stage]) -> tuple[list[Stage], list[Stage]]:
    """Steps before the comparison, and those from it on.

    Raises:
        LookupError: it is no whole night: what is told while it runs is told otherwise than here expected.
    """
    names = [stage.name for stage in stages]
    if FIRST_COMPARED not in names or LAST_COMPARED not in names:
        raise LookupError(
            f"expected the steps {FIRST_COMPARED} and {LAST_COMPARED} in the night's progress, found {names}"
        )
    place = names.index(FIRST_COMPARED)
    return list(stages[:place]), list(stages[place:])
