"""Property: what a household's members can hold, with what rules.md FC-01 to FC-03 make of it.

What belongs here: the archetypes of the feed property. Each household has at most one of them, because FC-02 counts the
units of all its members together. Shares are parts of the roster's households.
"""

from typing import Final

import polars as pl

from pipelines.sample.archetype import Archetype, Draw, Findings, Row, SampleFeed, Value
from pipelines.sample.identity import unit_numbers
from pipelines.sample.values import Maker, amount, counted_text, day, days_between, numbered, one_of, perhaps

_FC_01: Final = (("FC-01", "flagged"),)
_FC_01_OPEN: Final = (("FC-01", "undetermined"),)
_FC_02: Final = (("FC-02", "flagged"),)
_FC_02_OPEN: Final = (("FC-02", "undetermined"),)
_FC_03: Final = (("FC-03", "flagged"),)
_BOUGHT: Final = one_of("buy_new", "buy_second", "auction")
_RECENT: Final = days_between(35, 0)
_OLD: Final = days_between(250, 37)


def _unit(slot: int, right: str = "GB") -> Maker:
    """The subject's unit number of this slot; the same slot is the same unit."""

    def make(draw: Draw) -> pl.Series:
        return pl.Series(numbered(lambda serials: unit_numbers(serials, right), slot)(draw))

    return make


def _place(slot: int) -> Maker:
    """The subject's own address of this slot."""
    return counted_text("渝中区某某路", "号1-1", slot=slot)


def _held(slot: int = 0, findings: Findings = (), holder: int = 0, **fields: Value) -> Row:
    """A dwelling got long ago, unless the fields say otherwise."""
    return Row({"unit_no": _unit(slot), "location": _place(slot), **fields}, findings, holder)


def _bought(findings: Findings = _FC_01, slot: int = 0, **fields: Value) -> Row:
    """A dwelling bought within the window, unless the fields say otherwise."""
    ordinary: dict[str, Value] = {"acquisition": _BOUGHT, "registered_on": _RECENT}
    return Row({"unit_no": _unit(slot), "location": _place(slot), **ordinary, **fields}, findings)


def _one(name: str, share: float, row: Row) -> Archetype:
    return Archetype(name, share, (row,))


_PURCHASES: Final = (
    _one("bought_recently", 0.006, _bought()),
    _one("bought_on_the_first_day_of_the_window", 0.0008, _bought(registered_on=day(36))),
    _one("bought_on_the_last_day_of_the_window", 0.0005, _bought(registered_on=day(0))),
    _one("bought_by_contract_alone", 0.0005, _bought(registered_on=None, contract_on=_RECENT)),
    _one("bought_without_unit_number", 0.0005, _bought(unit_no=None)),
    _one("bought_right_unknown", 0.0005, _bought(right_status=one_of(None, "unknown"))),
    _one("relocated_recently", 0.004, _bought((("FC-01", "exempt"),), acquisition="relocation")),
    _one("got_recently_somehow", 0.001, _bought(_FC_01_OPEN, acquisition=one_of("unknown", None))),
    _one("bought_recently_use_unknown", 0.001, _bought(_FC_01_OPEN, use=one_of("unknown", None))),
    _one("bought_some_day", 0.001, _bought(_FC_01_OPEN, registered_on=None)),
)

_NO_PURCHASES: Final = (
    _one("bought_a_day_too_long_ago", 0.0008, _bought((), registered_on=day(36, -1))),
    _one("contract_before_the_window", 0.001, _bought((), contract_on=days_between(50, 37))),
    _one(
        "inherited_recently",
        0.004,
        _bought((), acquisition=one_of("inherit", "gift", "divorce", "self_build", "reform")),
    ),
    _one("corrected_recently", 0.004, _bought((), acquisition="correction")),
    _one("bought_and_sold", 0.004, _bought((), right_status=one_of("historic", "temporary"))),
    _one("relocated_long_ago", 0.02, _held(acquisition="relocation")),
    _one("one_old_dwelling", 0.12, _held()),
    _one("use_unknown_long_ago", 0.002, _held(use=one_of("unknown", None))),
    _one("parking_bought_recently", 0.001, _bought((), use=one_of("parking", "storage", "other"))),
)

