"""Who works on a warehouse: one process at a time changes its nights.

Belongs here: the lock that a night, a release and a retention hold while they work, and the account of who holds it.
The lock is the kernel's (`flock`), so it goes with the process however that ends; the file's content only says who it
was, without a value of a person. Does not belong here: what is done meanwhile. Readers need no lock, and take none.
"""

import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from warehouse.errors import WarehouseError
from warehouse.files import PRIVATE_FILE, private_folder

LOCK = "in-use.lock"
SECONDS_BETWEEN_LOOKS = 0.2
SECONDS_OF_PATIENCE = 1.0
"""Also of those who do not wait: somebody who only asks who is there is gone at once."""

_guard = threading.Lock()
_held: dict[Path, tuple[int, int]] = {}
"""The warehouses that this process holds: lock file → its handle, and how many have entered."""


class WarehouseBusyError(WarehouseError):
    """Another process works on the warehouse. The message says what it does and since when."""


@dataclass(frozen=True, slots=True)
class Occupant:
    """Who holds a warehouse.

    Attributes:
        doing: What, in words: "the night of 2026-09-22".
        run_id: The run of Dagster that it belongs to; empty for none.
        pid: The process.
        since: When it began, in UTC (ISO 8601).
    """

    doing: str
    run_id: str = ""
    pid: int = 0
    since: str = ""

    def told(self) -> str:
        """What it does, since when and as which run, for a message."""
        run = f"run {self.run_id[:8]}, " if self.run_id else ""
        return f"{self.doing} has been running since {self.since} ({run}process {self.pid})"


@contextmanager
def occupied(root: Path, by: Occupant, wait: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold a warehouse while this lasts. A process that holds it already may enter again.

    Args:
        root: The warehouse; it must be there.
        by: What is done, and for which run; process and time are filled in.
        wait: Told once who is waited for; without it nobody waits.

    Raises:
        WarehouseBusyError: another process holds it, and nobody waits.
        WarehouseError: the lock's file cannot be made.
    """
    path = root.resolve() / LOCK
    _enter(path, by, wait)
    try:
        yield
    finally:
        _leave(path)


def occupant(root: Path) -> Occupant | None:
    """Give who holds a warehouse now, or None. Nothing is made or changed."""
    path = root.resolve() / LOCK
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(handle)
        finally:
            os.close(handle)
    return None


def _enter(path: Path, by: Occupant, wait: Callable[[str], None] | None) -> None:
    """Take the lock, or count one more holder of it."""
    told, patience_ends = False, time.monotonic() + SECONDS_OF_PATIENCE
    while True:
        with _guard:
            if path in _held:
                handle, holders = _held[path]
                _held[path] = (handle, holders + 1)
                return
            busy = _taken(path, by)
        if busy is None:
            return
        is_patient = time.monotonic() < patience_ends
        if wait is None and not is_patient:
            raise WarehouseBusyError(
                f"the warehouse is in use: {busy.told()}; expected nobody at work on it; wait until it ends and try again"
            )
        if wait is not None and not told and not is_patient:
            wait(f"waiting: {busy.told()}")
            told = True
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _taken(path: Path, by: Occupant) -> Occupant | None:
    """Take the lock for this process and write down who has it; give who has it where it cannot be taken."""
    private_folder(path.parent)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    except OSError as error:
        raise WarehouseError(
            f"the warehouse's {LOCK} cannot be opened ({type(error).__name__}): the user of hedui must be able to write it"
        ) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        busy = _read(handle)
        os.close(handle)
        return busy
    except OSError as error:
        os.close(handle)
        raise WarehouseError(
            f"the warehouse's {LOCK} cannot be locked ({type(error).__name__}): keep the warehouse on a file system with locks"
        ) from None
    now = datetime.now(UTC).isoformat(timespec="seconds")
    _write(handle, Occupant(by.doing, by.run_id, os.getpid(), now))
    _held[path] = (handle, 1)
    return None


def _leave(path: Path) -> None:
    """Count one holder less; the last one lets go."""
    with _guard:
        handle, holders = _held[path]
        if holders > 1:
            _held[path] = (handle, holders - 1)
            return
        del _held[path]
        os.ftruncate(handle, 0)
        os.close(handle)


def _write(handle: int, who: Occupant) -> None:
    os.ftruncate(handle, 0)
    with suppress(OSError):  # on a full disk the lock still holds, and retention must be able to take it
        os.pwrite(handle, json.dumps(asdict(who)).encode(), 0)


def _read(handle: int) -> Occupant:
    """Who has written that they hold it; it may be just being written."""
    try:
        return Occupant(**json.loads(os.pread(handle, 4096, 0)))
    except (ValueError, TypeError):
        return Occupant("another command of hedui", "", 0, "a moment ago")
