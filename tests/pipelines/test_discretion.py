"""What leaves a step: our own words, never a library's, whatever kind of error it is."""

import pytest
from polars.exceptions import ComputeError, PanicException

from pipelines.discretion import UnexpectedFailure, discreet
from warehouse.errors import WarehouseError

PERSON = "51239020011231001X"
OF_ANOTHER_LIBRARY = type("PanicException", (BaseException,), {})


@pytest.mark.parametrize("kind", [ValueError, ComputeError, PanicException, OF_ANOTHER_LIBRARY])
def test_an_error_of_a_library_leaves_as_its_kind_and_place(kind: type[BaseException]) -> None:
    with (
        pytest.raises(UnexpectedFailure, match=rf"{kind.__name__} at .*; the message is withheld") as failed,
        discreet(),
    ):
        raise kind(PERSON)
    assert PERSON not in str(failed.value)
    assert failed.value.__suppress_context__


@pytest.mark.parametrize("kind", [WarehouseError, KeyboardInterrupt, SystemExit])
def test_our_own_words_and_who_stops_the_night_pass(kind: type[BaseException]) -> None:
    with pytest.raises(kind, match="as it is"), discreet():
        raise kind("as it is")
