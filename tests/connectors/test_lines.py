"""The lines of a file, told apart without decoding it."""

import io
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import lines as module
from connectors.csv_text import Encoding
from connectors.lines import Lines, NotByLineError, chosen_text, lines_of
from connectors.parts import Opener


def held(text: bytes) -> Opener:
    @contextmanager
    def opened():
        yield io.BytesIO(text)

    return opened


def marked(text: bytes, encoding: Encoding = "utf-8") -> Lines:
    return lines_of(held(text), encoding, ",")


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        (b"", [0]),
        (b"a", [0, 1]),
        (b"a\n", [0, 2]),
        (b"a\n\nb,c\r\n", [0, 2, 3, 8]),
        (b"a\nb", [0, 2, 3]),
    ],
)
def test_where_each_line_begins(text: bytes, starts: list[int]) -> None:
    assert marked(text).starts.tolist() == starts


def test_lines_are_the_same_when_their_bytes_are_line_end_included() -> None:
    found = marked(b"a,b\na,b\na,b\r\na,c\na,b")
    pairs = list(zip(found.marks.tolist(), found.more.tolist(), strict=True))
    assert pairs[0] == pairs[1]
    assert len(set(pairs)) == 4


def test_both_marks_are_told_from_each_other() -> None:
    """Were the seeds of no account, 96 bits would be 64."""
    found = marked(b"".join(b"%d\n" % number for number in range(1000)))
    assert len(set(found.more.tolist())) > 990
    assert (found.marks.astype(np.uint32) != found.more).mean() > 0.99


@given(
    st.lists(st.binary(max_size=6).filter(lambda line: b"\n" not in line and b'"' not in line), max_size=30), st.data()
)
def test_chosen_lines_are_those_of_the_file_whatever_is_read_at_once(texts: list[bytes], data: st.DataObject) -> None:
    text = b"\n".join(texts)
    if b"\r" in text and b"\n" not in text:
        return
    whole = text.splitlines(keepends=True) if b"\r" not in text else [f + b"\n" for f in text.split(b"\n")]
    if b"\r" in text:
        whole = [*whole[:-1], *([whole[-1][:-1]] if whole[-1] != b"\n" else [])]
    block = data.draw(st.integers(1, 20))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", block)
        try:
            found = marked(text)
        except NotByLineError:  # a block of carriage returns alone
            return
        assert len(found) == len(whole)
        chosen = sorted(data.draw(st.sets(st.sampled_from(range(len(whole)))) if whole else st.just(set())))
        assert chosen_text(held(text), found, np.array(chosen, dtype=np.int64)) == b"".join(
            whole[one] for one in chosen
        )


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (b'a,"b"\n"c,d",e\n', "utf-8"),
        (b'\xef\xbb\xbf"a","b"\n"c","d"\n', "utf-8-sig"),
        ('"张三","渝A"\n"李 ""四""","x"\r\n'.encode("gb18030"), "gb18030"),
    ],
)
def test_quotes_that_open_and_close_within_a_line_are_no_obstacle(text: bytes, encoding: Encoding) -> None:
    assert len(marked(text, encoding)) == 2


@pytest.mark.parametrize("text", [b'a,"b\nc",d\n', b'a,b"c\n', b'"a"b,c\n', b"a\rb\rc\r"])
def test_what_cannot_be_taken_line_by_line_is_told(text: bytes) -> None:
    with pytest.raises(NotByLineError):
        marked(text)


def test_a_line_without_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", 4)
    monkeypatch.setattr(module, "_LONGEST_LINE", 8)
    assert len(marked(b"12345678\n")) == 1
    with pytest.raises(NotByLineError, match="no end"):
        marked(b"1234567890123\n")


@pytest.mark.parametrize("text", [b"", b"a\nb\nc", b"a\nb\n"])
def test_a_file_that_became_shorter_meanwhile_is_told(text: bytes) -> None:
    found = marked(b"a\nb\ncc\n")
    assert chosen_text(held(b"A\nB\nCC\n"), found, np.array([0, 2])) == b"A\nCC\n"
    with pytest.raises(NotByLineError, match="written over"):
        chosen_text(held(text), found, np.array([0, 2]))
