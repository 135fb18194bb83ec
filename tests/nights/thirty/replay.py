"""What every night must come to, worked out a second time: plain Python, no frames, nothing of the program.

From casework.md sections 1 and 3, feeds.md section 1 (which deliveries count) and the few rules of rules.md that the city's
facts fall under. One `Outcome` a night, worked out from that of the night before and from what people had said by then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from tests.nights.thirty.city import MAX_AGE, Delivery
from tests.nights.thirty.tonight import RULES, Content, Found, Homes, Key, content, homes, judged

CLEARING = ("属实-可豁免", "属实-收入未超标", "数据有误", "已处理")


@dataclass(frozen=True)
class Said:
    """A verdict: what it judged, and from which night on it and the review that returned it are known."""

    place: int
    key: Key
    material: tuple[object, ...]
    conclusion: str
    known_after: date
    valid_until: date | None
    investigated_on: date
    judged_on: date | None
    returned_after: date | None = None
    approved_after: date | None = None

    def is_returned(self, as_of: date) -> bool:
        """Whether a night knows that a reviewer sent it back."""
        return self.returned_after is not None and self.returned_after < as_of


@dataclass
class Outcome:
    """A night: what is raised, suppressed and gone, and what the next night has to know."""

    as_of: date
    raised: dict[Key, Found]
    suppressed: dict[Key, Found]
    resolved: dict[Key, str]
    history: dict[Key, tuple[date, int]]
    cases: dict[str, date]
    states: dict[tuple[str, date], tuple[str, date, str | None]]
    newest: dict[str, date | None]
    in_scope: int = 0
    not_assessed: dict[str, int] = field(default_factory=dict)


def standing(verdicts: Iterable[Said], as_of: date) -> dict[Key, Said]:
    """The latest verdict of each finding that a night knows of, unless it was sent back."""
    said = sorted((one for one in verdicts if one.known_after < as_of), key=lambda one: one.place)
    return {key: one for key, one in {one.key: one for one in said}.items() if not one.is_returned(as_of)}


def holds(
    verdicts: Iterable[Said], landed: Mapping[str, set[date]], newest: Mapping[str, date | None], as_of: date
) -> dict[Key, Said]:
    """The clearing verdicts that stand and hold tonight."""
    return {
        key: one
        for key, one in standing(verdicts, as_of).items()
        if one.conclusion in CLEARING and _is_in_time(one, landed, newest, as_of)
    }


def _is_in_time(one: Said, landed: Mapping[str, set[date]], newest: Mapping[str, date | None], as_of: date) -> bool:
    """Until the day that was given, else for a year; 数据有误 also until the second newer delivery of its feed."""
    if one.valid_until is not None:
        return as_of <= one.valid_until
    if as_of > date(one.investigated_on.year + 1, one.investigated_on.month, one.investigated_on.day):
        return False
    feed = RULES[one.key[2]]
    last = newest.get(feed)
    later = {day for day in landed[feed] if one.judged_on and last and one.judged_on < day <= last}
    return one.conclusion != "数据有误" or len(later) < 2


def night(
    as_of: date,
    inbox: list[Delivery],
    before: Outcome | None,
    verdicts: list[Said],
    landed: dict[str, set[date]],
    sent: Mapping[tuple[str, date], date],
) -> Outcome | None:
    """One night; None where the roster is too old for one. `landed` grows by what the night takes in.

    `sent`: household and day of opening of the cases that were sent out, with the night after which.
    """
    told_by = {feed: content(feed, inbox, as_of) for feed in MAX_AGE}
    if not told_by["roster"].is_assessed:
        return None
    for feed, one in told_by.items():
        landed[feed] |= one.landed
    told = homes(told_by["roster"].rows, as_of)
    found = judged(told, told_by["vehicle"], told_by["social_insurance"], as_of)
    newest = {feed: one.newest for feed, one in told_by.items()}
    before = before or Outcome(as_of, {}, {}, {}, {}, {}, {}, {})
    last = {**before.raised, **before.suppressed}
    reasons = {key: _why_gone(key, told, told_by) for key in last if key not in found}
    here = _here(found, reasons, before, as_of)
    suppressed = _suppressed(here, found, before, holds(verdicts, landed, newest, as_of))
    raised = {key: one for key, one in here.items() if key not in suppressed}
    resolved = {key: why for key, why in reasons.items() if why is not None and key in before.raised}
    resolved |= {key: "cleared" for key in suppressed if key in before.raised}
    gone = {key: (last[key].first, last[key].nights) for key, why in reasons.items() if why is not None}
    open_now = {key[0] for key, one in raised.items() if one.outcome != "exempt" and one.assessed != "exempt"}
    cases = {name: before.cases.get(name, as_of) for name in sorted(open_now)}
    return Outcome(
        as_of,
        raised,
        suppressed,
        resolved,
        states=_states(before, cases, raised, resolved, verdicts, sent, as_of),
        history={key: one for key, one in {**before.history, **gone}.items() if key not in here},
        cases=cases,
        newest=newest,
        in_scope=len(told.members),
        not_assessed={rule: _skipped(told, told_by[feed]) for rule, feed in RULES.items()},
    )


def _why_gone(key: Key, told: Homes, told_by: Mapping[str, Content]) -> str | None:
    """Why a finding of last night is not there; None where nobody could look."""
    household, person, rule, record = key
    is_readable = household not in told.unreadable
    if household not in told.members and is_readable:
        return "household_left"
    is_member = person in told.members.get(household, ())
    if not is_member and is_readable:
        return "member_left"
    one = told_by[RULES[rule]]
    is_assessed = one.is_assessed and (one.asked is None or person in one.asked)
    if record == household:
        is_assessed = is_assessed and is_readable
    return "no_longer_found" if is_member and is_assessed else None


def _here(
    found: Mapping[Key, Found], reasons: Mapping[Key, str | None], before: Outcome, as_of: date
) -> dict[Key, Found]:
    """Tonight's findings and those that nobody could look at, with how they stand to the night before."""
    last = {**before.raised, **before.suppressed}
    here: dict[Key, Found] = {}
    for key, one in found.items():
        first, nights = (last[key].first, last[key].nights) if key in last else before.history.get(key, (as_of, 0))
        if key in before.raised:
            change = "persisting" if before.raised[key].material == one.material else "changed"
        else:
            change = "reopened" if key in before.suppressed or key in before.history else "new"
        here[key] = replace(one, assessed=one.outcome, change=change, first=first, nights=nights + 1)
    carried = [key for key, why in reasons.items() if why is None]
    return here | {key: replace(last[key], outcome="not_assessed", change="persisting") for key in carried}


