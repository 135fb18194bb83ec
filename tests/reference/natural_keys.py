"""The natural key of a row: by which a later row takes the place of an earlier one (feeds.md sections 3 and 4)."""

from collections.abc import Callable
from typing import Any

from tests.reference.contract import Feed

Row = dict[str, Any]


def _marriage(row: Row) -> tuple[object, ...]:
    """The certificate and event; where it is empty the two IDs, event and date."""
    if row["certificate_no"]:
        return "certificate", row["certificate_no"], row["event"]
    return "persons", row["id_number"], row["spouse_id_number"], row["event"], row["event_on"]


def _vehicle(row: Row) -> tuple[object, ...] | None:
    """The plate; the frame number where the plate is empty; a row with neither is never superseded."""
    if row["plate_no"]:
        return "plate", row["plate_no"], row["plate_type"], row["id_number"]
    return ("vin", row["vin"], row["id_number"]) if row["vin"] else None


def _property(row: Row) -> tuple[object, ...]:
    """The unit, or where it is."""
    unit = ("unit", row["unit_no"]) if row["unit_no"] else ("place", row["location"], row["area"])
    return *unit, row["id_number"], row["acquisition"], row["registered_on"]


def _business(row: Row) -> tuple[object, ...]:
    """The entity, the person and the role."""
    entity = ("uscc", row["uscc"]) if row["uscc"] else ("entity", row["entity_name"])
    return *entity, row["id_number"], row["role"]


KEYS: dict[str, Callable[[Row], tuple[object, ...] | None]] = {
    "roster": lambda row: (row["household_id"], row["id_number"]),
    "social_insurance": lambda row: (row["id_number"], row["insurance_type"], row["employer"], row["enrolled_on"]),
    "vehicle": _vehicle,
    "property": _property,
    "business": _business,
    "death": lambda row: (row["id_number"], row["source"]),
    "custody": lambda row: (row["id_number"], row["custody_type"], row["start_on"]),
    "housing_fund": lambda row: (row["id_number"], row["employer"]),
    "income_tax": lambda row: (row["id_number"], row["period"], row["income_item"], row["payer"]),
    "marriage": _marriage,
    "card_proxies": lambda row: (row["household_id"], row["holder_name"]),
}


def natural_key(feed: Feed, row: Row) -> tuple[object, ...] | None:
    """The natural key of feeds.md's headings; None for a row that is never superseded."""
    return KEYS[feed.name](row)
