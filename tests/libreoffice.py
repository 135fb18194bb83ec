"""LibreOffice as a clerk uses it: opens workbooks, with their password, types into cells, saves them.

The typing is done by a macro in a profile of its own, so that the program itself reads what is typed (a date becomes a
date) and writes the file.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

SECONDS = 240

_LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:{kind} PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "{kind}.dtd">
"""
_LIBRARIES = _LIBRARY.format(kind="libraries") + (
    '<library:libraries xmlns:library="http://openoffice.org/2000/library" xmlns:xlink="http://www.w3.org/1999/xlink">'
    '<library:library library:name="Standard" library:link="false"/></library:libraries>'
)
_STANDARD = _LIBRARY.format(kind="library") + (
    '<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false" '
    'library:passwordprotected="false"><library:element library:name="Clerk"/></library:library>'
)
_MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Clerk" script:language="StarBasic">{code}
</script:module>
"""
_HELP = """
Function Property(name, value)
  Dim made As New com.sun.star.beans.PropertyValue
  made.Name = name
  made.Value = value
  Property = made
End Function
Function Opened(path, word)
  If word = "" Then
    Opened = StarDesktop.loadComponentFromURL(ConvertToURL(path), "_blank", 0, Array(Property("Hidden", True)))
  Else
    Opened = StarDesktop.loadComponentFromURL(ConvertToURL(path), "_blank", 0, _
      Array(Property("Hidden", True), Property("Password", word)))
  End If
End Function
Sub Store(doc, path, word)
  If word = "" Then
    doc.storeToURL(ConvertToURL(path), Array(Property("FilterName", "Calc MS Excel 2007 XML")))
  Else
    doc.storeToURL(ConvertToURL(path), Array(Property("FilterName", "Calc MS Excel 2007 XML"), Property("Password", word)))
  End If
  doc.close(True)
End Sub
"""


@dataclass(frozen=True)
class Filling:
    """A workbook to open, fill in and save.

    Attributes:
        source: the workbook.
        target: the file to save.
        cells: (row, column) counted from 0 → what is typed.
        password: opens it, and the file that is saved.
    """

    source: Path
    target: Path
    cells: Mapping[tuple[int, int], str] = field(default_factory=dict)
    password: str = ""


def fill_in(fillings: Sequence[Filling], sheet: str, folder: Path) -> None:
    """Let LibreOffice fill in workbooks, one start for all of them.

    Args:
        fillings: the workbooks.
        sheet: the sheet in which cells are typed.
        folder: for the profile of the program.
    """
    program = os.environ.get("HEDUI_OFFICE") or shutil.which("soffice")
    if program is None:
        pytest.skip("no office program: set HEDUI_OFFICE or install LibreOffice")
    code = [_HELP, "Sub Main", "On Error GoTo Ended"]
    for one in fillings:
        code.append(f"doc = Opened({_text(one.source)}, {_text(one.password)})")
        code.append(f"cells = doc.Sheets.getByName({_text(sheet)})")
        code += [
            f"cells.getCellByPosition({column}, {row}).FormulaLocal = {_text(typed)}"
            for (row, column), typed in one.cells.items()
        ]
        code.append(f"Store(doc, {_text(one.target)}, {_text(one.password)})")
    code += ["Ended:", "StarDesktop.terminate()", "End Sub"]
    profile = folder / "profile"
    command = [program, f"-env:UserInstallation=file://{profile}", "--headless", "--norestore"]
    # The first start makes the profile; it would write over a macro that is there already.
    subprocess.run([*command, "--terminate_after_init"], check=False, capture_output=True, timeout=SECONDS)
    basic = profile / "user" / "basic"
    (basic / "Standard").mkdir(parents=True, exist_ok=True)
    (basic / "script.xlc").write_text(_LIBRARIES, "utf-8")
    (basic / "Standard" / "script.xlb").write_text(_STANDARD, "utf-8")
    (basic / "Standard" / "Clerk.xba").write_text(_MODULE.format(code=escape("\n".join(code))), "utf-8")
    done = subprocess.run([*command, "macro:///Standard.Clerk.Main"], check=False, capture_output=True, timeout=SECONDS)
    missing = [one.target.name for one in fillings if not one.target.exists()]
    assert not missing, (missing, done.returncode, done.stderr.decode(errors="replace"))


def _text(value: object) -> str:
    """A literal of Basic."""
    return '"' + str(value).replace('"', '""') + '"'
