"""Progress: plain lines where nobody watches, a moving line on a terminal."""

import io

from pipelines.cli.progress import Progress
from pipelines.cli.screen import Screen


def told(*, is_terminal: bool) -> str:
    file = io.StringIO()
    screen = Screen(file=file, force_terminal=is_terminal, color_system=None, width=100)
    with Progress(screen) as progress:
        progress("step", "roster")
        progress("log", "roster 2026-09-22: 144 rows kept of 150")
        progress("done", "roster")
        progress("done", "never_begun")
        progress("log", "Dependencies for step cases were not executed: ['roster']. Not executing.")
    return file.getvalue()


def test_plain_lines_in_a_log() -> None:
    lines = told(is_terminal=False).splitlines()
    assert [line[11:] for line in lines] == [
        "  roster 2026-09-22: 144 rows kept of 150",
        "✓ roster  0.0 s",
        "✓ never_begun  0.0 s",
    ]
    assert all(line.startswith("    0.0 s  ") for line in lines)


def test_a_terminal_shows_the_same_lines() -> None:
    assert "✓ roster  0.0 s" in told(is_terminal=True)


def test_a_reader_that_goes_away_does_not_end_the_night() -> None:
    class Closed(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    with Progress(Screen(file=Closed(), width=100)) as progress:
        progress("done", "roster")
        progress("done", "vehicle")
