"""The public payroll, and what the feeds of section 3 may tell beyond it: headers and codes as departments deliver them."""

import pytest

from connectors.contract import load_contracts


@pytest.fixture(scope="module")
def contracts(feeds_dir):
    return load_contracts(feeds_dir)


def test_the_public_payroll(contracts):
    one = contracts["public_payroll"]
    assert {field.name for field in one.fields if field.is_required} == {"id_number", "unit"}
    assert (one.keys, one.subjects) == ((("id_number", "unit", "kind"),), ("id_number",))


@pytest.mark.parametrize(
    ("feed", "field", "texts", "name"),
    [
        ("public_payroll", "kind", "在编 在职 公务员", "staff"),
        ("public_payroll", "kind", "村干部 社区干部", "village_cadre"),
        ("public_payroll", "kind", "遗属 遗属补助", "survivor"),
        ("public_payroll", "kind", "公益性岗位", "public_post"),
        ("public_payroll", "status", "在册 正常", "active"),
        ("public_payroll", "status", "退出 停发", "ended"),
        ("property", "ended_by", "出售 转让 买卖", "sale"),
        ("property", "ended_by", "征收 征地拆迁", "expropriation"),
        ("property", "ended_by", "更正 换证 变更", "correction"),
        ("social_insurance", "stop_reason", "1201 未提供生存证明", "no_life_proof"),
    ],
)
def test_codes(contracts, feed, field, texts, name):
    assert {contracts[feed].by_name[field].lookup[text] for text in texts.split()} == {name}


@pytest.mark.parametrize(
    ("feed", "headers", "cells", "expected"),
    [
        (
            "public_payroll",
            "身份证号,姓名,供养单位,人员类别,起始日期,月工资",
            "{0},某人,镇政府,在编,2020年1月1日,3000元",
            {"unit": "镇政府", "kind": "staff", "status": None, "since_on": "2020-01-01", "monthly_pay": 3000},
        ),
        (
            "business",
            "身份证号,企业名称,角色,经营状态,从业人数,单位参保人数,近12个月开票额（万元）",
            "{0},店,经营者,存续,3人,2,1.5",
            {"employees": None, "insured_employees": 2, "turnover": 15000},
        ),
        (
            "property",
            "身份证号,登记时间,权属状态,权利终止日期,权利终止原因",
            "{0},2010-01-01,历史,2026/1/5,赠与",
            {"right_status": "historic", "ended_on": "2026-01-05", "ended_by": "gift"},
        ),
        (
            "social_insurance",
            "身份证号,险种,参保状态,待遇状态,终止/暂停原因",
            "{0},居民养老,1,2,1201",
            {"benefit_status": "suspended", "stop_reason": "no_life_proof"},
        ),
    ],
)
def test_a_row_of_each(deliver, contracts, person, feed, headers, cells, expected):
    read = deliver({"a.csv": f"{headers}\n{cells.format(person(1))}\n"}, contract=contracts[feed])
    [row] = read.clean.to_dicts()
    assert {name: str(row[name]) if hasattr(row[name], "year") else row[name] for name in expected} == expected
