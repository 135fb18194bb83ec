"""FC-01 and FC-03: every branch of rules.md section 3 for one person's real estate."""

from datetime import date

import pytest

AS_OF = date(2026, 9, 22)
LIMIT = date(2023, 9, 22)
PAST = date(2023, 9, 21)
BOUGHT = {"use": "dwelling", "acquisition": "buy_new", "registered_on": LIMIT}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, "flagged"),
        ({"acquisition": "buy_second"}, "flagged"),
        ({"acquisition": "auction"}, "flagged"),
        ({"acquisition": "relocation"}, "exempt"),
        ({"acquisition": None}, "undetermined"),
        ({"acquisition": "unknown"}, "undetermined"),
        *(
            ({"acquisition": one}, None)
            for one in ("inherit", "gift", "divorce", "self_build", "reform", "correction", "other")
        ),
        ({"registered_on": AS_OF}, "flagged"),
        ({"registered_on": date(2026, 9, 23)}, None),
        ({"registered_on": PAST}, None),
        ({"registered_on": PAST, "contract_on": LIMIT}, None),
        ({"registered_on": AS_OF, "contract_on": LIMIT}, "flagged"),
        ({"registered_on": AS_OF, "contract_on": PAST}, None),
        ({"registered_on": None, "contract_on": LIMIT}, "flagged"),
        ({"registered_on": None}, "undetermined"),
        ({"registered_on": None, "acquisition": "relocation"}, None),
        ({"registered_on": None, "acquisition": None}, None),
        ({"registered_on": PAST, "acquisition": "relocation"}, None),
        ({"registered_on": PAST, "acquisition": None}, None),
        ({"use": None}, "undetermined"),
        ({"use": "unknown"}, "undetermined"),
        ({"use": None, "registered_on": PAST}, None),
        ({"use": None, "registered_on": None}, None),
        ({"use": None, "acquisition": None}, None),
        ({"use": None, "acquisition": "relocation"}, None),
        ({"use": "parking"}, None),
        ({"use": "storage"}, None),
        ({"use": "other"}, None),
        ({"right_status": "current"}, "flagged"),
        ({"right_status": "unknown"}, "flagged"),
        ({"right_status": "historic"}, None),
        ({"right_status": "temporary"}, None),
    ],
)
def test_fc_01(outcomes, row, expected):
    assert outcomes("property", [BOUGHT | row]) == ({"FC-01": expected} if expected else {})


def test_a_correction_never_restarts_the_clock(outcomes):
    rows = [BOUGHT | {"registered_on": PAST}, BOUGHT | {"acquisition": "correction", "registered_on": AS_OF}]
    assert outcomes("property", rows) == {}


def test_fc_01_key_date_and_actions(judged):
    row = BOUGHT | {"unit_no": None, "location": "某路1号", "area": 88.12, "contract_on": date(2024, 1, 1)}
    (found,) = judged("property", [row | {"registered_on": date(2024, 5, 1)}])
    assert (found["record_key"], found["fact_date"]) == ("某路1号/88.12", date(2024, 1, 1))
    assert (found["action"], found["conflict"]) == ("CANCEL_PRINCIPLE", None)
    assert found["clears_with"][-1] == "自2027-01-02起购置已满36个月，不再列出"
    assert "登记或网签显示于2023-09-21或更早购置" in found["clears_with"]


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"unit_no": "U9", "location": "某路1号", "area": 60}, "U9"),
        ({"unit_no": "", "location": "某路1号", "area": 60}, "某路1号/60"),
        ({"unit_no": None, "location": "某路1号"}, "某路1号/"),
        ({"unit_no": None, "area": 0.5}, "/0.5"),
        ({"unit_no": None}, "/"),
    ],
)
def test_the_record_key(judged, row, key):
    assert [one["record_key"] for one in judged("property", [BOUGHT | row])] == [key]


@pytest.mark.parametrize(
    ("row", "action"),
    [
        ({"acquisition": "relocation"}, "CANCEL_PRINCIPLE"),
        ({"acquisition": "relocation", "name": "李四"}, "VERIFY"),
        ({"name": "李四"}, "VERIFY"),
        ({"acquisition": None}, "VERIFY"),
    ],
)
def test_fc_01_actions(judged, row, action):
    assert judged("property", [BOUGHT | row])[0]["action"] == action


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"use": "shop"}, {"FC-03": "flagged"}),
        ({"use": "office"}, {"FC-03": "flagged"}),
        ({"use": "office", "right_status": "historic"}, {}),
        ({"use": "shop", "right_status": None, "registered_on": None}, {"FC-03": "flagged"}),
        ({"use": "storage"}, {}),
    ],
)
def test_fc_03(outcomes, row, expected):
    assert outcomes("property", [{"acquisition": "inherit", "registered_on": PAST} | row]) == expected


def test_fc_03_tells_the_anchor(judged):
    row = {"use": "shop", "registered_on": LIMIT, "contract_on": PAST}
    (found,) = judged("property", [row])
    assert (found["fact_date"], found["action"], found["record_key"]) == (PAST, "VERIFY", "U1")
