"""Opening a workbook that somebody sent: limits, password, and a copy of nothing but its cells.

What belongs here: everything between a file of unknown origin and an archive that a parser may be given. The parser
never sees the file itself but a copy made here of the parts that hold cells: macros, links to other files, pictures and
whatever else may ride along are not in it, and no part is longer than it was counted to be. What the cells say is the
business of `sheets`.

Messages are for staff, in Chinese, and name neither password nor cell.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import msoffcrypto
from msoffcrypto.format.ooxml import OOXMLFile

SUFFIXES = (".xlsx", ".xlsm")
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_WORKBOOK = "xl/workbook.xml"
_BINARY_WORKBOOK = "xl/workbook.bin"
_OPEN_DOCUMENT = "mimetype"
_DROPPED = ("xl/drawings/", "xl/externalLinks/", "xl/media/", "xl/charts/", "customXml/", "docProps/")
_CHUNK = 4 << 20
_SAVE_AS = "请在 Excel 或 WPS 中打开，用“另存为”保存成 .xlsx 后再导入"


class UnusableWorkbookError(Exception):
    """A file that cannot be read as a returned workbook: says what was expected, what was found and what to do."""


@dataclass(frozen=True)
class Limits:
    """The most that a returned workbook may be. A town's book of 5,000 rows has 2 MB, 40 MB unpacked.

    Attributes:
        file_bytes: of the file.
        entries: of the archive.
        unpacked_bytes: of the parts that hold cells, together.
        ratio: unpacked to packed, for archives above `harmless_bytes`.
        harmless_bytes: unpacked, below which no ratio is asked for (repeated text packs very well).
        rows: the last row that may hold a cell; of columns, 104.
        spins: rounds of a password's hash; Office writes 100,000.
    """

    file_bytes: int = 128 << 20
    entries: int = 2_000
    unpacked_bytes: int = 1 << 30
    ratio: int = 200
    harmless_bytes: int = 64 << 20
    rows: int = 300_000
    spins: int = 1_000_000


LIMITS = Limits()


@dataclass(frozen=True)
class OpenedWorkbook:
    """A workbook that may be parsed.

    Attributes:
        parts: its parts that hold cells, by name, each as long as it says.
        was_encrypted: whether it took a password to open.
    """

    parts: dict[str, bytes]
    was_encrypted: bool = False

    def content(self) -> bytes:
        """The parts as an archive, not packed: to be parsed and dropped."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for name, part in self.parts.items():
                archive.writestr(name, part)
        return target.getvalue()


