"""What is made once for all processes that share the tests (pytest-xdist): the first to ask makes it, the others copy it.

Belongs here: things that take many seconds to make and are files alone. A process that asks while another one makes the
thing waits for it.
"""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from shutil import copytree, rmtree

import pytest

Make = Callable[[Path], None]


def made_once(factory: pytest.TempPathFactory, name: str, make: Make) -> Path:
    """A folder of this process's own with what `make` puts into it.

    Args:
        factory: the session's.
        name: of what is made; one for each thing.
        make: fills an empty folder. What it leaves there must not depend on where the folder is.
    """
    own = factory.mktemp(name)
    if "PYTEST_XDIST_WORKER" in os.environ:
        # The folders of all processes of one session lie side by side.
        copied_from(factory.getbasetemp().parent / f"{name}-for-all", own, make)
    else:
        make(own)
    return own


def copied_from(shared: Path, own: Path, make: Make) -> None:
    """Fill a folder with what lies in a shared one, made there unless another process has.

    Args:
        shared: the folder of all processes for this thing.
        own: an empty folder.
        make: see `made_once`; where it fails the next to ask tries again.
    """
    made, aside = shared / "made", shared / "aside"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            rmtree(aside, ignore_errors=True)
            aside.mkdir()
            make(aside)
            aside.rename(made)
    copytree(made, own, symlinks=True, dirs_exist_ok=True)
