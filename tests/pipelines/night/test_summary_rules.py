"""Which rules share a line of the summary."""

from typing import Any

import polars as pl
from rich.console import Console, Group

from pipelines.night.summary_rules import away_lines, rules_part, rules_table

TITLES = {"SB-01": "职工养老保险正常参保"}


def lines(what: Any) -> list[str]:
    plain = Console(width=100, color_system=None, force_terminal=False)
    with plain.capture() as captured:
        plain.print(what)
    return captured.get().splitlines()


def test_a_rule_says_what_was_found_and_what_was_not_looked_at(night_tables: dict[str, pl.DataFrame]) -> None:
    shown = lines(rules_table(night_tables["rule_counts"], TITLES))
    by_rule = {line.split()[0]: line.split() for line in shown[2:]}
    assert by_rule["SB-01"] == ["SB-01", "职工养老保险正常参保", "3", "1", "2", "·", "4", "2", "·", "1"]
    assert by_rule["GS-01"] == ["GS-01", "·", "·", "·", "50", "·", "2", "·", "1"]
    # Households that no rule could assess are not added up over rules.
    assert by_rule["all"] == ["all", "30", "10", "20", "40", "24", "·", "12"]


def test_reopened_findings_have_a_column_when_there_are_any(night_tables: dict[str, pl.DataFrame]) -> None:
    counts = night_tables["rule_counts"]
    assert "opened" not in "\n".join(lines(rules_table(counts, {})))
    some = counts.with_columns(reopened=pl.lit(2))
    assert lines(rules_table(some, {}))[-1].split() == ["all", "30", "10", "20", "40", "24", "·", "24", "12"]


def test_the_rules_of_a_feed_that_is_away_share_a_line_and_still_count(
    night_manifest: dict[str, Any], night_tables: dict[str, pl.DataFrame]
) -> None:
    counts = night_tables["rule_counts"].with_columns(
        not_assessed=pl.when(pl.col("rule_id") == "GS-01").then(2).otherwise(pl.col("not_assessed"))
    )
    feeds = night_manifest["feeds"] | {"card_proxies": {"status": "absent", "title": "卡折代管备案"}}
    shown = [line.rstrip() for line in lines(Group(*rules_part(counts, TITLES, feeds)))]
    assert not any(line.startswith("GS-0") for line in shown)
    assert "business  被拒 · 2 rules, 2 findings kept" in shown
    assert "card_proxies 卡折代管备案 缺失 · beside other rules" in shown
    [total] = [line for line in shown if line.startswith("all")]
    assert total.split() == ["all", "30", "10", "20", "40", "24", "·", "12"]


def test_a_rule_that_could_not_ask_about_everybody_has_its_own_line(
    night_manifest: dict[str, Any], night_tables: dict[str, pl.DataFrame]
) -> None:
    nothing = [pl.lit(0, dtype=pl.Int64).alias(name) for name in ("flagged", "exempt", "undetermined", "new")]
    nothing += [pl.lit(0, dtype=pl.Int64).alias(name) for name in ("persisting", "resolved")]
    quiet = night_tables["rule_counts"].filter(rule_id="CL-01").with_columns(nothing)
    unasked = quiet.with_columns(rule_id=pl.lit("CL-02"), households_not_assessed=pl.lit(7, dtype=pl.Int64))
    shown = lines(Group(*rules_part(pl.concat([quiet, unasked]), {}, night_manifest["feeds"])))
    assert any(line.startswith("CL-02") for line in shown)
    assert "no findings 无疑点 (1): CL-01" in shown


def test_without_a_feed_that_is_away_there_is_nothing_to_tell(night_tables: dict[str, pl.DataFrame]) -> None:
    assert away_lines(night_tables["rule_counts"].clear(), {"vehicle": {"status": "fresh"}}) is None
