"""Whole deliveries: too many bad rows, feeds with several persons or none, wide rosters, completed plates."""

from datetime import date

import pytest

from connectors.contract import Contract, load_contracts
from connectors.refusal import Refusal

HEADER = "身份证号,姓名,状态,登记日期,金额"


def table(*lines, header=HEADER):
    return "\n".join([header, *lines]) + "\n"


def rows(line, good, bad):
    return table(*(line(number) for number in range(good)), *("123,某人,1,2023-08-05,1" for _ in range(bad)))


@pytest.mark.parametrize(("good", "bad"), [(0, 19), (981, 19), (980, 20), (1029, 21)])
def test_few_bad_rows_are_quarantined(deliver, line, good, bad):
    assert deliver({"a.csv": rows(line, good, bad)}).report.quarantined == bad


@pytest.mark.parametrize(("good", "bad"), [(0, 20), (979, 20), (1028, 21)])
def test_more_than_two_in_a_hundred_and_at_least_twenty_refuse_the_snapshot(deliver, line, good, bad):
    with pytest.raises(Refusal, match=rf"expected at most 2.00% .*found {bad} of {good + bad} \(id_length {bad}\)"):
        deliver({"a.csv": rows(line, good, bad)})


def test_the_share_is_of_all_files_together(deliver, line):
    with pytest.raises(Refusal, match="found 20 of 60"):
        deliver({"a.csv": rows(line, 20, 10), "b.csv": rows(line, 20, 10)})


def declared(**changes):
    def field(name, kind, *headers, **more):
        return {"name": name, "kind": kind, "label_zh": headers[0], "headers": headers, **more}

    base = {"feed": "small", "title": "t", "department": "d", "grain": "g", "description": "x", "keys": [["event"]]}
    fields = changes.pop("fields")
    return Contract.model_validate(base | changes | {"fields": [field(*one[:3], **one[3]) for one in fields]})


COUPLE = declared(
    subjects=["id_number", "spouse_id_number"],
    fields=[
        ("id_number", "id", "男方身份证号", {"is_required": True}),
        ("spouse_id_number", "id", "女方身份证号", {"is_required": True}),
        ("event", "text", "类型", {"is_required": True}),
    ],
)


def test_a_record_of_two_persons_is_kept_for_the_one_who_can_be_told(deliver, person):
    text = table(
        f"{person(1)},{person(2)},结婚",
        f"{person(3)},123,结婚",
        f",{person(4)},结婚",
        f"E1234567,{person(5)},结婚",
        "E1234567,H1234567,结婚",
        "E1234567,123,结婚",
        ",,结婚登记,",
        "123,,离婚",
        header="男方身份证号,女方身份证号,类型",
    )
    read = deliver({"a.csv": text}, contract=COUPLE)
    assert read.clean.select("id_number", "spouse_id_number").rows() == [
        (person(1), person(2)),
        (person(3), None),
        (None, person(4)),
        (None, person(5)),
    ]
    assert read.skipped() == {}
    assert read.reasons() == {6: "id_other_documents", 7: "id_length", 8: "id_empty", 9: "id_length"}
    assert read.quarantine["field"].to_list() == ["id_number", "spouse_id_number", "id_number", "id_number"]


HOUSEHOLDS = declared(
    keys=[["household_id", "holder_name"]],
    subjects=[],
    fields=[
        ("household_id", "text", "家庭编号", {"is_required": True, "is_demanded": True}),
        ("holder_name", "name", "代管人姓名", {"is_required": True}),
        ("filed_on", "date", "备案日期", {}),
    ],
)


@pytest.mark.parametrize("slice_bytes", [1, 1 << 20])
def test_a_feed_without_identity_numbers(deliver, slice_bytes):
    text = table(
        "YZ1,某 人,2023-08-05", "", "YZ2,,不详", ",某人,", "合计,2", "YZ3,某人,", "合计,3", "注：略",
        header="家庭编号,代管人姓名,备案日期",
    )  # fmt: skip
    read = deliver({"a.csv": text}, slice_bytes, contract=HOUSEHOLDS)
    assert read.clean["household_id"].to_list() == ["YZ1", "YZ2", "YZ3"]
    assert read.clean["filed_on"].to_list() == [date(2023, 8, 5), None, None]
    assert read.skipped() == {"blank": 1, "total": 2, "note": 1}
    assert read.reasons() == {5: "value_missing"}
    assert read.quarantine["household_id"].to_list() == [None]


