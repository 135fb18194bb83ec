"""Reading ahead: the next batch is made while the one before it is stored.

What belongs here: a thread and a queue, for any batches. Reader and warehouse work outside Python for most of their
time (Polars, DuckDB), so that one thread for each fills two processors. What comes out, and in which order, is the
same as without.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

WAITING = 1
"""So many batches are ready at most: beside it one is stored and one is made."""

_SECONDS = 0.1

One = TypeVar("One")


class _Line(Generic[One]):
    """Batches in order, between the thread that makes them and the one that asks for them."""

    def __init__(self, made: Callable[[], Iterator[One]], waiting: int) -> None:
        self._made = made
        self._ready: Queue[tuple[One] | BaseException | None] = Queue(waiting)
        self._is_left = threading.Event()
        self._thread = threading.Thread(target=self._make, name="reading ahead", daemon=True)
        self._thread.start()

    def next(self) -> tuple[One] | BaseException | None:
        """The next batch; None behind the last one; what the maker raised, in its place."""
        while True:
            try:
                return self._ready.get(timeout=_SECONDS)
            except Empty:
                if not self._thread.is_alive() and self._ready.empty():
                    raise RuntimeError("the thread that reads ahead is gone without a word") from None

    def leave(self) -> None:
        """Wait until the maker has ended, wanted or not: nothing reads on behind the caller's back."""
        self._is_left.set()
        self._thread.join()

    def _make(self) -> None:
        try:
            batches = self._made()
            for one in batches:
                if not self._put((one,)):
                    return
            self._put(None)
        except BaseException as error:  # noqa: BLE001  (raised where the batch was asked for)
            self._put(error)

    def _put(self, item: tuple[One] | BaseException | None) -> bool:
        while not self._is_left.is_set():
            try:
                self._ready.put(item, timeout=_SECONDS)
            except Full:
                continue
            return True
        return False


@contextmanager
def read_ahead(made: Callable[[], Iterator[One]], waiting: int = WAITING) -> Iterator[Iterator[One]]:
    """The items that `made` gives, in their order, made in a thread of their own that ends with this context.

    What `made` raises is raised after the items before it, as if it had been called here.

    Args:
        made: Gives the items; called in the thread.
        waiting: How many may be ready and not asked for yet.
    """
    line = _Line(made, waiting)
    try:
        yield _items(line)
    finally:
        line.leave()


def _items(line: _Line[One]) -> Iterator[One]:
    while (found := line.next()) is not None:
        if isinstance(found, BaseException):
            raise found
        yield found[0]
