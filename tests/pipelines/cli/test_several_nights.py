"""Several nights by the command line: which dates, when it goes on, what it says."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.cli.several_nights import dates_between, in_order
from pipelines.jobs import NightOutcome
from pipelines.settings import SettingsError

FIRST = date(2026, 2, 27)


def runs(*codes: int) -> Callable[[date], NightOutcome]:
    """Nights that end with these exit codes, the first on the first date."""
    return lambda as_of: NightOutcome(codes[(as_of - FIRST).days], str(as_of))


def test_the_dates_are_those_between_both_ends_included() -> None:
    assert dates_between(FIRST, FIRST) == [FIRST]
    assert [str(day) for day in dates_between(FIRST, date(2026, 3, 1))] == ["2026-02-27", "2026-02-28", "2026-03-01"]


@pytest.mark.parametrize(("first", "last"), [(FIRST, None), (None, FIRST), (FIRST, date(2026, 2, 26))])
def test_both_ends_are_needed_in_their_order(first: date | None, last: date | None) -> None:
    with pytest.raises(SettingsError, match=r"^--(from|to): expected a date "):
        dates_between(first, last)


@pytest.mark.parametrize(
    ("codes", "ran"), [((0, 0, 0), 3), ((0, 3, 0), 3), ((4, 4, 0), 3), ((0, 1, 0), 2), ((2, 0, 0), 1), ((0, 0, 1), 3)]
)
def test_it_goes_on_after_a_wrong_delivery_and_stops_at_an_error_of_ours(codes: tuple[int, ...], ran: int) -> None:
    dates = dates_between(FIRST, date(2026, 3, 1))
    done = list(in_order(dates, runs(*codes)))
    assert [night.as_of for night in done] == dates[:ran]
    assert tuple(night.exit_code for night in done) == codes[:ran]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--from", "2026-09-01"], "--to: expected a date YYYY-MM-DD, found none"),
        (["--to", "2026-09-01"], "--from: expected a date YYYY-MM-DD, found none"),
        (["--from", "20260901", "--to", "2026-09-02"], "--from: expected a date YYYY-MM-DD that exists"),
        (["--from", "2026-09-01", "--to", "2026-09-31"], "--to: expected a date YYYY-MM-DD that exists"),
        (["--from", "2026-09-02", "--to", "2026-09-01"], "--to: expected a date not before --from (2026-09-02)"),
        (["--from", "2026-09-01", "--to", "2026-09-02", "--as-of", "2026-09-01"], "--as-of: expected one night"),
        (["--from", "2020-08-31", "--to", "2026-09-02"], "expected a comparison date from 2020-09-01"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inbox").mkdir()
    assert main(["nightly", "--inbox", "inbox", "--warehouse", "w", *words]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "w").exists()
