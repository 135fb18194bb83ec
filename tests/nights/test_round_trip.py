"""Workbooks as they are handed out, filled in by LibreOffice, and taken back: no false alarm, plain or with a password."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.settings import DATA
from pipelines.workbooks.finishing import finish
from pipelines.workbooks.handing_out import Destination
from pipelines.workbooks.held import Cause
from pipelines.workbooks.importing import import_workbooks
from pipelines.workbooks.layout import CHECKLIST, PLACE
from pipelines.workbooks.queue_books import Declarations, Wish, write_queue_books
from pipelines.workbooks.written import written_of
from tests.libreoffice import Filling, fill_in
from tests.nights.district import AS_OF
from tests.nights.driver import District
from tests.nights.office import WHEN, Office, open_office
from tests.pipelines.workbooks.made_books import Edited

PASSWORD = "三月-Abc"  # noqa: S105  made up for the test
TYPED = {
    "method": "入户",
    "investigated_on": AS_OF.isoformat(),
    "investigator_1": "张核查",
    "investigator_2": "李核查",
    "note": "=入户核实，已报废",
    "conclusion": "已处理",
    "recovered_amount": "1200.5",
    "effective_month": "2026-10",
    "valid_until": "2027-03-31",
}


@pytest.fixture
def declarations() -> Declarations:
    return Declarations((Path(os.environ["HEDUI_FEEDS_DIRS"]),), (DATA / "policy",))


@pytest.fixture
def office(district: District, tmp_path: Path, declarations: Declarations) -> Office:
    made = open_office(district, tmp_path)
    made.desk = replace(made.desk, written=written_of(made.desk.vault, declarations))
    return made


def hand_out(office: Office, declarations: Declarations, folder: Path, password: str | None = None) -> dict[str, Path]:
    """The workbooks of the night: town (or 全区) → file."""
    wish = Wish(Destination(folder), WHEN, by="区民政局", origin="export", password=password, processes=0)
    done = write_queue_books(office.desk.vault, office.night.folder, office.desk.store, declarations, wish)
    return {book.town or "全区": book.path for book in done.books if book.rows}


def cells(row: int, **more: str) -> dict[tuple[int, int], str]:
    """What is typed into a row of the list, counted from 1 below the header."""
    return {(row, PLACE[key]): text for key, text in {**TYPED, **more}.items()}


def test_what_libreoffice_saved_comes_back_without_a_false_alarm(
    office: Office, declarations: Declarations, tmp_path: Path
) -> None:
    plain = hand_out(office, declarations, tmp_path / "plain")
    locked = hand_out(office, declarations, tmp_path / "locked", PASSWORD)
    town = max(set(plain) - {"全区"}, key=lambda name: plain[name].stat().st_size)
    fillings = [
        Filling(plain[town], office.folder / "town.xlsx", cells(1)),
        Filling(plain["全区"], office.folder / "district.xlsx", {}),
        Filling(locked[town], office.folder / "locked.xlsx", cells(1), PASSWORD),
    ]
    fill_in(fillings, CHECKLIST, tmp_path)
    town_book, district_book = office.imports(office.folder / "town.xlsx", office.folder / "district.xlsx")
    assert [one.told or list(one.held) for one in (town_book, district_book)] == [[], []]
    assert (town_book.accepted, district_book.accepted) == (1, 0)
    assert town_book.missing == district_book.missing == 0
    assert district_book.unchanged == len(office.rows)
    verdict = office.events()[0].payload["verdict"]
    assert (verdict["investigated_on"], verdict["effective_month"]) == (AS_OF.isoformat(), "2026-10-01")
    assert (verdict["recovered_amount"], verdict["valid_until"]) == ("1200.5000", "2027-03-31")
    (again,) = office.imports(office.folder / "locked.xlsx", password=PASSWORD)
    assert (again.told, list(again.held), again.accepted, again.unchanged) == ("", [], 0, town_book.unchanged + 1)


def test_what_was_changed_in_a_real_workbook_is_told_by_its_column(
    office: Office, declarations: Declarations, tmp_path: Path
) -> None:
    books = hand_out(office, declarations, tmp_path / "plain")
    town = next(name for name in sorted(books) if name != "全区")
    book = Edited(books[town].read_bytes())
    before = book.cell(2, "statement").value
    book.fill(2, **TYPED | {"note": "入户核实"}, statement="没有车", snapshot_date="2020-01-01")
    book.fill(2, effective_month="2026-10")
    path = office.file(book.content(), "changed.xlsx")
    imported = import_workbooks([path], office.desk)[0]
    assert [(one.key, one.cause) for one in imported.outcome.held] == [
        ("snapshot_date", Cause.CHANGED),
        ("statement", Cause.CHANGED),
    ]
    outcome = finish(imported, office.desk)
    rejects = Edited((office.folder / str(outcome.rejects)).read_bytes())
    assert rejects.cell(2, "statement").value == before
    (again,) = office.imports(office.folder / str(outcome.rejects))
    assert (list(again.held), again.accepted) == ([], 1)


def test_where_the_night_is_gone_the_seal_alone_tells(
    office: Office, declarations: Declarations, tmp_path: Path
) -> None:
    books = hand_out(office, declarations, tmp_path / "plain")
    book = Edited(next(path for town, path in books.items() if town != "全区").read_bytes())
    book.fill(2, statement="没有车")
    gone = written_of(office.desk.vault, declarations)

    def of_another(meta: object) -> object:
        return gone(meta.model_copy(update={"night": "2020-01-01-00000000"}))  # type: ignore[attr-defined]

    (outcome,) = office.imports(office.file(book.content(), "changed.xlsx"), written=of_another)
    assert [(one.row, one.key, one.cause) for one in outcome.held] == [(2, None, Cause.CHANGED)]
