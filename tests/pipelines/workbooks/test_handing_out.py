"""All workbooks of a night: whose they are, where they go, all of them or none."""

import io
import stat
from collections.abc import Callable
from pathlib import Path

import msoffcrypto
import openpyxl
import pytest

from pipelines.workbooks import bookbinding
from pipelines.workbooks.bookbinding import BookbindingError
from pipelines.workbooks.handing_out import EARLIER, Destination, HandedOut, hand_out
from pipelines.workbooks.layout import CHECKLIST
from pipelines.workbooks.material import Material
from pipelines.workbooks.rows import checklist
from pipelines.workbooks.seal import read_meta, seal_key
from tests.pipelines.workbooks.literal_night import MADE_AT, SECOND, SECRET, TOWN, WORDS, content_of

Hand = Callable[..., list[HandedOut]]


@pytest.fixture
def hand(material: Material) -> Hand:
    """Hand the literal night out; in this process alone unless told otherwise."""

    def make(destination: Destination, processes: int = 0, **more: object) -> list[HandedOut]:
        return hand_out(lambda: (material, WORDS), SECRET, destination, MADE_AT, processes=processes, **more)

    return make


@pytest.mark.parametrize("processes", [0, 1])
def test_one_workbook_per_town_and_one_for_the_district(hand: Hand, tmp_path: Path, processes: int):
    books = hand(Destination(tmp_path / "out"), processes)
    assert {book.town: (book.path.name, book.rows, book.cases) for book in books} == {
        None: ("全区.xlsx", 4, 3),
        TOWN: (f"{TOWN}.xlsx", 2, 1),
        SECOND: (f"{SECOND}.xlsx", 1, 1),
        "未填镇街": ("未填镇街.xlsx", 1, 1),
    }
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(book.path.name for book in books)
    for book in books:
        assert stat.S_IMODE(book.path.stat().st_mode) == 0o600
        read = openpyxl.load_workbook(book.path)
        assert read[CHECKLIST].max_row == book.rows + 1
        meta = read_meta(read["_meta"]["A1"].value, seal_key(SECRET))
        assert (meta.town, meta.rows, meta.night) == (book.town, book.rows, "2026-09-22-01234567")


def test_a_workbook_that_is_there_already_is_kept_beside(hand: Hand, tmp_path: Path):
    (book,) = hand(Destination(tmp_path / "out", town=TOWN))
    for filled_in in (b"filled in", b"filled in again"):
        book.path.write_bytes(filled_in)
        hand(Destination(tmp_path / "out", town=TOWN))
    kept = sorted((tmp_path / "out" / EARLIER).iterdir())
    assert sorted(path.read_bytes() for path in kept) == [b"filled in", b"filled in again"]
    assert [path.name for path in (tmp_path / "out").iterdir() if path.is_file()] == [book.path.name]


def test_a_town_sees_its_own_people_alone(hand: Hand, tmp_path: Path):
    hand(Destination(tmp_path))
    sheets = openpyxl.load_workbook(tmp_path / f"{SECOND}.xlsx").worksheets
    text = str([[cell.value for cell in row] for sheet in sheets for row in sheet.iter_rows()])
    assert TOWN not in text
    assert "'H1'" not in text
    assert "500190********4311" in text


@pytest.mark.parametrize(
    ("out", "town", "names"),
    [
        ("q.xlsx", None, {"q.xlsx", f"q-{TOWN}.xlsx", f"q-{SECOND}.xlsx", "q-未填镇街.xlsx"}),
        ("q.xlsx", TOWN, {"q.xlsx"}),
        ("folder", TOWN, {f"{TOWN}.xlsx"}),
    ],
)
def test_where_they_go(hand: Hand, tmp_path: Path, out: str, town: str | None, names: set[str]):
    books = hand(Destination.of(tmp_path / "a" / out, town))
    assert {book.path.name for book in books} == names
    assert all(book.path.exists() for book in books)


def test_a_town_that_has_nothing_to_do_gets_a_workbook_that_says_so(hand: Hand, tmp_path: Path):
    [book] = hand(Destination.of(tmp_path / "下发", "静镇"))
    assert (book.path.name, book.rows, book.cases) == ("静镇.xlsx", 0, 0)
    assert book.path.exists()


@pytest.mark.parametrize("processes", [0, 1])
def test_one_that_fails_leaves_none(hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: int):
    def fail(_content: object, _path: Path, _password: str | None) -> str:
        raise OSError

    monkeypatch.setattr(bookbinding, "do_job", fail)
    with pytest.raises(OSError):  # noqa: PT011  the kind is all there is
        hand(Destination(tmp_path), processes)
    assert list(tmp_path.glob("*.xlsx")) == []
    assert list(tmp_path.glob("*.part-*")) == []


def test_what_goes_wrong_elsewhere_tells_no_value(tmp_path: Path, material: Material):
    content = content_of(None, checklist(material, WORDS, seal_key(SECRET)).drop("relation"), material)
    with bookbinding.Bindery(1) as bindery:
        ask = bookbinding.asker(bindery.processes[0])
        with pytest.raises(BookbindingError, match=r"could not be written: ColumnNotFoundError at .*py:\d+"):
            ask(content, tmp_path / "x.xlsx", None)


def test_a_record_that_cannot_be_written_stops_all(hand: Hand, tmp_path: Path):
    seen: list[HandedOut] = []

    def before(book: HandedOut) -> None:
        seen.append(book)
        if len(seen) == 2:
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        hand(Destination(tmp_path), before=before)
    assert list(tmp_path.glob("*.xlsx")) == []


def test_a_workbook_opens_with_its_password_alone(hand: Hand, tmp_path: Path):
    (book,) = hand(Destination.of(tmp_path / "q.xlsx", TOWN), password="口令 7")  # noqa: S106
    with book.path.open("rb") as file:
        locked = msoffcrypto.OfficeFile(file)
        assert locked.is_encrypted()
        locked.load_key(password="口令 7")  # noqa: S106
        plain = io.BytesIO()
        locked.decrypt(plain)
    assert openpyxl.load_workbook(plain)[CHECKLIST].max_row == 3
    assert [path.name for path in tmp_path.glob("*.xlsx")] == ["q.xlsx"]
