"""Conclusions of people against a changed policy: only what the change itself contradicts counts."""

import polars as pl
import pytest

from pipelines.domain.verdict_replay import CONTRADICTED, VERDICTS, contradicted, no_verdicts

FOUND = {
    "finding_id": pl.String,
    "was_flagged": pl.Boolean,
    "is_flagged": pl.Boolean,
    "fingerprint_before": pl.String,
    "fingerprint_after": pl.String,
}


def replayed(conclusion: str, was: bool, now: bool, fingerprint: str = "f") -> list[str]:
    verdicts = pl.DataFrame([("a", conclusion, fingerprint)], schema=VERDICTS, orient="row")
    found = pl.DataFrame([("a", was, now, "f" if was else None, "f" if now else None)], schema=FOUND, orient="row")
    told = contradicted(verdicts, found)
    assert told.schema == CONTRADICTED
    return told["contradiction"].to_list()


@pytest.mark.parametrize("conclusion", ["属实-可豁免", "属实-收入未超标", "数据有误", "已处理"])
def test_a_cleared_finding_must_not_be_flagged_anew(conclusion: str) -> None:
    assert replayed(conclusion, was=False, now=True) == ["flags_cleared"]
    assert replayed(conclusion, was=True, now=True) == []  # the policy in use contradicts it as much
    assert replayed(conclusion, was=True, now=False) == []
    assert replayed(conclusion, was=False, now=True, fingerprint="other facts") == []


@pytest.mark.parametrize("conclusion", ["属实-不符合条件", "属实-渐退"])
def test_a_confirmed_finding_must_not_be_dropped(conclusion: str) -> None:
    assert replayed(conclusion, was=True, now=False) == ["drops_confirmed"]
    assert replayed(conclusion, was=True, now=True) == []
    assert replayed(conclusion, was=True, now=False, fingerprint="other facts") == []


@pytest.mark.parametrize("conclusion", ["无法核实", "重复疑点", "非本辖区"])
def test_a_conclusion_that_says_neither_is_never_contradicted(conclusion: str) -> None:
    assert replayed(conclusion, was=True, now=False) == replayed(conclusion, was=False, now=True) == []


def test_no_conclusions_contradict_nothing() -> None:
    assert contradicted(no_verdicts(), pl.DataFrame(schema=FOUND)).is_empty()
