"""The order of the files of tests."""

from pathlib import Path

import pytest

from tests.order import LONGEST, longest_first


def test_the_longest_come_first_and_nothing_else_moves(request: pytest.FixtureRequest) -> None:
    items = request.session.items
    found = longest_first(items)
    assert sorted(map(id, found)) == sorted(map(id, items))
    files = list(dict.fromkeys(one.nodeid.partition("::")[0] for one in found))
    long = [one for one in LONGEST if one in files]
    assert files[: len(long)] == long
    others = [one for one in found if one.nodeid.partition("::")[0] not in LONGEST]
    assert others == [one for one in items if one in others]


def test_every_long_file_is_there(repository: Path) -> None:
    assert [one for one in LONGEST if not (repository / one).is_file()] == []
