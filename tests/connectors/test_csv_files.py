"""Delimited text: encodings, delimiters, quotes, row numbers, slices, and files that are broken."""

import json
import random

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.csv_records import split_fields
from connectors.refusal import Refusal

HEADER = "身份证号,姓名,状态,登记日期,金额"


def table(*lines: str, end: str = "\n", header: str = HEADER) -> str:
    return end.join([header, *lines]) + end


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(deliver, line, encoding, delimiter, end):
    text = table(*(line(n, "张三丰收") for n in range(50)), end=end).replace(",", delimiter)
    read = deliver({"a.csv": text.encode(encoding)}, slice_bytes=256)
    assert read.rows() == list(range(2, 52))
    assert read.clean["name"].to_list() == ["张三丰收"] * 50
    [part] = read.report.parts
    assert (part.encoding, part.delimiter) == ("gb18030" if encoding.startswith("gb") else "utf-8", delimiter)


def test_rare_characters_of_gb18030(deliver, line):
    read = deliver({"a.csv": table(line(1, "𠮷㐂")).encode("gb18030")})
    assert read.clean["name"].to_list() == ["𠮷㐂"]


@pytest.mark.parametrize("slice_bytes", [1, 7, 64, 1 << 20])
def test_row_numbers_count_blank_lines_titles_and_short_rows(deliver, line, person, slice_bytes):
    text = "\n".join(
        ["某局比对结果", "", HEADER, line(1), "", f"{person(2)},短行", ",,,,", line(3), "   ", line(4), "合计,4", ""]
    )
    read = deliver({"a.csv": text}, slice_bytes)
    assert read.rows() == [4, 6, 8, 10]
    assert read.reasons() == {}
    assert read.skipped() == {"title": 1, "blank": 4, "total": 1}


def test_a_short_row_is_padded_and_a_long_one_quarantined(deliver, line):
    read = deliver({"a.csv": table(line(1) + ",,,", line(2) + ",多", line(3) + ",,多," + "x," * 90, line(4))})
    assert read.rows() == [2, 5]
    assert read.reasons() == {3: "row_shape", 4: "row_shape"}
    assert '"[F]":"多"' in read.quarantine["raw"][0]