WIDE = declared(
    keys=[["household_id", "id_number"]],
    wide=["name", "id_number"],
    fields=[
        ("household_id", "text", "家庭编号", {"is_required": True, "is_demanded": True}),
        ("name", "name", "姓名", {"is_required": True}),
        ("id_number", "id", "身份证号", {"is_required": True}),
        ("event", "text", "备注", {}),
    ],
)


@pytest.mark.parametrize(
    "header", ["家庭编号,姓名,身份证号,姓名,身份证号,备注", "家庭编号,姓名1,身份证号1,姓名2,身份证号_2,备注"]
)
def test_a_wide_roster_becomes_one_row_for_each_person(deliver, person, header):
    text = table(
        f"YZ1,甲,{person(1)},乙,{person(2)},一",
        f"YZ2,丙,{person(3)},,,二",
        f"YZ3,丁,123,戊,{person(4)},三",
        "YZ4,,,,,四",
        header=header,
    )
    read = deliver({"a.csv": text}, contract=WIDE)
    assert read.clean.select("household_id", "name", "id_number", "event", "source_row").rows() == [
        ("YZ1", "甲", person(1), "一", 2),
        ("YZ1", "乙", person(2), "一", 2),
        ("YZ2", "丙", person(3), "二", 3),
        ("YZ3", "戊", person(4), "三", 4),
    ]
    assert read.quarantine.select("source_row", "reason", "household_id").rows() == [
        (4, "id_length", "YZ3"),
        (5, "id_empty", "YZ4"),
    ]
    assert '"家庭编号":"YZ3"' in read.quarantine["raw"][0]
    assert read.report.data_rows == 4


def test_repeated_columns_without_that_option_are_refused(deliver, person):
    with pytest.raises(Refusal, match="expected one column for id_number, found 2"):
        deliver({"a.csv": table(f"{person(1)},{person(2)},1,2023-08-05", header="身份证号,身份证号,状态,登记日期")})


def test_a_quarantined_roster_row_still_names_its_household(deliver, feeds_dir, person):
    header = "家庭编号,身份证号,姓名,关系,救助类别,是否享受,镇街"
    text = table(
        f"YZ1,{person(1)},甲,户主,城市低保,是,某街道",
        "YZ1,123,乙,配偶,城市低保,否,某街道",
        f",{person(2)},丙,子,,,",
        header=header,
    )
    read = deliver({"a.csv": text}, contract=load_contracts(feeds_dir)["roster"])
    assert read.quarantine.select("source_row", "field", "reason", "household_id").rows() == [
        (3, "id_number", "id_length", "YZ1"),
        (4, "household_id", "value_missing", None),
    ]
    assert read.clean.select("relation", "benefit", "covered", "status").rows() == [("02", "dibao_urban", "yes", None)]


def test_a_plate_without_its_province(deliver, feeds_dir, person):
    text = table(f"{person(1)},A·12345,渝A,A", f"{person(2)},川B12345,渝A,E", header="SFZMHM,HPHM,FZJG,ZT")
    read = deliver({"a.csv": text}, contract=load_contracts(feeds_dir)["vehicle"])
    assert read.clean["plate_no"].to_list() == ["渝A12345", "川B12345"]
    assert read.report.parts[0].unknown_columns == ()


def test_a_unit_in_a_header_overrides_the_contract(deliver, feeds_dir, person):
    contract = load_contracts(feeds_dir)["business"]
    for unit, amount in (("", "105000"), ("（万元）", "105000"), ("（元）", "10.5")):
        header = f"证件号码,市场主体名称,人员类型,登记状态,认缴出资额{unit}"
        read = deliver({"a.csv": table(f"{person(1)},某店,经营者,存续,10.5", header=header)}, contract=contract)
        assert read.clean["subscribed_capital"].cast(str).to_list() == [
            f"{amount}.0000" if "." not in amount else "10.5000"
        ]


def test_every_message_is_free_of_persons(deliver, line, person):
    broken = [
        {"a.csv": table(line(1)).encode() + b"\xff\n"},
        {"a.csv": line(1)},
        {"a.csv": rows(line, 1, 30)},
        {"a.csv": table(line(1)), "manifest.json": '{"rows": 7}'},
    ]
    for files in broken:
        with pytest.raises(Refusal) as refused:
            deliver(files)
        assert person(1)[6:14] not in str(refused.value)
        assert "某人" not in str(refused.value)
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__
