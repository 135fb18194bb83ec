"""Real estate that a member gave away (转移不动产): FC-06, policy.md 1.3.

What belongs here: rights that ended. What does not: what somebody holds (`property`), and money received for it.
"""

from datetime import date
from typing import Final

import polars as pl

from pipelines.domain.clearing import ONE_DAY, Change, becomes, day_until
from pipelines.domain.context import NightContext
from pipelines.domain.dates import months_after_each, months_before, within_months
from pipelines.domain.money import plain_decimal
from pipelines.domain.phrases import label_of, part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.rules.property import FEED, LABEL, current_rights, place_of, with_unit

_ENDING: Final = {
    "sale": "出售",
    "gift": "赠与",
    "expropriation": "征收",
    "divorce": "离婚析产",
    "foreclosure": "司法处置",
}
_HOUSEHOLD: Final = "household_id"
_ENDED_ON, _ENDED_BY, _BEGAN_ON = pl.col("ended_on"), pl.col("ended_by"), pl.col("registered_on")


def former_rights(night: NightContext) -> pl.LazyFrame:
    """One row per member and right that ended (历史).

    `is_still_held`: a member of the household holds the same unit now, by number or by location: the entry was
    corrected or renewed, or went from one member to another.
    """
    held = current_rights(night)
    yes = pl.lit(value=True)
    by_key = held.select(_HOUSEHOLD, "unit_key", holds_unit=yes).filter(pl.col("unit_key") != "/").unique()
    by_place = held.select(_HOUSEHOLD, "location", holds_place=yes).filter(pl.col("location") != "").unique()
    return (
        with_unit(night.rows(FEED).filter(pl.col("right_status") == "historic"))
        .join(by_key, on=[_HOUSEHOLD, "unit_key"], how="left")
        .join(by_place, on=[_HOUSEHOLD, "location"], how="left")
        .with_columns(is_still_held=pl.coalesce("holds_unit", "holds_place", pl.lit(value=False)))
    )


FORMER_RIGHTS = Subject(FEED, LABEL, former_rights)


def _changes(opens: date, months: int) -> tuple[Change, ...]:
    """Ended before the window opened, or no disposal; or time has passed."""
    last, over = day_until(opens - ONE_DAY), months_after_each(_ENDED_ON, months) + pl.duration(days=1)
    is_dated = _ENDED_ON.is_not_null()
    return (
        Change(words("登记显示于", last.shown, "或更早转移或注销"), {"ended_on": last}),
        Change("经核实属更正、换证，并未转移，登记已更正", {"ended_by": becomes("correction")}),
        Change("经核实因征收拆迁注销，登记已更正", {"ended_by": becomes("expropriation")}, where=is_dated),
        Change(words("自", over, f"起转移已满{months}个月，不再列出"), on=over, where=is_dated),
    )


@rule("FC-06", over=FORMER_RIGHTS, material=("unit_key", "ended_on", "ended_by"))
def disposed_property(night: NightContext) -> Verdict:
    """A right that a member sold, gave away or lost within the look-back (近期转移不动产).

    Clause: 民发〔2021〕57号 第十四条, policy.md 1.3. What became of the money is asked, nothing more. A right that ended on
    an unknown day and began within the window ended within it too, so that the day alone is open; one that began
    before tells nothing. A corrected or renewed entry is no disposal; expropriation is exempt, so that its day decides
    nothing.
    """
    months = night.policy.months("disposal_lookback_months")
    is_recent = within_months(_ENDED_ON, night.as_of, months).fill_null(value=False)
    began_in_window = within_months(_BEGAN_ON, night.as_of, months).fill_null(value=False)
    is_disposal = ~pl.col("is_still_held") & _ENDED_BY.ne_missing("correction")
    is_expropriated = _ENDED_BY.eq_missing("expropriation")
    return Verdict(
        fires=decided(
            flagged=is_disposal & is_recent,
            undetermined=is_disposal & ~is_expropriated & _ENDED_ON.is_null() & began_in_window,
        ),
        exempt={"不动产因征收拆迁注销": is_expropriated},
        record_key=pl.col("unit_key"),
        fact_date=_ENDED_ON,
        found=words(
            "名下的不动产",
            part("（", place_of(), "）"),
            part("，建筑面积", plain_decimal("area"), "平方米"),
            part("，于", _ENDED_ON),
            "已转移或注销",
            part("，方式", label_of(_ENDED_BY, _ENDING)),
            "，需核实所得款项及去向",
        ),
        evidence=(
            Evidence("right_status", "=", "historic"),
            Evidence("ended_on", "≥", str(months_before(night.as_of, months)), when=_ENDED_ON.is_not_null()),
            Evidence("ended_by", "=", when=_ENDED_BY.is_not_null()),
            Evidence("registered_on", "=", when=_BEGAN_ON.is_not_null()),
        ),
        open_fields=(OpenField("ended_on", "转移或注销日期为空", _ENDED_ON.is_null()),),
        changes=_changes(months_before(night.as_of, months), months),
    )
