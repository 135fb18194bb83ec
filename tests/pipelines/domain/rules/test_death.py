"""SW-01: who has died and is still covered, and what follows for the household."""

from datetime import date

import pytest

from pipelines.domain.judge import judge_feed

HEAD = {}
WIFE = {"id_number": "P2", "name": "李四", "relation": "10"}
TEKUN = {"benefit": "tekun_scattered"}
PRISON = {"id_number": "P2", "name": "李四"}


@pytest.mark.parametrize(
    ("death_on", "found"),
    [
        (date(2026, 9, 22), {"SW-01": "flagged"}),
        (date(2026, 9, 23), {}),
        (date(1999, 1, 1), {"SW-01": "flagged"}),
        (None, {"SW-01": "undetermined"}),
    ],
)
def test_a_death_on_or_before_the_comparison_date(outcomes, death_on, found):
    assert outcomes("death", [{"death_on": death_on}]) == found


@pytest.mark.parametrize(
    ("covered", "found"),
    [("yes", {"SW-01": "flagged"}), ("unknown", {"SW-01": "flagged"}), (None, {"SW-01": "flagged"}), ("no", {})],
)
def test_only_a_covered_member_is_flagged(outcomes, covered, found):
    assert outcomes("death", [{}], [{"covered": covered}]) == found


@pytest.mark.parametrize(
    ("roster", "beside", "action"),
    [
        ([HEAD], {}, "TERMINATE"),
        ([HEAD, WIFE], {}, "REMOVE_MEMBER"),
        ([HEAD, WIFE | {"covered": "no"}], {}, "TERMINATE"),
        ([HEAD, WIFE | {"status": "stopped"}], {}, "TERMINATE"),
        ([HEAD, WIFE], {"custody": [PRISON]}, "TERMINATE"),
        ([HEAD, WIFE], {"custody": [PRISON | {"custody_type": "rehab"}]}, "TERMINATE"),
        ([HEAD, WIFE], {"custody": [PRISON | {"custody_type": "community"}]}, "REMOVE_MEMBER"),
        ([HEAD, WIFE], {"custody": [PRISON | {"custody_type": "detention"}]}, "REMOVE_MEMBER"),
        # A match of grade B proves nothing about who counts.
        ([HEAD, WIFE], {"custody": [PRISON | {"name": "王五"}]}, "REMOVE_MEMBER"),
        ([HEAD | TEKUN], {}, "TERMINATE"),
        ([HEAD | TEKUN, WIFE | TEKUN], {}, "TERMINATE"),
        ([HEAD | {"benefit": "tekun_central"}, WIFE], {}, "TERMINATE"),
        ([HEAD | {"benefit": "margin"}, WIFE], {}, "REMOVE_MEMBER"),
        ([HEAD | {"benefit": None}, WIFE], {}, "REMOVE_MEMBER"),
    ],
)
def test_the_action(judged, roster, beside, action):
    (found,) = judged("death", [{}], roster, beside=beside)
    assert (found["outcome"], found["action"], found["grade"]) == ("flagged", action, "A")


def test_two_dead_members_leave_nobody(judged):
    found = judged("death", [{}, {"id_number": "P2", "name": "李四"}], [HEAD, WIFE])
    assert [one["action"] for one in found] == ["TERMINATE", "TERMINATE"]
    third = {"id_number": "P3", "name": "王五", "relation": "20"}
    found = judged("death", [{}, {"id_number": "P2", "name": "李四"}], [HEAD, WIFE, third])
    assert [one["action"] for one in found] == ["REMOVE_MEMBER", "REMOVE_MEMBER"]


@pytest.mark.parametrize("roster", [[HEAD], [HEAD, WIFE], [HEAD | TEKUN]])
def test_another_name_is_to_be_verified(judged, roster):
    (found,) = judged("death", [{"name": "王五"}], roster)
    assert (found["action"], found["grade"]) == ("VERIFY", "B")
    assert "姓名不一致" in found["statement"]


def test_one_finding_per_person_and_source(judged):
    rows = [
        {"source": "cremation", "death_on": date(2026, 9, 1)},
        {"source": "certificate", "death_on": date(2026, 8, 30)},
        {"source": "certificate", "death_on": date(2026, 8, 31)},
        {"source": "unknown"},
        {"source": None},
    ]
    found = judged("death", rows)
    assert [(one["record_key"], one["fact_date"], one["source_row"]) for one in found] == [
        ("certificate", date(2026, 8, 31), 4),
        ("cremation", date(2026, 9, 1), 2),
        ("unknown", date(2026, 9, 1), 6),
    ]


@pytest.mark.parametrize(
    ("roster", "head", "holder"),
    [
        ([{"account_holder": "张三"}], True, True),
        ([{"account_holder": "张□"}], True, True),
        ([{"account_holder": "李四"}], True, False),
        ([{"account_holder": None}], True, False),
        ([{"relation": "20", "account_holder": "张三"}, WIFE | {"relation": "02"}], False, True),
        # The first active row that has one tells whose account it is.
        ([{"account_holder": "李四"}, WIFE | {"account_holder": "张三"}], True, False),
        ([WIFE | {"account_holder": "李四", "status": "stopped"}, {"account_holder": "张三"}], True, True),
        ([WIFE | {"account_holder": ""}, {"account_holder": "张三"}], True, True),
        ([{"name": "", "account_holder": ""}], True, False),
    ],
)
def test_a_dead_head_or_account_holder_is_told(judged, roster, head, holder):
    (found,) = judged("death", [{}], roster)
    assert ("死者是户主" in found["statement"], "开户人即为死者" in found["statement"]) == (head, holder)


def test_each_regime_quotes_its_own_clause(judged):
    (dibao,), (tekun,) = (judged("death", [{}], [HEAD | change]) for change in ({}, TEKUN))
    assert dibao["basis"].startswith("民发〔2022〕83号一（三）（大意）：")
    assert tekun["basis"].startswith("民发〔2021〕43号第二十四条第（一）项")
    assert "按民发〔2021〕43号" in tekun["statement"]
    assert dibao["clears_with"][:2] == ["死亡证明", "火化证明或户口注销证明"]


def test_a_household_in_grace_is_not_spared(judged):
    (found,) = judged("death", [{}], [{"grace_from": date(2026, 9, 1), "grace_to": date(2027, 2, 28)}])
    assert found["outcome"] == "flagged"


@pytest.mark.parametrize(
    ("change", "differs"), [({"death_on": date(2026, 9, 2)}, True), ({"cremated_on": date(2026, 9, 5)}, False)]
)
def test_the_fingerprint_moves_with_the_date(judged, change, differs):
    before, after = (judged("death", [more])[0] for more in ({}, change))
    assert (before["fingerprint"] != after["fingerprint"]) is differs


def test_without_the_feed_there_is_nothing(night_of):
    assert judge_feed("death", night_of("vehicle", []), b"s").is_empty()
