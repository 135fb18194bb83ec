"""The later half of `hedui status`: how the last nights went, canaries, cases, what is suppressed, events, and where to look.

What belongs here: lines made from manifests and from what the event store says without a key. Counts alone; what a
manifest of an older program does not tell is left out, not shown as zero.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from pipelines.domain.health_history import GATE_KINDS, NightAccount, gate_grid, in_order, last_nights
from pipelines.night.health import HEALTH
from warehouse.errors import WarehouseError
from warehouse.events.event import Head
from warehouse.events.store import EventStore

Manifest = Mapping[str, Any]


@dataclass(frozen=True)
class EventsStanding:
    """The store of case events.

    Attributes:
        place: where it is, without a password.
        events: how many there are.
        is_whole: whether the chain still leads where the last night saw it lead; None where it could not be asked.
        problem: why it could not be asked.
    """

    place: str
    events: int = 0
    is_whole: bool | None = None
    problem: str = ""


@dataclass(frozen=True)
class Returned:
    """Where filled workbooks arrive.

    Attributes:
        folder: the drop folder.
        waiting: workbooks in it that nobody has imported yet.
    """

    folder: Path
    waiting: int = 0


def events_standing(store: EventStore, night: Manifest | None) -> EventsStanding:
    """Ask the store of case events for its extent and for the place at which the last night saw it end; a look-up each.

    What is wrong with the store is told, not raised: status must answer all the same. Whether every link of the chain
    holds is for `hedui audit verify`.
    """
    place = str(store)
    seen = (night or {}).get("events") or {}
    heads = [Head(int(seen["seq"]), str(seen["digest"]))] if {"seq", "digest"} <= seen.keys() else []
    try:
        return EventsStanding(place, store.extent().events, store.missing(heads) is None)
    except WarehouseError as error:
        return EventsStanding(place, problem=str(error))


def nights_line(nights: Sequence[NightAccount]) -> Text | None:
    """How the last nights went: what became of them, and which gates failed how often; None before the first."""
    shown = last_nights(nights)
    if not shown:
        return None
    fates = Counter(one.fate for one in shown)
    told = ", ".join(f"{fates[fate]} {fate}" for fate in ("published", "released", "held") if fates[fate])
    _, grid = gate_grid(shown)
    failed = Counter(kind for row in grid for kind, cell in row.cells.items() if cell.status == "failed")
    order = sorted(failed, key=lambda kind: (kind not in GATE_KINDS, kind))
    which = "; failed gates: " + ", ".join(f"{kind} {failed[kind]}×" for kind in order) if failed else ""
    return Text(f"last {len(shown)} nights since {shown[0].as_of}: {told}{which}", "yellow" if failed else "")


def health_lines(night: Manifest) -> list[Text]:
    """Canaries, cases, what is not raised, and rules that people seldom confirm, of the last night."""
    health = night.get(HEALTH, {})
    lines = [_canaries(night), _cases(health.get("cases", {})), _suppressed(health.get("suppression", {}))]
    return [line for line in (*lines, *_imprecise(health.get("answers", {}))) if line is not None]


def events_line(found: EventsStanding) -> Text:
    """How many events there are, and whether the last night's are still among them."""
    if found.problem:
        return Text(f"case events 案件事件: {found.problem}", "red")
    if found.is_whole is False:
        told = "those that the last night took into account are no longer all there: hedui audit verify"
        return Text(f"case events 案件事件: {found.events:,} in {found.place}; {told}", "red")
    return Text(f"case events 案件事件: {found.events:,} in {found.place}" + ("" if found.events else " (none yet)"))


def places_lines(page: Path | None, books: Path | None, returned: Returned | None) -> list[Text]:
    """Where to look: the health page, the workbooks to hand out, the folder in which filled ones arrive."""
    lines = [] if page is None else [Text(f"health page 运行概况: {page}")]
    if books is not None:
        lines.append(Text(f"workbooks 工作簿: {books}"))
    if returned is not None:
        told = f"drop folder 回收文件夹: {returned.folder} ({returned.waiting} waiting)"
        lines.append(Text(told, "yellow" if returned.waiting else ""))
    return lines


def _canaries(night: Manifest) -> Text | None:
    told = night.get("canaries")
    if not told or not told.get("households"):
        return None
    if wrong := len(told.get("wrong", [])):
        return Text(f"canaries 金丝雀家庭: {wrong} wrong answers", "red")
    asked = told.get("asked", 0)
    return Text(f"canaries 金丝雀家庭: {asked} of {told['households']} asked, all right", "" if asked else "yellow")


def _cases(cases: Mapping[str, Any]) -> Text | None:
    if not cases.get("states"):
        return None
    told = " · ".join(f"{state} {count:,}" for state, count in in_order(cases["states"]).items())
    overdue = int(cases.get("overdue", 0))
    return Text(f"cases 案件: {told}; overdue 超期 {overdue:,}", "yellow" if overdue else "")


def _suppressed(debt: Mapping[str, Any]) -> Text | None:
    if not debt.get("findings"):
        return None
    return Text(
        f"not raised 已核清暂不提示: {debt['findings']:,} findings, {debt['soon']:,} come back within 30 days, "
        f"oldest verdict {debt['oldest']}"
    )


def _imprecise(answers: Mapping[str, Any]) -> list[Text]:
    rules = answers.get("rules", {})
    return [
        Text(
            f"seldom confirmed 属实比例过低: {rule}: {rules[rule]['confirmed']} of {rules[rule]['verdicts']} verdicts",
            "red",
        )
        for rule in answers.get("imprecise", [])
    ]
