"""FC-06: rights that ended lately, and endings that are none."""

from datetime import date

import pytest

FORMER = {"right_status": "historic"}
LIMIT, PAST = date(2025, 9, 22), date(2025, 9, 21)
TODAY, TOMORROW = date(2026, 9, 22), date(2026, 9, 23)
COUPLE = [{}, {"id_number": "P0", "name": "李四", "relation": "10"}]


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"ended_on": LIMIT}, "flagged"),
        ({"ended_on": PAST}, None),
        ({"ended_on": TODAY}, "flagged"),
        ({"ended_on": TOMORROW}, None),
        ({"ended_on": None}, None),
        ({"ended_on": None, "registered_on": LIMIT}, "undetermined"),
        ({"ended_on": None, "registered_on": PAST}, None),
        ({"ended_on": LIMIT, "registered_on": PAST}, "flagged"),
        ({"ended_on": TODAY, "right_status": "current"}, None),
        ({"ended_on": TODAY, "right_status": "temporary"}, None),
        ({"ended_on": TODAY, "right_status": None}, None),
        *(({"ended_on": TODAY, "ended_by": how}, "flagged") for how in ("sale", "gift", "divorce", "other", "unknown")),
        ({"ended_on": TODAY, "ended_by": "correction"}, None),
        ({"ended_on": TODAY, "ended_by": "expropriation"}, "exempt"),
        ({"ended_on": PAST, "ended_by": "expropriation"}, None),
        ({"ended_on": TODAY, "use": "shop"}, "flagged"),
        ({"ended_on": TODAY, "use": None}, "flagged"),
    ],
)
def test_endings(outcome_of, row, outcome):
    assert outcome_of("FC-06", "property", [FORMER | row]) == outcome


@pytest.mark.parametrize(
    ("former", "held", "outcome"),
    [
        ({"unit_no": "U1"}, {"unit_no": "U1"}, None),
        ({"unit_no": "U1"}, {"unit_no": "U2"}, "flagged"),
        ({"unit_no": "U1", "location": "甲"}, {"unit_no": None, "location": "甲"}, None),
        ({"unit_no": None, "location": "甲", "area": 60}, {"unit_no": None, "location": "甲", "area": 61}, None),
        ({"unit_no": None, "location": None}, {"unit_no": None, "location": None}, "flagged"),
        ({"unit_no": "", "location": ""}, {"unit_no": "", "location": ""}, "flagged"),
        ({"unit_no": "U1"}, {"unit_no": "U1", "id_number": "P0", "name": "李四"}, None),
        ({"unit_no": "U1"}, {"unit_no": "U1", "right_status": "unknown"}, None),
        ({"unit_no": "U1"}, {"unit_no": "U1", "right_status": "historic", "ended_on": PAST}, "flagged"),
    ],
)
def test_what_the_household_still_holds_was_not_given_away(outcome_of, former, held, outcome):
    rows = [FORMER | {"ended_on": TODAY} | former, held]
    assert outcome_of("FC-06", "property", rows, COUPLE) == outcome


def test_it_asks_what_became_of_the_money(found_by):
    row = FORMER | {"ended_on": LIMIT, "ended_by": "gift", "location": "某路1号", "area": 60}
    (found,) = found_by("FC-06", "property", [row])
    assert (found["action"], found["fact_date"], found["record_key"]) == ("VERIFY", LIMIT, "U1")
    assert "名下的不动产（坐落某路1号），建筑面积60平方米，于2025-09-22已转移或注销，方式赠与" in found["statement"]
