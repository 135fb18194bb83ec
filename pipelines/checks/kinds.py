"""What Dagster shows of a suite: one check for each kind of expectation, not one for each column.

What belongs here: putting the results of a kind together. Every check costs a night some events in Dagster's database,
ten to twenty milliseconds each; a feed has twenty expectations or more, of nine kinds. The results pages keep them all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.checks.results import CheckResult, Status
from pipelines.checks.suites import Expectation, Kind

KIND_ZH: Mapping[Kind, str] = {
    "required_columns": "必备列齐全",
    "row_count": "全量数据至少有一行入库",
    "row_count_band": "入库行数与上一期全量数据之比",
    "freshness": "数据未过期，最新交付可用",
    "key_unique": "自然键唯一，被替代的行不过多",
    "ids_valid": "身份证号有效",
    "fields_filled": "必备列填报率",
    "codes_known": "代码可识别率",
    "values_readable": "日期、金额、校验位可读，隔离行不过多",
}

# A kind says the worst that is true of one of its expectations.
WORST_FIRST: Sequence[Status] = ("failed", "too_few", "no_history", "not_assessed", "passed")


@dataclass(frozen=True)
class KindResult:
    """The results of one kind of expectation on one feed and night; grain one per kind that the feed's suite has."""

    kind: Kind
    results: Sequence[CheckResult]

    @property
    def passed(self) -> bool:
        """Whether all let pass."""
        return all(one.passed for one in self.results)

    @property
    def holds_the_night(self) -> bool:
        """Whether one of them holds what is downstream."""
        return any(one.holds_the_night for one in self.results)

    @property
    def status(self) -> Status:
        """The worst status among them."""
        return min((one.status for one in self.results), key=WORST_FIRST.index)

    @property
    def note(self) -> str:
        """What the numbers alone do not say, of those that failed."""
        return "；".join(dict.fromkeys(one.note for one in self.results if not one.passed and one.note))

    def told(self) -> dict[str, str]:
        """Status, how many hold, and observed and expected of each that does not or could not be judged, by name.

        Of a kind with one expectation in all, what was observed of it. No value of a person is among them.
        """
        shown = [one for one in self.results if one.status != "passed" or len(self.results) == 1]
        held = sum(one.status == "passed" for one in self.results)
        numbers = {
            one.expectation.name: f"{one.status}: observed {one.observed_text}, expected {one.expected_text}"
            for one in shown
        }
        return {"status": self.status, "held": f"{held} of {len(self.results)}", **numbers}


def by_kind(results: Sequence[CheckResult]) -> list[KindResult]:
    """Results of a suite, put together by kind, in the suite's order."""
    kinds = dict.fromkeys(one.expectation.kind for one in results)
    return [KindResult(kind, [one for one in results if one.expectation.kind == kind]) for kind in kinds]


def blocking_kinds(suite: Sequence[Expectation]) -> dict[Kind, bool]:
    """The kinds of a suite, in its order, and whether a failure may hold what is downstream.

    One with a critical expectation may; whether it does is told by the severity of the result.
    """
    kinds = dict.fromkeys(one.kind for one in suite)
    return {kind: any(one.severity == "critical" for one in suite if one.kind == kind) for kind in kinds}
