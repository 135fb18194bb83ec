"""The figures that a night has to reach, and how each follows from what was measured.

Belongs here: names, limits and formulas. Times are ratios within one round; a figure is the median over the rounds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

from tests.benchmarks.city_feeds import FEEDS
from tests.benchmarks.rounds import Round

Measure = Literal["wall", "cpu"]
Formula = Callable[[Round, Measure], float]
WHOLE = 1.0


@dataclass(frozen=True)
class Figure:
    """One figure.

    Attributes:
        name: its key in benchmarks.json.
        what: what is divided by what.
        formula: gives it from one round, by the clock or by processor time.
        aim: what it should reach, if anything is aimed at beyond the must.
        must: what it must reach; None where there is only an aim.
        unit: `×` for a ratio.
        is_least: whether the limit is a least and not a most.
        of_city: whether the limit is for the whole city; a smaller one is told, and held against it all the same.
    """

    name: str
    what: str
    formula: Formula
    aim: float | None
    must: float | None
    unit: str = "×"
    is_least: bool = False
    of_city: bool = True

    def verdict(self, value: float | None) -> str:
        """`aim`, `must`, `missed`, or `not measured`."""
        if value is None:
            return "not measured"
        if self.aim is not None and self._reaches(value, self.aim):
            return "aim"
        if self.must is not None and self._reaches(value, self.must):
            return "must"
        return "missed"

    def _reaches(self, value: float, limit: float) -> bool:
        return value >= limit if self.is_least else value <= limit


def landing_floor(told: Round, by: Measure) -> float:
    """The faster of the two ways to land by hand."""
    return min(float(told[f"floor_landing_{types}"][by]) for types in ("inferred", "given"))


def compare_floor(told: Round, by: Measure) -> float:
    """Four semi-joins from the warehouse's snapshot files."""
    return float(told["floor_compare_duckdb"][by])


def _part(night: str, part: str) -> Formula:
    return lambda told, by: float(told[night][part][by])


def _against_full(night: str) -> Formula:
    return lambda told, by: float(told[night][by]) / float(told["full"][by])


def _peak(told: Round, _by: Measure) -> float:
    """The most memory of any process of any night of the round, in GB."""
    return max(float(run["peak_mb"]) for name, run in told.items() if name in NIGHTS) / 1000


def _scaling(told: Round, by: Measure) -> float:
    """Seconds per feed row at the larger size ÷ at the smaller; the larger has four times the rows."""
    times = sorted((float(told["full"][by]), float(told["other_size"][by])))
    return times[1] / times[0] / 4


def _twentieth(told: Round) -> Mapping[str, Any]:
    return told.get("twentieth", told["full"])


def _pandas_from_files(told: Round, by: Measure) -> float:
    return float(told["pandas"][by]) / float(_twentieth(told)[by])


def _pandas_against_compare(told: Round, by: Measure) -> float:
    return float(told["pandas"][by]) / float(_twentieth(told)["compare"][by])


def _pandas_from_tables(told: Round, by: Measure) -> float:
    """Match and core rules on frames in memory ÷ our matching and judging of the four feeds, read from snapshot files."""
    steps = _twentieth(told)["steps"]
    ours = sum(steps[f"{step}_{feed.name}"][by] for step in ("matched", "findings") for feed in FEEDS)
    return float(told["pandas"]["tables"][by]) / float(ours)


def reckoned(told: Round, size: float, by: Measure) -> dict[str, float]:
    """What compare, landing and night would be for the whole city, on a line through two sizes; floors grow with rows.

    A night is a fixed cost and a cost per row: at a twentieth the fixed cost weighs twenty times as much.
    """
    if size >= WHOLE or not all("compare" in told.get(run, {}) for run in ("full", "other_size")):
        return {}
    floors = {"compare": compare_floor(told, by) / size, "landing": landing_floor(told, by) / size}
    floors["night"] = floors["compare"] + floors["landing"]
    found = {}
    for name, floor in floors.items():
        here, there = (
            float(told[run][by] if name == "night" else told[run][name][by]) for run in ("full", "other_size")
        )
        found[name] = (here + (there - here) / (3 * size) * (WHOLE - size)) / floor
    return found


NIGHTS = ("full", "same", "unchanged", "redelivered", "delta", "changed")
FIGURES: Sequence[Figure] = (
    Figure(
        "compare",
        "compare on snapshots already landed ÷ four semi-joins by hand",
        lambda told, by: _part("same", "compare")(told, by) / compare_floor(told, by),
        1.5,
        2.0,
    ),
    Figure(
        "landing",
        "landing GB18030 with cleaning and checks ÷ DuckDB read_csv of clean UTF-8",
        lambda told, by: _part("full", "landing")(told, by) / landing_floor(told, by),
        2.0,
        3.0,
    ),
    Figure(
        "night",
        "a whole night from files ÷ the two floors together",
        lambda told, by: float(told["full"][by]) / (landing_floor(told, by) + compare_floor(told, by)),
        2.0,
        3.0,
    ),
    Figure("unchanged", "a night with nothing delivered ÷ a full night", _against_full("unchanged"), None, 0.1),
    Figure(
        "redelivered",
        "a night with the same files delivered again ÷ a full night",
        _against_full("redelivered"),
        None,
        0.1,
    ),
    Figure("delta", "1 % of the rows changed, as deltas ÷ a full night", _against_full("delta"), None, 0.5),
    Figure("changed", "1 % of the rows changed, in whole files ÷ a full night", _against_full("changed"), None, 0.5),
    Figure("memory", "most resident memory of any process of a night", _peak, 2.0, 3.0, " GB"),
    Figure("scaling", "seconds per feed row at four times the size ÷ at this size", _scaling, None, 1.1),
    Figure(
        "district",
        "a district of 10,000 persons, cold start",
        lambda told, by: float(told["district"][by]),
        10.0,
        None,
        " s",
        of_city=False,
    ),
    Figure(
        "pandas_compare",
        "pandas from files ÷ our compare on landed snapshots (1/20)",
        _pandas_against_compare,
        None,
        20.0,
        is_least=True,
        of_city=False,
    ),
    Figure(
        "pandas_files",
        "pandas from files ÷ our whole night from files (1/20)",
        _pandas_from_files,
        None,
        20.0,
        is_least=True,
        of_city=False,
    ),
    Figure(
        "pandas_tables",
        "pandas match and core rules on frames in memory ÷ our matching and judging (1/20)",
        _pandas_from_tables,
        None,
        20.0,
        is_least=True,
        of_city=False,
    ),
)


def judged(rounds: Sequence[Round]) -> list[dict[str, Any]]:
    """Every figure: its value in each round, the median by the clock and by processor time, and what it reaches."""
    told = []
    for figure in FIGURES:
        walls, cpus = (
            [value for one in rounds if (value := _value(figure, one, by)) is not None] for by in ("wall", "cpu")
        )
        wall = median(walls) if walls else None
        told.append(
            {
                "figure": figure.name,
                "what": figure.what,
                "unit": figure.unit.strip(),
                "aim": figure.aim,
                "must": figure.must,
                "is_least": figure.is_least,
                "of_city": figure.of_city,
                "value": wall,
                "by_processor_time": median(cpus) if cpus else None,
                "each": walls,
                "verdict": figure.verdict(wall),
            }
        )
    return told


def _value(figure: Figure, told: Round, by: Measure) -> float | None:
    """A figure of one round; None where the round lacks what it is made of."""
    try:
        return figure.formula(told, by)
    except (KeyError, ValueError):
        return None