@pytest.mark.parametrize("sign", [",", "\t", "|"])
@pytest.mark.parametrize("others", [(), (2,)], ids=["alone", "beside a row that is one cell too long"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_row_that_is_too_long_after_an_empty_cell_is_quarantined_whatever_stands_beside_it(
    deliver, line, sign, others, quote
):
    rows = [line(1), line(3) + f",,{quote}多{quote}", *(line(n) + ", " for n in others), f"123,某人{',' * 3}"]
    read = deliver({"a.csv": table(*rows).replace(",", sign)})
    assert read.rows() == [2, *(2 + n for n in others)]
    assert read.reasons() == {3: "row_shape", 4 + len(others): "id_length"}
    raw = [json.loads(one) for one in read.quarantine["raw"]]
    assert [raw[0].get("[F]"), raw[0]["[G]"], len(raw[1])] == [None, "多", 5]


def test_signs_within_quotes_do_not_make_a_row_too_long(deliver, line, person):
    read = deliver({"a.csv": table(line(1), f'{person(2)},"某,,,,,人",1,2023-08-05,5')})
    assert (read.rows(), read.reasons()) == ([2, 3], {})


def test_a_row_cut_off_at_the_end_of_the_file(deliver, line):
    cut = deliver({"a.csv": table(line(1)) + line(2)[:25]})
    assert (cut.rows(), cut.reasons()) == ([2], {3: "row_cut_off"})


def test_a_last_row_without_a_line_end_is_whole(deliver, line):
    assert deliver({"a.csv": table(line(1)) + line(2)}).rows() == [2, 3]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_last_row_without_a_line_end_may_span_lines_in_quotes(deliver, person, end):
    header, begun = HEADER + ",,备注,", f'{person(1)},某人,1,2023-08-05,5,,"两行{end}'
    whole = deliver({"a.csv": f'{header}{end}{begun}备注",'})
    assert (whole.rows(), whole.reasons()) == ([2], {})
    cut = deliver({"a.csv": f"{header}{end}{begun}尾,三"})
    assert (cut.rows(), cut.reasons()) == ([2], {3: "row_cut_off"})


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_cut_off_within_a_character(deliver, line, person, encoding):
    text = (table(*(line(n, "张三丰收") for n in range(9))) + f"{person(10)},张").encode(encoding)[:-1]
    assert deliver({"a.csv": text}).reasons() == {11: "row_cut_off"}


def test_a_note_or_a_total_without_a_line_end_is_not_cut_off(deliver, line):
    assert deliver({"a.csv": table(line(1)) + "注：数据截至九月"}).skipped() == {"note": 1}


def test_quoted_fields(deliver, line, person):
    text = table(f'"{person(1)}","某""人","1","2023-08-05","1,234.50"', line(2))
    read = deliver({"a.csv": text})
    assert read.clean["name"].to_list() == ['某"人', "某人"]
    assert [str(amount) for amount in read.clean["amount"]] == ["1234.5000", "12.5000"]


@pytest.mark.parametrize("slice_bytes", [1, 50, 200, 1 << 20])
def test_a_line_end_within_quotes_is_one_row(deliver, line, person, slice_bytes):
    long = f'{person(1)},"某\n\n人",1,2023-08-05,1'
    read = deliver({"a.csv": table(line(9), long, line(2), long.replace(",1\n", ",2\n"), line(3))}, slice_bytes)
    assert read.rows() == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("slice_bytes", [1, 50, 200, 1 << 20])
def test_stray_quotes_swallow_nothing(deliver, line, person, slice_bytes):
    rows = [line(1), line(2, '"某'), line(3, '某"'), line(4, '"'), line(5, '某"人'), line(6, '"某"人'), line(7)]
    read = deliver({"a.csv": table(*rows)}, slice_bytes)
    assert read.rows() == [2, 3, 4, 5, 6, 7, 8]
    assert read.clean["id_number"].to_list() == [person(number) for number in range(1, 8)]


def test_a_quote_that_never_closes_costs_its_row_at_most(deliver, line):
    rows = [line(1), f'"{line(2)}', *(line(number) for number in range(3, 200))]
    read = deliver({"a.csv": table(*rows)}, 512)
    assert read.rows() == [2, *range(4, 201)]
    assert list(read.reasons()) == [3]


def test_what_is_neither_encoding_is_refused_with_its_place(deliver, line):
    with pytest.raises(Refusal, match=r"a\.csv: .*neither at byte 58"):
        deliver({"a.csv": HEADER.encode("gb18030") + b"\n" + line(1).encode("gb18030")[:24] + b"\xff\xff\n"})


def test_utf8_with_a_damaged_byte_is_not_read_as_gb18030(deliver, line):
    good = table(*(line(number) for number in range(9))).encode()
    with pytest.raises(Refusal, match="found a byte that is none at byte"):
        deliver({"a.csv": good[:-20] + b"\xff" + good[-20:]})


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_utf16_is_refused_with_advice(deliver, line, encoding):
    with pytest.raises(Refusal, match="save it as CSV UTF-8"):
        deliver({"a.csv": table(line(1)).encode(encoding)})


@pytest.mark.parametrize("content", ["", "\n\n", " \n"])
def test_an_empty_file_is_refused(deliver, content):
    with pytest.raises(Refusal, match="found no text at all"):
        deliver({"a.csv": content})


def test_a_missing_column_is_refused_and_no_value_told(deliver, line, person):
    with pytest.raises(Refusal, match="状态 / status") as refused:
        deliver({"a.csv": table(line(1), header="身份证号,姓名,登记日期")})
    assert person(1)[:6] not in str(refused.value)
    assert "found: 身份证号, 姓名, 登记日期" in str(refused.value)


def test_batches_are_bounded_whatever_the_size(deliver, line):
    rows = 200_000
    read = deliver({"a.csv": table(*(line(number) for number in range(rows)))}, slice_bytes=1 << 18)
    assert read.rows() == list(range(2, rows + 2))
    assert max(read.heights) < 8_000
    assert len(read.heights) > 20


def test_fields_of_a_line():
    assert split_fields('a,"b,c",d', ",") == ["a", "b,c", "d"]
    assert split_fields('a,"b""c",', ",") == ["a", 'b"c', ""]
    assert split_fields('a,"b,c', ",") == ["a", '"b', "c"]
    assert split_fields('a"b"|"c"d|"e"\r', "|") == ['a"b"', '"c"d', "e"]
    assert split_fields("", ",") == [""]


cell = st.text(st.sampled_from('ab,"\n 张|'), max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(cell, cell), min_size=1, max_size=20), slice_bytes=st.integers(1, 400))
def test_every_well_written_table_comes_back_row_by_row(deliver, person, rows, slice_bytes):
    frame = pl.DataFrame(
        {
            "身份证号": [person(number) for number in range(len(rows))],
            "姓名": ["某人"] * len(rows),
            "状态": [first for first, _ in rows],
            "登记日期": ["2023-08-05"] * len(rows),
            "金额": [second for _, second in rows],
        }
    )
    read = deliver({"a.csv": frame.write_csv(quote_style="always")}, slice_bytes)
    assert read.rows() == list(range(2, len(rows) + 2))
    assert read.clean["id_number"].to_list() == frame["身份证号"].to_list()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), slice_bytes=st.integers(1, 400))
def test_no_quote_anywhere_swallows_a_row(deliver, line, seed, slice_bytes):
    chance = random.Random(seed)  # noqa: S311  (a repeatable sample)
    names = ["".join(chance.choices('某人" ', k=chance.randint(1, 5))) for _ in range(30)]
    read = deliver({"a.csv": table(*(line(number, name) for number, name in enumerate(names)))}, slice_bytes)
    assert read.rows() == list(range(2, 32))


def test_a_slice_that_begins_with_a_short_or_a_blank_row(deliver, line, person):
    read = deliver({"a.csv": table(person(1), line(2), "", line(3), person(4))})
    assert read.rows() == [2, 3, 5, 6]
    assert read.clean["name"].to_list() == [None, "某人", "某人", None]
