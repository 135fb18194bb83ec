"""Archives: members and their names, and archives that are not opened."""

import zipfile
from io import BytesIO

import polars as pl
import pytest

from connectors import archives
from connectors.refusal import Refusal

HEADER = "身份证号,姓名,状态,登记日期,金额\n"


def packed(members, compression=zipfile.ZIP_DEFLATED):
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def parquet(person):
    stream = BytesIO()
    pl.DataFrame({"身份证号": [person(3)], "状态": ["1"], "登记日期": ["20230805"]}).write_parquet(stream)
    return stream.getvalue()


def test_members_in_the_order_of_their_names(deliver, line, person):
    content = packed(
        {
            "乙.csv": HEADER + line(2),
            "甲/一.csv": (HEADER + line(1)).encode("gb18030"),
            "丙.parquet": parquet(person),
            "__MACOSX/._乙.csv": b"x",
            "甲/.DS_Store": b"x",
            "甲/~$一.xlsx": b"x",
            "说明.txt": b"x",
        }
    )
    read = deliver({"包.zip": content})
    files = [part.source_file for part in read.report.parts]
    assert files == ["包.zip!丙.parquet", "包.zip!乙.csv", "包.zip!甲/一.csv"]
    assert len({part.sha256 for part in read.report.parts}) == 1
    assert read.report.ignored_files == ("包.zip!说明.txt",)
    assert read.clean["id_number"].to_list() == [person(3), person(2), person(1)]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_without_a_mark_of_their_encoding(deliver, line, encoding):
    info = zipfile.ZipInfo("x.csv")
    content = packed({"xxxx.csv": HEADER + line(1)})
    written = "车辆".encode(encoding).ljust(4, b"_")[:4] if encoding == "gbk" else "辆a".encode()
    content = content.replace(b"xxxx", written)
    assert info.flag_bits == 0
    [part] = deliver({"a.zip": content}).report.parts
    assert part.source_file == ("a.zip!车辆.csv" if encoding == "gbk" else "a.zip!辆a.csv")


def test_large_text_in_slices(deliver, line):
    rows = 20_000
    text = HEADER + "".join(f"{line(number)}\n" for number in range(rows))
    read = deliver({"a.zip": packed({"a.csv": text})}, slice_bytes=1 << 16)
    assert read.rows() == list(range(2, rows + 2))
    assert max(read.heights) < 4_000


def test_an_archive_without_a_readable_member_is_refused(deliver):
    with pytest.raises(Refusal, match="in the archive, found none"):
        deliver({"a.zip": packed({"说明.txt": b"x"})})


def test_an_encrypted_member_is_refused(deliver, line):
    content = bytearray(packed({"a.csv": HEADER + line(1)}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    with pytest.raises(Refusal, match=r"a\.zip!a\.csv: expected a file without a password"):
        deliver({"a.zip": bytes(content)})


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive"])
def test_what_is_no_archive_is_refused(deliver, content):
    with pytest.raises(Refusal, match=r"a\.zip: expected a zip archive"):
        deliver({"a.zip": content})


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_damaged_member_is_refused(deliver, line, compression):
    text = HEADER + "".join(f"{line(number)}\n" for number in range(500))
    content = bytearray(packed({"a.csv": text}, compression))
    middle = len(content) // 2
    content[middle : middle + 40] = b"\xff" * 40
    with pytest.raises(Refusal, match=r"a\.zip!a\.csv: (damaged|expected)"):
        deliver({"a.zip": bytes(content)})


def test_a_bomb_is_refused_before_it_is_unpacked(deliver, monkeypatch):
    monkeypatch.setattr(archives, "_SURELY_HARMLESS", 1 << 20)
    with pytest.raises(Refusal, match="more than 200 times"):
        deliver({"a.zip": packed({"a.csv": b"0" * (4 << 20)})})