def read_limited(path: Path, limits: Limits = LIMITS) -> bytes:
    """The bytes of a file, no more than a workbook may have.

    Raises:
        UnusableWorkbookError: it cannot be read, is empty, or is too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limits.file_bytes + 1)
    except OSError as error:
        raise UnusableWorkbookError(f"文件读不了（{error.strerror}）：请检查路径和权限") from None
    if len(content) > limits.file_bytes:
        most = limits.file_bytes >> 20
        raise UnusableWorkbookError(f"文件超过 {most} MB：请使用下发的工作簿填写，不要加入图片和其他资料")
    if not content:
        raise UnusableWorkbookError("文件是空的（0 字节），可能没有传完：请重新发送")
    return content


def open_workbook(content: bytes, password: str | None = None, limits: Limits = LIMITS) -> OpenedWorkbook:
    """Decrypt where needed, look at every limit, and copy what holds cells.

    Args:
        content: the bytes of the file.
        password: to open it; not used where the file needs none.
        limits: the most it may be.

    Raises:
        UnusableWorkbookError: another format, a password missing or wrong, damaged, or beyond a limit.
    """
    is_encrypted = content.startswith(_OLE)
    if is_encrypted:
        content = _decrypted(content, password, limits)
    if not content.startswith(_ZIP):
        raise UnusableWorkbookError(f"不是 .xlsx 工作簿（可能是 CSV、文本或其他格式）：{_SAVE_AS}")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = _parts(archive, limits)
    # What zipfile raises for archives that are cut off, mangled, compressed in a way it does not know
    # (NotImplementedError) or closed by a password of the archive's own (RuntimeError): told, never passed over.
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, RuntimeError):
        raise UnusableWorkbookError("工作簿已损坏，读不完整：请重新保存或重新发送") from None
    for name, part in parts.items():
        if name.startswith("xl/worksheets/"):
            _refuse_far_cells(part, limits)
    return OpenedWorkbook(parts, is_encrypted)


def _decrypted(content: bytes, password: str | None, limits: Limits) -> bytes:
    """The archive inside an encrypted workbook; an old binary workbook is told from it."""
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(content))
    except Exception:  # noqa: BLE001  the library's errors on what it does not know are of many kinds
        file = None
    if not isinstance(file, OOXMLFile):
        raise UnusableWorkbookError(f"是旧格式的表格（.xls 或 .et），或已损坏：{_SAVE_AS}")
    if password is None:
        raise UnusableWorkbookError("工作簿有打开密码：请用 --password-file 给出存放密码的文件")
    if file.type == "agile" and int(file.info["spinValue"]) > limits.spins:
        raise UnusableWorkbookError("工作簿的加密参数异常：请在 Excel 或 WPS 中重新保存后再导入")
    target = io.BytesIO()
    try:
        file.load_key(password=password, verify_password=True)
        file.decrypt(target)
    except msoffcrypto.exceptions.InvalidKeyError:
        raise UnusableWorkbookError("打开密码不对：请核对密码文件是不是这一册、这一批的") from None
    except Exception:  # noqa: BLE001  as above; a damaged package fails in many ways
        raise UnusableWorkbookError("工作簿解密失败，可能已损坏：请重新保存或重新发送") from None
    return target.getvalue()


def _parts(archive: zipfile.ZipFile, limits: Limits) -> dict[str, bytes]:
    infos = archive.infolist()
    if len(infos) > limits.entries:
        raise UnusableWorkbookError(
            f"工作簿里有 {len(infos)} 个部件，超过 {limits.entries} 个：不像正常的工作簿，未读取"
        )
    names = [info.filename.replace("\\", "/").lstrip("/") for info in infos]
    if _WORKBOOK not in names:
        raise UnusableWorkbookError(_other_format(names))
    kept = [(name, info) for name, info in zip(names, infos, strict=True) if _holds_cells(name)]
    if len({name for name, _ in kept}) < len(kept):
        raise UnusableWorkbookError("工作簿里有重名的部件，不是正常保存的：请在 Excel 或 WPS 中重新保存")
    size, packed = sum(info.file_size for _, info in kept), max(1, sum(info.compress_size for _, info in kept))
    if size > limits.unpacked_bytes or (size > limits.harmless_bytes and size > limits.ratio * packed):
        raise UnusableWorkbookError(f"工作簿解压后有 {size >> 20} MB，压缩前后相差异常：未读取，请使用下发的工作簿填写")
    return {name: _unpacked(archive, info) for name, info in kept}


def _holds_cells(name: str) -> bool:
    return name.endswith((".xml", ".rels")) and not name.startswith(_DROPPED)


def _other_format(names: list[str]) -> str:
    if _BINARY_WORKBOOK in names:
        return f"是二进制工作簿（.xlsb）：{_SAVE_AS}"
    if _OPEN_DOCUMENT in names:
        return f"是 OpenDocument 表格（.ods）：{_SAVE_AS}"
    return f"是压缩包，不是 .xlsx 工作簿：请解压后导入其中的工作簿，或{_SAVE_AS}"


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """A part, no longer than the archive says it is: a stream that goes on beyond that is a trap for other readers."""
    pieces, length = [], 0
    with archive.open(info) as stream:
        while piece := stream.read(_CHUNK):
            pieces.append(piece)
            length += len(piece)
    if length != info.file_size:
        raise zipfile.BadZipFile
    return b"".join(pieces)


# A cell that holds something, by its address. Empty ones, as programs leave them where a whole column has a format, do
# not count: a parser makes room for everything between the first cell and the last that holds something. Lengths are
# bounded so that no text makes the search slow.
FILLED_CELL = rb"<(?:\w{1,9}:)?c\s[^<>]{0,200}?\br\s{0,9}=\s{0,9}[\"']%s[\"'](?:[^<>]{0,200}[^<>/])?>(?!</)"
_FAR_ROW = re.compile(FILLED_CELL % rb"[A-Z]{0,3}([0-9]{6,9})")
_FAR_COLUMN = re.compile(FILLED_CELL % rb"(?:[D-Z][A-Z]|[A-Z]{3})[0-9]{1,9}")
# The same for a first look, ten times as fast: addresses out there, whatever they are of.
_FAR_ADDRESS = re.compile(rb"r\s{0,9}=\s{0,9}[\"'](?:[A-Z]{0,3}[0-9]{6}|(?:[D-Z][A-Z]|[A-Z]{3})[0-9])")


def _refuse_far_cells(part: bytes, limits: Limits) -> None:
    """Refuse a cell so far out that the table between it and the first would fill the memory."""
    if _FAR_ADDRESS.search(part) is None:
        return
    row = max((int(match[1]) for match in _FAR_ROW.finditer(part)), default=0)
    if row > limits.rows:
        raise UnusableWorkbookError(f"第 {row} 行还有内容，超过 {limits.rows} 行：请删除清单以外的内容后再导入")
    if _FAR_COLUMN.search(part) is not None:
        raise UnusableWorkbookError("DA 列以后还有内容，超过 104 列：请删除清单以外的内容后再导入")
