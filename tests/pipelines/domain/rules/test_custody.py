"""XJ-01 and XJ-02: every type of custody, every boundary of its dates, every household."""

from datetime import date

import pytest

DAY_BEFORE, AS_OF, NEXT_DAY = date(2026, 9, 21), date(2026, 9, 22), date(2026, 9, 23)
WIFE = {"id_number": "P2", "name": "李四", "relation": "10"}
TEKUN = {"benefit": "tekun_central"}


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("prison", {"XJ-01": "flagged"}),
        ("rehab", {"XJ-01": "flagged"}),
        ("detention", {"XJ-02": "flagged"}),
        ("community", {}),
        ("unknown", {"XJ-01": "undetermined"}),
        (None, {"XJ-01": "undetermined"}),
    ],
)
@pytest.mark.parametrize(
    ("start", "end", "in_force"),
    [
        (AS_OF, None, True),
        (NEXT_DAY, None, False),
        (DAY_BEFORE, AS_OF, True),
        (DAY_BEFORE, DAY_BEFORE, False),
        (AS_OF, AS_OF, True),
        (date(2010, 1, 1), NEXT_DAY, True),
    ],
)
def test_types_and_dates(outcomes, kind, found, start, end, in_force):
    rows = [{"custody_type": kind, "start_on": start, "end_on": end}]
    assert outcomes("custody", rows) == (found if in_force else {})


@pytest.mark.parametrize(
    ("kind", "end", "found"),
    [
        ("prison", None, {"XJ-01": "undetermined"}),
        ("rehab", AS_OF, {"XJ-01": "undetermined"}),
        ("unknown", NEXT_DAY, {"XJ-01": "undetermined"}),
        ("prison", DAY_BEFORE, {}),
        ("detention", None, {}),
        ("community", None, {}),
    ],
)
def test_a_record_without_its_first_day_leaves_the_rule_open_unless_it_has_ended(outcomes, kind, end, found):
    assert outcomes("custody", [{"custody_type": kind, "start_on": None, "end_on": end}]) == found


@pytest.mark.parametrize(
    ("kind", "found"),
    [("prison", {}), ("rehab", {}), ("unknown", {}), ("detention", {"XJ-02": "flagged"})],
)
def test_a_member_who_is_not_covered_is_a_lead_at_most(outcomes, kind, found):
    assert outcomes("custody", [{"custody_type": kind}], [{"covered": "no"}]) == found


@pytest.mark.parametrize(
    ("kind", "roster", "beside", "action"),
    [
        ("prison", [{}], {}, "TERMINATE"),
        ("rehab", [{}], {}, "TERMINATE"),
        ("prison", [{}, WIFE], {}, "REMOVE_MEMBER"),
        ("rehab", [{}, WIFE], {}, "REMOVE_MEMBER"),
        ("prison", [{}, WIFE | {"covered": "no"}], {}, "TERMINATE"),
        ("prison", [{}, WIFE], {"death": [{"id_number": "P2", "name": "李四"}]}, "TERMINATE"),
        ("prison", [{}, WIFE], {"death": [{"id_number": "P2", "name": "王五"}]}, "REMOVE_MEMBER"),
        ("prison", [{}, WIFE], {"death": [{"id_number": "P2", "name": "李四", "death_on": NEXT_DAY}]}, "REMOVE_MEMBER"),
        ("prison", [TEKUN], {}, "TERMINATE"),
        ("rehab", [TEKUN], {}, "VERIFY"),
        ("prison", [TEKUN, WIFE | TEKUN], {}, "TERMINATE"),
        ("rehab", [TEKUN, WIFE | TEKUN], {}, "VERIFY"),
        ("unknown", [TEKUN], {}, "VERIFY"),
        ("unknown", [{}, WIFE], {}, "VERIFY"),
        ("detention", [{}], {}, "LEAD"),
        ("detention", [TEKUN], {}, "LEAD"),
    ],
)
def test_the_action(judged, kind, roster, beside, action):
    (found,) = judged("custody", [{"custody_type": kind}], roster, beside=beside)
    assert found["action"] == action


@pytest.mark.parametrize(("kind", "action"), [("prison", "VERIFY"), ("rehab", "VERIFY"), ("detention", "LEAD")])
def test_another_name_lowers_the_action(judged, kind, action):
    (found,) = judged("custody", [{"custody_type": kind, "name": "王五"}], [{}, WIFE])
    assert (found["action"], found["grade"]) == (action, "B")


def test_the_latest_of_several_terms_stands(judged):
    rows = [
        {"start_on": date(2026, 3, 1)},
        {"start_on": date(2024, 3, 1)},
        {"start_on": date(2026, 8, 1), "custody_type": "rehab"},
        {"start_on": date(2026, 8, 2), "custody_type": "community"},
    ]
    found = judged("custody", rows)
    assert [(one["record_key"], one["fact_date"], one["source_row"]) for one in found] == [
        ("prison", date(2026, 3, 1), 2),
        ("rehab", date(2026, 8, 1), 4),
    ]


def test_a_tekun_prisoner_is_told_their_own_clause(judged):
    (dibao,), (tekun,) = (judged("custody", [{}], [change]) for change in ({}, TEKUN))
    assert "第七条第（二）项" in dibao["basis"]
    assert tekun["basis"] == "民发〔2021〕43号第二十四条第（三）项：“依法被判处刑罚，且在监狱服刑”"


def test_what_is_undetermined_says_which_field(judged):
    (found,) = judged("custody", [{"custody_type": "unknown"}])
    assert found["record_key"] == "unknown"
    assert "羁押类型为空或无法识别" in found["statement"]


@pytest.mark.parametrize(("change", "differs"), [({"end_on": date(2027, 1, 1)}, True), ({"source_row": 99}, False)])
def test_the_fingerprint_moves_with_dates_and_type(judged, change, differs):
    before, after = (judged("custody", [more])[0] for more in ({}, change))
    assert (before["fingerprint"] != after["fingerprint"]) is differs
