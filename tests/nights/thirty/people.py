"""What people say between the nights: verdicts, late ones, corrections, reviews that send them back."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from pipelines.casework.night import published_night
from pipelines.casework.recording import VerdictDraft, record_verdicts
from pipelines.domain.verdict import Verdict
from tests.nights.thirty.compare import Known
from tests.nights.thirty.replay import CLEARING, Outcome, Said
from tests.nights.thirty.staging import PROFILE, Stage
from tests.nights.thirty.tonight import RULES, Key
from warehouse.events.event import Draft

CONFIRMING = ("属实-不符合条件", "属实-渐退")
OTHERS = ("无法核实", "重复疑点", "非本辖区")
CLERKS = ("录入员甲", "录入员乙")


@dataclass(frozen=True)
class Form:
    """A verdict on paper: made on one night, perhaps brought in many nights later."""

    key: Key
    material: tuple[object, ...]
    made_on: date
    due: int


@dataclass
class People:
    """The town's staff."""

    rng: Random
    forms: list[Form] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    by: dict[int, str] = field(default_factory=dict)
    events: dict[int, str] = field(default_factory=dict)
    sent: dict[tuple[str, date], date] = field(default_factory=dict)

    def work(self, stage: Stage, newest: Outcome, known: Known, place: int) -> None:
        """A day's work on the newest published night."""
        for key, one in {**newest.raised, **newest.suppressed}.items():
            if self.rng.random() < (0.08 if key in newest.raised else 0.03):
                late = self.rng.randrange(1, 7) if self.rng.random() < 0.4 else 0
                self.forms.append(Form(key, one.material, newest.as_of, place + late))
        for form in [one for one in self.forms if one.due <= place]:
            self._hand_in(form, stage, newest, known)
        self.forms = [one for one in self.forms if one.due > place]
        drafts = [*self._send(newest, known), *self._review(newest, known)]
        stage.night(newest.as_of).events.append(drafts)

    def _send(self, newest: Outcome, known: Known) -> Iterator[Draft]:
        """Send out some of the cases that were not yet."""
        for case in newest.cases.items():
            if case not in self.sent and self.rng.random() < 0.3:
                self.sent[case] = newest.as_of
                yield self._draft("dispatched", newest, case_id=known.cases[case])

    def _review(self, newest: Outcome, known: Known) -> Iterator[Draft]:
        """Approve some of the verdicts that nobody has reviewed, and send some back."""
        for at, one in enumerate(self.said):
            drawn = self.rng.random()
            if one.returned_after or one.approved_after or drawn > 0.15:
                continue
            decision = "returned" if drawn < 0.04 else "approved"
            payload = {"decision": decision, "verdicts": [self.events[one.place]], "note": "请补充"}
            yield self._draft("reviewed", newest, finding_id=known.ids[one.key], payload=payload)
            field_ = "returned_after" if decision == "returned" else "approved_after"
            self.said[at] = replace(one, **{field_: newest.as_of})

    @staticmethod
    def _draft(kind: str, newest: Outcome, **more: object) -> Draft:
        told = {"case_id": None, "finding_id": None, "payload": {}} | more
        return Draft(kind=kind, known_after=newest.as_of, by="复核员", origin="test", dedupe=None, **told)

    def _hand_in(self, form: Form, stage: Stage, newest: Outcome, known: Known) -> None:
        """Bring a form in; what becomes of it is worked out here and must be what the program says."""
        rng, place = self.rng, len(self.said)
        clerk = rng.choice(CLERKS)
        conclusion = rng.choice((*CLEARING, *CLEARING, *CONFIRMING, *OTHERS))
        valid = newest.as_of + timedelta(days=rng.randrange(1, 6)) if rng.random() < 0.35 else None
        verdict = Verdict(
            finding_id=known.ids[form.key],
            fingerprint=known.fingerprints[form.key][form.material],
            conclusion=conclusion,
            method="入户",
            note=f"第{place}份、{len(self.forms)}、{newest.as_of}、{form.made_on}",
            investigated_on=form.made_on,
            investigators=("王一", "李二"),
            effective_month=newest.as_of.replace(day=1) if conclusion in CONFIRMING else None,
            valid_until=valid,
        )
        [told] = record_verdicts(
            stage.night(newest.as_of).events,
            published_night(stage.vault, PROFILE),
            [VerdictDraft(verdict, form.made_on)],
            by=clerk,
            origin="test",
            entered_on=newest.as_of,
        )
        assert told.status == self._expected(form, newest, clerk), (form, told)
        if told.status == "accepted":
            judged_on = newest.newest[RULES[form.key[2]]]
            self.said.append(
                Said(place, form.key, form.material, conclusion, newest.as_of, valid, form.made_on, judged_on)
            )
            self.by[place], self.events[place] = clerk, str(told.event_id)

    def _expected(self, form: Form, newest: Outcome, clerk: str) -> str:
        """Rejected: gone meanwhile, other facts than were judged, or answered by somebody else since the form was made."""
        now = newest.raised.get(form.key) or newest.suppressed.get(form.key)
        if now is None or now.material != form.material:
            return "rejected"
        standing = [one for one in self.said if one.key == form.key and one.returned_after is None]
        if standing:
            last = standing[-1]
            is_new = last.material == form.material and last.known_after >= form.made_on
            return "rejected" if is_new and self.by[last.place] != clerk else "accepted"
        return "accepted"
