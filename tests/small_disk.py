"""A real disk of a few megabytes that can be made to fill up: a tmpfs, mounted for one test.

Mounting needs root. The gate says by `HEDUI_TMPFS` that it can: there a test that needs one fails rather than being skipped.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PAGE = 4096
PLENTY = 1 << 30


@dataclass(frozen=True)
class SmallDisk:
    """A mounted disk."""

    folder: Path

    def leave(self, free: int) -> None:
        """Let so many bytes be free from now on, beside what is there."""
        told = os.statvfs(self.folder)
        used = (told.f_blocks - told.f_bfree) * told.f_frsize
        size = (used + free + PAGE - 1) // PAGE * PAGE
        run("mount", "-o", f"remount,size={max(size, PAGE)}", str(self.folder))


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """Mount a disk at a folder while this lasts."""
    folder.mkdir()
    try:
        run("mount", "-t", "tmpfs", "-o", f"size={PLENTY},mode=700", "tmpfs", str(folder))
    except (OSError, subprocess.CalledProcessError):
        if os.environ.get("HEDUI_TMPFS"):
            pytest.fail("HEDUI_TMPFS: expected that a tmpfs can be mounted here, found that it cannot; run as root")
        pytest.skip("a full disk is tried on a tmpfs, which only root may mount")
    try:
        yield SmallDisk(folder)
    finally:
        run("umount", "--lazy", str(folder))


def run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)
