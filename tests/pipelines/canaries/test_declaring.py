"""Files of canaries: read strictly, replaced by name, told under numbers that nobody can have."""

from datetime import date

import polars as pl
import pytest

from connectors.identity import RESERVED_AREA, id_check_digit
from connectors.strict_yaml import DeclarationError
from pipelines.canaries.declaring import declared_canaries
from pipelines.canaries.relative_dates import dated
from pipelines.canaries.telling import tell_canaries
from pipelines.domain.canary import MARK
from pipelines.domain.rulebook import rulebook
from pipelines.night.declared import contracts_of

AS_OF = date(2026, 9, 22)
ONE = """名册共有: {救助类别: 城市低保}
金丝雀:
  一户:
    家庭: {成员: {甲: {关系: 户主, 出生: 比对日-40年}}}
    其他人: {外人: {出生: 1990-01-01}}
    部门数据:
      机动车: [{人: 甲, 号牌号码: 渝A1, 状态: 正常, 初次登记日期: 比对日-1月}, {人: 外人, 号牌号码: 渝A2, 状态: 正常}]
    应有疑点: {规则: CL-01, 结果: [命中, 待定], 人: 甲, 措施: 核实}
"""


@pytest.fixture
def told(tmp_path, feeds_dir):
    """Tell the canaries of some texts, a folder each."""

    def tell(*texts, feeds=None):
        folders = []
        for place, text in enumerate(texts):
            folder = tmp_path / str(place)
            folder.mkdir()
            (folder / "canaries.yml").write_text(text, encoding="utf-8")
            folders.append(folder)
        contracts = contracts_of((feeds_dir,))
        known = contracts if feeds is None else {feed: contracts[feed] for feed in feeds}
        return tell_canaries(declared_canaries(folders), known, rulebook(), AS_OF)

    return tell


def test_rows_and_answers_stand_under_reserved_numbers(told):
    canaries = told(ONE)
    [canary] = canaries.canaries
    assert (canary.household_id, canary.members, canary.feeds) == (f"{MARK}001", 1, frozenset({"vehicle"}))
    [roster] = canaries.rows["roster"].to_dicts()
    assert (roster["household_id"], roster["name"]) == (canary.household_id, "甲")
    cars = canaries.rows["vehicle"]
    assert cars["registered_on"].to_list() == [date(2026, 8, 22), None]
    assert cars["id_number"].to_list() == [roster["id_number"], *(set(canaries.ids) - {roster["id_number"]})]
    assert canaries.ids.len() == 2
    for number in canaries.ids:
        assert number.startswith(RESERVED_AREA)
        assert id_check_digit(number[:17]) == number[17]
    assert (canary.answers[0].outcomes, canary.answers[0].id_number) == (
        ("flagged", "undetermined"),
        roster["id_number"],
    )


def test_a_feed_without_a_contract_is_not_told_and_every_other_has_the_columns_of_its_contract(told):
    canaries = told(ONE, feeds=("roster", "death"))
    assert canaries.canaries[0].feeds == frozenset({"机动车"})
    assert {feed: rows.height for feed, rows in canaries.rows.items()} == {"roster": 1, "death": 0}
    assert {"death_on", "part_no", "source_row"} <= set(canaries.rows["death"].columns)


def test_no_two_persons_share_a_number(told):
    assert told(ONE, ONE.replace("一户", "二户")).ids.n_unique() == 4


def test_a_later_folder_replaces_a_canary_by_its_name(told):
    canaries = told(ONE, ONE.replace("结果: [命中, 待定]", "结果: 豁免"))
    assert [one.answers[0].outcomes for one in canaries.canaries] == [("exempt",)]


def test_a_folder_that_is_not_there_is_a_mistake(tmp_path):
    with pytest.raises(DeclarationError, match=r"gone:1: expected a folder of canaries, found none"):
        declared_canaries([tmp_path / "gone"])


def test_a_folder_without_canaries_gives_none(tmp_path, feeds_dir):
    canaries = tell_canaries(declared_canaries([tmp_path]), contracts_of((feeds_dir,)), rulebook(), AS_OF)
    assert canaries.guests("vehicle") is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("CL-01", "CL-99", "8: 一户：没有规则“CL-99”"),
        ("人: 甲, 措施", "人: 乙, 措施", "8: 一户：没有“乙”这个人"),
        ("号牌号码: 渝A2", "车牌: 渝A2", "7: 一户：“机动车”没有“车牌”这一列"),
        ("其他人", "别人", "5: 金丝雀.一户.别人: unknown key"),
        ("结果: [命中, 待定]", "结果: []", "8: 金丝雀.一户.应有疑点.0.结果"),
        ("关系: 户主", "职业: 农民", "一户：“救助对象名册”没有“职业”这一列"),
        ("比对日-40年", "去年", "一户：出生：应为日期"),
        ("部门数据", "名册须有的列: 无此列\n    部门数据", "一户：“救助对象名册”没有“无此列”这一列"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(told, old, new, said):
    with pytest.raises(DeclarationError) as caught:
        told(ONE.replace(old, new, 1))
    assert "0/canaries.yml:" in str(caught.value)
    assert said in str(caught.value)


def test_a_row_that_the_reader_sets_aside_is_told(told):
    with pytest.raises(DeclarationError, match=r"不动产.*1 行被隔离"):
        told(ONE.replace("机动车: [{人: 甲", "不动产: [{人: 甲, 登记时间: 不知道}]\n      机动车: [{人: 甲"))


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("比对日", "2026-09-22"),
        ("比对日-22天", "2026-08-31"),
        ("比对日-7月", "2026-02-22"),
        ("比对日+1年", "2027-09-22"),
        ("2026-01-01", "2026-01-01"),
        ("比对日-7周", "比对日-7周"),
    ],
)
def test_a_day_moves_with_the_night(cell, day):
    assert dated({"a": cell}, AS_OF) == {"a": day}


def test_the_last_day_of_a_month_is_kept():
    assert dated({"a": "比对日-1月"}, date(2027, 3, 31)) == {"a": "2027-02-28"}
    assert dated({"a": "比对日-1年"}, date(2028, 2, 29)) == {"a": "2027-02-28"}


def test_every_shipped_canary_names_departments_that_there_are(repository, feeds_dir):
    titles = {contract.title for contract in contracts_of((feeds_dir,)).values()}
    declared = declared_canaries([repository / "data" / "canaries"])
    assert {name for one in declared for name in one.canary.deliveries} <= titles
    assert len(declared) >= 10
    told = tell_canaries(declared, contracts_of((feeds_dir,)), rulebook(), AS_OF)
    assert told.rows["roster"].get_column("monthly_amount").is_null().all()
    assert told.rows["roster"].select(pl.col("household_id").n_unique()).item() == len(declared)
