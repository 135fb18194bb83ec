"""The asset of the towns' workbooks: written after a night is published, handed out with it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import dagster as dg

from pipelines.discretion import discreet
from pipelines.night.night import Night
from pipelines.partitions import NIGHTS, as_of_date
from pipelines.resources import NightResource
from pipelines.settings import Settings
from pipelines.workbooks.handing_out import Destination
from pipelines.workbooks.password import read_password_file
from pipelines.workbooks.queue_books import Declarations, Wish, write_queue_books
from warehouse.publication import current, read_manifest

WORKBOOKS: Final = "workbooks"
BY: Final = "hedui"


def workbooks_asset(settings: Settings) -> dg.AssetsDefinition:
    """The asset that writes the workbooks of the night just published.

    Args:
        settings: whether they open with a password, and where words are declared.
    """
    declarations = Declarations(settings.feeds_folders, settings.policy_folders, settings.rules)

    @dg.asset(
        name=WORKBOOKS,
        group_name="publication",
        deps=["published_night"],
        partitions_def=NIGHTS,
        kinds={"excel"},
        description="One workbook per town and one for the district, of the night that is current: to be filled in and "
        "imported again. Writing them hands the cases out.\n\n一镇街一册的核查工作簿；生成即视为下发。",
    )
    def workbooks(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult[None]:
        with discreet():
            opened = night.open(as_of_date(context.partition_key))
            folder = current_folder(opened)
            reason = why_none(opened, folder, settings.workbook_password_file)
            if reason or folder is None:
                return dg.MaterializeResult(metadata={"workbooks": 0, "why_none": reason})
            return dg.MaterializeResult(metadata=write(opened, folder, declarations, settings.workbook_password_file))

    return workbooks


def current_folder(night: Night) -> Path | None:
    """The current publication, where it is this night's; None where another one is current."""
    folder = current(night.vault)
    if folder is None:
        return None
    told = read_manifest(folder)
    is_this = (told["as_of"], told["profile"]) == (night.as_of.isoformat(), night.profile)
    return folder if is_this else None


def why_none(night: Night, folder: Path | None, password_file: Path | None) -> str:
    """Why no workbooks are written; empty where they are."""
    if folder is None:
        return "another night is current: only its workbooks are handed out"
    if night.vault.key is not None and password_file is None:
        # Everything under an encrypted warehouse that holds persons is encrypted (contract.md).
        return "the warehouse is encrypted and the workbooks would not be: set workbook_password_file"
    return ""


def write(night: Night, folder: Path, declarations: Declarations, password_file: Path | None) -> dict[str, Any]:
    """Write the workbooks of a night beside its publication; counts for the metadata."""
    wish = Wish(
        destination=Destination(night.vault.root / WORKBOOKS / folder.name),
        made_at=datetime.now(UTC),
        by=BY,
        origin=WORKBOOKS,
        password=None if password_file is None else read_password_file(password_file),
    )
    done = write_queue_books(night.vault, folder, night.events, declarations, wish)
    return {
        "folder": folder.name,
        "workbooks": len(done.books),
        "dagster/row_count": done.books[0].rows,
        "cases": done.books[0].cases,
        "cases_newly_handed_out": done.dispatched,
        "open_with_a_password": password_file is not None,
    }
