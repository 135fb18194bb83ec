import gc
import sys

import pytest

from pipelines.cli.loading import LOADED, garbage_left_alone


def test_garbage_is_left_alone_while_loading_and_looked_for_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, LOADED, raising=False)
    try:
        with garbage_left_alone():
            assert not gc.isenabled()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_it_is_looked_for_again_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, LOADED, raising=False)
    try:
        with pytest.raises(ImportError), garbage_left_alone():
            raise ImportError
        assert gc.isenabled()
    finally:
        gc.unfreeze()


def test_nothing_is_done_where_the_modules_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, LOADED, gc)
    before = gc.get_freeze_count()
    with garbage_left_alone():
        assert gc.isenabled()
    assert gc.get_freeze_count() == before
