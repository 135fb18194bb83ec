"""Several vehicles of one household: CL-06, policy.md 1.2.

What belongs here: telling vehicles apart and counting them. What does not: each vehicle by itself (`vehicle`).
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, fewer_than
from pipelines.domain.context import NightContext
from pipelines.domain.households import PROVENANCE
from pipelines.domain.phrases import part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.rules.vehicle import FEED, VEHICLES, is_light_motorcycle, is_low_value, vehicle_key, vehicles
from pipelines.domain.vocabulary import UNKNOWN

_LIMIT: Final = 2
"""多车 begins with two; a vehicle more or less would be another rule."""

_HOUSEHOLD: Final = "household_id"
_VIN, _PLATE = pl.col("vin").fill_null(""), pl.col("plate_no").fill_null("")
_IS_NAMELESS = (_VIN == "") & (_PLATE == "")
_IS_LOOSE = (_VIN == "") & ((_PLATE == "") | pl.col("plate_type").fill_null("").is_in(["", UNKNOWN]))
"""A plate is one vehicle's only together with its type (GA 24.7)."""
_IS_CERTAIN = (pl.col("vehicle_class") != "untold") & ~pl.col("is_status_open") & ~_IS_LOOSE


def vehicle_owners(night: NightContext) -> pl.LazyFrame:
    """One row per household that has, or may have, several motor vehicles; the row's person is the household's head.

    Cars and motorcycles that are not deregistered count, and those of untold class may; one that the policy exempts
    for its low value does not. `certain`, `possible`: number of certain units, and with those that may be one; `heavy`:
    of certain units that are no two-wheeled motorcycle. The rest as in FC-02: rows that are certain where `certain`
    is 2 or more, else all; their lowest grade, latest acquisition, list and provenance.
    """
    owned = vehicles(night).filter(
        pl.col("vehicle_class").is_in(["car", "motorcycle", "untold"]),
        ~pl.col("is_deregistered"),
        ~is_low_value(night),
    )
    certain = owned.filter(_IS_CERTAIN)
    counted = (
        owned.join(_vehicle_count(owned, "possible"), on=_HOUSEHOLD, how="inner")
        .filter(pl.col("possible") >= _LIMIT)
        .join(_vehicle_count(certain, "certain"), on=_HOUSEHOLD, how="left")
        .join(_vehicle_count(certain.filter(~is_light_motorcycle()), "heavy"), on=_HOUSEHOLD, how="left")
        .with_columns(pl.col("certain", "heavy").fill_null(0))
        .filter((pl.col("certain") < _LIMIT) | _IS_CERTAIN)
        .sort(_HOUSEHOLD, "acquired_on", "delivery_order", nulls_last=False)
    )
    heads = night.households.lazy().select(
        _HOUSEHOLD,
        pl.col("head_id_number").alias("id_number"),
        pl.col("head_name").alias("roster_name"),
        name=pl.lit(None, dtype=pl.String),
    )
    return _per_household(counted).join(heads, on=_HOUSEHOLD, how="inner")


VEHICLE_OWNERS = Subject(FEED, VEHICLES.label, vehicle_owners)


def _vehicle_count(rows: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Number of distinct vehicles per household among the rows that are counted.

    Rows with a vin are told apart by it; a row without one is the vehicle whose plate it shares, if such a row is among
    those counted, else a vehicle of its own plate; with neither, one of its own.
    """
    household, plate = pl.col(_HOUSEHOLD), vehicle_key().alias("plate")
    numbered = rows.filter(_VIN != "")
    known_plates = numbered.filter(_PLATE != "").select(household, plate).unique()
    plated = rows.filter((_VIN == "") & (_PLATE != "")).select(household, plate).unique()
    units = (
        numbered.select(household, "vin").unique().select(household, units=pl.lit(1)),
        plated.join(known_plates, on=[_HOUSEHOLD, "plate"], how="anti").select(household, units=pl.lit(1)),
        rows.filter(_IS_NAMELESS).select(household, units=pl.lit(1)),
    )
    return pl.concat(units).group_by(household).agg(pl.col("units").sum().alias(name))


def _per_household(counted: pl.LazyFrame) -> pl.LazyFrame:
    """One row per household from the rows of its finding, which come sorted by acquisition and delivery."""
    item = pl.struct(
        field=pl.lit("vehicle"),
        value=words(vehicle_key(), part("，车辆识别代号", _VIN), part("，所有人", pl.col("roster_name"))),
        op=pl.when(_IS_CERTAIN).then(pl.lit("是")).otherwise(pl.lit("可能是")),
        threshold=words(
            pl.col("class_label"), part("，", pl.col("state_label")), part("，取得日期", pl.col("acquired_on"))
        ),
    )
    told = words(vehicle_key(), ":", pl.col("vehicle_class"), ":", pl.col("status_letters"))
    return counted.group_by(_HOUSEHOLD, maintain_order=True).agg(
        pl.col("grade", "acquired_on").max(),
        pl.col("certain", "possible", "heavy").first(),
        pl.col(PROVENANCE).last(),
        listed=item.sort_by(vehicle_key(), "delivery_order"),
        vehicles=told.unique().sort().str.join(";"),
        has_open_class=(pl.col("vehicle_class") == "untold").any(),
        has_open_status=pl.col("is_status_open").any(),
        has_loose=_IS_LOOSE.any(),
    )


def _fewer() -> Change:
    """So many vehicles fewer that not even the possible ones make two."""
    left = fewer_than(_LIMIT)
    less = words(
        "减少", pl.col("possible") - left["possible"].value, "辆，家庭名下不超过", left["possible"].shown, "辆"
    )
    return Change(words(less, "（已转移或注销登记，或经核实为同一辆、并非本家庭所有）"), left)


@rule("CL-06", over=VEHICLE_OWNERS, material=("vehicles",))
def several_vehicles(_night: NightContext) -> Verdict:
    """Two motor vehicles or more in one household (名下有两辆及以上机动车).

    Clause: 草街办发〔2024〕54号（十）, policy.md 1.2. One finding per household beside those of its vehicles; what the
    city says of two-wheeled motorcycles is shown where without them it would be one vehicle alone.
    """
    is_certain = pl.col("certain") >= _LIMIT
    count = pl.when(is_certain).then(pl.col("certain")).otherwise(pl.col("possible"))
    return Verdict(
        fires=decided(flagged=is_certain, undetermined=pl.col("possible") >= _LIMIT),
        record_key=pl.col(_HOUSEHOLD),
        fact_date=pl.col("acquired_on"),
        found=words(
            "（户主）家庭成员名下",
            pl.when(is_certain).then(pl.lit("")).otherwise(pl.lit("可能")),
            "共有未注销的机动车",
            count,
            "辆",
            part("，最近一辆的取得日期", pl.col("acquired_on")),
        ),
        evidence=(Evidence("motor_vehicles", "≥", str(_LIMIT), value=count.cast(pl.String)),),
        listed=pl.col("listed"),
        open_fields=(
            OpenField("status", "部分车辆的状态为空或无法识别", pl.col("has_open_status"), pl.lit("")),
            OpenField("vehicle_type", "部分车辆的类型无法识别", pl.col("has_open_class"), pl.lit("")),
            OpenField(
                "vin", "部分车辆没有车辆识别代号，号牌或号牌种类也不全，无法区分", pl.col("has_loose"), pl.lit("")
            ),
        ),
        changes=(_fewer(),),
        cases={"light_motorcycles": pl.col("heavy") < _LIMIT},
    )
