"""Contract suites: what is expected of a feed, derived from its contract alone.

What belongs here: names, bounds and severities. A feed's contract is the only declaration; a new feed has its suite
without a line here. Judging a suite stands in `pipelines.checks.expectations`.

Severity. `critical` stops what is downstream, so it stands only where the night's flags themselves would be wrong:
columns that are not there, keys that are not unique, identity numbers that are not identity numbers, a roster without
rows. All else is `warning`: an ordinary dirty delivery is quarantined row by row and the night goes on (feeds.md
section 2: nothing is lost).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from connectors.contract import Contract, Field

Severity = Literal["critical", "warning"]
Kind = Literal["columns", "rows", "band", "freshness", "delivery", "validity", "key", "fill", "coverage", "parsing"]

FEW_BAD_ROWS = 20  # below this a bad share refuses nothing (feeds.md section 2)
ROWS_BAND = (0.7, 1.3)  # ±30 % (casework.md section 2)
MIN_KNOWN_SHARE = 0.5
MIN_FILLED_SHARE = 0.9
MAX_UNPARSED_SHARE = 0.05
MAX_BAD_CHECK_SHARE = 0.1
MAX_SUPERSEDED_SHARE = 0.05

PARSED_KINDS = ("date", "month", "money", "int", "dec")
# Text that is read by a code list of its own: what is not in the list becomes `unknown`, as with codes.
CODED_FORMS = ("plate_type", "vehicle_type", "vehicle_status")
CHECKED_FORMS = ("uscc",)


@dataclass(frozen=True)
class Expectation:
    """One expectation on one column of the profile: a number within bounds.

    Attributes:
        name: Stable name of the check, ASCII snake_case.
        column: Column of the profile.
        kind: What it is about.
        minimum: Lowest accepted number, inclusive; None = no lower bound.
        maximum: Highest accepted number, inclusive; None = no upper bound.
        severity: `critical` holds what is downstream.
        description: What staff read.
        judged_from: Column and number from which on it is judged at all; below, there is too little to go by.
    """

    name: str
    column: str
    kind: Kind
    minimum: float | None
    maximum: float | None
    severity: Severity
    description: str
    judged_from: tuple[str, float] | None = None


def contract_suite(contract: Contract) -> list[Expectation]:
    """The suite of a feed: first the delivery as a whole, then its columns in the contract's order."""
    return [*_delivery(contract), *(one for field in contract.fields for one in _field(contract, field))]


def _delivery(contract: Contract) -> Iterator[Expectation]:
    """What is expected of a delivery as a whole."""
    low, high = ROWS_BAND
    # An empty full extract of any other feed is refused at landing unless its manifest declares it; a roster of nobody
    # is an error even when declared.
    rows_severity: Severity = "critical" if contract.is_required else "warning"
    yield Expectation(
        "required_columns", "required_columns_missing", "columns", None, 0, "critical", "必备列齐全（缺少的列数）"
    )
    yield Expectation(
        "row_count", "rows_kept", "rows", 1, None, rows_severity, "全量数据至少有一行入库", ("is_full", 1)
    )
    yield Expectation(
        "row_count_band", "rows_vs_previous_share", "band", low, high, "warning", "入库行数与上一期全量数据之比"
    )
    yield Expectation(
        "freshness",
        "age_days",
        "freshness",
        None,
        contract.max_age_days,
        "warning",
        f"数据时点距比对日不超过 {contract.max_age_days} 天",
    )
    yield Expectation(
        "newest_delivery", "notices", "delivery", None, 0, "warning", "最新交付可用（拒收或未传完的提示数）"
    )
    yield Expectation(
        "quarantined_share",
        "rows_quarantined_share",
        "validity",
        None,
        contract.max_bad_share,
        "warning",
        "隔离行占数据行的比例",
    )
    yield Expectation("key_unique", "key_duplicates", "key", None, 0, "critical", "自然键唯一（重复的键数）")
    yield Expectation(
        "superseded_share",
        "rows_superseded_share",
        "key",
        None,
        MAX_SUPERSEDED_SHARE,
        "warning",
        "同一自然键内容不同而被替代的行所占比例",
    )


def _field(contract: Contract, field: Field) -> Iterator[Expectation]:
    """What is expected of one column."""
    name, label = field.name, field.label_zh
    if field.kind == "id":
        yield Expectation(
            f"{name}_valid",
            f"{name}.invalid_share",
            "validity",
            None,
            contract.max_bad_share,
            "critical",
            f"{label}：无效号码比例（不足 {FEW_BAD_ROWS} 行无效时不判）",
            (f"{name}.bad", FEW_BAD_ROWS),
        )
    if field.is_required:
        yield Expectation(
            f"{name}_filled", f"{name}.filled_share", "fill", MIN_FILLED_SHARE, None, "warning", f"{label}：填报率"
        )
    if field.kind == "code" or field.form in CODED_FORMS:
        yield Expectation(
            f"{name}_known",
            f"{name}.known_share",
            "coverage",
            MIN_KNOWN_SHARE,
            None,
            "warning",
            f"{label}：代码可识别率",
        )
    if field.kind in PARSED_KINDS:
        yield Expectation(
            f"{name}_parsed",
            f"{name}.unparsed_share",
            "parsing",
            None,
            MAX_UNPARSED_SHARE,
            "warning",
            f"{label}：无法解析的比例",
        )
    if field.form in CHECKED_FORMS:
        yield Expectation(
            f"{name}_check",
            f"{name}.bad_check_share",
            "validity",
            None,
            MAX_BAD_CHECK_SHARE,
            "warning",
            f"{label}：校验位不符的比例",
        )
