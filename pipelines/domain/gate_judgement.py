"""Judging tonight's metrics by those of earlier nights: one gate each. Exactly at a limit passes.

What belongs here: the arithmetic, exact in fractions, and the sentences, which staff read. Medians are over what there is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from statistics import median

from pipelines.domain.gate_history import History
from pipelines.domain.gates import (
    BREAKER,
    FEED_ROWS,
    FILL_RATE,
    MATCH_RATE,
    ROSTER_ROWS,
    FeedMetrics,
    Gate,
    Limits,
    NightMetrics,
)

ROSTER = "roster"


@dataclass(frozen=True, slots=True)
class _Compared:
    """Tonight's number beside its median.

    Attributes:
        difference: in rows, persons or findings: what the comparison rests on.
    """

    observed: Fraction
    middle: Fraction
    is_beyond: bool
    difference: Fraction
    past: int


def gates_by_history(tonight: NightMetrics, history: History, limits: Limits) -> Iterator[Gate]:
    """Every gate that compares with earlier nights: the roster's, each assessed feed's, each assessed rule's."""
    yield from (_looked_at_twice(judge, history) for judge in _judges(tonight, limits))


def _judges(tonight: NightMetrics, limits: Limits) -> Iterator[Callable[[History], Gate]]:
    """How each gate is judged by a history."""
    rows = tonight.roster_rows
    if rows is not None:
        yield lambda past: rows_gate(ROSTER_ROWS, ROSTER_ROWS, rows, past.roster_rows, limits.roster_band, limits)
    for feed, metrics in tonight.feeds.items():
        if feed != ROSTER:
            yield partial(_feed_rows, feed, metrics, limits)
        if metrics.matched is not None:
            yield partial(_match_rate, feed, metrics, limits)
        yield partial(_fill_rate, feed, metrics, limits)
    for rule_id, towns in tonight.flagged.items():
        yield partial(_breaker, rule_id, towns, limits)


def _looked_at_twice(judge: Callable[[History], Gate], history: History) -> Gate:
    """A gate; one that trips is judged again by the nights since a person released it."""
    gate = judge(history)
    since = None if gate.passed else history.since_release(gate.name)
    if since is None:
        return gate
    again = judge(since)
    told = f"{again.detail}；按 {since.nights[-1].as_of} 放行以来的各次判断"
    return replace(again, detail=told) if again.passed else gate


def _feed_rows(feed: str, metrics: FeedMetrics, limits: Limits, past: History) -> Gate:
    rows = [one.rows for one in past.of_feed(feed, metrics.mark)]
    return rows_gate(f"{feed}_rows", FEED_ROWS, metrics.rows, rows, limits.feed_band, limits)


def _match_rate(feed: str, metrics: FeedMetrics, limits: Limits, past: History) -> Gate:
    return match_gate(f"{feed}_match_rate", metrics, past.of_feed(feed, metrics.mark), limits)


def _fill_rate(feed: str, metrics: FeedMetrics, limits: Limits, past: History) -> Gate:
    return fill_gate(f"{feed}_fill", metrics, past.of_feed(feed, metrics.mark), limits)


def _breaker(rule_id: str, towns: Mapping[str, int], limits: Limits, past: History) -> Gate:
    return breaker_gate(rule_id, towns, past.of_rule(rule_id), limits)


def rows_gate(name: str, kind: str, rows: int, past: Sequence[int], band: Fraction | None, limits: Limits) -> Gate:
    """Rows against the median of earlier ones; `band` is a share of that median."""
    if band is None:
        return _unset(name, kind)
    if not past:
        return _no_history(name, kind, f"{rows:,} 行")
    middle = _median(past)
    difference = abs(rows - middle)
    compared = _Compared(Fraction(rows), middle, difference > band * middle, difference, len(past))
    told = f"{rows:,} 行，{_against(compared, _count(middle))}，允许 ±{_percent(band)}"
    return _judged(name, kind, told, compared, band, limits)


