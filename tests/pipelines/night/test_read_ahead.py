"""Reading ahead changes when batches are made, never what they are, their order, or what is raised where."""

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.night.read_ahead import read_ahead


class Broken(Exception):  # noqa: N818
    """What a reader raises."""


def makers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "reading ahead"]


def made(count: int, error_after: int | None = None) -> Iterator[int]:
    for number in range(count):
        if number == error_after:
            raise Broken
        yield number


@given(count=st.integers(0, 30), error_after=st.none() | st.integers(0, 30), waiting=st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_items_order_and_errors_are_those_of_the_maker(count: int, error_after: int | None, waiting: int) -> None:
    def told(items: Iterator[int]) -> list[int | str]:
        found: list[int | str] = []
        try:
            for item in items:
                found.append(item)  # noqa: PERF402  (what was found before an error counts)
        except Broken:
            found.append("broken")
        return found

    with read_ahead(lambda: made(count, error_after), waiting) as items:
        ahead = told(items)
    assert ahead == told(made(count, error_after))
    assert makers() == []


def test_no_more_is_made_than_may_wait() -> None:
    begun: list[int] = []

    def counted() -> Iterator[int]:
        for number in range(100):
            begun.append(number)
            yield number

    with read_ahead(counted) as items:
        assert next(items) == 0
        time.sleep(0.3)
        assert len(begun) <= 3, "one handed out, one ready, one in the making"


def test_leaving_early_ends_the_maker_and_closes_what_it_has_open() -> None:
    closed: list[bool] = []

    def held() -> Iterator[int]:
        try:
            yield from range(1000)
        finally:
            closed.append(True)

    def left() -> None:
        with read_ahead(held) as items:
            next(items)
            raise Broken

    with pytest.raises(Broken):
        left()
    assert makers() == []
    assert closed == [True]


def test_an_interrupt_of_the_maker_is_not_swallowed() -> None:
    def interrupted() -> Iterator[int]:
        yield 1
        raise KeyboardInterrupt

    with read_ahead(interrupted) as items:
        assert next(items) == 1
        with pytest.raises(KeyboardInterrupt):
            next(items)
