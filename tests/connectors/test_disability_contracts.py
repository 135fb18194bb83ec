"""The feeds of disability and obligors, read as departments deliver them."""

import pytest

from connectors.contract import load_contracts


@pytest.fixture(scope="module")
def contracts(feeds_dir):
    return load_contracts(feeds_dir)


def test_a_certificate_number_gives_the_identity_number_whatever_stands_beside_it(deliver, contracts, person):
    header = "姓名,身份证号,残疾人证号,残疾类别,残疾等级,状态,发证日期,有效期至"
    rows = [
        f"某人,{person(1)},{person(1)}42,4,二级,正常,2020-01-01,2030-01-01",
        f"某人,,{person(2)}63B1,精神残疾,3,冻结,2020年1月,-",
        f"某人,{person(3)},{person(3)}99,其他,五级,作废,,",
    ]
    read = deliver({"a.csv": "\n".join([header, *rows, ""])}, contract=contracts["disability"])
    told = read.clean.select("id_number", "disability_type", "level", "status", "expires_on").rows()
    assert [row[:4] for row in told] == [
        (person(1), "physical", "level_2", "valid"),
        (person(2), "mental", "level_3", "frozen"),
        (person(3), "unknown", "unknown", "unknown"),
    ]
    assert [str(row[4]) for row in told] == ["2030-01-01", "None", "None"]


def test_a_payment_list_without_a_status(deliver, contracts, person):
    header = "姓名,身份证号,补贴类别,补贴月份,补贴金额"
    rows = [f"某人,{person(1)},困难残疾人生活补贴,202608,100元", f"某人,{person(1)},护理补贴,2026年9月,"]
    read = deliver({"a.csv": "\n".join([header, *rows, ""])}, contract=contracts["disability_subsidy"])
    told = read.clean.select("kind", "month", "amount", "status").rows()
    assert [(kind, str(month), status) for kind, month, _, status in told] == [
        ("living", "2026-08-01", None),
        ("care", "2026-09-01", None),
    ]


def test_an_obligor_is_named_beside_the_person(deliver, contracts, person):
    header = "姓名,身份证号,义务人姓名,义务人身份证号,与特困人员关系"
    row = f"某人,{person(1)},另人,{person(2)},儿子"
    read = deliver({"a.csv": f"{header}\n{row}\n"}, contract=contracts["obligors"])
    assert read.clean.select("id_number", "obligor_id_number", "obligor_relation").rows() == [
        (person(1), person(2), "child")
    ]


def test_no_contract_reads_a_diagnosis(contracts):
    for feed in ("disability", "disability_subsidy", "obligors"):
        headers = " ".join(header for one in contracts[feed].fields for header in one.headers)
        assert not any(word in headers for word in ("原因", "诊断", "病", "账号"))
