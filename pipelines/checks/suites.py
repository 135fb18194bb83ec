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
from functools import partial
from typing import Literal

from connectors.contract import Contract, Field

Severity = Literal["critical", "warning"]
Kind = Literal[
    "required_columns",
    "row_count",
    "row_count_band",
    "freshness",
    "key_unique",
    "ids_valid",
    "fields_filled",
    "codes_known",
    "values_readable",
]
"""What an expectation is about: expectations of one kind are one check in Dagster."""

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
        kind: What it is about, the check that it belongs to.
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

    def allows(self, number: float | None) -> bool:
        """Whether a number is within the bounds; there being none is no failure."""
        if number is None:
            return True
        low, high = self.minimum, self.maximum
        return (low is None or number >= low) and (high is None or number <= high)


def contract_suite(contract: Contract) -> list[Expectation]:
    """The suite of a feed: first the delivery as a whole, then its columns in the contract's order."""
    return [*_delivery(contract), *(one for field in contract.fields for one in _field(contract, field))]


def _delivery(contract: Contract) -> Iterator[Expectation]:
    """What is expected of a delivery as a whole."""
    # An empty full extract of any other feed is refused at landing unless its manifest declares it; a roster of nobody
    # is an error even when declared.
    rows = _critical if contract.is_required else _warning
    yield _critical(
        "required_columns", "required_columns", "required_columns_missing", "必备列齐全（缺少的列数）", most=0
    )
    yield rows("row_count", "row_count", "rows_kept", "全量数据至少有一行入库", least=1, judged_from=("is_full", 1))
    low, high = ROWS_BAND
    yield _warning(
        "row_count_band",
        "row_count_band",
        "rows_vs_previous_share",
        "入库行数与上一期全量数据之比",
        least=low,
        most=high,
    )
    age = contract.max_age_days
    yield _warning("freshness", "freshness", "age_days", f"数据时点距比对日不超过 {age} 天", most=age)
    yield _warning("freshness", "newest_delivery", "notices", "最新交付可用（拒收或未传完的提示数）", most=0)
    yield _warning(
        "values_readable",
        "quarantined_share",
        "rows_quarantined_share",
        "隔离行占数据行的比例",
        most=contract.max_bad_share,
    )
    yield _critical("key_unique", "key_unique", "key_duplicates", "自然键唯一（重复的键数）", most=0)
    yield _warning(
        "key_unique",
        "superseded_share",
        "rows_superseded_share",
        "同一自然键内容不同而被替代的行所占比例",
        most=MAX_SUPERSEDED_SHARE,
    )


def _field(contract: Contract, field: Field) -> Iterator[Expectation]:
    """What is expected of one column."""
    name, label = field.name, field.label_zh
    if field.kind == "id":
        yield _critical(
            "ids_valid",
            f"{name}_valid",
            f"{name}.invalid_share",
            f"{label}：无效号码比例（不足 {FEW_BAD_ROWS} 行无效时不判）",
            most=contract.max_bad_share,
            judged_from=(f"{name}.bad", FEW_BAD_ROWS),
        )
    if field.is_required:
        yield _warning(
            "fields_filled", f"{name}_filled", f"{name}.filled_share", f"{label}：填报率", least=MIN_FILLED_SHARE
        )
    if field.kind == "code" or field.form in CODED_FORMS:
        yield _warning(
            "codes_known", f"{name}_known", f"{name}.known_share", f"{label}：代码可识别率", least=MIN_KNOWN_SHARE
        )
    if field.kind in PARSED_KINDS:
        share = f"{name}.unparsed_share"
        yield _warning("values_readable", f"{name}_parsed", share, f"{label}：无法解析的比例", most=MAX_UNPARSED_SHARE)
    if field.form in CHECKED_FORMS:
        share = f"{name}.bad_check_share"
        yield _warning(
            "values_readable", f"{name}_check", share, f"{label}：校验位不符的比例", most=MAX_BAD_CHECK_SHARE
        )


def _expected(
    severity: Severity,
    kind: Kind,
    name: str,
    column: str,
    description: str,
    *,
    least: float | None = None,
    most: float | None = None,
    judged_from: tuple[str, float] | None = None,
) -> Expectation:
    return Expectation(name, column, kind, least, most, severity, description, judged_from)


_critical = partial(_expected, "critical")
"""An expectation that holds what is downstream."""
_warning = partial(_expected, "warning")
"""An expectation that is told, while the night goes on."""
