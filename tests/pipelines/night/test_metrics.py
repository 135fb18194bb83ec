from datetime import date

import polars as pl

from pipelines.night.metrics import fill_shares, flagged_by_town, share
from warehouse.load_report import LoadReport


def report(**filled: tuple[int, int]) -> LoadReport:
    fields = [{"field": name, "filled": full, "rows": rows} for name, (full, rows) in filled.items()]
    return LoadReport(
        status="landed", feed="vehicle", snapshot_date=date(2026, 9, 21), mode="full", checksum="ab", fields=fields
    )


def counts(**status: str) -> pl.DataFrame:
    rules = {rule.replace("_", "-"): one for rule, one in status.items()}
    return pl.DataFrame({"rule_id": list(rules), "feed_status": list(rules.values())})


FINDINGS = pl.DataFrame(
    [
        ("CL-01", "乙镇", "flagged"),
        ("CL-01", "甲镇", "flagged"),
        ("CL-01", "甲镇", "flagged"),
        ("CL-01", "甲镇", "exempt"),
        ("CL-01", None, "flagged"),
        ("SB-01", "甲镇", "not_assessed"),
        ("SB-02", "甲镇", "undetermined"),
    ],
    schema=["rule_id", "town", "outcome"],
    orient="row",
)


def test_flagged_findings_are_counted_by_rule_and_town() -> None:
    told = flagged_by_town(counts(SB_02="fresh", CL_01="fresh"), FINDINGS)
    assert told == {"CL-01": {"": 1, "乙镇": 1, "甲镇": 2}, "SB-02": {}}


def test_a_rule_that_was_not_assessed_is_not_told_as_zero() -> None:
    assert flagged_by_town(counts(SB_01="stale", FC_01="unset"), FINDINGS) == {}


def test_fill_is_told_over_all_snapshots_in_use_and_for_required_fields_alone() -> None:
    used = [report(status=(3, 4), brand=(0, 4)), report(status=(6, 6), brand=(1, 6))]
    assert fill_shares(used, {"status": False}) == {"status": 0.9}


def test_a_code_that_is_unknown_is_not_filled() -> None:
    """Cleaning keeps an empty cell of a required code as `unknown`: a column that came empty must not look full."""
    told = {"field": "status", "filled": 10, "unknown": 4, "rows": 10}
    used = [report().model_copy(update={"fields": [told]})]
    assert fill_shares(used, {"status": True}) == {"status": 0.6}
    assert fill_shares(used, {"status": False}) == {"status": 1.0}, "a text may be called so"


def test_a_field_without_a_row_or_without_an_account_has_no_share() -> None:
    assert fill_shares([report(status=(0, 0))], {"status": False, "use": False}) == {"status": None, "use": None}


def test_a_share_is_kept_to_a_millionth() -> None:
    assert share(1, 3) == 0.333333
    assert share(0, 0) is None
