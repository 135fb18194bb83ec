"""Deliveries of the hidden city as files, in the looks that chance gives them.

Other headers' order, plate formats, spellings and row orders each time: they change nothing.
"""
# ruff: noqa: S311  the same city every time, no secrets

import csv
import json
from datetime import date
from pathlib import Path
from random import Random

from tests.nights.thirty.city import Delivery, Row


def write(delivery: Delivery, inbox: Path, rng: Random) -> None:
    """Put a delivery into the inbox, in the looks that chance gives it."""
    folder = inbox / delivery.feed / delivery.day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    rows = [_CELLS[delivery.feed](row, rng) for row in delivery.rows]
    rng.shuffle(rows)
    headers = list(_HEADERS[delivery.feed])
    if delivery.is_refused:
        headers.pop(1)
    rng.shuffle(headers)
    with (folder / f"{rng.choice('一二三')}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headers)
        writer.writerows([row[name] for name in headers] for row in rows)
    manifest: dict[str, object] = {"mode": delivery.mode, "rows": len(rows)}
    if delivery.mode == "response":
        manifest["requested"] = "名单.txt"
        (folder / "名单.txt").write_text("\n".join(["身份证号", *delivery.asked]) + "\n", encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def _mistyped(number: str) -> str:
    return number[:-1] + ("1" if number[-1] != "1" else "2")


def _day(told: object, rng: Random) -> str:
    return told.strftime(rng.choice(("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d"))) if isinstance(told, date) else ""


def _roster_cells(row: Row, rng: Random) -> dict[str, str]:
    number = str(row["number"])
    return {
        "家庭编号": str(row["household"]),
        "身份证号": _mistyped(number) if row["is_mistyped"] else number,
        "姓名": str(row["name"]),
        "与户主关系": str(row["relation"]),
        "救助类别": "城市低保",
        "是否享受": "是",
        "镇街": "甲镇",
        "月收入": "100",
        "复核日期": _day(row["review"], rng),
        "渐退期起": _day(row["grace_from"], rng),
        "渐退期止": _day(row["grace_to"], rng),
        "在保状态": "停发" if row["is_stopped"] else rng.choice(("在保", "正常", "")),
    }


def _car_cells(row: Row, rng: Random) -> dict[str, str]:
    plate, letters = str(row["plate"]), str(row["letters"])
    spelt = {"?": "认不出", "A": rng.choice(("A", "正常")), "GQ": rng.choice(("GQ", "Q,G", "Q G"))}
    return {
        "证件号码": str(row["number"]),
        "号牌号码": rng.choice((plate, f"{plate[:2]}·{plate[2:]}", plate.lower())),
        "机动车状态": spelt.get(letters, letters),
        "机动车所有人": str(row["name"]),
        "号牌种类": rng.choice(("02", "小型汽车")),
        "车辆类型": rng.choice(("K33", "小型轿车")),
        "品牌": str(row["brand"]),
        "初次登记日期": "2020-05-01",
        "转移登记日期": _day(row["transferred"], rng),
        "注销日期": "2026-01-05" if letters == "E" else "",
    }


def _job_cells(row: Row, rng: Random) -> dict[str, str]:
    is_active = row["status"] == "active"
    return {
        "身份证号": str(row["number"]),
        "险种": rng.choice(("110", "职工养老")),
        "参保状态": rng.choice(("1", "正常参保")) if is_active else rng.choice(("4", "终止参保")),
        "姓名": str(row["name"]),
        "单位名称": str(row["employer"]),
        "缴费基数": f"{row['wage']}{rng.choice(('', '.00', '元'))}",
        "参保日期": "2020-01-01",
        "终止日期": "" if is_active else "2026-02-01",
        "终止原因": "" if is_active else "其他",
    }


_CELLS = {"roster": _roster_cells, "vehicle": _car_cells, "social_insurance": _job_cells}
_NOBODY: Row = dict.fromkeys(
    (
        *("household", "number", "name", "relation", "review", "grace_from", "grace_to"),
        *("plate", "brand", "transferred", "status", "employer", "wage"),
    )
)
_HEADERS = {
    "roster": _roster_cells({**_NOBODY, "is_mistyped": False, "is_stopped": False}, Random(0)),
    "vehicle": _car_cells({**_NOBODY, "letters": "A"}, Random(0)),
    "social_insurance": _job_cells(_NOBODY, Random(0)),
}
