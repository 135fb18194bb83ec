"""Results pages (数据核验结果): one static page per feed and night, and an index.

What belongs here: how results look. Great Expectations' own pages draw styles and scripts from the internet; these are
one file each, with nothing outside, readable on a desk that has no network. Its JSON is kept beside them.

Pages hold counts, shares, dates and column names; no value of a person, because none reaches a result.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template

from pipelines.checks.assessment import Assessment
from pipelines.checks.page import FEED_PAGE, INDEX_PAGE, STYLE
from pipelines.checks.results import STATUS_ZH, CheckResult
from warehouse.files import write_file

STATE_ZH: Mapping[str, str] = {"fresh": "在用", "stale": "过期", "refused": "拒收", "absent": "缺失"}
SEVERITY_ZH: Mapping[str, str] = {"critical": "阻断", "warning": "提示"}


def write_results(root: Path, assessment: Assessment, absent: Mapping[str, str] | None = None) -> Path:
    """Write a feed's page and JSON and renew the night's index.

    Args:
        root: The warehouse; pages stand in `checks/<as_of>/`.
        assessment: The feed's results.
        absent: Title by name of the feeds that nobody delivered. They are not checked; the index names them, and leaves
            out what an earlier run of the night said of them.

    Returns:
        The feed's page.
    """
    folder = docs_folder(root, assessment.as_of)
    account = {
        "summary": summary(assessment),
        "expectations": [expectation_account(one) for one in assessment.results],
        "great_expectations": assessment.account_of_gx,
    }
    write_file(folder / f"{assessment.feed}.json", json.dumps(account, ensure_ascii=False, indent=1).encode())
    page = folder / f"{assessment.feed}.html"
    write_file(page, feed_page(assessment).encode())
    away = {feed: title for feed, title in (absent or {}).items() if feed != assessment.feed}
    feeds = [one for one in _summaries(folder) if one["feed"] not in away]
    write_file(folder / "index.html", index_page(assessment.as_of, feeds, tuple(away.values())).encode())
    return page


def docs_folder(root: Path, as_of: date) -> Path:
    """Where the results pages of a night are."""
    return root / "checks" / as_of.isoformat()


def feed_page(assessment: Assessment) -> str:
    """The page of one feed: zh-CN HTML, complete in itself."""
    return _render(FEED_PAGE, one=assessment, totals=summary(assessment))


def index_page(as_of: date, summaries: Sequence[Mapping[str, Any]], absent: Sequence[str] = ()) -> str:
    """The page that leads to the feeds of a night, and names those that nobody delivered."""
    return _render(INDEX_PAGE, as_of=as_of.isoformat(), feeds=summaries, absent=absent)


def summary(assessment: Assessment) -> dict[str, Any]:
    """One feed in one row of the index."""
    results = assessment.results
    return {
        "feed": assessment.feed,
        "title": assessment.title,
        "status": assessment.status,
        "snapshot_date": assessment.snapshot_date,
        "age_days": assessment.age_days,
        "checks": len(results),
        "passed": sum(one.status == "passed" for one in results),
        "critical": sum(one.holds_the_night for one in results),
        "warnings": sum(not one.passed and not one.holds_the_night for one in results),
        "not_judged": sum(one.passed and one.status != "passed" for one in results),
        "books_hold": all(one.holds for one in assessment.accounts) if assessment.accounts else None,
    }


def expectation_account(result: CheckResult) -> dict[str, Any]:
    """One expectation for machines: shares as numbers of 0 to 1, None where there is no bound or nothing observed."""
    one = result.expectation
    return {
        "name": one.name,
        "kind": one.kind,
        "severity": one.severity,
        "status": result.status,
        "observed": result.observed,
        "at_least": one.minimum,
        "at_most": one.maximum,
    }


def _summaries(folder: Path) -> list[dict[str, Any]]:
    """The rows of the index: every feed that has been checked this night, by name."""
    return [json.loads(path.read_text(encoding="utf-8"))["summary"] for path in sorted(folder.glob("*.json"))]


def _render(template: str, **values: Any) -> str:  # noqa: ANN401  whatever a template shows
    """A page from its template; every text is escaped."""
    return _compiled(template).render(
        style=STYLE, status_zh=STATUS_ZH, state_zh=STATE_ZH, severity_zh=SEVERITY_ZH, **values
    )


@cache
def _compiled(template: str) -> Template:
    """A template made ready, once per process: that takes longer than all pages of a night."""
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(template)
