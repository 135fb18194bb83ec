"""A case event for tests: what the fold reads of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class OneEvent:
    """An event with everything but its kind defaulted."""

    kind: str
    seq: int = 1
    case_id: str | None = None
    finding_id: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    known_after: date = date(2026, 9, 21)
    by: str = "张三"
    dedupe: str | None = None

    @property
    def event_id(self) -> str:
        """Its id, by its place."""
        return f"e{self.seq}"


def verdict(seq: int, finding_id: str, conclusion: str, fingerprint: str = "a", **more: Any) -> OneEvent:
    """A verdict event."""
    own = {name: more.pop(name) for name in ("case_id", "known_after", "by") if name in more}
    judged = {name: more.pop(name) for name in ("feed", "snapshot_date", "material", "rule_id") if name in more}
    said = {"finding_id": finding_id, "conclusion": conclusion, "fingerprint": fingerprint, **more}
    return OneEvent("verdict", seq, finding_id=finding_id, payload={"verdict": said, "judged": judged}, **own)


def review(seq: int, decision: str, *verdicts: int, by: str = "李四", case_id: str = "c") -> OneEvent:
    """A review of the verdicts at these places."""
    payload = {"decision": decision, "verdicts": [f"e{one}" for one in verdicts]}
    return OneEvent("reviewed", seq, case_id=case_id, payload=payload, by=by)
