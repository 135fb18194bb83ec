"""The feeds of people and money: headers, codes and persons of each contract, read as a department delivers them."""

import polars as pl
import pytest

from connectors.contract import load_contracts
from connectors.reasons import Reason

FEEDS = ("card_proxies", "custody", "death", "housing_fund", "income_tax", "marriage")


@pytest.fixture(scope="module")
def contracts(feeds_dir):
    return load_contracts(feeds_dir)


@pytest.mark.parametrize(
    ("feed", "required", "keys"),
    [
        ("death", "id_number death_on source", [("id_number", "source")]),
        ("custody", "id_number custody_type start_on", [("id_number", "custody_type", "start_on")]),
        ("housing_fund", "id_number status", [("id_number", "employer")]),
        ("income_tax", "id_number period income_item income", [("id_number", "period", "income_item", "payer")]),
        (
            "marriage",
            "id_number spouse_id_number event event_on",
            [("certificate_no", "event"), ("id_number", "spouse_id_number", "event", "event_on")],
        ),
        ("card_proxies", "household_id holder_name", [("household_id", "holder_name")]),
    ],
)
def test_required_columns_and_keys(contracts, feed, required, keys):
    one = contracts[feed]
    assert {field.name for field in one.fields if field.is_required} == set(required.split())
    assert list(one.keys) == keys
    assert (one.max_age_days, one.max_bad_share, one.is_required, one.keyless) == (35, 0.02, False, "merge")


def test_whom_a_row_is_about(contracts):
    assert {feed: contracts[feed].subjects for feed in FEEDS} == {
        **dict.fromkeys(("custody", "death", "housing_fund", "income_tax"), ("id_number",)),
        "marriage": ("id_number", "spouse_id_number"),
        "card_proxies": (),
    }
    demanded = [field.name for field in contracts["card_proxies"].fields if field.is_demanded]
    assert demanded == ["household_id"]


CODES = [
    ("death", "source", "户籍注销 户口注销", "household_registry"),
    ("death", "source", "火化", "cremation"),
    ("death", "source", "医学证明 死亡证明", "certificate"),
    ("custody", "custody_type", "刑事拘留 逮捕 刑拘", "detention"),
    ("custody", "custody_type", "判决服刑 服刑", "prison"),
    ("custody", "custody_type", "强制隔离戒毒", "rehab"),
    ("custody", "custody_type", "社区矫正 缓刑 管制", "community"),
    ("housing_fund", "status", "正常", "active"),
    ("housing_fund", "status", "封存", "sealed"),
    ("housing_fund", "status", "销户", "closed"),
    ("income_tax", "income_item", "工资薪金 工资、薪金所得", "wage"),
    ("income_tax", "income_item", "劳务报酬", "labour"),
    ("income_tax", "income_item", "经营所得", "business"),
    ("income_tax", "income_item", "财产转让", "property_transfer"),
    ("income_tax", "income_item", "其他", "other"),
    ("marriage", "event", "结婚 补领结婚证 补领", "married"),
    ("marriage", "event", "离婚", "divorced"),
    ("marriage", "event", "撤销", "annulled"),
]


@pytest.mark.parametrize(("feed", "field", "texts", "name"), CODES)
def test_codes(contracts, feed, field, texts, name):
    one = contracts[feed].by_name[field]
    assert {one.lookup[text] for text in texts.split()} == {name}
    assert set(one.codes) == {name for feed_, field_, _, name in CODES if (feed_, field_) == (feed, field)}


HEADERS = {
    "death": "死者身份证号,死者姓名,死亡时间,数据来源,火化日期",
    "custody": "身份证号,姓名,羁押类型,开始日期,释放日期",
    "housing_fund": "身份证号,姓名,单位名称,账户状态,缴存基数,账户余额,末次汇缴月份",
    "income_tax": "身份证号,姓名,税款所属期,所得项目,收入额（万元）,扣缴义务人",
    "marriage": "男方身份证号,男方姓名,女方身份证号,女方姓名,业务类型,登记日期,证件号",
    "card_proxies": "家庭编号,代管人姓名,备案日期",
}


