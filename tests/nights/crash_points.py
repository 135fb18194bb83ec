"""Kills steps of a night before and after everything that they move into place, and looks what is left each time.

Run as a process of its own: it forks, which only a process that has done no step itself may do. Each child does one
step and kills itself (SIGKILL, so that nothing can be cleaned up) at the n-th moment. A step ends when a child is not
killed; tells one line for each kill, and one for each end.
"""

import hashlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pipelines.night.landing import land_feed
from pipelines.night.stages import compute, land_all, publish
from tests.nights.driver import District, contracts_of, policy_of

STEPS = {
    "land": lambda night: land_feed(night, "roster"),
    "compute": lambda night: (land_all(night), compute(night)),
    "publish": lambda night: publish(night, "crashing"),
}


KILLED = ":kill"
"""Behind the name of a step that is killed at every moment."""


def main(root: Path, repository: Path, as_of: date, steps: Sequence[str]) -> None:
    """Run steps one after another, each until it survives."""
    contracts_of(repository), policy_of(repository)  # read once for all children
    district = District(root / "inbox", root / "warehouse", repository)
    for step in steps:
        run(district, root, as_of, step.removesuffix(KILLED), is_killed=step.endswith(KILLED))


def run(district: District, root: Path, as_of: date, step: str, *, is_killed: bool) -> None:
    """Run one step until it survives."""
    before = told(root / "warehouse" / "published" / "current")
    moment = 0
    while True:
        moment += 1
        child = os.fork()
        if child == 0:
            if is_killed:
                kill_at(moment)
            try:
                STEPS[step](district.open(as_of))
            except BaseException:  # noqa: BLE001  the child must not go on as its parent
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
            sys.stdout.write(f"ended {os.waitstatus_to_exitcode(status)}\n")
            sys.stdout.flush()  # else the next child would write it too
            return
        now = told(root / "warehouse" / "published" / "current")
        sys.stdout.write(f"killed {moment} {'intact' if now == before else 'CHANGED'}\n")
        sys.stdout.flush()


def kill_at(moment: int) -> None:
    """Make the process kill itself before (odd moments) or after (even moments) a rename."""
    seen = 0
    replace = Path.replace

    def counted(aside: Path, target: Path) -> Path:
        nonlocal seen
        seen += 1
        if seen == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        moved = replace(aside, target)
        seen += 1
        if seen == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return moved

    Path.replace = counted  # every file and folder of the warehouse comes into place by it


def told(published: Path) -> tuple[str, list[str]]:
    """What a reader sees of the current publication: its folder, and the checksum of each file."""
    folder = published.resolve(strict=True)
    return folder.name, [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), date.fromisoformat(sys.argv[3]), sys.argv[4:])
