"""Rows that are no data: titles, blanks, totals, notes, repeated headers, other documents (feeds.md section 1)."""

import pytest

HEADER = "身份证号,姓名,状态,登记日期,金额"


def table(*lines):
    return "\n".join([HEADER, *lines]) + "\n"


@pytest.mark.parametrize(
    "total",
    [
        "合计,399",
        "合 计,399",
        "小计：,3",
        "总计:399",
        ",合计,,,399",
        "　合计　",
        "本页小计,3",
        "合计（人）,3",
        "合计399人",
        "总计 399",
    ],
)
@pytest.mark.parametrize("slice_bytes", [1, 1 << 20])
def test_totals_wherever_they_stand(deliver, line, total, slice_bytes):
    read = deliver({"a.csv": table(line(1), total, line(2), total)}, slice_bytes)
    assert read.rows() == [2, 4]
    assert read.skipped() == {"total": 2}


@pytest.mark.parametrize(
    "note",
    [
        "注：数据截至九月",
        "备注：无",
        "说明：一式两份,,,,",
        "制表：某人,,审核：某人,,2026-09-22",
        "审核人：某人,某局",
        "填表人：某人",
        "数据来源：某局,某科",
        "以上数据仅供核对使用",
        "2026年9月22日",
    ],
)
@pytest.mark.parametrize("slice_bytes", [1, 1 << 20])
def test_notes_below_the_table(deliver, line, note, slice_bytes):
    read = deliver({"a.csv": table(line(1), line(2), "", "合计,2", note, "", note)}, slice_bytes)
    assert read.rows() == [2, 3]
    assert read.skipped() == {"blank": 2, "total": 1, "note": 2}


@pytest.mark.parametrize("slice_bytes", [1, 1 << 20])
def test_what_looks_like_a_note_above_data_is_data(deliver, line, slice_bytes):
    read = deliver({"a.csv": table(line(1), "注：某某", line(2))}, slice_bytes)
    assert read.rows() == [2, 4]
    assert read.reasons() == {3: "id_characters"}


def test_a_lone_identity_number_at_the_end_is_data(deliver, line, person):
    read = deliver({"a.csv": table(line(1), person(2), f"'{person(3)[:6]} {person(3)[6:]}")})
    assert read.rows() == [2, 3, 4]


def test_a_row_with_an_empty_id_is_quarantined_also_at_the_end(deliver, line):
    read = deliver({"a.csv": table(line(1), ",某人,1,2023-08-05,1")})
    assert read.reasons() == {3: "id_empty"}
    assert read.quarantine["field"].to_list() == ["id_number"]


def test_a_repeated_header_is_skipped(deliver, line):
    read = deliver({"a.csv": table(line(1), HEADER, " 身份证号 ,姓 名,状态,登记日期,金额", line(2))})
    assert read.rows() == [2, 5]
    assert read.skipped() == {"repeated_header": 2}


def test_titles_and_blanks_above_the_header(deliver, line):
    read = deliver({"a.csv": "某局比对结果\n\n单位：某局,,日期：九月\n" + table(line(1))})
    assert read.rows() == [5]
    assert read.skipped() == {"title": 2, "blank": 1}
    assert read.report.parts[0].header_row == 4


def test_other_documents_are_skipped_and_are_data_rows(deliver, line):
    read = deliver({"a.csv": table(line(1), "E12345678,某人,1,2023-08-05,1", "91110000600037341L,某人,1,2023-08-05,1")})
    assert read.skipped() == {"other_document": 2}
    assert read.report.data_rows == 3
    assert read.reasons() == {}


def test_a_required_date_that_is_unreadable_is_quarantined_an_empty_one_kept(deliver, line):
    read = deliver({"a.csv": table(line(1, day="不详"), line(2, day=""), line(3, day="无"), line(4, day="2023-02-30"))})
    assert read.reasons() == {2: "date_unreadable", 5: "date_unreadable"}
    assert read.quarantine["field"].to_list() == ["registered_on"] * 2
    assert read.rows() == [3, 4]


def test_unknown_codes_and_unreadable_money_are_counted_and_kept(deliver, line):
    read = deliver(
        {"a.csv": table(line(1, status="9"), line(2, status=""), line(3, money="不详"), line(4, money="-1"))}
    )
    assert read.clean["status"].to_list() == ["unknown", "unknown", "active", "active"]
    fields = {one.field: one for one in read.report.fields}
    assert (fields["status"].unknown, fields["status"].filled) == (2, 2)
    assert (fields["amount"].unparsed, fields["amount"].filled) == (2, 2)
    assert (fields["name"].filled, fields["name"].rows) == (4, 4)


def test_the_raw_text_of_quarantined_rows_stands_under_its_headers(deliver, line):
    text = table(line(1), "123,某 人,1,2023/8/5,五百").replace("金额", "金额,备注,备注").replace(",五百", ",五百,甲,乙")
    read = deliver({"a.csv": text})
    raw = '{"身份证号":"123","姓名":"某 人","状态":"1","登记日期":"2023/8/5","金额":"五百","备注":"甲","备注[G]":"乙"}'
    assert read.quarantine["raw"].to_list() == [raw]
    assert read.report.parts[0].unknown_columns == ("备注", "备注")
