"""Real estate (不动产): FC-01 and FC-03, rules.md section 3. FC-02, judged per household, is in `property_units`.

What belongs here: purchases and business premises of one person. What does not: counting a household's dwellings.
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
from pipelines.domain.vocabulary import UNKNOWN

FEED: Final = "property"
LABEL: Final = "不动产登记数据"
PURCHASES: Final = ("buy_new", "buy_second", "auction")
_ACQUISITION_LABEL: Final = {
    "buy_new": "购买新建商品房",
    "buy_second": "购买存量房",
    "auction": "司法拍卖",
    "relocation": "征收安置",
}
_USE_LABEL: Final = {"dwelling": "住房", "shop": "商业用房", "office": "办公用房"}

_USE, _ACQUISITION, _ANCHOR = pl.col("use"), pl.col("acquisition"), pl.col("anchor")
_IS_DWELLING, _IS_USE_OPEN = _USE.eq_missing("dwelling"), pl.col("is_use_open")
_IS_PURCHASE = _ACQUISITION.is_in(PURCHASES).fill_null(value=False)
_IS_ACQUISITION_OPEN = _ACQUISITION.is_null() | (_ACQUISITION == UNKNOWN)


def current_rights(night: NightContext) -> pl.LazyFrame:
    """One row per member and current right (现势); an empty or unknown right_status counts as current.

    `anchor`: the earlier of contract_on and registered_on that are present. `unit_key`: unit_no, else location and
    area. `is_use_open`: the use is empty or unknown.
    """
    current = pl.col("right_status").fill_null("current").is_in(["current", UNKNOWN])
    return with_unit(night.rows(FEED).filter(current)).with_columns(
        anchor=pl.min_horizontal("contract_on", "registered_on"),
        is_use_open=_USE.is_null() | (_USE == UNKNOWN),
    )


def with_unit(rights: pl.LazyFrame) -> pl.LazyFrame:
    """Rights with `unit_key`: unit_no, else location and area."""
    unit_no = pl.col("unit_no").fill_null("")
    place = words(pl.col("location"), "/", plain_decimal("area"))
    return rights.with_columns(unit_key=pl.when(unit_no != "").then(unit_no).otherwise(place))


RIGHTS = Subject(FEED, LABEL, current_rights)


def place_of() -> pl.Expr:
    """Where the unit is, as words: its location, else its unit number."""
    location, unit_no = pl.col("location").fill_null(""), pl.col("unit_no").fill_null("")
    return pl.when(location != "").then(words("坐落", location)).otherwise(part("不动产单元号", unit_no))


def _details() -> tuple[pl.Expr, ...]:
    """Place, area and date of a right, as the end of a sentence's middle."""
    return (
        part("，", place_of()),
        part("，建筑面积", plain_decimal("area"), "平方米"),
        part("，登记或网签日期", _ANCHOR),
    )


def _purchase_changes(opens: date, months: int) -> tuple[Change, ...]:
    """Bought before the window opened, not bought, not a dwelling; or time has passed."""
    last, over = day_until(opens - ONE_DAY), months_after_each(_ANCHOR, months) + pl.duration(days=1)
    return (
        Change(words("登记或网签显示于", last.shown, "或更早购置"), {"registered_on": last}),
        Change("经核实取得方式为征地拆迁安置，登记已更正", {"acquisition": becomes("relocation")}),
        Change("经核实取得方式为继承、赠与、自建等，并非购买，登记已更正", {"acquisition": becomes("inherit")}),
        Change("补登的用途为车位、储藏室等，并非住房", {"use": becomes("parking")}, where=_IS_USE_OPEN),
        Change(
            words("自", over, f"起购置已满{months}个月，不再列出"),
            on=over,
            where=_ANCHOR.is_not_null(),
        ),
    )


@rule("FC-01", over=RIGHTS, material=("unit_key", "acquisition", "anchor"))
def recent_purchase(night: NightContext) -> Verdict:
    """A dwelling bought within three years (三年内购置商品房).

    Clause: 草街办发〔2024〕54号（十）: 三年内购置商品房的（除征地拆迁外），原则上取消其低保. A correction never
    restarts the clock: it is no purchase, and the anchor is the earlier of the dates.
    """
    months = night.policy.months("purchase_lookback_months")
    in_window = within_months(_ANCHOR, night.as_of, months).fill_null(value=False)
    is_relocation = (_ACQUISITION == "relocation").fill_null(value=False)
    opens = str(months_before(night.as_of, months))
    return Verdict(
        fires=decided(
            flagged=_IS_DWELLING & (_IS_PURCHASE | is_relocation) & in_window,
            undetermined=(_IS_DWELLING & _IS_ACQUISITION_OPEN & in_window)
            | (_IS_USE_OPEN & _IS_PURCHASE & in_window)
            | (_IS_DWELLING & _IS_PURCHASE & _ANCHOR.is_null()),
        ),
        exempt={"取得方式为征地拆迁安置": is_relocation},
        record_key=pl.col("unit_key"),
        fact_date=_ANCHOR,
        found=words(
            "名下登记有",
            label_of(_USE, _USE_LABEL, "不动产"),
            part("，取得方式", label_of(_ACQUISITION, _ACQUISITION_LABEL)),
            *_details(),
        ),
        evidence=(
            Evidence("use", "=", "dwelling"),
            Evidence("acquisition", "in", ",".join(PURCHASES)),
            Evidence("anchor", "≥", opens, when=_ANCHOR.is_not_null()),
            Evidence("contract_on", "=", when=pl.col("contract_on").is_not_null()),
            Evidence("registered_on", "=", when=pl.col("registered_on").is_not_null()),
        ),
        open_fields=(
            OpenField("use", "房屋用途为空或无法识别", _IS_USE_OPEN),
            OpenField("acquisition", "取得方式为空或无法识别", _IS_ACQUISITION_OPEN),
            OpenField("registered_on", "登记日期和网签日期均为空", _ANCHOR.is_null()),
        ),
        changes=_purchase_changes(months_before(night.as_of, months), months),
    )


@rule("FC-03", over=RIGHTS, material=("unit_key", "acquisition", "anchor"))
def business_premises(_night: NightContext) -> Verdict:
    """A shop or an office (名下有经营性用房).

    Clause: 草街办发〔2024〕54号（四）: 综合考量申请家庭财产市值、实际营收情况. Verified, not cancelled:
    it may stand empty.
    """
    return Verdict(
        fires=_USE.is_in(["shop", "office"]).fill_null(value=False),
        record_key=pl.col("unit_key"),
        fact_date=_ANCHOR,
        found=words("名下登记有", label_of(_USE, _USE_LABEL), *_details(), "，需核实是否出租或经营"),
        evidence=(
            Evidence("use", "in", "shop,office"),
            Evidence("right_status", "=", "current"),
            Evidence("anchor", "=", when=_ANCHOR.is_not_null()),
        ),
        changes=(
            Change(
                words("房屋", part("（", place_of(), "）"), "已转移登记，权属状态为历史"),
                {"right_status": becomes("historic")},
            ),
            Change("经核实用途并非商业或办公，登记已更正", {"use": becomes("other")}),
        ),
    )
