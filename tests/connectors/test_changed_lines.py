"""Two files held against each other: what stays, what moved, what has to be read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import changed_lines as module
from connectors.changed_lines import ChangedLines, changed_lines
from connectors.lines import NotByLineError
from tests.connectors.test_lines import marked

LETTERS = st.lists(st.sampled_from("abcdefghij"), max_size=14)


@pytest.fixture(autouse=True)
def short_tail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two lines at the end are always read again, instead of two thousand."""
    monkeypatch.setattr(module, "TAIL", 2)


def held(old: str, new: str, kept: str | None = None, header: int = 1, lines_a_pass: int = 3) -> ChangedLines:
    """Files of one letter a line; `kept` has a + for each line of the older one that may be kept."""
    before, after = ("".join(f"{one}\n" for one in text).encode() for text in (old, new))
    may = np.array([one == "+" for one in (kept or "+" * len(old))], dtype=np.bool_)
    return changed_lines(marked(before), marked(after), may, header, lines_a_pass)


def told(found: ChangedLines) -> tuple[list[int], list[int], int, dict[int, int]]:
    moved = dict(zip(found.moved.tolist(), found.moved_to.tolist(), strict=True))
    return found.gone.tolist(), found.come.tolist(), found.kept, moved


@pytest.mark.parametrize(
    ("old", "new", "kept", "expected"),
    [
        ("Habcyz", "Habcyz", None, ([4, 5], [4, 5], 3, {})),
        ("Habcyz", "HaBcyz", None, ([2, 4, 5], [2, 4, 5], 2, {})),  # changed in its place
        ("Habcyz", "Hacyz", None, ([2, 4, 5], [3, 4], 2, {3: 2})),  # taken out: what follows moves up
        ("Habcyz", "Hxabcyz", None, ([4, 5], [1, 5, 6], 3, {1: 2, 2: 3, 3: 4})),  # put before
        ("Habcyz", "Hbacyz", None, ([4, 5], [4, 5], 3, {1: 2, 2: 1})),  # in another order
        ("Habcyz", "Habcyz", "++-+++", ([2, 4, 5], [2, 4, 5], 2, {})),  # what was not kept is read again
        ("Habbyz", "Habbyz", None, ([4, 5], [4, 5], 3, {})),  # one line twice, each in its place
        ("Habbyz", "Hbbayz", None, ([4, 5], [4, 5], 3, {1: 3, 3: 1})),  # twice, and one of the two moved
        ("Hbbcyz", "Hccbbyz", None, ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6], 0, {})),  # several of one: read
        ("Hyz", "Hyz", None, ([1, 2], [1, 2], 0, {})),
        ("H", "H", None, ([], [], 0, {})),
        ("H", "Habc", None, ([], [1, 2, 3], 0, {})),
        ("Habc", "H", None, ([1, 2, 3], [], 0, {})),
    ],
)
def test_what_stays_and_what_does_not(
    old: str, new: str, kept: str | None, expected: tuple[list[int], list[int], int, dict[int, int]]
) -> None:
    assert told(held(old, new, kept)) == expected


@pytest.mark.parametrize(
    ("old", "new", "header"), [("Hab", "Gab", 1), ("THab", "SHab", 2), ("", "Ha", 1), ("H", "HI", 2)]
)
def test_another_header_is_another_file(old: str, new: str, header: int) -> None:
    with pytest.raises(NotByLineError, match="header"):
        held(old, new, header=header)


@given(LETTERS, LETTERS, st.data())
def test_every_line_is_kept_once_or_read(old: list[str], new: list[str], data: st.DataObject) -> None:
    before, after = "H" + "".join(old), "H" + "".join(new)
    may = data.draw(st.lists(st.booleans(), min_size=len(before), max_size=len(before)))
    signs = "".join("+" if one else "-" for one in may)
    passes = data.draw(st.integers(1, 20))
    found = held(before, after, signs, lines_a_pass=passes)
    gone, come, kept, moved = told(found)
    stays = set(range(1, len(before))) - set(gone) - set(moved)
    taken = [*stays, *moved.values()]
    assert kept == len(taken) == len(set(taken))
    assert sorted([*taken, *come]) == list(range(1, len(after)))
    assert all(before[here] == after[there] and may[here] for here, there in [*moved.items(), *((s, s) for s in stays)])
    assert found.moved.tolist() == sorted(moved)
    assert all(here < len(before) - 2 for here in [*stays, *moved])
    assert all(there < len(after) - 2 for there in taken)
