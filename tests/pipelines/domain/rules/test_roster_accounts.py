"""ZJ-01: whose account the money is paid to."""

from datetime import date

import pytest

REVIEWED = {"last_review_on": date(2026, 9, 1)}
WIFE = REVIEWED | {"id_number": "P2", "name": "李四", "relation": "10"}
FILED = {"card_proxies": [{"holder_name": "王五"}]}


def head(holder, **more):
    return REVIEWED | {"account_holder": holder} | more


@pytest.mark.parametrize(
    ("roster", "outcome"),
    [
        ([head("王五")], "flagged"),
        ([head("张三")], None),
        ([head(None)], None),
        ([head("")], None),
        ([head("李四"), WIFE], None),
        ([head("李四"), WIFE | {"status": "stopped"}], "flagged"),
        ([head("李四"), WIFE | {"covered": "no"}], None),
        # Compared as names are: a character that one system could not write stands for any.
        ([head("张□")], None),
        ([head("王□"), WIFE], "flagged"),
        ([head("张三丰")], "flagged"),
        # An empty name equals nobody's.
        ([head("王五", name="")], "flagged"),
        ([head("王五", name=None)], "flagged"),
        # The first active row that has a holder tells.
        ([head("张三"), WIFE | {"account_holder": "王五"}], None),
        ([head(None), WIFE | {"account_holder": "王五"}], "flagged"),
        ([head("王五", status="stopped"), WIFE | {"account_holder": "李四"}], None),
    ],
)
def test_the_holder_is_a_member(outcomes, roster, outcome):
    assert outcomes("roster", [], roster, beside={"card_proxies": []}) == ({"ZJ-01": outcome} if outcome else {})


@pytest.mark.parametrize(
    ("filing", "outcome"),
    [
        ({"holder_name": "王五"}, "exempt"),
        ({"holder_name": "王五", "household_id": "H2"}, "flagged"),
        ({"holder_name": "王六"}, "flagged"),
        # "that very holder_name": no character stands for another here
        ({"holder_name": "王□"}, "flagged"),
        ({"holder_name": None}, "flagged"),
    ],
)
def test_a_filed_proxy_is_exempt(judged, filing, outcome):
    (found,) = judged("roster", [], [head("王五")], beside={"card_proxies": [filing]})
    assert (found["outcome"], found["action"], found["grade"], found["record_key"]) == (outcome, "VERIFY", "A", "H1")
    assert ("卡折代管已备案" in found["statement"]) is (outcome == "exempt")
    assert "卡折代管备案数据缺失" not in found["statement"]


def test_without_filings_it_is_evaluated_and_says_so(judged):
    (found,) = judged("roster", [], [head("王五")])
    assert (found["outcome"], found["fact_date"], found["id_number"]) == ("flagged", None, "P1")
    assert "卡折代管备案数据缺失" in found["statement"]
    assert [one["value"] for one in found["evidence"] if one["field"] == "card_proxies"] == ["未核"]


def test_the_finding_names_the_row_that_has_the_holder(judged):
    (found,) = judged("roster", [], [head(None), WIFE | {"account_holder": "王五"}], beside=FILED)
    assert (found["id_number"], found["source_row"]) == ("P1", 3)
