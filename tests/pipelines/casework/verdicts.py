"""Complete verdicts for tests."""

from datetime import date
from typing import Any

from pipelines.casework.night import PublishedNight
from pipelines.casework.recording import Recorded, VerdictDraft, record_verdicts
from pipelines.domain.verdict import Verdict
from warehouse.events.store import EventStore

TODAY = date(2026, 9, 23)


def complete(finding_id: str = "f1", conclusion: str = "属实-可豁免", **more: Any) -> Verdict:
    said = {
        "fingerprint": "a",
        "method": "入户",
        "investigated_on": TODAY,
        "investigators": ("王一", "李二"),
        "note": "已核实",
    }
    return Verdict(finding_id=finding_id, conclusion=conclusion, **{**said, **more})


def say(
    store: EventStore,
    night: PublishedNight,
    *verdicts: Verdict,
    by: str = "录入员甲",
    of_night: date | None = None,
    dry_run: bool = False,
) -> list[Recorded]:
    drafts = [VerdictDraft(one, of_night) for one in verdicts]
    return record_verdicts(store, night, drafts, by=by, origin="test", entered_on=TODAY, dry_run=dry_run)
