"""Answers as workbooks show them, from literal events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from pipelines.domain.case_events import CaseFile, Folded, fold
from pipelines.domain.case_state import CASE_STATES
from pipelines.workbooks.answered import answers, case_files, dispatched
from pipelines.workbooks.material import ANSWERS

DAY = date(2026, 9, 22)
MEMORY = pl.DataFrame({"finding_id": ["F1", "F2", "F3"], "fingerprint": ["p1", "p2", "p3"]})


@dataclass(frozen=True)
class Said:
    """An event as the fold reads it."""

    seq: int
    kind: str
    finding_id: str | None = None
    case_id: str | None = None
    by: str = "录入员"
    payload: Mapping[str, Any] = field(default_factory=dict)
    known_after: date = DAY

    @property
    def event_id(self) -> str:  # noqa: D102
        return f"e{self.seq}"


def verdict(seq: int, finding: str, fingerprint: str, **more: Any) -> Said:
    return Said(seq, "verdict", finding, payload={"verdict": {"fingerprint": fingerprint, **more}})


def review(seq: int, of: str, decision: str) -> Said:
    return Said(seq, "reviewed", by="复核员", payload={"decision": decision, "verdicts": [of]})


def test_a_standing_verdict_is_shown_field_by_field():
    said = verdict(
        1,
        "F1",
        "p1",
        conclusion="属实-渐退",
        measures=["减发", "追缴"],
        investigators=["张核查", "李核查", "王核查"],
        investigated_on="2026-09-20",
        income_per_head="812.50",
        recovered_months=2,
        effective_month="2026-10-01",
        further={"签收人": "陈签收", "公示起止": "9月", "不认识": "x"},
    )
    (row,) = answers(fold([said, review(2, "e1", "approved")]), MEMORY, DAY).to_dicts()
    told = {name: value for name, value in row.items() if value is not None}
    assert told == {
        "finding_id": "F1",
        "is_answered": True,
        "conclusion": "属实-渐退",
        "measures": "减发、追缴",
        "investigator_1": "张核查",
        "investigator_2": "李核查",
        "investigated_on": date(2026, 9, 20),
        "income_per_head": Decimal("812.50"),
        "recovered_months": 2,
        "effective_month": date(2026, 10, 1),
        "received_by": "陈签收",
        "publicised": "9月",
        "opinion": "同意",
        "reviewed_by": "复核员",
    }


def test_one_at_another_fingerprint_is_no_answer_a_returned_one_says_so():
    told = answers(
        fold([verdict(1, "F1", "older"), verdict(2, "F2", "p2"), review(3, "e2", "returned"), verdict(4, "F9", "p9")]),
        MEMORY,
        DAY,
    )
    assert told.select("finding_id", "is_answered", "opinion", "conclusion").rows() == [("F2", False, "退回", None)]
    assert told.schema == ANSWERS


@pytest.mark.parametrize(
    ("conclusion", "night", "answered"),
    [
        ("属实-可豁免", DAY, ["F1"]),  # said since the night
        ("属实-可豁免", DAY + timedelta(days=1), []),  # the night knew of it and raises the finding all the same
        ("数据有误", DAY + timedelta(days=1), []),
        ("属实-渐退", DAY + timedelta(days=1), ["F1"]),
        ("无法核实", DAY + timedelta(days=1), ["F1"]),
    ],
)
def test_a_clearing_verdict_that_holds_no_longer_leaves_its_row_open(conclusion: str, night: date, answered: list[str]):
    told = answers(fold([verdict(1, "F1", "p1", conclusion=conclusion)]), MEMORY, night)
    assert told["finding_id"].to_list() == answered


def test_nothing_said_is_an_empty_frame():
    assert answers(Folded(), MEMORY, DAY).schema == ANSWERS


def test_handing_out_keeps_the_first_day():
    before = Folded(cases={"a": CaseFile(dispatched_on=date(2026, 9, 1)), "b": CaseFile(is_suspended=True)})
    after = dispatched(before, ["a", "b", "c"], DAY)
    assert {name: file.dispatched_on for name, file in after.cases.items()} == {
        "a": date(2026, 9, 1),
        "b": DAY,
        "c": DAY,
    }
    assert after.cases["b"].is_suspended
    assert before.cases["b"].dispatched_on is None


def test_nobody_is_late_for_a_day_before_the_case_was_handed_out():
    days = [
        (date(2026, 10, 20), None, date(2026, 8, 22)),
        (date(2026, 10, 20), date(2026, 10, 1), None),
        (date(2026, 10, 20), None, DAY),
        (None, None, date(2026, 9, 1)),
    ]
    empty = dict.fromkeys(CASE_STATES.names())
    states = [
        empty | {"case_id": str(n), "dispatched_on": DAY, "answer_due_on": a, "death_due_on": d, "grace_due_on": g}
        for n, (a, d, g) in enumerate(days)
    ]
    told = case_files(pl.DataFrame(states, schema=CASE_STATES))
    assert told["due_on"].to_list() == [date(2026, 10, 20), date(2026, 10, 1), DAY, None]
