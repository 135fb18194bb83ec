"""Match and core rules the usual way: pandas, one file, as a data engineer writes it for a department's CSV files.

    python -m tests.benchmarks.pandas_night INBOX [FLAGGED.json]

Read (only the columns that rules look at), put ID numbers in order and drop those with a wrong check digit, merge with
the roster, then one boolean mask a rule over the matched rows (rules.md section 3: SB, CL, FC, GS). It flags the same
households as hedui does. It does nothing else: no quarantine, evidence, sentences, undetermined findings, income, cases,
memory, gates or published tables, and columns that no rule looks at are not read.
Printed is JSON: seconds of each part; `tables` is match and rules on frames in memory, ID numbers already in order.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pandas as pd

from tests.benchmarks.city import AS_OF

ROSTER = {"家庭编号": "household", "身份证号": "id", "月收入": "income", "在保状态": "status"}
FEEDS = {
    "social_insurance": {
        "身份证号": "id",
        "险种": "kind",
        "参保状态": "enrolled",
        "待遇发放状态": "benefit",
        "待遇金额": "amount",
        "终止原因": "stopped_for",
    },
    "vehicle": {"证件号码": "id", "号牌号码": "plate", "车辆类型": "kind", "机动车状态": "status"},
    "property": {
        "权利人证件号码": "id",
        "不动产单元号": "unit",
        "用途": "use",
        "取得方式": "acquired",
        "登记时间": "registered",
        "权属状态": "right",
    },
    "business": {"证件号码": "id", "市场主体名称": "entity", "人员类型": "role", "登记状态": "status"},
}
WORKERS = ["企业职工基本养老保险", "机关事业单位养老保险"]
CARS = ["小型轿车", "小型普通客车", "小型越野客车", "轻型普通货车"]
MOTORCYCLES = ["普通二轮摩托车", "轻便二轮摩托车", "普通正三轮摩托车"]
BOUGHT = ["购买新建商品房", "商品房买卖", "买卖", "存量房买卖", "二手房买卖", "司法拍卖"]
HOMES = ["住宅", "成套住宅", "非成套住宅", "别墅", "公寓", "农村宅基地住宅"]
OWNERS = ["经营者", "法定代表人", "负责人", "股东", "投资人", "合伙人"]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

Frames = dict[str, pd.DataFrame]
T = TypeVar("T")


def read(inbox: Path) -> Frames:
    """Every delivered file, as text."""
    frames = {}
    for feed, columns in {"roster": ROSTER, **FEEDS}.items():
        file = next((inbox / feed).glob("*/*.csv"))
        frames[feed] = pd.read_csv(file, encoding="gb18030", dtype=str, usecols=list(columns)).rename(columns=columns)
    return frames


def is_id(number: str) -> bool:
    """Whether the check digit of an ID number is right."""
    if len(number) != 18 or not number[:17].isdigit():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17]


def with_ids(frames: Frames) -> Frames:
    """ID numbers in one form; rows without a right one are dropped."""
    cleaned = {}
    for feed, frame in frames.items():
        ids = frame["id"].str.normalize("NFKC").str.strip().str.upper()
        cleaned[feed] = frame.assign(id=ids)[ids.map(is_id)]
    return cleaned


def matched(frames: Frames) -> Frames:
    """The rows of each feed about the roster's people, each once."""
    roster = frames["roster"]
    people = roster.loc[roster["status"] == "在保", ["household", "id", "income"]]
    return {feed: frames[feed].merge(people, on="id").drop_duplicates() for feed in FEEDS}


def rules(found: Frames) -> dict[str, list[str]]:
    """The flagged households of each rule."""
    flagged = {**social_insurance(found), **vehicle(found["vehicle"]), **property_(found["property"])}
    flagged |= business(found["business"])
    return {rule: sorted(set(households)) for rule, households in flagged.items()}


def social_insurance(found: Frames) -> dict[str, pd.Series]:
    """Pension insurance: SB-01 to SB-04."""
    rows = found["social_insurance"]
    is_worker = rows["kind"].isin(WORKERS) & (rows["enrolled"] == "正常参保")
    is_paid, has_ended = rows["benefit"] == "正常发放", rows["enrolled"] == "终止参保"
    is_death = rows["stopped_for"] == "死亡"
    paid = rows[is_paid].assign(amount=lambda part: pd.to_numeric(part["amount"])).dropna(subset=["amount"])
    sums = paid.groupby(["household", "id"], as_index=False).agg(amount=("amount", "sum"), income=("income", "first"))
    above = sums[sums["amount"] > pd.to_numeric(sums["income"]).fillna(0)]
    works_elsewhere = rows["id"].isin(rows.loc[is_worker, "id"])
    return {
        "SB-01": rows.loc[is_worker & ~is_paid, "household"],
        "SB-02": rows.loc[has_ended & ~is_death & ~works_elsewhere, "household"],
        "SB-03": above["household"],
        "SB-04": rows.loc[has_ended & is_death, "household"],
    }


def vehicle(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Cars and motorcycles: CL-01 to CL-03."""
    is_car, is_motorcycle = rows["kind"].isin(CARS), rows["kind"].isin(MOTORCYCLES)
    is_gone = rows["status"] == "注销"
    return {
        "CL-01": rows.loc[is_car & ~is_gone, "household"],
        "CL-02": rows.loc[is_motorcycle & ~is_gone, "household"],
        "CL-03": rows.loc[(is_car | is_motorcycle) & is_gone, "household"],
    }


def property_(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Homes and shops: FC-01 to FC-03."""
    rows = rows[rows["right"].fillna("现势") == "现势"]
    on = pd.to_datetime(rows["registered"], format="mixed", errors="coerce")
    as_of = pd.Timestamp(AS_OF)
    is_recent = on.between(as_of - pd.DateOffset(months=36), as_of)
    is_home = rows["use"].isin(HOMES)
    units = rows[is_home].groupby("household")["unit"].nunique()
    return {
        "FC-01": rows.loc[is_home & rows["acquired"].isin(BOUGHT) & is_recent, "household"],
        "FC-02": units[units > 1].index.to_series(),
        "FC-03": rows.loc[rows["use"].isin(["商业", "商铺", "门面", "办公"]), "household"],
    }


def business(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Places in a business: GS-01 and GS-02."""
    is_owner = rows["role"].isin(OWNERS)
    return {
        "GS-01": rows.loc[is_owner & rows["status"].isin(["存续", "在营", "开业", "在册"]), "household"],
        "GS-02": rows.loc[is_owner & (rows["status"] == "吊销未注销"), "household"],
    }


def main(inbox: Path, target: Path | None = None) -> None:
    """Measure, and write the flagged households of each rule where wanted."""
    took: dict[str, dict[str, float]] = {}
    files = timed(took, "read", lambda: read(inbox))
    frames = timed(took, "ids", lambda: with_ids(files))
    flagged = timed(took, "tables", lambda: rules(matched(frames)))
    if target is not None:
        target.write_text(json.dumps(flagged), encoding="utf-8")
    counts = {rule: len(households) for rule, households in flagged.items()}
    print(json.dumps({**took, "flagged": counts}))  # noqa: T201


def timed(took: dict[str, dict[str, float]], part: str, work: Callable[[], T]) -> T:
    """Do a part of the work and note how long it took, by the clock and by processor time."""
    began, worked = time.perf_counter(), _worked()
    done = work()
    took[part] = {"wall": time.perf_counter() - began, "cpu": _worked() - worked}
    return done


def _worked() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
