"""The summary: one screen of counts, nothing of a person."""

from typing import Any

import polars as pl
import pytest
from rich.console import Console

from pipelines.night.summary import NextSteps, feed_messages, next_steps, night_summary, towns_table

STEPS = NextSteps("/w/published/2026-09-22-01234567", "--warehouse /w")
TITLES = {"SB-01": "职工养老保险正常参保", "SB-04": "养老保险终止原因为死亡"}
COUNTED = ("flagged", "exempt", "undetermined", "new", "persisting", "changed", "reopened", "resolved")
DISTRICT = [f"第{number}街道" for number in range(12)]


def lines(what: Any, width: int = 100) -> list[str]:
    plain = Console(width=width, color_system=None, force_terminal=False)
    with plain.capture() as captured:
        plain.print(what)
    return captured.get().splitlines()


def of_towns(cases: pl.DataFrame, towns: list[str]) -> pl.DataFrame:
    return pl.concat([cases.with_columns(town=pl.lit(town)) for town in towns])


def test_a_district_fits_one_screen(night_manifest: dict[str, Any], night_tables: dict[str, pl.DataFrame]) -> None:
    feeds = night_manifest["feeds"]
    night_manifest["feeds"] = feeds | {"social_insurance": feeds["vehicle"], "property": feeds["vehicle"]}
    cases = of_towns(night_tables["cases"], DISTRICT)
    shown = lines(night_summary(night_manifest, night_tables["rule_counts"], cases, TITLES))
    assert len(shown) + len(lines(next_steps(night_manifest, STEPS))) <= 45
    assert all(len(line.encode("gb18030")) <= 100 for line in shown)


def test_seventy_rules_and_twenty_absent_feeds_fit_one_screen(
    night_manifest: dict[str, Any], night_tables: dict[str, pl.DataFrame]
) -> None:
    feeds = night_manifest["feeds"] | {"social_insurance": night_manifest["feeds"]["vehicle"]}
    away = {f"feed_number_{n}": {"status": "absent", "title": "某项数据"} for n in range(20)}
    night_manifest["feeds"] = feeds | away
    counts = night_tables["rule_counts"]
    quiet = counts.filter(rule_id="SB-01").with_columns(pl.lit(0, dtype=pl.Int64).alias(name) for name in COUNTED)
    silent = [quiet.with_columns(rule_id=pl.lit(f"ZZ-{n:02}")) for n in range(20)]
    absent = [quiet.with_columns(rule_id=pl.lit(f"YY-{n:02}"), feed=pl.lit(f"feed_number_{n % 20}")) for n in range(40)]
    every = pl.concat([counts, *silent, *absent])
    shown = lines(night_summary(night_manifest, every, of_towns(night_tables["cases"], DISTRICT), TITLES))
    assert len(shown) + len(lines(next_steps(night_manifest, STEPS))) <= 55
    assert all(len(line.encode("gb18030")) <= 100 for line in shown)
    text = "\n".join(shown)
    assert "feed_number_3 某项数据 缺失 · 2 rules" in text
    assert "no findings 无疑点 (20): ZZ-00, ZZ-01" in text


def test_feeds_show_where_their_rows_went_and_what_was_refused(
    night_manifest: dict[str, Any], night_tables: dict[str, pl.DataFrame]
) -> None:
    shown = "\n".join(lines(night_summary(night_manifest, night_tables["rule_counts"], night_tables["cases"], {})))
    assert "vehicle  fresh 可用   2026-09-21        1       100   90        5           2       3" in shown
    assert "! business 2026-09-01: manifest names 120 rows, found 100" in shown
    assert "not encrypted at rest" in shown
    shown = "\n".join(lines(next_steps(night_manifest, STEPS)))
    assert "4 rows to fix      hedui export quarantine --format csv --out quarantine.csv --warehouse /w" in shown
    assert "hedui export queue --format xlsx --out queue --warehouse /w" in shown
    assert "/w/published/2026-09-22-01234567" in shown
    assert "A later night is current" not in shown


def test_a_past_night_says_that_it_is_not_current(night_manifest: dict[str, Any]) -> None:
    shown = lines(next_steps(night_manifest, NextSteps("/w/x", "", is_current=False)))
    assert shown[-1] == "A later night is current: this one is published beside it."


def test_without_rows_to_fix_no_command_for_them(night_manifest: dict[str, Any]) -> None:
    night_manifest["feeds"] = {}
    assert "quarantine" not in "".join(lines(next_steps(night_manifest, STEPS)))


def test_many_messages_are_cut_and_say_where_the_rest_is() -> None:
    feeds = {"vehicle": {"messages": [f"refused {number}" for number in range(5)]}}
    assert [str(line) for line in feed_messages(feeds)] == [
        "! refused 0",
        "! refused 1",
        "! refused 2",
        "! 2 more: hedui status",
    ]


def test_towns_with_most_red_cases_come_first(night_tables: dict[str, pl.DataFrame]) -> None:
    shown = [line.split() for line in lines(towns_table(night_tables["cases"]))]
    assert shown == [
        ["town", "red", "orange", "yellow", "grey", "cases"],
        ["解放碑街道", "2", "1", "·", "1", "4"],
        ["南纪门街道", "1", "·", "1", "·", "2"],
    ]


def test_a_city_of_many_towns_adds_up_the_rest(night_tables: dict[str, pl.DataFrame]) -> None:
    cases = of_towns(night_tables["cases"], [f"第{number}街道" for number in range(30)])
    shown = lines(towns_table(cases))
    assert len(shown) == 13
    assert shown[-1].split()[-7:] == ["more", "towns", "21", "7", "7", "7", "42"]


@pytest.mark.parametrize("town", [None, ""])
def test_cases_without_a_town_are_counted_under_that_name(
    night_tables: dict[str, pl.DataFrame], town: str | None
) -> None:
    cases = night_tables["cases"].with_columns(town=pl.lit(town, dtype=pl.String))
    assert lines(towns_table(cases))[1].split() == ["（未填）", "3", "1", "1", "1", "6"]


def test_a_night_without_cases_still_has_a_summary(
    night_manifest: dict[str, Any], night_tables: dict[str, pl.DataFrame]
) -> None:
    empty = night_tables["cases"].clear()
    assert lines(night_summary(night_manifest, night_tables["rule_counts"].clear(), empty, {}))


def test_a_long_message_takes_two_lines(night_manifest: dict[str, Any], night_tables: dict[str, pl.DataFrame]) -> None:
    night_manifest["feeds"]["vehicle"]["messages"] = ["期望" + "列" * 500]
    tables = night_tables
    shown = lines(night_summary(night_manifest, tables["rule_counts"], tables["cases"], {}))
    assert sum("列列列" in line for line in shown) == 2
    assert any(line.endswith("…") for line in shown)


@pytest.mark.parametrize(("asked", "is_told"), [(0, True), (1, False)])
def test_a_night_that_could_ask_no_canary_says_so(
    night_manifest: dict[str, Any], night_tables: dict[str, pl.DataFrame], asked: int, is_told: bool
) -> None:
    night_manifest["canaries"] = {"households": 18, "asked": asked, "answers": 0, "wrong": []}
    shown = "\n".join(lines(night_summary(night_manifest, night_tables["rule_counts"], night_tables["cases"], {})))
    assert ("! none of 18 canaries could be asked" in shown) is is_told
