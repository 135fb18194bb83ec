"""What is done after a file was imported: its rejects written, its content marked as handled.

What belongs here: these two, in this order, and neither in a rehearsal.
"""

import hashlib
import io
from dataclasses import replace
from pathlib import Path

from msoffcrypto.format.ooxml import OOXMLFile

from pipelines.workbooks.drop_folder import put_beside, rejects_beside
from pipelines.workbooks.handled import mark_handled, mark_ours
from pipelines.workbooks.importing import ImportDesk, Imported, Incoming
from pipelines.workbooks.outcome import FileOutcome, Status
from pipelines.workbooks.rejected_rows import rejected_rows
from pipelines.workbooks.rejects import write_rejects
from pipelines.workbooks.seal import seal_key
from warehouse.keys import identity_key


def finish(imported: Imported, desk: ImportDesk, rejects: Path | None = None) -> FileOutcome:
    """Write the rejects of a file and mark its content as handled.

    Args:
        imported: what became of the file.
        desk: where it was imported.
        rejects: file or folder for the rejects; None: beside the file.

    Returns:
        The outcome, with the name of the workbook of rejects.
    """
    outcome, incoming = imported.outcome, imported.incoming
    if desk.dry_run or outcome.status != Status.READ or incoming is None:
        return outcome
    if outcome.held:
        content = _content(incoming, desk)
        target = _target(incoming.path, rejects)
        # Marked before it appears: a look at the folder in between must not take it for an answer.
        mark_ours(desk.vault.root, hashlib.sha256(content).hexdigest(), desk.when)
        try:
            put_beside(incoming.path, target, content)
        except OSError as error:
            warning = (
                f"退回的行没能写成工作簿（{error.strerror}）：请检查文件夹权限，或用 --rejects 指定位置后再导入一次"
            )
            return replace(outcome, warning=warning)
        outcome = replace(outcome, rejects=target.name)
    mark_handled(desk.vault.root, outcome.sha256, outcome.counts(), desk.when)
    return outcome


def _content(incoming: Incoming, desk: ImportDesk) -> bytes:
    key = seal_key(identity_key(desk.vault.root, desk.vault.key))
    meta = incoming.returned.meta
    rows = rejected_rows(incoming.returned, incoming.outcome.held, key, desk.written(meta))
    content = write_rejects(rows, meta, key)
    return encrypted(content, desk.password) if incoming.was_encrypted and desk.password else content


def encrypted(content: bytes, password: str) -> bytes:
    """A workbook that opens with a password alone, and with the password of the one that came back."""
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, target)
    return target.getvalue()


def _target(path: Path, rejects: Path | None) -> Path:
    if rejects is None:
        return rejects_beside(path)
    return rejects_beside(rejects / path.name) if rejects.is_dir() else rejects