_BUSINESS_ROOMS: Final = (
    _one("shop", 0.002, _held(0, _FC_03, use="shop")),
    _one("office", 0.001, _held(0, _FC_03, use="office")),
    _one("shop_bought_without_unit_number", 0.0005, _bought(_FC_03, use="shop", unit_no=None)),
    _one("shop_sold", 0.001, _held(0, (), use="shop", right_status="historic")),
    Archetype("dwelling_and_shop", 0.0005, (_held(), _held(1, _FC_03, use="shop"))),
)


def _two(name: str, share: float, rows: tuple[Row, ...], findings: Findings = _FC_02, who: str = "common") -> Archetype:
    return Archetype(name, share, rows, who, findings, is_background=who != "pair")


_SEVERAL: Final = (
    _two("two_dwellings_of_two_members", 0.001, (_held(), _held(1, (), 1)), who="pair"),
    _two("one_dwelling_of_two_members", 0.004, (_held(), _held(0, (), 1)), (), who="pair"),
    Archetype(
        "bought_together",
        0.0005,
        (_bought(), _held(0, _FC_01, 1, acquisition="buy_new", registered_on=_RECENT)),
        "pair",
        (),
        False,
    ),
    _two("two_dwellings", 0.002, (_held(), _held(1))),
    _two("homestead_and_town", 0.001, (_held(unit_no=_unit(0, "JC"), acquisition="self_build"), _held(1))),
    _two("old_and_bought_recently", 0.0008, (_held(), _bought(slot=1))),
    _two("two_dwellings_by_address", 0.0006, (_held(unit_no=None), _held(1, unit_no=None))),
    _two("three_dwellings_one_sold", 0.0005, (_held(), _held(1), _held(2, right_status="historic"))),
    _two("dwelling_and_use_unknown", 0.001, (_held(), _held(1, use=one_of("unknown", None))), _FC_02_OPEN),
    _two("two_uses_unknown", 0.0005, (_held(use="unknown"), _held(1, use=None)), _FC_02_OPEN),
    _two("dwelling_and_nowhere", 0.0005, (_held(), _held(1, unit_no=None, location=None)), _FC_02_OPEN),
    _two("dwelling_and_parking", 0.006, (_held(), _held(1, use=one_of("parking", "storage"))), ()),
    _two("dwelling_and_sold_dwelling", 0.003, (_held(), _held(1, right_status="historic")), ()),
    _two(
        "dwelling_twice_once_by_address",
        0.001,
        (_held(), _held(0, unit_no=None, registered_on=days_between(400, 260))),
        (),
    ),
    Archetype("stopped_two_dwellings", 0.002, (_bought(()), _held(1)), "stopped"),
)

FEED: Final = SampleFeed(
    feed="property",
    per_household=True,
    ordinary={
        "unit_no": _unit(0),
        "cert_no": perhaps(counted_text("渝（2020）渝中区不动产权第", "号"), 0.7),
        "use": "dwelling",
        "acquisition": one_of("buy_new", "reform", "inherit", "buy_second", "correction"),
        "registered_on": _OLD,
        "contract_on": None,
        "area": one_of("45.6", "60", "72.35", "88.5", "120", None),
        "location": _place(0),
        "right_status": "current",
        "price": perhaps(amount(20_000_000, 45_050_000, 60_000_000), 0.3),
    },
    archetypes=(*_SEVERAL, *_PURCHASES, *_BUSINESS_ROOMS, *_NO_PURCHASES),
    record_key=pl.coalesce("unit_no", pl.col("location").fill_null("") + "/" + pl.col("area").fill_null("")),
    background=0.25,
    days_old=20,
    twist=("right_status", "historic", "current"),
    key=("unit_no", "acquisition", "registered_on"),
)
