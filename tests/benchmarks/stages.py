"""Where the time of a night went, read from what `hedui nightly` tells while it runs.

Belongs here: the lines of progress, and which steps are landing and which are compare. The line of a step says how long
it took, to a tenth of a second; when it came, and the processor time until then, was noted from outside.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.process import Line

FIRST_COMPARED, LAST_COMPARED = "roster_households", "published_night"
# Whatever else stands in the line: another process may have written into it.
_DONE = re.compile(r"[\d.]+ s  ✓ (?P<name>\S+)  (?P<took>[\d.]+) s")


@dataclass(frozen=True)
class Stage:
    """One step of a night.

    Attributes:
        name: the step.
        began: seconds since the program's start.
        ended: the same.
        cpu_before: processor seconds of the program until it began; between two lines an even pace is taken.
        cpu_after: until it ended.
    """

    name: str
    began: float
    ended: float
    cpu_before: float
    cpu_after: float


@dataclass(frozen=True)
class Share:
    """Wall and processor seconds of a part of a night."""

    wall: float
    cpu: float


def stages_of(lines: Sequence[Line]) -> list[Stage]:
    """The steps of a night, in the order in which they ended."""
    stages = []
    for line in lines:
        told = _DONE.search(line.text)
        if told:
            began = max(0.0, line.at - float(told["took"]))
            stages.append(Stage(told["name"], began, line.at, _cpu_at(lines, began), line.cpu))
    return stages


def landing_share(stages: Sequence[Stage]) -> Share:
    """Landing with its checks: every step that ended before the roster's households were begun.

    Steps that overlap count once; gaps between them do not count by the clock.
    """
    before, _ = _parted(stages)
    wall, until = 0.0, 0.0
    for stage in sorted(before, key=lambda one: one.began):
        wall += max(0.0, stage.ended - max(stage.began, until))
        until = max(until, stage.ended)
    return Share(wall, max(one.cpu_after for one in before) - min(one.cpu_before for one in before))


def compare_share(stages: Sequence[Stage]) -> Share:
    """Compare: from the roster's households to the published night, whatever lies between."""
    _, compared = _parted(stages)
    first = min(compared, key=lambda one: one.began)
    last = next(stage for stage in compared if stage.name == LAST_COMPARED)
    return Share(last.ended - first.began, last.cpu_after - first.cpu_before)


def seconds_by_step(stages: Sequence[Stage]) -> dict[str, dict[str, float]]:
    """Wall and processor seconds of each step."""
    return {
        stage.name: {
            "wall": round(stage.ended - stage.began, 2),
            "cpu": round(stage.cpu_after - stage.cpu_before, 2),
        }
        for stage in stages
    }


def _cpu_at(lines: Sequence[Line], at: float) -> float:
    """Processor seconds until some moment, on a line between the lines told before and after it."""
    before = max((line for line in lines if line.at <= at), key=lambda line: line.at, default=Line(0.0, 0.0, ""))
    after = min((line for line in lines if line.at > at), key=lambda line: line.at, default=before)
    if after.at <= before.at:
        return before.cpu
    return before.cpu + (after.cpu - before.cpu) * (at - before.at) / (after.at - before.at)


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
