"""What was measured, as tables: for a terminal and for docs/performance.md.

`python -m tests.benchmarks.report [benchmarks.json]` prints the tables; with `docs/performance.md` after it, they are put
there, in place of those of the same size.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

SHOWN = {"aim": "holds (aim)", "must": "holds (must)", "missed": "MISSED", "not measured": "not measured"}
WHOLE = 1.0
QUIET = 0.1
"""Cores busy with other things up to which a machine counts as quiet."""
RUNS = {
    "floor_landing_inferred": "floor: read_csv, types inferred",
    "floor_landing_given": "floor: read_csv, types given",
    "floor_landing_uncompressed": "floor: the same, not compressed (told, not counted)",
    "floor_compare_duckdb": "floor: four semi-joins, DuckDB snapshots",
    "floor_compare_parquet": "floor: four semi-joins, Parquet (zstd)",
    "full": "night from files",
    "same": "the same night again",
    "unchanged": "next night, nothing delivered",
    "redelivered": "same files delivered again",
    "delta": "1 % changed, deltas",
    "changed": "1 % changed, whole files",
    "other_size": "night from files, other size",
    "district": "district of 10,003 persons, cold",
    "twentieth": "night from files, 1/20",
    "pandas": "pandas from files, 1/20",
}


def tables(told: Mapping[str, Any]) -> str:
    """Figures, times and machine as Markdown, readable on a terminal too."""
    parts = [headline(told), figures_table(told["figures"])]
    if told["size"] < WHOLE:
        parts.append(of_the_city(told["reckoned_for_the_city"]))
    return "\n\n".join([*parts, times_table(told["rounds"])])


def put_into(page: str, told: Mapping[str, Any]) -> str:
    """A page with the tables of one size in place of those it had; the other sizes stay.

    Raises:
        ValueError: the page has no place for this size.
    """
    begin, end = (f"<!-- {word} measured at {told['size']:g} -->" for word in ("begin", "end"))
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(
            f"expected the lines {begin} and {end} in the page, found none; add them where the tables belong"
        )
    return f"{before}{begin}\n\n{tables(told)}\n\n{steps_table(told['rounds'])}\n\n{end}{after}"


def steps_table(rounds: Sequence[Mapping[str, Any]]) -> str:
    """Where the time goes: each step of a night from files, and of the same night again."""
    nights = [
        (name, [one[name]["steps"] for one in rounds if "steps" in one.get(name, {})]) for name in ("full", "same")
    ]
    steps = list(dict.fromkeys(step for _, runs in nights for run in runs for step in run))
    rows = [[step, *(_step(runs, step) for _, runs in nights)] for step in steps]
    return _table(["step, wall (processor) s", *(RUNS[name] for name, _ in nights)], rows)


def _step(runs: Sequence[Mapping[str, Mapping[str, float]]], step: str) -> str:
    told = [run[step] for run in runs if step in run]
    return f"{median(one['wall'] for one in told):.1f} ({median(one['cpu'] for one in told):.1f})" if told else ""


def headline(told: Mapping[str, Any]) -> str:
    """Size, machine, commit, rounds, and whether the machine was quiet."""
    machine, others = told["machine"], _others(told["rounds"])
    quiet = (
        "quiet" if others <= QUIET else f"NOT QUIET ({others:.1f} cores busy with other things): only ratios mean much"
    )
    return (
        f"Size {told['size']:g} of the city, commit {told['commit']}, {told['on']}; median of {len(told['rounds'])}. "
        f"{machine['cores']} cores ({machine['processor']}), {machine['memory_gb']} GB, Linux {machine['kernel']}, "
        f"Python {machine['python']}, DuckDB {machine['duckdb']}, Polars {machine['polars']}, "
        f"Dagster {machine['dagster']}; {quiet}."
    )


def figures_table(figures: Sequence[Mapping[str, Any]]) -> str:
    """Each figure against its limits."""
    rows = [
        [
            one["what"],
            _number(one["value"], one["unit"]),
            _number(one["by_processor_time"], one["unit"]),
            _limits(one),
            SHOWN[one["verdict"]],
        ]
        for one in figures
    ]
    return _table(["figure", "by the clock", "by processor time", "limit", ""], rows)


def of_the_city(reckoned: Sequence[Mapping[str, Mapping[str, float]]]) -> str:
    """What a smaller city's figures say of the whole one."""
    told = (
        "The limits of the first nine figures are those of the whole city; at a smaller size the fixed costs of a night "
        "weigh more."
    )
    if not reckoned[0]["wall"]:
        return told
    shares = (
        f"{name} {median(one['wall'][name] for one in reckoned):.2f} ({median(one['cpu'][name] for one in reckoned):.2f})"
        for name in reckoned[0]["wall"]
    )
    return f"{told} On a line through both sizes, by the clock (by processor time), for the whole city: {', '.join(shares)}."


def times_table(rounds: Sequence[Mapping[str, Any]]) -> str:
    """Medians of every kind of run, in seconds."""
    rows = []
    for name, title in RUNS.items():
        runs = [one[name] for one in rounds if name in one]
        if runs:
            parts = [
                _seconds(told, part) if (told := [run for run in runs if part in run]) else ""
                for part in ("landing", "compare")
            ]
            peak = f"{median(run['peak_mb'] for run in runs):,.0f}"
            rows.append([title, _seconds(runs), *parts, peak])
    return _table(["run", "wall (processor) s", "of it landing", "of it compare", "peak MB"], rows)


def _seconds(runs: Sequence[Mapping[str, Any]], part: str | None = None) -> str:
    told = [run[part] if part else run for run in runs]
    return f"{median(one['wall'] for one in told):.1f} ({median(one['cpu'] for one in told):.1f})"


def _others(rounds: Sequence[Mapping[str, Any]]) -> float:
    told = [run["others"] for one in rounds for run in one.values() if "others" in run]
    return median(told) if told else 0.0


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{value:.2f} {unit}" if unit != "×" else f"{value:.2f}"


def _limits(one: Mapping[str, Any]) -> str:
    sign = "≥" if one["is_least"] else "≤"
    return ", ".join(f"{sign} {one[name]:g} {name}" for name in ("aim", "must") if one[name] is not None)


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with even columns."""
    widths = [max(len(row[place]) for row in (titles, *rows)) for place in range(len(titles))]
    lines = [titles, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in lines
    )


def main(source: str = "benchmarks.json", page: str | None = None) -> None:
    """Print the tables, or put them into a page."""
    told = json.loads(Path(source).read_text(encoding="utf-8"))
    if page is None:
        print(tables(told))  # noqa: T201
        return
    text = Path(page).read_text(encoding="utf-8")
    Path(page).write_text(put_into(text, told), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:3])
