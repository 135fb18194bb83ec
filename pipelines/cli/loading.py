"""Loading what a night needs: thousands of modules, nearly all of them Dagster's, before the first feed is opened."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

LOADED = "pipelines.jobs"


@contextmanager
def garbage_left_alone() -> Iterator[None]:
    """Import without looking for garbage, and do not look among what was imported ever after.

    All of it stays until the process ends: looking through it again and again is a tenth of a night's work. Where the
    modules are loaded already this does nothing, so that a process that runs many nights keeps no garbage of theirs.
    """
    if LOADED in sys.modules or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
