"""The record of clear exports: appended, private, without a person."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

from pipelines.night.export_audit import operating_user, record_clear_export

WHEN = datetime(2026, 9, 22, 8, 30, tzinfo=UTC)


def test_records_are_appended_and_private(tmp_path: Path) -> None:
    record_clear_export(tmp_path, {"what": "queue", "rows": 3}, "queue.xlsx", WHEN)
    record_clear_export(tmp_path, {"what": "cases", "rows": 0}, "512390198607250559.csv", WHEN)
    path = tmp_path / "audit" / "exports.jsonl"
    first, second = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert first == {
        "at": "2026-09-22T08:30:00+00:00",
        "by": operating_user(),
        "file": "queue.xlsx",
        "what": "queue",
        "rows": 3,
    }
    assert second["file"] == "512390********0559.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