def _suppressed(
    here: Mapping[Key, Found], found: Mapping[Key, Found], before: Outcome, clear: Mapping[Key, Said]
) -> dict[Key, Found]:
    """What a verdict at these very facts clears, and what was suppressed and could not be looked at."""
    told = {}
    for key, one in here.items():
        verdict = clear.get(key)
        if verdict is not None and verdict.material == one.material:
            told[key] = replace(one, event=verdict.place)
        elif key in before.suppressed and key not in found:
            told[key] = replace(one, event=before.suppressed[key].event)
    return told


def _states(
    before: Outcome,
    cases: Mapping[str, date],
    raised: Mapping[Key, Found],
    resolved: Mapping[Key, str],
    verdicts: list[Said],
    sent: Mapping[tuple[str, date], date],
    as_of: date,
) -> dict[tuple[str, date], tuple[str, date, str | None]]:
    """Where each case stands, since when, and why one left."""
    told = {}
    for name, opened in cases.items():
        mine = [(key, one) for key, one in raised.items() if key[0] == name]
        asked = [(key, one.material) for key, one in mine if one.outcome != "exempt" and one.assessed != "exempt"]
        was_sent = (name, opened) in sent and sent[name, opened] < as_of
        told[name, opened] = (_state(asked, verdicts, as_of, was_sent=was_sent), None)
    for (name, opened), (_, _, reason) in before.states.items():
        if (name, opened) not in told and reason is None:
            why = "、".join(sorted({why for key, why in resolved.items() if key[0] == name}))
            told[name, opened] = ("归档", why or "no_finding")
    last = {case: (state, since) for case, (state, since, _) in before.states.items()}
    return {
        case: (state, last[case][1] if case in last and last[case][0] == state else as_of, reason)
        for case, (state, reason) in told.items()
    }


def _state(asked: list[tuple[Key, tuple[object, ...]]], verdicts: list[Said], as_of: date, *, was_sent: bool) -> str:
    """Where a case stands by its findings that ask for an answer. What cleared one and holds no longer is no answer."""
    said = standing(verdicts, as_of)
    answers = [
        said[key]
        for key, material in asked
        if key in said and said[key].material == material and said[key].conclusion not in CLEARING
    ]
    open_keys = {(key, material) for key, material in asked} - {(one.key, one.material) for one in answers}
    if len(answers) == len(asked):
        is_reviewed = all(one.approved_after is not None and one.approved_after < as_of for one in answers)
        return "已复核" if is_reviewed else "已反馈"
    if any((one.key, one.material) in open_keys and one.is_returned(as_of) for one in verdicts):
        return "退回"
    return "待核查" if was_sent or answers else "待下发"


def _skipped(told: Homes, one: Content) -> int:
    """How many households a feed could not judge: all of them, or those with a member whom it was not asked about."""
    if not one.is_assessed:
        return len(told.members)
    if one.asked is None:
        return 0
    return sum(not members <= one.asked for members in told.members.values())
