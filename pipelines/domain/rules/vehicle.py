"""Motor vehicles (机动车): CL-01 … CL-03, rules.md section 3.

What belongs here: classes and states of vehicles (GA 24.4, 24.7, 24.17) and what they mean. What does not: reading
plates and states from files (connectors); trailers, tractors and wheeled machines raise nothing.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import ONE_DAY, Change, amount_until, becomes, day_until
from pipelines.domain.context import NightContext
from pipelines.domain.dates import months_before, within_months
from pipelines.domain.money import hao
from pipelines.domain.phrases import label_of, part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.vocabulary import UNKNOWN

FEED: Final = "vehicle"

CAR_LETTERS: Final = ("K", "H", "Q", "Z", "N", "D")
MOTORCYCLE_LETTERS: Final = ("M",)
OTHER_LETTERS: Final = ("T", "B", "G", "J")
CAR_PLATES: Final = ("01", "02", "03", "04", "05", "06", "13", "16", "22", "23", "26", "27", "51", "52")
MOTORCYCLE_PLATES: Final = ("07", "08", "17", "24")
LIGHT_MOTORCYCLES: Final = ("M21", "M22")
_STATE: Final = {
    "A": "正常",
    "B": "转出",
    "C": "被盗抢",
    "D": "停驶",
    "E": "注销",
    "G": "违法未处理",
    "H": "海关监管",
    "I": "事故未处理",
    "J": "嫌疑车",
    "K": "查封",
    "L": "扣留",
    "M": "强制注销",
    "N": "事故逃逸",
    "O": "锁定",
    "P": "达到报废标准公告牌证作废",
    "Q": "逾期未检验",
}

LOW_VALUE: Final = "low_value_vehicle"
"""The case of CL-01 that a milder layer exempts."""

_CLASS, _STATUS = pl.col("vehicle_class"), pl.col("status")
_IS_DEREGISTERED = pl.col("is_deregistered")
_IS_STATUS_OPEN = pl.col("is_status_open")
_IS_CAR, _IS_MOTORCYCLE, _IS_UNTOLD = _CLASS == "car", _CLASS == "motorcycle", _CLASS == "untold"
_MATERIAL = ("status_letters", "id_number", "vehicle_class", "transferred_on")


def vehicles(night: NightContext) -> pl.LazyFrame:
    """One row per member and vehicle, with its class and whether it is deregistered.

    `vehicle_class`: car, motorcycle, other or untold. `status_letters`: the set of GA 24.17 letters in order, unknown,
    or empty. `is_deregistered` (已注销): the letters contain E, M or P, or the status is empty and deregistered_on is
    given. `is_status_open`: unknown, or empty without deregistered_on; such a vehicle is treated as not deregistered.
    """
    is_empty = _STATUS.fill_null("").eq("")
    is_unknown = _STATUS.fill_null("").str.contains(UNKNOWN, literal=True)
    return (
        night.rows(FEED)
        .with_columns(
            hao("assessed_value"),
            vehicle_class=vehicle_class(),
            is_deregistered=(~is_empty & ~is_unknown & _STATUS.str.contains("[EMP]")).fill_null(value=False)
            | (is_empty & pl.col("deregistered_on").is_not_null()),
            is_status_open=is_unknown | (is_empty & pl.col("deregistered_on").is_null()),
            status_letters=pl.when(is_unknown).then(pl.lit(UNKNOWN)).otherwise(_letters()),
            acquired_on=pl.max_horizontal("transferred_on", "registered_on"),
        )
        .with_columns(
            class_label=label_of(_CLASS, {"car": "汽车", "motorcycle": "摩托车"}, "机动车"),
            state_label=pl.when(is_empty | is_unknown).then(pl.lit("")).otherwise(_spoken_states()),
        )
    )


VEHICLES = Subject(FEED, "机动车登记数据", vehicles)


def vehicle_class() -> pl.Expr:
    """Car, motorcycle, other or untold: by vehicle_type; where that is empty or unknown, by plate_type."""
    letter, plate = pl.col("vehicle_type").fill_null("").str.slice(0, 1), pl.col("plate_type").fill_null("")
    return (
        pl.when(letter.is_in(CAR_LETTERS))
        .then(pl.lit("car"))
        .when(letter.is_in(MOTORCYCLE_LETTERS))
        .then(pl.lit("motorcycle"))
        .when(letter.is_in(OTHER_LETTERS))
        .then(pl.lit("other"))
        .when(plate.is_in(CAR_PLATES))
        .then(pl.lit("car"))
        .when(plate.is_in(MOTORCYCLE_PLATES))
        .then(pl.lit("motorcycle"))
        .when(plate.is_in(["", UNKNOWN]))
        .then(pl.lit("untold"))
        .otherwise(pl.lit("other"))
    )


def _letters() -> pl.Expr:
    """The status letters as a set in alphabetical order, however the file wrote them; empty stays empty."""
    status = _STATUS.fill_null("")
    return pl.concat_str(
        [pl.when(status.str.contains(letter, literal=True)).then(pl.lit(letter)) for letter in _STATE],
        ignore_nulls=True,
    )


def _spoken_states() -> pl.Expr:
    """The status letters in words."""
    status = _STATUS.fill_null("")
    given = [pl.when(status.str.contains(letter, literal=True)).then(pl.lit(text)) for letter, text in _STATE.items()]
    return pl.concat_str(given, separator="、", ignore_nulls=True)


def vehicle_key() -> pl.Expr:
    """Record key: plate_type/plate_no; the vin alone where there is no plate."""
    plate = pl.col("plate_no").fill_null("")
    return pl.when(plate != "").then(words(pl.col("plate_type"), "/", plate)).otherwise(pl.col("vin").fill_null(""))


def vehicle_name() -> pl.Expr:
    """Plate, or vin where there is none, as words."""
    plate = pl.col("plate_no").fill_null("")
    return pl.when(plate != "").then(words("号牌", plate)).otherwise(part("车辆识别代号", pl.col("vin")))


def is_light_motorcycle() -> pl.Expr:
    """A two-wheeled motorcycle (M21 普通二轮, M22 轻便二轮), on which the city is milder."""
    return pl.col("vehicle_type").str.slice(0, 3).is_in(LIGHT_MOTORCYCLES).fill_null(value=False)


def is_low_value(night: NightContext) -> pl.Expr:
    """Assessed at no more than what the policy exempts; false where no value is given or no limit is set."""
    limit = night.policy.amount("exempt_vehicle_value")
    return pl.lit(value=False) if limit is None else (pl.col("assessed_value") <= limit).fill_null(value=False)


def _owned(
    night: NightContext, wanted: str, fires: pl.Expr, cases: dict[str, pl.Expr], changes: tuple[Change, ...] = ()
) -> Verdict:
    """The verdict on a vehicle that is not deregistered; CL-01 and CL-02 differ in its class alone."""
    overdue = night.policy.months_if_set("overdue_inspection_months")  # a hint alone: unset, it is not given
    long_ago = pl.lit(None if overdue is None else months_before(night.as_of, overdue), dtype=pl.Date)
    is_gone = _STATUS.str.contains("Q", literal=True) & (pl.col("inspected_until") < long_ago)
    known = _STATUS.fill_null(UNKNOWN).str.contains(UNKNOWN, literal=True).not_()
    return Verdict(
        fires=fires,
        record_key=vehicle_key(),
        fact_date=pl.col("acquired_on"),
        found=words(
            "名下有",
            pl.col("class_label"),
            part("，", vehicle_name()),
            part("，状态", pl.col("state_label")),
            part("，取得日期", pl.col("acquired_on")),
        ),
        evidence=(
            Evidence("vehicle_type", "=", when=pl.col("vehicle_type").is_not_null()),
            Evidence("plate_type", "=", when=pl.col("plate_type").is_not_null()),
            Evidence("vehicle_class", "=", wanted),
            Evidence("status", "not has", "E,M,P", when=~_IS_STATUS_OPEN),
            Evidence("transferred_on", "=", when=pl.col("transferred_on").is_not_null()),
            Evidence("registered_on", "=", when=pl.col("registered_on").is_not_null()),
        ),
        open_fields=(
            OpenField("status", "机动车状态为空或无法识别", _IS_STATUS_OPEN),
            OpenField("vehicle_type", "车辆类型和号牌种类均为空或无法识别", _IS_UNTOLD),
        ),
        hints={
            "被盗抢须立案证明": known & _STATUS.str.contains("C", literal=True),
            "车辆处于查封状态": known & _STATUS.str.contains("K", literal=True),
            "疑似灭失或卖出未过户": known & is_gone,
        },
        changes=(*owned_changes(), *changes),
        cases=cases,
    )


def owned_changes() -> tuple[Change, ...]:
    """Passed on or deregistered."""
    which = words("车辆", part("（", vehicle_name(), "）"))
    return (
        Change(words(which, "已转移登记到他人名下"), is_withdrawn=True),
        Change(words(which, "已注销，登记状态为注销"), {"status": becomes("E")}),
    )


OTHER_CLASS: Final = Change("补登的车辆类型为拖拉机、挂车或轮式机械", {"vehicle_type": becomes("T")}, where=_IS_UNTOLD)


def low_value_changes(night: NightContext, rule_id: str) -> tuple[Change, ...]:
    """Worth so little that it is exempt, where the layer that decides has such a limit."""
    limit = night.policy.amount("exempt_vehicle_value")
    if limit is None or LOW_VALUE not in night.policy.rule(rule_id).variants:
        return ()
    most = amount_until(limit)
    told = words("经评估，车辆的现值为", most.shown, "元或更低")
    return (Change(told, {"assessed_value": most}, where=_IS_CAR & ~_IS_STATUS_OPEN),)


@rule("CL-01", over=VEHICLES, material=_MATERIAL)
def owned_car(night: NightContext) -> Verdict:
    """A car that is not deregistered (名下有汽车).

    Clause: 草街办发〔2024〕54号（十）: 其余情况原则上取消其低保. A vehicle whose class cannot be told and that is not
    deregistered stands here as undetermined.
    """
    fires = decided(
        flagged=_IS_CAR & ~_IS_DEREGISTERED & ~_IS_STATUS_OPEN,
        undetermined=(_IS_CAR | _IS_UNTOLD) & ~_IS_DEREGISTERED,
    )
    return _owned(
        night, "car", fires, {LOW_VALUE: is_low_value(night)}, (OTHER_CLASS, *low_value_changes(night, "CL-01"))
    )


@rule("CL-02", over=VEHICLES, material=_MATERIAL)
def owned_motorcycle(night: NightContext) -> Verdict:
    """A motorcycle that is not deregistered (名下有摩托车).

    Clause: 草街办发〔2024〕54号（十）: 摩托车、汽车都要核实. The city is milder on two-wheeled motorcycles.
    """
    fires = decided(
        flagged=_IS_MOTORCYCLE & ~_IS_DEREGISTERED & ~_IS_STATUS_OPEN, undetermined=_IS_MOTORCYCLE & ~_IS_DEREGISTERED
    )
    return _owned(night, "motorcycle", fires, {"light_motorcycle": is_light_motorcycle()})


@rule("CL-03", over=VEHICLES, material=_MATERIAL)
def deregistered_vehicle(night: NightContext) -> Verdict:
    """A deregistered car or motorcycle whose certificate has to be shown (车辆已注销).

    Clause: 草街办发〔2024〕54号（十）: 车辆已经注销的需提供注销证明. It must not be dropped.
    """
    deregistered_on = pl.col("deregistered_on")
    months = night.policy.months("deregistration_lookback_months")
    last = day_until(months_before(night.as_of, months) - ONE_DAY)
    is_recent = deregistered_on.is_null() | within_months(deregistered_on, night.as_of, months)
    return Verdict(
        fires=decided(
            flagged=(_IS_CAR | _IS_MOTORCYCLE) & _IS_DEREGISTERED & is_recent,
            undetermined=_IS_UNTOLD & _IS_DEREGISTERED & is_recent,
        ),
        record_key=vehicle_key(),
        fact_date=deregistered_on,
        found=words(
            "名下的",
            pl.col("class_label"),
            part("（", vehicle_name(), "）"),
            "已注销",
            part("，注销日期", deregistered_on),
            "，需提供注销证明",
        ),
        evidence=(
            Evidence("vehicle_class", "in", "car,motorcycle"),
            Evidence("status", "has", "E,M,P", when=_STATUS.fill_null("").ne("")),
            Evidence("status", "=", "空，按注销日期认定已注销", when=_STATUS.fill_null("").eq("")),
            Evidence(
                "deregistered_on",
                "≥",
                str(months_before(night.as_of, months)),
                when=deregistered_on.is_not_null(),
            ),
            Evidence("deregistered_on", "=", "注销日期为空", when=deregistered_on.is_null()),
        ),
        open_fields=(OpenField("vehicle_type", "车辆类型和号牌种类均为空或无法识别", _IS_UNTOLD),),
        changes=(
            Change(
                words("登记显示车辆", part("（", vehicle_name(), "）"), "于", last.shown, "或更早注销"),
                {"deregistered_on": last},
            ),
            Change("经核实并非本人的车辆，登记已更正", is_withdrawn=True),
            OTHER_CLASS,
        ),
    )
