import pytest
from polars.exceptions import ComputeError, PanicException

from connectors.panics import PANIC, is_failure

OF_ANOTHER_LIBRARY = type(PANIC, (BaseException,), {})


@pytest.mark.parametrize("kind", [ValueError, ComputeError, PanicException, OF_ANOTHER_LIBRARY])
def test_errors_and_panics_of_any_library_are_failures(kind: type[BaseException]) -> None:
    assert is_failure(kind("x"))


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_whoever_wants_to_stop_is_none(kind: type[BaseException]) -> None:
    assert not is_failure(kind())
