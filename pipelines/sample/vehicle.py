"""Vehicles: what can stand there about an owner, with what rules.md CL-01 to CL-03 make of it.

What belongs here: the archetypes of the feed vehicle. One person in nine has a row (policy.md section 0: 11.19 % of those
asked about), most of them nothing to worry about: trailers, tractors and what was scrapped long ago.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from pipelines.sample.archetype import Archetype, Findings, Row, SampleFeed, Value
from pipelines.sample.identity import chassis_numbers, plates
from pipelines.sample.values import amount, day, days_between, numbered, one_of, perhaps

_CL_01: Final = (("CL-01", "flagged"),)
_CL_01_OPEN: Final = (("CL-01", "undetermined"),)
_CL_02: Final = (("CL-02", "flagged"),)
_CL_02_OPEN: Final = (("CL-02", "undetermined"),)
_CL_03: Final = (("CL-03", "flagged"),)
_CL_03_OPEN: Final = (("CL-03", "undetermined"),)

_MOTORCYCLE: Final[Mapping[str, Value]] = {"vehicle_type": one_of("M21", "M22", "M11"), "plate_type": "07"}
_UNTOLD: Final[Mapping[str, Value]] = {"vehicle_type": one_of("unknown", None), "plate_type": one_of("unknown", None)}
_ON_THE_ROAD: Final = one_of("A", "G", "GQ", "A,G", "B", "D", "I", "L", "Q", weights=[9, 1, 1, 1, 1, 1, 1, 1, 1])
_GONE: Final = one_of("E", "M", "P", "E,G")


def _car(findings: Findings = _CL_01, **fields: Value) -> Row:
    return Row(fields, findings)


def _motorcycle(findings: Findings = _CL_02, **fields: Value) -> Row:
    return Row({**_MOTORCYCLE, **fields}, findings)


def _gone(findings: Findings = _CL_03, **fields: Value) -> Row:
    return Row({"status": _GONE, "deregistered_on": days_between(35, 0), **fields}, findings)


_CARS: Final = (
    Archetype("car_active", 0.012, (_car(status=_ON_THE_ROAD),), "adult"),
    Archetype("car_stolen", 0.0005, (_car(status=one_of("C", "CG")),)),
    Archetype("car_seized", 0.0005, (_car(status="K"),)),
    Archetype("car_long_uninspected", 0.0005, (_car(status="Q", inspected_until=days_between(80, 37)),)),
    Archetype(
        "car_told_by_plate", 0.001, (_car(vehicle_type=one_of("unknown", None), plate_type=one_of("02", "52", "13")),)
    ),
    Archetype("car_without_plate", 0.0005, (_car(plate_no=None, plate_type=None),)),
    Archetype("two_cars", 0.001, (_car(), _car(plate_no=numbered(plates, 1), vin=numbered(chassis_numbers, 1)))),
    Archetype("car_status_empty", 0.0007, (_car(_CL_01_OPEN, status=None),)),
    Archetype("car_status_unknown", 0.0007, (_car(_CL_01_OPEN, status="unknown"),)),
)

_MOTORCYCLES: Final = (
    Archetype("motorcycle_active", 0.011, (_motorcycle(),), "adult"),
    Archetype("motorcycle_told_by_plate", 0.001, (_motorcycle(vehicle_type=None, plate_type=one_of("07", "08")),)),
    Archetype("motorcycle_status_empty", 0.0005, (_motorcycle(_CL_02_OPEN, status=one_of(None, "unknown")),)),
)

_DEREGISTERED: Final = (
    Archetype("car_deregistered_recently", 0.003, (_gone(),), "adult"),
    Archetype(
        "motorcycle_deregistered_recently",
        0.002,
        (_gone(vehicle_type=one_of("M21", "M22", "M11"), plate_type="07"),),
        "adult",
    ),
    Archetype("deregistered_on_the_first_day_of_the_window", 0.0005, (_gone(deregistered_on=day(36)),)),
    Archetype("deregistered_on_the_last_day_of_the_window", 0.0005, (_gone(deregistered_on=day(0)),)),
    Archetype("deregistered_day_unknown", 0.001, (_gone(deregistered_on=None),)),
    Archetype("deregistered_told_by_its_day", 0.0005, (_gone(status=None),)),
    Archetype(
        "deregistered_class_unknown",
        0.0005,
        (Row({**_UNTOLD, "status": _GONE, "deregistered_on": days_between(35, 0)}, _CL_03_OPEN),),
    ),
    Archetype("class_unknown", 0.0005, (Row(_UNTOLD, _CL_01_OPEN),)),
    Archetype("class_and_status_unknown", 0.0005, (Row({**_UNTOLD, "status": one_of(None, "unknown")}, _CL_01_OPEN),)),
)

_NEVER_FLAGGED: Final = (
    Archetype("car_deregistered_a_day_too_long_ago", 0.0005, (_gone((), deregistered_on=day(36, -1)),)),
    Archetype("car_deregistered_long_ago", 0.05, (_gone((), deregistered_on=days_between(200, 37)),), "adult"),
    Archetype(
        "class_unknown_deregistered_long_ago",
        0.0005,
        (Row({**_UNTOLD, "status": _GONE, "deregistered_on": days_between(90, 37)}),),
    ),
    Archetype("tractor", 0.012, (Row({"vehicle_type": "T11", "plate_type": "14", "status": _ON_THE_ROAD}),), "adult"),
    Archetype("trailer", 0.009, (Row({"vehicle_type": one_of("B11", "G31", "J11"), "plate_type": "15"}),), "adult"),
    Archetype("tractor_told_by_plate", 0.0005, (Row({"vehicle_type": None, "plate_type": one_of("14", "15")}),)),
    Archetype("tractor_status_unknown", 0.0005, (Row({"vehicle_type": "T11", "plate_type": "14", "status": None}),)),
    Archetype("stopped_car", 0.002, (_car(()),), "stopped"),
)

_TYPE: Final = pl.col("plate_type").fill_null("")

FEED: Final = SampleFeed(
    feed="vehicle",
    per_household=False,
    ordinary={
        "plate_no": numbered(plates),
        "plate_type": "02",
        "vehicle_type": one_of("K33", "K31", "K32", "H31", "Z11", "N11", weights=[9, 2, 2, 2, 1, 1]),
        "status": "A",
        "use": one_of("A", "F", None, weights=[18, 1, 1]),
        "vin": numbered(chassis_numbers),
        "brand": one_of("长安", "五菱", "比亚迪", "力帆", "宗申"),
        "registered_on": days_between(220, 6),
        "transferred_on": perhaps(days_between(5, 0), 0.2),
        "deregistered_on": None,
        "inspected_until": perhaps(days_between(30, -20), 0.8),
        "scrap_by": None,
        "assessed_value": perhaps(amount(800_000, 3_000_000, 9_000_000), 0.5),
    },
    archetypes=(*_CARS, *_MOTORCYCLES, *_DEREGISTERED, *_NEVER_FLAGGED),
    record_key=pl.when(pl.col("plate_no").is_null()).then(pl.col("vin")).otherwise(_TYPE + "/" + pl.col("plate_no")),
    background=0.2,
    days_old=1,
    twist=("status", "E", "A"),
    key=("plate_no", "plate_type"),
)
