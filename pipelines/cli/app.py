"""The program ``hedui``: its commands, and what is said when one cannot finish.

Here belongs the group of commands and nothing else; each command is a module beside this one. Commands import what
they need when they run, so that ``hedui --help`` answers at once.
"""

from collections.abc import Sequence

import click

from pipelines.cli.audit import audit
from pipelines.cli.boundary import Session, guarded_run
from pipelines.cli.case import case
from pipelines.cli.export import export
from pipelines.cli.importing import importing
from pipelines.cli.key import key
from pipelines.cli.nightly import nightly
from pipelines.cli.policy import policy
from pipelines.cli.publish import publish
from pipelines.cli.rehearse import rehearse
from pipelines.cli.retain import retain
from pipelines.cli.sample import sample
from pipelines.cli.scenario import scenario
from pipelines.cli.status import status
from pipelines.cli.ui import ui

EPILOG = """\b
Examples:
  hedui sample --out inbox --persons 10003 --seed 1 --as-of 2026-09-22 --dirty
  hedui nightly --inbox inbox --warehouse warehouse --as-of 2026-09-22
  hedui export queue --format xlsx --out queue.xlsx --warehouse warehouse
  hedui import workbook returned.xlsx --warehouse warehouse
  hedui rehearse --policy proposal --warehouse warehouse
  hedui scenario tests/scenarios --brief
  hedui status --warehouse warehouse
  hedui publish --run 0b5c3d2e --reason "…" --warehouse warehouse
  hedui retain --dry-run
  hedui policy show --rule CL-01
  hedui ui --inbox inbox --warehouse warehouse

\b
Options also come from the environment (HEDUI_INBOX, HEDUI_WAREHOUSE, HEDUI_AS_OF, HEDUI_PROFILE,
HEDUI_KEY_FILE, …) and from hedui.toml in the working directory: option > environment > file > default.

\b
Exit codes: 0 done (nightly: published), 1 an error of ours, 2 wrong usage or configuration,
3 a gate held publication, 4 the roster is missing or refused.
"""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="hedui", prog_name="hedui")
def hedui() -> None:
    """核对: compare social-assistance rosters with departmental records, with evidence.

    What comes out are leads for people to check, never decisions.
    """


COMMANDS = (
    sample,
    nightly,
    publish,
    export,
    importing,
    case,
    scenario,
    rehearse,
    status,
    retain,
    policy,
    audit,
    ui,
    key,
)
for command in COMMANDS:
    hedui.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code.

    Args:
        arguments: the words after ``hedui``; by default those of this process.
    """
    session = Session()
    return guarded_run(lambda: hedui.main(arguments, prog_name="hedui", standalone_mode=False, obj=session), session)
