"""Which files of tests begin first: those that take longest, so that no process is left with one when the others are done.

pytest-xdist would begin with the files that hold the most tests, and those that take longest often hold one. What is
left when a long file begins late is time in which one core waits for the other.
"""

from collections.abc import Sequence

import pytest

LONGEST = (
    # The cluster beside what keeps one process busy; the daemon of a backfill once it is gone.
    "tests/cluster/test_cluster.py",
    "tests/nights/test_canary_households.py",
    "tests/nights/test_rehearsal.py",
    "tests/nights/test_backfill.py",
    "tests/nights/test_interrupted.py",
    "tests/nights/test_dagster.py",
    "tests/nights/test_full_disk.py",
    "tests/pipelines/canaries/test_every_profile.py",
    "tests/nights/test_undelivered_feeds.py",
    "tests/nights/test_round_trip.py",
    "tests/nights/test_held_by_history.py",
    "tests/nights/test_households_called_after_heads.py",
    "tests/nights/test_verdicts_of_people.py",
)
"""By processor time, 10 seconds and more."""


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The same tests, those of the longest files first; else in the order in which they were found."""
    places = {name: place for place, name in enumerate(LONGEST)}
    return sorted(items, key=lambda one: places.get(one.nodeid.partition("::")[0], len(LONGEST)))
