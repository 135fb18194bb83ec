"""ZJ-03: a near relative of staff without a filing."""

from datetime import date

import pytest

NEAR = {"staff_name": "钱七", "staff_unit": "甲街道", "kinship": "兄弟"}


@pytest.fixture
def found(found_by):
    def judge(row, roster=({},)):
        return found_by("ZJ-03", "staff_relatives", [NEAR | row], roster)

    return judge


@pytest.mark.parametrize(
    ("is_filed", "filed_on", "outcome"),
    [
        ("no", None, "flagged"),
        ("no", date(2025, 1, 1), "flagged"),
        ("yes", None, "exempt"),
        ("yes", date(2025, 1, 1), "exempt"),
        (None, date(2025, 1, 1), "exempt"),
        ("unknown", date(2025, 1, 1), "exempt"),
        (None, None, "undetermined"),
        ("unknown", None, "undetermined"),
    ],
)
def test_filing(found, is_filed, filed_on, outcome):
    (one,) = found({"is_filed": is_filed, "filed_on": filed_on})
    assert (one["outcome"], one["action"], one["record_key"]) == (outcome, "VERIFY", "甲街道/钱七")
    assert ("未见备案" in one["statement"]) is (outcome == "flagged")


def test_any_member_is_looked_at(found):
    (one,) = found({"is_filed": "no"}, [{"covered": "no", "benefit": "tekun_scattered"}])
    assert one["outcome"] == "flagged"
    assert one["basis"].startswith(
        "草街办发〔2024〕54号三（一）：“落实《低保经办人员和村（居）委会工作人员近亲属享受低保备案》制度"
    )