def match_gate(name: str, tonight: FeedMetrics, past: Sequence[FeedMetrics], limits: Limits) -> Gate:
    """The share of those in scope who stand in a feed, against its median; the band is a share of the median itself."""
    band, rate = limits.match_band, tonight.match_rate
    if band is None:
        return _unset(name, MATCH_RATE)
    rates = [one.match_rate for one in past if one.match_rate is not None]
    if rate is None or not rates:
        return _no_history(name, MATCH_RATE, "在保范围内无人" if rate is None else f"比中率 {_percent(rate)}")
    middle = _median(rates)
    apart = abs(rate - middle)
    compared = _Compared(rate, middle, apart > band * middle, apart * (tonight.persons or 0), len(rates))
    told = (
        f"在保 {tonight.persons:,} 人中比中 {tonight.matched:,} 人（{_percent(rate)}），"
        f"{_against(compared, _percent(middle))}，允许 ±{_percent(band)}"
    )
    return _judged(name, MATCH_RATE, told, compared, band, limits)


def fill_gate(name: str, tonight: FeedMetrics, past: Sequence[FeedMetrics], limits: Limits) -> Gate:
    """The share of rows that have each required field, in points below its median; the one furthest below is told."""
    most = limits.fill_points
    if most is None:
        return _unset(name, FILL_RATE)
    compared = {field: one for field in tonight.fill if (one := _fill(field, tonight, past, most)) is not None}
    if not compared:
        return _no_history(name, FILL_RATE, f"{len(tonight.fill)} 个必备列")
    # A field that trips is told before one that fell further but rests on too few rows.
    field, worst = max(
        compared.items(), key=lambda one: (_trips(one[1], limits), one[1].middle - one[1].observed, one[0])
    )
    others = sorted(other for other, one in compared.items() if other != field and _trips(one, limits))
    points = f"{float((worst.observed - worst.middle) * 100):+.1f}"
    told = (
        f"{field} 填报率 {_percent(worst.observed)}（共 {tonight.rows:,} 行），此前 {worst.past} 期中位数 "
        f"{_percent(worst.middle)}，变动 {points} 个百分点，允许下降 {_count(most)} 个百分点"
    )
    also = f"；另有超限：{'、'.join(others)}" if others else ""
    return _judged(name, FILL_RATE, told + also, worst, most, limits)


def breaker_gate(rule_id: str, tonight: Mapping[str, int], past: Sequence[Mapping[str, int]], limits: Limits) -> Gate:
    """Flagged findings of a rule in each town; trips above both the multiple of the median and the excess over it."""
    name, multiple, excess = f"{rule_id}_breaker", limits.breaker_multiple, limits.breaker_excess
    if multiple is None or excess is None:
        return _unset(name, BREAKER)
    total = sum(tonight.values())
    if not past:
        return _no_history(name, BREAKER, f"疑点 {total:,} 条")
    towns = {town: _town(number, town, past, multiple, excess) for town, number in tonight.items()}
    if not towns:
        return Gate(name, passed=True, detail="疑点 0 条", kind=BREAKER, numbers=_numbers(0, None, multiple, len(past)))
    town, worst = max(towns.items(), key=lambda one: (_trips(one[1], limits), one[1].observed - one[1].middle, one[0]))
    others = [_named(other) for other in towns_beyond(tonight, past, limits) if other != town]
    told = (
        f"{_named(town)}疑点 {_count(worst.observed)} 条（各镇街共 {total:,} 条），此前 {worst.past} 次中位数 "
        f"{_count(worst.middle)} 条，超过中位数 {_count(multiple)} 倍且多出 {_count(excess)} 条以上即熔断"
    )
    also = f"；另有超限：{'、'.join(others)}" if others else ""
    return _judged(name, BREAKER, told + also, worst, multiple, limits)


def towns_beyond(tonight: Mapping[str, int], past: Sequence[Mapping[str, int]], limits: Limits) -> list[str]:
    """The towns in which a rule's breaker trips, the most findings above the median first."""
    multiple, excess = limits.breaker_multiple, limits.breaker_excess
    if multiple is None or excess is None or not past:
        return []
    towns = {town: _town(number, town, past, multiple, excess) for town, number in tonight.items()}
    return sorted(
        (town for town, one in towns.items() if _trips(one, limits)), key=lambda town: -towns[town].difference
    )


