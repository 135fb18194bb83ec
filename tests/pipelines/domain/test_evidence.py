"""What would clear a hit, as a list of texts."""

import polars as pl
import pytest

from pipelines.domain.clearing import Change
from pipelines.domain.evidence import OTHER_PERSON, clears_with
from pipelines.domain.policy import RuleInForce
from pipelines.domain.rule import OpenField, Verdict
from pipelines.domain.vocabulary import Action

TOLD = pl.col("told")


def entry(*documents: str) -> RuleInForce:
    return RuleInForce("XX-01", "", "1", Action.VERIFY, "", "", documents, is_on=True)


def verdict(*changes: Change, opens: tuple[OpenField, ...] = ()) -> Verdict:
    return Verdict(pl.lit(value=True), pl.lit(""), pl.lit(""), (), changes=changes, open_fields=opens)


def hits(told: list[str | None], **columns: list[str | None]) -> pl.DataFrame:
    nothing: list[str | None] = [None] * len(told)
    given = {"told": told, "exempt_reason": nothing, "grade": ["A"] * len(told), "outcome": ["flagged"] * len(told)}
    return pl.DataFrame(given | columns, schema_overrides={"told": pl.String, "exempt_reason": pl.String})


def cleared(rows: pl.DataFrame, said: Verdict, *documents: str) -> list[list[str]]:
    return rows.select(clears_with(said, entry(*documents))).to_series().to_list()


def test_documents_come_first_and_a_change_that_is_not_offered_is_left_out() -> None:
    said = verdict(Change(TOLD, is_withdrawn=True), Change("已更正", is_withdrawn=True))
    assert cleared(hits(["已过户", None]), said, "甲", "乙") == [
        ["甲", "乙", "已过户", "已更正"],
        ["甲", "乙", "已更正"],
    ]


def test_nothing_that_clears_is_an_empty_list_and_an_empty_text_stays_one() -> None:
    said = verdict(Change(TOLD, is_withdrawn=True))
    assert cleared(hits([None, "", "已过户"]), said) == [[], [""], ["已过户"]]


def test_an_exempt_hit_says_why_and_offers_no_change() -> None:
    rows = hits(["已过户"], exempt_reason=["渐退期内"], grade=["B"])
    assert cleared(rows, verdict(Change(TOLD, is_withdrawn=True))) == [["已属豁免：渐退期内"]]


@pytest.mark.parametrize(("outcome", "opened"), [("flagged", []), ("undetermined", ["补齐或更正：状态为空"])])
def test_another_name_and_open_fields_come_last(outcome: str, opened: list[str]) -> None:
    rows = hits(["已过户"], grade=["B"], outcome=[outcome])
    said = verdict(Change(TOLD, is_withdrawn=True), opens=(OpenField("status", "状态为空", where=pl.lit(value=True)),))
    assert cleared(rows, said) == [["已过户", OTHER_PERSON, *opened]]


def test_no_hit_gives_no_list_of_texts() -> None:
    rows = hits([]).select(clears_with(verdict(), entry()).alias("clears_with"))
    assert rows.schema == {"clears_with": pl.List(pl.String)}
