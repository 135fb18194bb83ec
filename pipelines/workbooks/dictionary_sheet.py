"""Writing 字典, whose lists the drop-downs show by defined names, and the very hidden `_meta`.

What belongs here: these two sheets.
"""

from typing import Any

from pipelines.workbooks.choices import LIST_TITLES, LISTS, REASONS
from pipelines.workbooks.layout import DICTIONARY, META
from pipelines.workbooks.paging import Paging, protect, set_page
from pipelines.workbooks.styles import Styles


def write_dictionary(book: Any, styles: Styles, paging: Paging) -> None:  # noqa: ANN401  xlsxwriter is untyped
    """One column per list, then the reasons by conclusion: one line per conclusion, its reasons beside it."""
    sheet = book.add_worksheet(DICTIONARY)
    # Read by the drop-downs' formulas: the reasons of the n-th conclusion stand in line n.
    width = max(len(reasons) for reasons in REASONS.values())
    tallest = max(len(entries) for entries in LISTS.values())
    left = len(LISTS) + 1
    sheet.set_column(0, left + width + 1, 18)
    for place, name in enumerate(LISTS):
        sheet.write_string(0, place, LIST_TITLES[name], styles.header())
        book.define_name(name, f"={DICTIONARY}!${_letter(place)}$2:${_letter(place)}${len(LISTS[name]) + 1}")
    sheet.write_string(0, left, "核查结论", styles.header())
    sheet.write_string(0, left + 1, "理由数", styles.header())
    for number in range(width):
        sheet.write_string(0, left + 2 + number, f"可选理由{number + 1}", styles.header())
    conclusions = list(LISTS["list_conclusion"])
    for line in range(max(tallest, len(conclusions))):
        for place, entries in enumerate(LISTS.values()):
            if line < len(entries):
                sheet.write_string(line + 1, place, entries[line], styles.cell("text"))
        if line < len(conclusions):
            reasons = REASONS[conclusions[line]]
            sheet.write_string(line + 1, left, conclusions[line], styles.cell("text"))
            sheet.write_number(line + 1, left + 1, len(reasons), styles.cell("count"))
            for number, reason in enumerate(reasons):
                sheet.write_string(line + 1, left + 2 + number, reason, styles.cell("text"))
    corner, counts = _letter(left + 2), _letter(left + 1)
    book.define_name("reason_corner", f"={DICTIONARY}!${corner}$2")
    book.define_name("reason_counts", f"={DICTIONARY}!${counts}$2:${counts}${len(conclusions) + 1}")
    sheet.freeze_panes(1, 0)
    set_page(sheet, paging, DICTIONARY)
    sheet.fit_to_pages(1, 0)
    protect(sheet)


def write_meta(book: Any, text: str) -> None:  # noqa: ANN401
    """The account of the workbook, for the program that reads it back."""
    sheet = book.add_worksheet(META)
    sheet.write_string(0, 0, text)
    sheet.very_hidden()
    sheet.protect("")


def _letter(place: int) -> str:
    return chr(ord("A") + place)
