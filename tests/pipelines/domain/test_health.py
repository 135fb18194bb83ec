"""The health of a night in counts: outcomes, answers at their limits, the months in which suppressed findings return."""

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from pipelines.domain.case_state import CASE_STATES
from pipelines.domain.health import (
    RULE_FIELDS,
    Precision,
    answer_facts,
    case_facts,
    is_imprecise,
    rule_facts,
    suppression_facts,
)
from pipelines.domain.suppression import STANDING

AS_OF = date(2026, 9, 22)
LIMIT = Precision(Fraction(1, 5), 50)
SUPPRESSED = {"rule_id": pl.String, "decided_on": pl.Date, "valid_until": pl.Date}


def answers(*rows: tuple[str | None, str, date | None, date, date]) -> pl.DataFrame:
    names = ("rule_id", "conclusion", "first_seen", "decided_on", "known_after")
    return pl.DataFrame([dict(zip(names, row, strict=True)) for row in rows], schema=STANDING)


def suppressed(*rows: tuple[str, date, date | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SUPPRESSED, orient="row")


def states(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=CASE_STATES)


def test_a_rule_keeps_its_seven_outcomes_and_what_is_not_counted_is_nothing() -> None:
    row = {"rule_id": "CL-01", "feed": "vehicle", "feed_status": "fresh", "flagged": 3, "households_clear": 40}
    [told] = rule_facts(pl.DataFrame([row]), {"CL-01": "名下有汽车"})
    assert told["title"] == "名下有汽车"
    assert {name: told[name] for name in RULE_FIELDS if told[name]} == {"flagged": 3, "households_clear": 40}
    assert rule_facts(pl.DataFrame([row]), {})[0]["title"] == ""


@pytest.mark.parametrize(
    ("verdicts", "confirmed", "limit", "is_named"),
    [
        (50, 9, LIMIT, True),
        (50, 10, LIMIT, False),
        (49, 0, LIMIT, False),
        (51, 10, LIMIT, True),
        (0, 0, Precision(Fraction(1, 5), 0), False),
        (500, 0, Precision(None, 50), False),
        (500, 0, Precision(Fraction(1, 5), None), False),
    ],
)
def test_a_rule_is_named_below_the_floor_and_not_at_it(
    verdicts: int, confirmed: int, limit: Precision, is_named: bool
) -> None:
    assert is_imprecise(verdicts, confirmed, limit) == is_named


def test_answers_are_counted_per_rule_and_night() -> None:
    day = date(2026, 9, 10)
    told = answer_facts(
        answers(
            ("CL-01", "属实-不符合条件", date(2026, 9, 1), day, date(2026, 9, 20)),
            ("CL-01", "属实-可豁免", date(2026, 9, 1), date(2026, 9, 4), date(2026, 9, 20)),
            ("CL-01", "无法核实", None, day, date(2026, 8, 24)),
            ("FC-01", "属实-渐退", date(2026, 9, 10), date(2026, 9, 8), date(2026, 8, 23)),
            (None, "数据有误", None, day, date(2026, 8, 23)),
        ),
        Precision(Fraction(1, 2), 3),
        AS_OF,
    )
    assert told["verdicts"] == 5
    assert told["confirmed"] == 2
    assert told["rules"] == {
        "CL-01": {"verdicts": 3, "confirmed": 1, "cleared": 1, "median_days": 6.0},
        "FC-01": {"verdicts": 1, "confirmed": 1, "cleared": 0, "median_days": 0.0},
    }
    assert told["nights"] == {"2026-08-24": 1, "2026-09-20": 2}
    assert told["imprecise"] == ["CL-01"]
    assert (told["floor"], told["at_least"]) == (0.5, 3)


def test_without_answers_there_is_nothing_to_name() -> None:
    told = answer_facts(answers(), Precision(None, None), AS_OF)
    assert told == {
        "verdicts": 0, "confirmed": 0, "rules": {}, "nights": {}, "imprecise": [], "floor": None, "at_least": None
    }  # fmt: skip


def test_suppressed_findings_are_counted_by_the_month_after_their_last_day() -> None:
    old = date(2025, 9, 1)
    told = suppression_facts(
        suppressed(
            ("CL-01", date(2026, 9, 1), date(2026, 9, 30)),
            ("CL-01", old, date(2026, 10, 21)),
            ("FC-01", date(2026, 9, 1), date(2026, 10, 22)),
            ("FC-01", date(2026, 9, 1), None),
        ),
        AS_OF,
    )
    assert told["months"] == {"": 1, "2026-10": 3}
    assert told["rules"] == {"CL-01": 2, "FC-01": 2}
    assert (told["findings"], told["soon"], told["oldest"]) == (4, 2, "2025-09-01")
    assert suppression_facts(suppressed(), AS_OF) == {
        "findings": 0, "rules": {}, "months": {}, "soon": 0, "oldest": None
    }  # fmt: skip


def test_cases_are_counted_where_they_have_to_be_answered_and_closed_ones_are_not_overdue() -> None:
    told = case_facts(
        states(
            {"state": "待核查", "town": "甲", "handled_by": "乙", "overdue_days": 1},
            {"state": "待核查", "town": "甲", "handled_by": None, "overdue_days": 0},
            {"state": "待核查", "town": None, "handled_by": None, "overdue_days": None},
            {"state": "归档", "town": "甲", "handled_by": "甲", "overdue_days": 9, "closed_reason": "resolved"},
        )
    )
    assert told["states"] == {"待核查": 3, "归档": 1}
    assert told["overdue"] == 1
    assert told["towns"] == {
        "": {"open": 1, "overdue": 0}, "乙": {"open": 1, "overdue": 1}, "甲": {"open": 1, "overdue": 0}
    }  # fmt: skip
    assert case_facts(states()) == {"states": {}, "overdue": 0, "towns": {}}