@pytest.mark.parametrize(
    ("feed", "cells", "expected"),
    [
        (
            "death",
            "{0},某人,2026年8月5日,火化,",
            {"death_on": "2026-08-05", "source": "cremation", "cremated_on": None},
        ),
        ("custody", "{0},某人,看押,2026-08-05,9999-12-31", {"custody_type": "unknown", "end_on": None}),
        (
            "housing_fund",
            "{0},某人,厂,正常,2100元,-,202607",
            {"base": 2100, "balance": None, "last_paid_month": "2026-07-01"},
        ),
        ("income_tax", "{0},某人,2026-08,工资薪金,0.3,厂", {"income": 3000, "period": "2026-08-01"}),
        ("marriage", "{0},某人,{1},另人,补领,20200501,", {"event": "married", "certificate_no": None}),
        ("card_proxies", "H1,王 五,2026-01-02", {"holder_name": "王五", "filed_on": "2026-01-02"}),
    ],
)
def test_a_row_of_each(deliver, contracts, person, feed, cells, expected):
    ids = [person(1), person(2)]
    read = deliver({"a.csv": f"{HEADERS[feed]}\n{cells.format(*ids)}\n"}, contract=contracts[feed])
    [row] = read.clean.to_dicts()
    told = {name: str(row[name]) if hasattr(row[name], "year") else row[name] for name in expected}
    assert told == expected
    assert [row[subject] for subject in contracts[feed].subjects] == ids[: len(contracts[feed].subjects)]


UNREADABLE, EMPTY, PASSPORT, COMPANY = "512390199001011230", "", "E12345678", "91500103MA5U4XYZ0A"


@pytest.mark.parametrize(
    ("ids", "kept", "reason"),
    [
        (("{0}", "{1}"), ("{0}", "{1}"), None),
        (("{0}", UNREADABLE), ("{0}", None), None),
        ((EMPTY, "{1}"), (None, "{1}"), None),
        (("{0}", PASSPORT), ("{0}", None), None),
        ((PASSPORT, "{1}"), (None, "{1}"), None),
        ((UNREADABLE, EMPTY), None, Reason.ID_CHECK_DIGIT),
        ((PASSPORT, EMPTY), None, Reason.ID_EMPTY),
        ((UNREADABLE, PASSPORT), None, Reason.ID_CHECK_DIGIT),
        ((PASSPORT, PASSPORT), None, Reason.ID_OTHER_DOCUMENTS),
    ],
)
def test_a_marriage_is_kept_for_the_side_that_can_be_told(deliver, contracts, person, ids, kept, reason):
    one, other = (text.format(person(1), person(2)) for text in ids)
    known = f"{person(3)},甲,{person(4)},乙,离婚,2020-01-01,"
    read = deliver(
        {"a.csv": f"{HEADERS['marriage']}\n{one},某人,{other},另人,结婚,2020-05-01,\n{known}\n"},
        contract=contracts["marriage"],
    )
    rows = read.clean.filter(pl.col("event") == "married").select("id_number", "spouse_id_number").rows()
    expected = [] if kept is None else [tuple(text and text.format(person(1), person(2)) for text in kept)]
    assert rows == expected
    assert read.reasons() == ({2: reason} if reason else {})
    assert read.skipped() == {}


def test_another_document_in_a_feed_about_one_person_is_left_out(deliver, contracts, person):
    text = f"{HEADERS['death']}\n{PASSPORT},某人,2026-01-01,火化,\n{person(1)},某人,2026-01-01,火化,\n"
    read = deliver({"a.csv": text}, contract=contracts["death"])
    assert (read.skipped(), read.reasons(), read.clean.height) == ({"other_document": 1}, {}, 1)


def test_a_filing_without_household_is_quarantined(deliver, contracts):
    text = f"{HEADERS['card_proxies']}\n,王五,2026-01-02\nH1,,2026-01-02\nH2,王五,\n"
    read = deliver({"a.csv": text}, contract=contracts["card_proxies"])
    assert read.reasons() == {2: Reason.VALUE_MISSING}
    assert read.clean.select("household_id", "holder_name").rows() == [("H1", None), ("H2", "王五")]


@pytest.mark.parametrize(
    ("feed", "cells", "reason"),
    [
        ("death", "{0},某人,不详,火化,", Reason.DATE_UNREADABLE),
        ("custody", "{0},某人,服刑,不详,", Reason.DATE_UNREADABLE),
        ("income_tax", "{0},某人,不详,工资薪金,1,厂", Reason.MONTH_UNREADABLE),
        ("marriage", "{0},某人,{1},另人,结婚,不详,", Reason.DATE_UNREADABLE),
    ],
)
def test_an_unreadable_required_date_is_quarantined(deliver, contracts, person, feed, cells, reason):
    row = cells.format(person(1), person(2))
    read = deliver({"a.csv": f"{HEADERS[feed]}\n{row}\n"}, contract=contracts[feed])
    assert read.reasons() == {2: reason}
