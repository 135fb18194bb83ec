"""Files of unknown origin: what is not a workbook, what must not be opened, and what is left out of the copy."""

import io
import struct
import zipfile
from pathlib import Path

import msoffcrypto
import pytest
import xlsxwriter
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

from pipelines.workbooks.opening import Limits, UnusableWorkbookError, open_workbook, read_limited
from pipelines.workbooks.sheets import Book

PASSWORD = "三月-Abc"  # noqa: S105  made up for the test


def workbook(cells: dict[tuple[int, int], str] | None = None) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("核查清单")
        for (row, column), text in (cells or {(0, 0): "疑点编号", (1, 0): "f1"}).items():
            sheet.write_string(row, column, text)
    return target.getvalue()


def encrypted(content: bytes) -> bytes:
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(PASSWORD, target)
    return target.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return target.getvalue()


def with_members(content: bytes, added: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    return archive(members | added)


def old_workbook() -> bytes:
    target = io.BytesIO()
    book = xlwt.Workbook()
    book.add_sheet("核查清单").write(0, 0, "疑点编号")
    book.save(target)
    return target.getvalue()


OTHER_FORMATS = {
    "csv": ("疑点编号,核查结论\n1,已处理\n".encode("gb18030"), "CSV"),
    "xls": (old_workbook(), r"\.xls 或 \.et"),
    "ods": (archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}), r"\.ods"),
    "xlsb": (archive({"xl/workbook.bin": b"\x83\x01"}), r"\.xlsb"),
    "zip": (archive({"渝中.xlsx": b"PK"}), "请解压"),
    "torn": (workbook()[:-400], "已损坏"),
    "ole_rubbish": (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, r"\.xls 或 \.et"),
}


@pytest.mark.parametrize("kind", OTHER_FORMATS)
def test_another_format_is_refused_with_what_to_do(kind: str) -> None:
    content, told = OTHER_FORMATS[kind]
    with pytest.raises(UnusableWorkbookError, match=told):
        open_workbook(content)


def test_a_password_opens_and_a_wrong_or_missing_one_is_told() -> None:
    content = encrypted(workbook())
    opened = open_workbook(content, PASSWORD)
    assert opened.was_encrypted
    assert Book(opened).texts("核查清单").rows() == [("疑点编号",), ("f1",)]
    with pytest.raises(UnusableWorkbookError, match="密码不对"):
        open_workbook(content, PASSWORD + " ")
    with pytest.raises(UnusableWorkbookError, match="--password-file"):
        open_workbook(content)


def test_a_password_is_not_needed_for_a_plain_workbook() -> None:
    assert not open_workbook(workbook(), PASSWORD).was_encrypted


def test_a_hash_that_would_go_on_for_hours_is_refused() -> None:
    content = encrypted(workbook())
    with pytest.raises(UnusableWorkbookError, match="加密参数"):
        open_workbook(content, PASSWORD, Limits(spins=99_999))
    assert msoffcrypto.OfficeFile(io.BytesIO(content)).info["spinValue"] == 100_000


def test_size_and_number_of_parts_have_limits(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"x" * 1025)
    assert len(read_limited(path, Limits(file_bytes=1025))) == 1025
    with pytest.raises(UnusableWorkbookError, match="超过 0 MB"):
        read_limited(path, Limits(file_bytes=1024))
    path.write_bytes(b"")
    with pytest.raises(UnusableWorkbookError, match="空"):
        read_limited(path)
    with pytest.raises(UnusableWorkbookError, match="读不了"):
        read_limited(tmp_path / "gone.xlsx")
    crowded = with_members(workbook(), {f"xl/media/{number}.png": b"" for number in range(50)})
    with pytest.raises(UnusableWorkbookError, match="部件"):
        open_workbook(crowded, limits=Limits(entries=50))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = with_members(workbook(), {"xl/sharedStrings.xml": b" " * (65 << 20)})
    with pytest.raises(UnusableWorkbookError, match="解压后有 65 MB"):
        open_workbook(bomb)


def test_a_part_longer_than_it_says_is_refused() -> None:
    content = bytearray(with_members(workbook(), {"xl/sharedStrings.xml": b" " * 100_000}))
    for place in (content.find(struct.pack("<I", 100_000)), content.rfind(struct.pack("<I", 100_000))):
        content[place : place + 4] = struct.pack("<I", 100)
    with pytest.raises(UnusableWorkbookError, match="已损坏"):
        open_workbook(bytes(content))


@pytest.mark.parametrize(
    ("place", "told"),
    [((300_000, 0), "300001 行"), ((1_048_575, 0), "1048576 行"), ((5, 104), "DA 列"), ((5, 16_383), "DA 列")],
)
def test_a_cell_far_out_is_refused(place: tuple[int, int], told: str) -> None:
    content = workbook({(0, 0): "疑点编号", place: "x"})
    with pytest.raises(UnusableWorkbookError, match=told):
        open_workbook(content)


def test_cells_at_the_limit_and_empty_formatted_ones_beyond_are_read() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("核查清单")
        yellow = book.add_format({"bg_color": "yellow"})
        sheet.write_string(0, 0, "a")
        sheet.write_string(0, 103, "CZ")
        sheet.write_blank(1_048_575, 0, None, yellow)
        sheet.write_blank(0, 16_383, None, yellow)
    frame = Book(open_workbook(target.getvalue())).texts("核查清单")
    assert frame.shape == (1, 104)


def test_macros_links_and_pictures_are_not_in_the_copy() -> None:
    ridden = with_members(
        workbook(),
        {"xl/vbaProject.bin": b"m", "xl/externalLinks/externalLink1.xml": b"<e/>", "xl/media/image1.png": b"p"},
    )
    opened = open_workbook(ridden)
    assert not {name for name in opened.parts if "vba" in name or "external" in name or "media" in name}
    assert Book(opened).texts("核查清单").height == 2


def test_a_part_that_stands_twice_is_refused() -> None:
    target = io.BytesIO(workbook())
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(target, "a") as packed,
    ):
        packed.writestr("xl/workbook.xml", b"<other/>")
    with pytest.raises(UnusableWorkbookError, match="重名"):
        open_workbook(target.getvalue())
