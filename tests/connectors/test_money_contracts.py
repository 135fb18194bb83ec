"""The feeds of money, things and registers: keys, codes and a row of each, read as a department delivers them."""

from decimal import Decimal

import polars as pl
import pytest

from connectors.contract import load_contracts

RESERVED = {"household_id", "roster_name", "declared", "grade"}
"""What matching adds to a feed's rows: a feed about persons may not have fields of these names."""


@pytest.fixture(scope="module")
def contracts(feeds_dir):
    return load_contracts(feeds_dir)


@pytest.mark.parametrize(
    ("feed", "required", "first_key", "keyless", "days"),
    [
        ("deposits", "id_number balance", "account_no institution asset_kind id_number", "keep", 35),
        ("insurance_policies", "id_number annual_premium", "policy_no id_number", "keep", 95),
        ("farm_machinery", "id_number machine_kind", "machine_no id_number", "keep", 100),
        ("vessels", "id_number status", "vessel_no id_number", "keep", 100),
        ("population", "id_number registry_status", "id_number", "merge", 35),
        ("students", "id_number status", "student_no id_number", "merge", 200),
        ("other_rosters", "id_number status", "id_number district_code district other_household_id", "merge", 35),
        ("payments", "id_number project month amount", "payment_no id_number project month", "merge", 35),
        ("staff_relatives", "id_number staff_name is_filed", "id_number staff_name staff_unit", "merge", 200),
    ],
)
def test_columns_keys_and_ages(contracts, feed, required, first_key, keyless, days):
    one = contracts[feed]
    assert {field.name for field in one.fields if field.is_required} == set(required.split())
    assert one.keys[0] == tuple(first_key.split())
    assert (one.keyless, one.max_age_days, one.subjects, one.is_required) == (keyless, days, ("id_number",), False)
    assert not RESERVED & set(one.by_name)


@pytest.mark.parametrize(
    ("feed", "field", "texts", "name"),
    [
        ("deposits", "asset_kind", "存款 活期 定期存款", "deposit"),
        ("deposits", "currency", "人民币 CNY 156", "cny"),
        ("deposits", "currency", "美元 USD 840", "foreign"),
        ("deposits", "status", "销户 已销户", "closed"),
        ("insurance_policies", "product_kind", "惠民保", "inclusive"),
        ("insurance_policies", "product_kind", "学平险", "student"),
        ("insurance_policies", "status", "有效 正常", "in_force"),
        ("farm_machinery", "machine_kind", "拖拉机 T11 t21 轮式拖拉机", "tractor"),
        ("farm_machinery", "machine_kind", "手扶拖拉机 T22", "hand_tractor"),
        ("farm_machinery", "machine_kind", "微耕机", "tiller"),
        ("farm_machinery", "ownership", "合作社共有", "cooperative"),
        ("vessels", "status", "注销 已注销", "deregistered"),
        ("vessels", "is_retired_fishing", "是 1 Y", "yes"),
        ("population", "registry_status", "迁出", "moved_out"),
        ("population", "reason", "升学", "study"),
        ("students", "status", "在读 在籍 在校", "enrolled"),
        ("students", "study_form", "函授 非全日制", "part_time"),
        ("other_rosters", "status", "在保 正常", "active"),
        ("payments", "project", "低保金 最低生活保障金", "dibao"),
        ("payments", "payment_kind", "冲销 扣回", "reversal"),
        ("payments", "status", "退回 发放失败", "failed"),
        ("staff_relatives", "is_filed", "否 未备案 0", "no"),
    ],
)
def test_codes(contracts, feed, field, texts, name):
    assert {contracts[feed].by_name[field].lookup[text.upper()] for text in texts.split()} == {name}


@pytest.mark.parametrize(
    ("feed", "header", "cells", "expected"),
    [
        (
            "deposits",
            "证件号码,ACCOUNT_NAME,开户行,卡号,资产类别,账户余额（万元）,TOTAL_BOND,币种",
            "{0},某人,某银行,6217****1234,定期,1.5,200,",
            {"balance": 15_000, "bonds": 200, "currency": None, "account_no": "6217****1234"},
        ),
        (
            "insurance_policies",
            "被保险人身份证号,被保险人,保单号,投保人,险种,年交保费,保单状态,缴费期满日期",
            "{0},某人,A1,另 人,年金,9240元,有效,无",
            {"annual_premium": 9240, "holder_name": "另人", "product_kind": "life", "paid_until": None},
        ),
        (
            "farm_machinery",
            "身份证号,机主姓名,出厂编号,机具品目,购机补贴金额,销售价格",
            "{0},某人,N1,插秧机,不详,31000",
            {"machine_kind": "other", "subsidy_amount": None, "price": 31_000},
        ),
        (
            "vessels",
            "身份证号,OWNER,船名,TONNAGE,船舶状态,退捕渔船,注销日期",
            "{0},某人,渝渔1,12.5,停航,是,9999-12-31",
            {"tonnage": 12.5, "status": "suspended", "is_retired_fishing": "yes", "deregistered_on": None},
        ),
        (
            "population",
            "公民身份号码,姓名,户口状态,迁出原因,迁出日期,迁往地",
            "{0},某人,迁出,婚迁,2026年8月5日,某市",
            {"registry_status": "moved_out", "reason": "marriage", "changed_on": "2026-08-05"},
        ),
        (
            "students",
            "身份证号,姓名,学号,学校,学段,学籍状态,毕业年月",
            "{0},某人,S1,某校,本科,毕业,202406",
            {"stage": "bachelor", "status": "graduated", "ended_on": "2024-06-01", "study_form": None},
        ),
        (
            "other_rosters",
            "身份证号,姓名,区县,区县代码,家庭编号,救助类别,在保状态,批准年月",
            "{0},某人,渝中区,500103,X9,城市低保,在保,2024-05",
            {"other_household_id": "X9", "benefit": "dibao_urban", "approved_month": "2024-05-01"},
        ),
        (
            "payments",
            "领款人身份证号,PAYEE,项目名称,发放年月,金额,发放类型,发放状态",
            "{0},某人,农村低保金,202608,1260.00,补发,成功",
            {"project": "dibao", "month": "2026-08-01", "amount": 1260, "payment_kind": "back_pay", "status": "paid"},
        ),
        (
            "staff_relatives",
            "近亲属身份证号,近亲属姓名,经办人员,单位,亲属关系,备案情况,备案日期",
            "{0},某人,钱七,甲街道,兄弟,未备案,",
            {"staff_name": "钱七", "is_filed": "no", "filed_on": None},
        ),
    ],
)
def test_a_row_of_each(deliver, contracts, person, feed, header, cells, expected):
    text = f"{header}\n{cells.format(person(1))}\n"
    read = deliver({"a.csv": text}, contract=contracts[feed])
    [row] = read.clean.to_dicts()
    told = {name: str(row[name]) if hasattr(row[name], "year") else row[name] for name in expected}
    assert told == {name: Decimal(str(one)) if isinstance(one, int | float) else one for name, one in expected.items()}
    assert row["id_number"] == person(1)
    assert read.clean.schema["id_number"] == pl.String
