"""Which findings have been answered: a verdict that cleared one and holds no longer is no answer."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from pipelines.domain.case_answers import FILES, Desk, answered_findings
from pipelines.domain.suppression import RETURNED, STANDING
from pipelines.domain.verdict import CLEARING, Conclusion

FINDING = pl.DataFrame(
    {"finding_id": ["f"], "fingerprint": ["now"], "outcome": ["flagged"], "assessed_outcome": ["flagged"]}
)


def desk(conclusion: str, fingerprint: str = "now") -> Desk:
    row = {"finding_id": "f", "fingerprint": fingerprint, "conclusion": conclusion, "is_approved": False, "seq": 1}
    return Desk(
        verdicts=pl.DataFrame([row | dict.fromkeys(set(STANDING.names()) - set(row))], schema=STANDING),
        returned=pl.DataFrame(schema=RETURNED),
        files=pl.DataFrame(schema=FILES),
    )


@pytest.mark.parametrize("conclusion", list(Conclusion))
def test_a_raised_finding_is_answered_by_what_does_not_clear_it(conclusion: Conclusion) -> None:
    [told] = answered_findings(FINDING, desk(conclusion)).to_dicts()
    assert (told["conclusion"] is None) is (conclusion in CLEARING)


@pytest.mark.parametrize(("since", "is_answered"), [(date(2026, 9, 22), True), (date(2026, 9, 23), False)])
def test_between_two_nights_what_was_just_cleared_is_answered(since: date, is_answered: bool) -> None:
    said = desk(Conclusion.EXEMPT)
    recorded = replace(said, verdicts=said.verdicts.with_columns(known_after=pl.lit(date(2026, 9, 22))))
    [told] = answered_findings(FINDING, recorded, since).to_dicts()
    assert (told["conclusion"] is not None) is is_answered


def test_other_facts_than_were_judged_are_not_answered() -> None:
    [told] = answered_findings(FINDING, desk(Conclusion.NOT_ELIGIBLE, "before")).to_dicts()
    assert told["conclusion"] is None
