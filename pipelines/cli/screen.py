"""What a command writes on: results on standard output, progress and complaints on standard error.

Nothing is interpreted as markup (a path may hold brackets), and a reader that goes away (``| head``) ends the output,
not the command: a night goes on to its end.
"""

import os
import sys

from rich.console import Console, RenderableType
from rich.text import Text

WIDTH = 100  # what summaries are laid out for


class Screen(Console):
    """A console that falls silent when its reader has gone."""

    def on_broken_pipe(self) -> None:
        """Go on without output."""
        self.quiet = True
        silence_standard_streams()


def output() -> Screen:
    """Give the console of results; 100 columns where nobody sees the width, as in a file."""
    screen = Screen(markup=False, highlight=False, emoji=False)
    return screen if screen.is_terminal else Screen(markup=False, highlight=False, emoji=False, width=WIDTH)


def complaints() -> Screen:
    """Give the console of progress and errors; lines are never folded where nobody sees the width."""
    return Screen(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True)


def show(what: RenderableType, *, to_copy: bool = False) -> None:
    """Show a result; what is there to be copied is not folded."""
    output().print(what, soft_wrap=to_copy)


def message(told: str, style: str = "") -> None:
    """Tell something beside the results: an error, a hint."""
    complaints().print(Text(told, style=style))


def silence_standard_streams() -> None:
    """Send what is still written to a closed pipe to nowhere, also what Python flushes when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
