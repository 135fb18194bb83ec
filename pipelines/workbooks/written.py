"""What was handed out in the rows of a workbook, written anew from the published night that it names.

What belongs here: finding that night. Where it is gone, the seals alone tell that a row was changed, not what.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from pipelines.workbooks.seal import Meta
from pipelines.workbooks.tampering import Expected
from warehouse.session import Vault


def written_of(
    vault: Vault,  # noqa: ARG001
    feeds_dirs: Sequence[Path],  # noqa: ARG001
    policy_dirs: Sequence[Path],  # noqa: ARG001
    rules_dirs: Sequence[Path],  # noqa: ARG001
) -> Callable[[Meta], Expected]:
    """What was handed out, for a workbook's account; nothing is read before it is asked for.

    Args:
        vault: the warehouse.
        feeds_dirs: folders of contracts, for the words of a workbook.
        policy_dirs: folders of policy layers, likewise.
        rules_dirs: folders of a region's own rules, likewise.
    """

    def of(_meta: Meta) -> Expected:
        return lambda _wanted: None

    return of
