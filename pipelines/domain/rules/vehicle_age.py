"""Vehicles at the two ends of their time: long overdue (CL-04), lately acquired (CL-05); policy.md 1.2.

What belongs here: what the dates of a vehicle say. What does not: that somebody owns it at all (`vehicle`), and how
many a household owns (`vehicle_count`).
"""

from datetime import date
from typing import Final

import polars as pl

from pipelines.domain.clearing import ONE_DAY, Change, day_from, day_until
from pipelines.domain.context import NightContext
from pipelines.domain.dates import months_after_each, months_before, within_months
from pipelines.domain.phrases import part, words
from pipelines.domain.rule import Evidence, OpenField, Verdict, decided, rule
from pipelines.domain.rules.vehicle import (
    OTHER_CLASS,
    VEHICLES,
    is_light_motorcycle,
    is_low_value,
    low_value_changes,
    owned_changes,
    vehicle_key,
    vehicle_name,
)

_CLASS, _IS_GONE, _IS_STATE_OPEN = pl.col("vehicle_class"), pl.col("is_deregistered"), pl.col("is_status_open")
_IS_MOTOR, _IS_UNTOLD = _CLASS.is_in(["car", "motorcycle"]), _CLASS == "untold"
_INSPECTED, _SCRAP_BY = pl.col("inspected_until"), pl.col("scrap_by")
_REGISTERED, _TRANSFERRED = pl.col("registered_on"), pl.col("transferred_on")
_ONE_DAY: Final = pl.duration(days=1)
_OPEN_CLASS: Final = OpenField("vehicle_type", "车辆类型和号牌种类均为空或无法识别", _IS_UNTOLD)
_OPEN_STATE: Final = OpenField("status", "机动车状态为空或无法识别", _IS_STATE_OPEN)


def _overdue_changes(
    night: NightContext, limit: date, is_uninspected: pl.Expr, is_past_scrapping: pl.Expr
) -> tuple[Change, ...]:
    """Inspected until, and to be scrapped on, a late enough day; both days where both are signs."""
    inspected, scrapped = day_from(limit), day_from(night.as_of)
    inspection = words("登记的检验有效期止为", inspected.shown, "或更晚")
    scrapping = words("登记的强制报废期止为", scrapped.shown, "或更晚")
    both = {"inspected_until": inspected, "scrap_by": scrapped}
    return (
        Change(inspection, {"inspected_until": inspected}, where=~is_past_scrapping),
        Change(scrapping, {"scrap_by": scrapped}, where=is_past_scrapping & ~is_uninspected),
        Change(words(inspection, "，且", scrapping), both, where=is_past_scrapping & is_uninspected),
    )


@rule("CL-04", over=VEHICLES, material=("status_letters", "vehicle_class", "inspected_until", "scrap_by"))
def long_overdue_vehicle(night: NightContext) -> Verdict:
    """A vehicle not inspected for years, or past its scrapping date, and still registered (逾期未检验或报废期满).

    Clause: policy.md 1.2. The vehicle has perhaps long been scrapped, or sold without a transfer: the same record as
    CL-01 and CL-02, told more mildly, so that whoever visits asks first whether it is still there. A scrapping date
    that nobody delivered is no sign of anything; an overdue vehicle without the date of its inspection is undetermined.
    """
    months = night.policy.months("overdue_inspection_months")
    limit = months_before(night.as_of, months)
    is_overdue = pl.col("status_letters").str.contains("Q", literal=True) & ~_IS_STATE_OPEN
    is_long = _INSPECTED.lt(limit).fill_null(value=False)
    is_past_scrapping = _SCRAP_BY.lt(night.as_of).fill_null(value=False)
    is_sign = (is_overdue & is_long) | is_past_scrapping
    is_uninspected = (is_overdue & (is_long | _INSPECTED.is_null())) | (_IS_STATE_OPEN & is_long)
    is_perhaps = is_uninspected | is_past_scrapping
    since_inspection = pl.when(is_overdue & is_long).then(months_after_each(_INSPECTED, months) + _ONE_DAY)
    since_scrapping = pl.when(is_past_scrapping).then(_SCRAP_BY + _ONE_DAY)
    return Verdict(
        fires=decided(
            flagged=_IS_MOTOR & ~_IS_GONE & ~_IS_STATE_OPEN & is_sign,
            undetermined=(_IS_MOTOR | _IS_UNTOLD) & ~_IS_GONE & is_perhaps,
        ),
        record_key=vehicle_key(),
        fact_date=pl.min_horizontal(since_inspection, since_scrapping),
        found=words(
            "名下的",
            pl.col("class_label"),
            part("（", vehicle_name(), "）"),
            part("检验有效期止于", _INSPECTED, "，"),
            pl.when(is_past_scrapping).then(part("强制报废期止于", _SCRAP_BY, "，")).otherwise(pl.lit("")),
            "未办理注销登记，可能已报废、灭失或卖出未过户，请先核实车辆是否还在",
        ),
        evidence=(
            Evidence("status", "has", "Q", when=is_overdue),
            Evidence("inspected_until", "<", str(limit), when=is_long),
            Evidence("scrap_by", "<", str(night.as_of), when=is_past_scrapping),
            Evidence("status", "not has", "E,M,P", when=~_IS_STATE_OPEN),
        ),
        open_fields=(
            _OPEN_STATE,
            _OPEN_CLASS,
            OpenField("inspected_until", "逾期未检验，但检验有效期止为空", is_overdue & _INSPECTED.is_null()),
        ),
        changes=(*owned_changes(), *_overdue_changes(night, limit, is_uninspected, is_past_scrapping), OTHER_CLASS),
    )