def fields_beyond(tonight: FeedMetrics, past: Sequence[FeedMetrics], limits: Limits) -> list[str]:
    """The required fields whose fill fell beyond the limit, the one that fell furthest first."""
    if limits.fill_points is None:
        return []
    compared = {field: _fill(field, tonight, past, limits.fill_points) for field in tonight.fill}
    tripped = {field: one for field, one in compared.items() if one is not None and _trips(one, limits)}
    return sorted(tripped, key=lambda field: tripped[field].observed - tripped[field].middle)


def _fill(field: str, tonight: FeedMetrics, past: Sequence[FeedMetrics], most: Fraction) -> _Compared | None:
    """A field's share beside its median; None where it has no history."""
    shares = [one.fill[field] for one in past if field in one.fill]
    if not shares:
        return None
    middle, share = _median(shares), tonight.fill[field]
    drop = middle - share
    return _Compared(share, middle, drop * 100 > most, drop * tonight.rows, len(shares))


def _town(number: int, town: str, past: Sequence[Mapping[str, int]], multiple: Fraction, excess: Fraction) -> _Compared:
    """A town's flagged findings beside their median; nights on which it had none count as zero."""
    middle = _median([one.get(town, 0) for one in past])
    above = number - middle
    return _Compared(Fraction(number), middle, number > multiple * middle and above > excess, above, len(past))


def _named(town: str) -> str:
    """A town's name; of households without one, that it is not filled in."""
    return town or "（未填）"


def _trips(compared: _Compared, limits: Limits) -> bool:
    """Whether a number is beyond its limit, and by enough rows to say so."""
    return compared.is_beyond and compared.difference >= limits.smallest


def _judged(name: str, kind: str, told: str, compared: _Compared, limit: Fraction, limits: Limits) -> Gate:
    """The gate of a number that has a history."""
    numbers = _numbers(compared.observed, compared.middle, limit, compared.past)
    if _trips(compared, limits):
        return Gate(name, passed=False, detail=told, kind=kind, numbers=numbers)
    if compared.is_beyond:
        few = f"{told}；差额 {_count(compared.difference)} 不足 {_count(limits.smallest)}，不暂缓发布"
        return Gate(name, passed=True, detail=few, status="too_few", kind=kind, numbers=numbers)
    return Gate(name, passed=True, detail=told, kind=kind, numbers=numbers)


def _no_history(name: str, kind: str, told: str) -> Gate:
    """A gate with nothing to compare with."""
    return Gate(name, passed=True, detail=f"{told}，此前无数据可比", status="no_history", kind=kind)


def _unset(name: str, kind: str) -> Gate:
    """A gate whose limit the policy leaves unset: said, so that nobody takes it for a comparison."""
    return Gate(name, passed=True, detail="未判断：政策未设此项限值", kind=kind)


def _numbers(observed: Fraction | int, middle: Fraction | None, limit: Fraction, past: int) -> dict[str, float | None]:
    """What a gate was judged by, as plain numbers."""
    return {
        "observed": round(float(observed), 6),
        "median": None if middle is None else round(float(middle), 6),
        "limit": float(limit),
        "nights": float(past),
    }


def _median(numbers: Sequence[int] | Sequence[Fraction]) -> Fraction:
    """The median, exactly."""
    return Fraction(median([Fraction(one) for one in numbers]))


def _against(compared: _Compared, middle: str) -> str:
    """The median, and by how much a number differs from it."""
    told = f"此前 {compared.past} 次中位数 {middle}"
    if not compared.middle:
        return told
    return f"{told}，变动 {float((compared.observed - compared.middle) / compared.middle * 100):+.1f}%"


def _percent(share: Fraction) -> str:
    """A share in per cent: whole where it is whole."""
    return f"{_count(share * 100)}%" if (share * 100).denominator == 1 else f"{float(share * 100):.2f}%"


def _count(number: Fraction) -> str:
    """A number, with a decimal only where it has one."""
    return f"{number.numerator:,}" if number.denominator == 1 else f"{float(number):,.1f}"
