"""JR-01: what a household holds against 24 months of the standard per head (770 urban: 18480, 630 rural: 15120)."""

import pytest

URBAN, RURAL = 18_480, 15_120
COUPLE = [{}, {"id_number": "P0", "name": "李四", "relation": "10"}]


def held(balance, **more):
    return {"institution": "某银行", "asset_kind": "deposit", "balance": balance} | more


@pytest.fixture
def found(found_by):
    def judge(rows, roster=({},), **changes):
        return found_by("JR-01", "deposits", rows, roster, **changes)

    return judge


def outcome_of(findings):
    return findings[0]["outcome"] if findings else None


@pytest.mark.parametrize(
    ("balances", "roster", "outcome"),
    [
        ([URBAN], [{}], None),
        ([URBAN + 0.01], [{}], "flagged"),
        ([URBAN - 1, 1], [{}], None),
        ([URBAN - 1, 1.01], [{}], "flagged"),
        ([RURAL], [{"benefit": "dibao_rural"}], None),
        ([RURAL + 0.01], [{"benefit": "dibao_rural"}], "flagged"),
        ([2 * URBAN], COUPLE, None),
        ([2 * URBAN + 0.01], COUPLE, "flagged"),
        ([0], [{}], None),
        ([], [{}], None),
    ],
)
def test_the_limit_per_head(found, balances, roster, outcome):
    assert outcome_of(found([held(one) for one in balances], roster)) == outcome


def test_all_members_and_all_kinds_are_added(found):
    rows = [
        held(URBAN, id_number="P0", name="李四", asset_kind="wealth"),
        held(URBAN, asset_kind="security", bonds=1),
    ]
    (one,) = found(rows, COUPLE)
    assert (one["outcome"], one["record_key"], one["id_number"], one["fact_date"]) == ("flagged", "H1", "P1", None)
    assert [item["field"] for item in one["evidence"]].count("account") == 2
    assert "人均18480.5元" in one["statement"]


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"status": "closed"}, None),
        ({"status": "frozen"}, "flagged"),
        ({"status": "dormant"}, "flagged"),
        ({"status": "unknown"}, "flagged"),
        ({"currency": "cny"}, "flagged"),
        ({"currency": "foreign"}, "undetermined"),
        ({"currency": "unknown"}, "undetermined"),
        ({"balance": None}, "undetermined"),
        ({"balance": None, "bonds": URBAN + 1}, "flagged"),
        ({"balance": None, "status": "closed"}, None),
    ],
)
def test_what_counts(found, row, outcome):
    assert outcome_of(found([held(URBAN + 1) | row])) == outcome


@pytest.mark.parametrize(("known", "outcome"), [(URBAN, "undetermined"), (URBAN + 1, "flagged")])
def test_an_untold_balance_never_clears(found, known, outcome):
    (one,) = found([held(known), held(None)])
    assert one["outcome"] == outcome
    assert ("余额为空" in one["statement"]) is (outcome == "undetermined")


@pytest.mark.parametrize(
    ("benefit", "outcome"),
    [
        ("dibao_urban", "flagged"),
        ("dibao_rural", "flagged"),
        ("tekun_central", None),
        ("tekun_scattered", None),
        ("margin", None),
        ("rigid", None),
        ("unknown", "undetermined"),
        (None, "undetermined"),
    ],
)
def test_only_dibao_households(found, benefit, outcome):
    assert outcome_of(found([held(URBAN + 1)], [{"benefit": benefit}])) == outcome


@pytest.mark.parametrize(
    ("roster", "balance", "action"),
    [
        ([{}], 50_000, "VERIFY"),
        ([{}], 50_000.01, "CANCEL_PRINCIPLE"),
        (COUPLE, 100_000, "VERIFY"),
        (COUPLE, 100_000.01, "CANCEL_PRINCIPLE"),
    ],
)
def test_within_the_cap_of_an_illness_it_is_verified_first(found, roster, balance, action):
    (one,) = found([held(balance)], roster)
    assert (one["outcome"], one["action"]) == ("flagged", action)
    assert ("需长期治疗的可予豁免" in one["statement"]) is (action == "VERIFY")


def test_without_a_cap_the_rules_own_action_stands(found, with_values):
    (one,) = found([held(50_000)], policy=with_values(fin_asset_illness_cap=None))
    assert one["action"] == "CANCEL_PRINCIPLE"


@pytest.mark.parametrize("name", ["fin_asset_multiple_months", "dibao_standard_urban"])
def test_an_unset_parameter_leaves_it_open(found, with_values, name):
    (one,) = found([held(1)], policy=with_values(**{name: None}))
    assert (one["outcome"], one["action"]) == ("undetermined", "VERIFY")
    assert "未设置金融资产限额" in one["statement"]


def test_a_broken_multiple_is_exact(found, with_values):
    policy = with_values(fin_asset_multiple_months="0.5")
    assert [outcome_of(found([held(one)], policy=policy)) for one in (385, 385.0001)] == [None, "flagged"]


@pytest.mark.parametrize(
    ("second", "accounts"),
    [
        ({"account_no": "62170001", "id_number": "P0", "name": "李四"}, 1),
        ({"account_no": "62170001", "id_number": "P0", "name": "李四", "balance": 1}, 2),
        ({"account_no": "62170001", "id_number": "P0", "name": "李四", "institution": "另一银行"}, 2),
        ({"account_no": None, "id_number": "P0", "name": "李四"}, 2),
    ],
)
def test_an_account_held_together_stands_once(found, second, accounts):
    first = held(100_000, account_no="62170001")
    (one,) = found([first, first | second], COUPLE)
    assert f"{accounts}个账户" in one["statement"]


def test_no_account_number_is_ever_told(found):
    (one,) = found([held(100_000, account_no="6217002345678901234", name="王五")])
    assert "6217002345678901234" not in str(one)
    assert "901234" not in str(one)
    assert (one["grade"], one["action"]) == ("B", "VERIFY")


def test_source_and_grade(found):
    rows = [held(90_000), held(100_000), held(1, id_number="P0", name="王五")]
    (one,) = found(rows, COUPLE)
    assert (one["source_row"], one["grade"], one["action"]) == (3, "B", "VERIFY")
    assert [item["threshold"] for item in one["evidence"] if item["field"] == "name"] == ["张三"]


@pytest.mark.parametrize(("balance", "differs"), [(109_999, False), (110_000, True)])
def test_the_fingerprint_moves_by_bands(found, balance, differs):
    before, after = (found([held(one)])[0]["fingerprint"] for one in (100_000, balance))
    assert (before != after) is differs


def test_what_clears_it_is_told(found):
    (one,) = found([held(2 * URBAN + 1)], COUPLE)
    assert any("合计经核实不超过36960元" in fact for fact in one["clears_with"])


def test_a_misprint_does_not_stop_the_night(found):
    (one,) = found([held(99_999_999_999_999)] * 3)
    assert one["outcome"] == "flagged"


def test_households_are_judged_apart(found):
    roster = [{}, {"household_id": "H2", "id_number": "P2", "name": "赵六"}]
    (one,) = found([held(URBAN), held(URBAN + 1, id_number="P2", name="赵六")], roster)
    assert (one["household_id"], one["id_number"]) == ("H2", "P2")
