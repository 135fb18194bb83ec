"""A literal district of seven households for the tests of whole nights: who they are, and what departments hold.

Every value that could tell who somebody is, is a *canary*: it stands nowhere else in the project, so that a search
through everything a night leaves behind finds it wherever it leaks. Nobody of them can exist: the region code is none.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

AS_OF = date(2026, 9, 22)
NEXT = date(2026, 9, 23)
THIRD = date(2026, 9, 24)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

HEADERS: Mapping[str, tuple[str, ...]] = {
    "roster": (
        *("家庭编号", "身份证号", "姓名", "与户主关系", "救助类别", "是否享受", "镇街", "月收入", "月保障金额"),
        *("批准年月", "在保状态", "开户人", "银行账号"),
    ),
    "social_insurance": (
        *("身份证号", "姓名", "险种", "参保状态", "待遇状态", "待遇金额", "缴费人员类别", "单位名称", "缴费基数"),
        *("参保日期", "终止日期", "费款所属期", "终止原因"),
    ),
    "vehicle": (
        *("证件号码", "机动车所有人", "号牌号码", "号牌种类", "车辆类型", "机动车状态", "车辆识别代号"),
        *("初次登记日期", "转移登记日期", "注销日期"),
    ),
    "property": (
        *("证件号码", "权利人", "不动产单元号", "规划用途", "取得方式", "登记时间", "网签日期", "建筑面积", "坐落"),
        "权属状态",
    ),
    "business": ("证件号码", "姓名", "统一社会信用代码", "市场主体名称", "人员类型", "登记状态", "成立日期"),
}
DAYS: Mapping[str, date] = {
    "roster": AS_OF,
    "social_insurance": date(2026, 9, 19),
    "vehicle": date(2026, 9, 21),
    "property": date(2026, 9, 2),
    "business": date(2026, 8, 25),
}
FEEDS = tuple(feed for feed in DAYS if feed != "roster")
RULES: Mapping[str, tuple[str, ...]] = {
    "social_insurance": ("SB-01", "SB-02", "SB-03", "SB-04"),
    "vehicle": ("CL-01", "CL-02", "CL-03"),
    "property": ("FC-01", "FC-02", "FC-03"),
    "business": ("GS-01", "GS-02"),
}
Row = dict[str, str]


def id_number(born: str, order: int, region: str = "599917") -> str:
    """A number with a right check digit, of a region that does not exist."""
    digits = f"{region}{born}{order:03d}"
    return digits + "10X98765432"[sum(int(one) * weight for one, weight in zip(digits, WEIGHTS, strict=True)) % 11]


@dataclass(frozen=True)
class Person:
    """A member: household, ID number, name, relation to the head."""

    household: str
    id_number: str
    name: str
    relation: str = "02"


DRIVER = Person("QX9107701", id_number("19700312", 117), "赑屃龘")
SPOUSE = Person("QX9107701", id_number("19720825", 226), "饕餮龘", "10")
WORKER = Person("QX9107702", id_number("19811130", 331), "狴犴龘")
FARMER = Person("QX9107703", id_number("19650704", 419), "螭吻龘")
WIFE = Person("QX9107703", id_number("19660218", 528), "嘲风龘", "10")
TRADER = Person("QX9107704", id_number("19790909", 613), "囚牛龘")
QUIET = Person("QX9107705", id_number("19580101", 714), "睚眦龘")
LEFT = Person("QX9107706", id_number("19910606", 815), "蒲牢龘")
DOUBTFUL = Person("QX9107707", id_number("19831212", 916), "狻猊龘")
PEOPLE = (DRIVER, SPOUSE, WORKER, FARMER, WIFE, TRADER, QUIET, LEFT, DOUBTFUL)
STRANGER = Person("", id_number("19940404", 944), "负熙龘")

CAR, SECOND_CAR = "渝X7QK31", "渝X9WZ52"
VIN, SECOND_VIN = "LQXZ8KJ9W7Y6V5U43", "LQXZ8KJ9W7Y6V5U44"
EMPLOYER, SHOP, USCC = "烛龙纺织龘厂", "毕方小吃龘店", "92599917MA5QX8WZ3K"
FARMHOUSE, FLAT = "599917901788JC07431F00010001", "599917901788GB07432F00020002"
ADDRESS, ACCOUNT = "乘黄巷龘号院", "6217990077119933557"


def roster_rows() -> list[Row]:
    """Nine members of seven households; one household has left."""
    return [
        {
            "家庭编号": one.household,
            "身份证号": one.id_number,
            "姓名": one.name,
            "与户主关系": one.relation,
            "救助类别": "农村低保" if one in (FARMER, WIFE) else "城市低保",
            "是否享受": "是",
            "镇街": "甲镇",
            "月收入": "300",
            "月保障金额": "500.50",
            "批准年月": "202401",
            "在保状态": "停发" if one is LEFT else "在保",
            "开户人": one.name,
            "银行账号": ACCOUNT,
        }
        for one in PEOPLE
    ]


def insurance(person: Person, **more: str) -> Row:
    """Somebody who works and pays."""
    row = {"险种": "110", "参保状态": "正常参保", "缴费人员类别": "101", "单位名称": EMPLOYER, "缴费基数": "4000"}
    dates = {"参保日期": "2025-02-26", "费款所属期": "202608"}
    return {"身份证号": person.id_number, "姓名": person.name} | row | dates | more


def vehicle(person: Person, **more: str) -> Row:
    """A car in use."""
    row = {"号牌号码": CAR, "号牌种类": "02", "车辆类型": "K33", "机动车状态": "A", "车辆识别代号": VIN}
    return {"证件号码": person.id_number, "机动车所有人": person.name, "初次登记日期": "2020-05-01"} | row | more


def dwelling(person: Person, **more: str) -> Row:
    """A dwelling bought long ago."""
    row = {"不动产单元号": FLAT, "规划用途": "住宅", "取得方式": "买卖", "登记时间": "2015-03-20", "权属状态": "现势"}
    return {"证件号码": person.id_number, "权利人": person.name, "建筑面积": "80", "坐落": ADDRESS} | row | more


def firm(person: Person, **more: str) -> Row:
    """A shop that is open."""
    row = {"统一社会信用代码": USCC, "市场主体名称": SHOP, "人员类型": "经营者", "登记状态": "存续"}
    return {"证件号码": person.id_number, "姓名": person.name, "成立日期": "2022-02-02"} | row | more


def literal_rows() -> dict[str, list[Row]]:
    """What every department holds: one fact for each of five households, and a stranger in every feed."""
    return {
        "roster": roster_rows(),
        "social_insurance": [insurance(SPOUSE), insurance(WORKER), insurance(STRANGER)],
        "vehicle": [
            vehicle(DRIVER),
            vehicle(DOUBTFUL, 号牌号码=SECOND_CAR, 车辆识别代号=SECOND_VIN, 机动车状态="不明龘"),
            vehicle(STRANGER, 号牌号码="渝X1AA11"),
        ],
        "property": [dwelling(FARMER, 不动产单元号=FARMHOUSE), dwelling(WIFE), dwelling(STRANGER)],
        "business": [firm(TRADER), firm(STRANGER, 人员类型="监事")],
    }


EXPECTED = {
    (DRIVER.household, "CL-01", "flagged"),
    (SPOUSE.household, "SB-01", "flagged"),
    (WORKER.household, "SB-01", "flagged"),
    (FARMER.household, "FC-02", "flagged"),
    (TRADER.household, "GS-01", "flagged"),
    (DOUBTFUL.household, "CL-01", "undetermined"),
}
"""What the rules say of it: household, rule, outcome."""


def csv_bytes(feed: str, rows: Iterable[Mapping[str, str]], headers: Sequence[str] | None = None) -> bytes:
    """Rows as a CSV file in UTF-8."""
    names = headers or HEADERS[feed]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return text.getvalue().encode()


def deliver(
    inbox: Path, feed: str, content: bytes | Iterable[Mapping[str, str]], *, day: date | None = None, **more: Any
) -> Path:
    """Put a delivery into the inbox; `name`: of the file, `manifest`: what the department says. Its folder."""
    folder = inbox / feed / (day or DAYS[feed]).isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else csv_bytes(feed, content)
    (folder / more.get("name", f"{feed}.csv")).write_bytes(data)
    if "manifest" in more:
        told = more["manifest"]
        text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
        (folder / "manifest.json").write_text(text, encoding="utf-8")
    return folder


def deliver_all(inbox: Path, **changed: Iterable[Mapping[str, str]]) -> Path:
    """The whole inbox, feeds replaced by name."""
    for feed, rows in (literal_rows() | changed).items():
        deliver(inbox, feed, rows)
    return inbox