def _acquisition_changes(
    night: NightContext, is_new: pl.Expr, is_transferred: pl.Expr, acquired_on: pl.Expr
) -> tuple[Change, ...]:
    """Acquired before the window opened, by whichever dates lie in it; or time has passed."""
    months = night.policy.months("vehicle_lookback_months")
    last = day_until(months_before(night.as_of, months) - ONE_DAY)
    over = months_after_each(acquired_on, months) + _ONE_DAY
    is_past = (pl.max_horizontal(_REGISTERED, _TRANSFERRED) <= night.as_of).fill_null(value=False)
    until = words(last.shown, "或更早")
    registered, transferred = {"registered_on": last}, {"transferred_on": last}
    return (
        Change(words("登记显示初次登记日期为", until), registered, where=~is_transferred),
        Change(words("登记显示转移登记日期为", until), transferred, where=is_transferred & ~is_new),
        Change(
            words("登记显示初次登记日期和转移登记日期均为", until),
            registered | transferred,
            where=is_transferred & is_new,
        ),
        Change(
            words("自", over, f"起取得已满{months}个月，不再列出"), on=over, where=(is_new | is_transferred) & is_past
        ),
    )


@rule("CL-05", over=VEHICLES, material=("status_letters", "vehicle_class", "registered_on", "transferred_on"))
def recent_vehicle(night: NightContext) -> Verdict:
    """A car or motorcycle registered or transferred to a member within the look-back (近期购置机动车).

    Clause: 草街办发〔2024〕54号（十）, policy.md 1.2. A date after as_of is none of the window; neither date known leaves
    it undetermined, as with dwellings (FC-01).
    """
    months = night.policy.months("vehicle_lookback_months")
    is_new = within_months(_REGISTERED, night.as_of, months).fill_null(value=False)
    is_transferred = within_months(_TRANSFERRED, night.as_of, months).fill_null(value=False)
    is_dateless = _REGISTERED.is_null() & _TRANSFERRED.is_null()
    recent = is_new | is_transferred
    acquired_on = pl.max_horizontal(pl.when(is_new).then(_REGISTERED), pl.when(is_transferred).then(_TRANSFERRED))
    opens = str(months_before(night.as_of, months))
    span = f"，在近{months}个月内"
    return Verdict(
        fires=decided(
            flagged=_IS_MOTOR & ~_IS_GONE & ~_IS_STATE_OPEN & recent,
            undetermined=(_IS_MOTOR | _IS_UNTOLD) & ~_IS_GONE & (recent | is_dateless),
        ),
        record_key=vehicle_key(),
        fact_date=acquired_on,
        found=words(
            "名下的",
            pl.col("class_label"),
            part("（", vehicle_name(), "）"),
            pl.when(recent)
            .then(
                words(
                    "于",
                    acquired_on,
                    pl.when(is_transferred).then(pl.lit("转移登记")).otherwise(pl.lit("初次登记")),
                    span,
                )
            )
            .otherwise(pl.lit("登记时间不详")),
        ),
        evidence=(
            Evidence("registered_on", "≥", opens, when=is_new),
            Evidence("transferred_on", "≥", opens, when=is_transferred),
            Evidence("status", "not has", "E,M,P", when=~_IS_STATE_OPEN),
        ),
        open_fields=(
            _OPEN_STATE,
            _OPEN_CLASS,
            OpenField("registered_on", "初次登记日期和转移登记日期均为空", is_dateless),
        ),
        changes=(
            *_acquisition_changes(night, is_new, is_transferred, acquired_on),
            *owned_changes(),
            *low_value_changes(night, "CL-05"),
            OTHER_CLASS,
        ),
        cases={"low_value_vehicle": is_low_value(night), "light_motorcycle": is_light_motorcycle()},
    )
