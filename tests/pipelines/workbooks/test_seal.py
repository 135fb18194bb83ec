"""The seal: it holds while programs re-save a workbook, and breaks when somebody changes what it is over."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.workbooks.layout import COLUMNS, Kind, sealed
from pipelines.workbooks.seal import (
    Meta,
    SealError,
    canonical,
    is_answered_row,
    is_intact,
    read_meta,
    row_seal,
    seal_key,
)

KEY = seal_key(b"s" * 32)
NIGHT = "2026-09-22-ae015678"
EXAMPLES: dict[Kind, object] = {
    "text": "张三",
    "list": "属实-渐退",
    "date": date(2026, 9, 22),
    "month": date(2026, 10, 1),
    "number": Decimal("630.50"),
    "count": 3,
    "formula": "",
}
CELLS = {column.key: EXAMPLES[column.kind] for column in COLUMNS}


@pytest.mark.parametrize(
    ("kind", "written", "read"),
    [
        ("text", "a\r\nb ", "a\nb"),
        ("text", "\u3000第3社区", "第3社区"),
        ("text", "e\u0301", "é"),
        ("text", "7", 7.0),
        ("text", None, ""),
        ("number", Decimal("630.00"), 630),
        ("number", Decimal("0.10"), 0.1),
        ("number", Decimal("1234.56"), "1,234.56"),
        ("number", Decimal("818.26"), 818.2600000000001),
        ("number", Decimal(0), -0.0),
        ("count", 3, 3.0),
        ("date", date(2026, 9, 22), datetime(2026, 9, 22)),  # noqa: DTZ001  as readers give it
        ("date", date(2026, 9, 22), 46287),
        ("date", date(2026, 9, 22), "2026/9/22"),
        ("date", date(2026, 9, 22), "2026-09-22 00:00:00"),
        ("month", date(2026, 10, 1), 46296.0),
    ],
)
def test_one_value_has_one_text_however_a_program_spells_it(kind, written, read):
    assert canonical(written, kind) == canonical(read, kind)


@pytest.mark.parametrize(
    ("kind", "written", "read"),
    [
        ("text", "500190196406259684", 500190196406259684.0),
        ("text", "007", 7.0),
        ("text", "张三", "张五"),
        ("number", Decimal("630.00"), 630.01),
        ("number", None, 0),
        ("date", date(2026, 9, 22), date(2026, 9, 23)),
        ("date", date(2026, 9, 22), "2026-09-31"),
        ("count", 3, "三"),
    ],
)
def test_another_value_has_another_text(kind, written, read):
    assert canonical(written, kind) != canonical(read, kind)


@given(st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.dates()), st.sampled_from(list(EXAMPLES)))
def test_anything_a_reader_gives_has_a_text(value, kind):
    assert isinstance(canonical(value, kind), str)


@pytest.mark.parametrize("is_answered", [False, True])
def test_every_locked_cell_is_under_the_seal_and_no_other(is_answered):
    seal = row_seal(KEY, NIGHT, CELLS, is_answered=is_answered)
    assert is_intact(KEY, NIGHT, CELLS, f" {seal}\n")
    assert is_answered_row(seal) is is_answered
    watched = {column.key for column in sealed(is_answered=is_answered)}
    for column in COLUMNS:
        changed = CELLS | {column.key: "改"}
        assert is_intact(KEY, NIGHT, changed, seal) is (column.key not in watched), column.key


def test_a_seal_fits_one_night_one_key_and_one_state():
    seal = row_seal(KEY, NIGHT, CELLS, is_answered=False)
    assert not is_intact(KEY, "2026-09-23-ae015678", CELLS, seal)
    assert not is_intact(seal_key(b"t" * 32), NIGHT, CELLS, seal)
    assert not is_intact(KEY, NIGHT, CELLS, "A" + seal[1:])
    assert not is_intact(KEY, NIGHT, CELLS, "")


def test_cells_cannot_slide_into_their_neighbours():
    left = CELLS | {"village": "甲\x1f乙", "head_name": ""}
    right = CELLS | {"village": "甲", "head_name": "乙\x1f"}
    assert row_seal(KEY, NIGHT, left, is_answered=False) != row_seal(KEY, NIGHT, right, is_answered=False)


META = Meta(
    night=NIGHT,
    as_of=date(2026, 9, 22),
    profile="caojie-2024",
    town="解放碑街道",
    rows=326,
    made_at=datetime(2026, 9, 22, 3, tzinfo=UTC),
)


def test_the_account_is_read_as_it_was_written():
    signed = META.signed(KEY)
    assert read_meta(signed.text(), KEY) == signed
    assert read_meta(META.model_copy(update={"town": None}).signed(KEY).text(), KEY).town is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "something else"),
        ("[]", "something else"),
        ('{"layout": 1}', "something else"),
        ('{"layout": 2}', "layout 1"),
        (META.signed(KEY).text().replace("326", "325"), "hidden sheet was changed"),
        (META.signed(seal_key(b"t" * 32)).text(), "another warehouse"),
        (META.text(), "another warehouse"),
    ],
)
def test_an_account_that_does_not_fit_is_told_what_was_expected(text, told):
    with pytest.raises(SealError, match=told):
        read_meta(text, KEY)
