"""Headers: where they are, what they are called, and when they are refused (feeds.md section 1)."""

import pytest

from connectors.contract import load_contracts
from connectors.headers import Header, Mismatch, column_letter, find_header, match_header, shown

BUSINESS = ["证件号码", "市场主体名称", "人员类型", "登记状态"]


@pytest.fixture(scope="module")
def contracts(feeds_dir):
    return load_contracts(feeds_dir)


def test_aliases_codes_and_english_names_in_any_case(contracts):
    for row in (BUSINESS, ["CERNO", "entname", "职务", "RegState"], ["id_number", "ENTITY_NAME", "role", "status"]):
        found = match_header(row, contracts["business"])
        assert isinstance(found, Header)
        assert found.columns == {"id_number": 0, "entity_name": 1, "role": 2, "status": 3}


def test_layout_and_width_do_not_matter(contracts):
    row = [" 证件\n号码 ", "\ufeff市场主体名称", "人员　类型", "ＲＥＧＳＴＡＴＥ", "", None]
    found = match_header(row, contracts["business"])
    assert isinstance(found, Header)
    assert found.columns["status"] == 3
    assert found.unknown == ()


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("认缴出资额", None),
        ("认缴出资额（万元）", "万元"),
        ("认缴出资额(元)", "元"),
        ("认缴出资额【元】", "元"),
        ("SUBCONAM (单位：万元)", "万元"),
        ("认缴出资额（元/月）", "元"),
    ],
)
def test_a_unit_in_brackets_is_dropped_and_kept_in_mind(contracts, header, unit):
    found = match_header([*BUSINESS, header], contracts["business"])
    assert isinstance(found, Header)
    assert found.columns["subscribed_capital"] == 4
    assert found.units.get("subscribed_capital") == unit


@pytest.mark.parametrize("header", ["建筑面积(㎡)", "建筑面积（m²）", "建筑面积(M2)", "建筑面积（平方米）", "JZMJ"])
def test_units_of_area(contracts, header):
    found = match_header(["ZJH", "DJSJ", header], contracts["property"])
    assert isinstance(found, Header)
    assert found.columns["area"] == 2
    assert found.units == {}


def test_brackets_that_are_part_of_a_name_stay(contracts):
    row = ["家庭编号", "身份证号", "姓名", "关系", "救助类别", "是否享受", "乡镇(街道)", "村（社区）"]
    found = match_header(row, contracts["roster"])
    assert isinstance(found, Header)
    assert (found.columns["town"], found.columns["village"]) == (6, 7)
    missing = match_header([*row[:6], "乡镇", "村"], contracts["roster"])
    assert isinstance(missing, Mismatch)


def test_a_missing_required_column_is_refused_with_what_was_found(contracts):
    found = match_header(["证件号码", "市场主体名称", "人员类型", "备注"], contracts["business"])
    assert isinstance(found, Mismatch)
    assert "登记状态 / 经营状态 / REGSTATE / status" in found.message
    assert "found: 证件号码, 市场主体名称, 人员类型, 备注" in found.message


def test_two_columns_for_one_field_are_refused(contracts):
    found = match_header([*BUSINESS, "身份证号"], contracts["business"])
    assert isinstance(found, Mismatch)
    assert "expected one column for id_number, found 2 (columns A, E)" in found.message


def test_unknown_columns_are_named_and_companions_are_found(contracts):
    found = match_header(["SFZMHM", "HPHM", "ZT", "FZJG", "发动机号", "发动机号"], contracts["vehicle"])
    assert isinstance(found, Header)
    assert found.companions == {"plate_no": 3}
    assert found.unknown == ("发动机号", "发动机号")


def test_the_header_is_searched_among_the_first_rows(contracts):
    above = [["比对结果表", "", "", ""], ["", "", "", ""], ["单位：某局", None, None, None]]
    found = find_header([*above, BUSINESS, ["x"] * 4], contracts["business"])
    assert not isinstance(found, Mismatch)
    assert found[0] == 3
    assert isinstance(find_header([[""]] * 30 + [BUSINESS], contracts["business"]), Mismatch)
    assert not isinstance(find_header([[""]] * 29 + [BUSINESS], contracts["business"]), Mismatch)


def test_rows_of_persons_are_never_told_as_headers(contracts):
    found = find_header([["500190199001011234", "张三", "渝A12345"]], contracts["vehicle"])
    assert isinstance(found, Mismatch)
    assert "张三" not in found.message
    assert "500190" not in found.message
    assert "found no text at all" in find_header([["", None]], contracts["vehicle"]).message
    assert shown("500190199001011234") == "…"


def test_columns_are_named_as_a_spreadsheet_does():
    assert [column_letter(column) for column in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]
