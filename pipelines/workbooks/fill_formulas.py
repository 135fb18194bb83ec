"""The live formulas of 核查清单: what is missing in a row, how many days it is late.

What belongs here: formulas and the texts they show. They are a help while typing and follow what
`pipelines.domain.verdict.lacks` asks for; every rule is checked again when a workbook is read back.
"""

from typing import Final

from pipelines.workbooks.choices import CONCLUSIONS
from pipelines.workbooks.layout import COLUMNS, PLACE
from pipelines.workbooks.streamed_rows import letter as letter_of

UNFILLED, COMPLETE, ANSWERED = "未填", "完整", "已反馈"
_WITH_MONTH: Final = CONCLUSIONS[:2]


def letter(key: str) -> str:
    """The letter of a column of 核查清单."""
    return letter_of(PLACE[key])


def fill_check(row: int | str) -> str:
    """What is missing in a row, as a formula.

    Args:
        row: as the spreadsheet counts, or a mark that stands for it.
    """
    at = {key: f"${letter(key)}{row}" for key in PLACE}
    monthly = ",".join(f'{at["conclusion"]}="{one}"' for one in _WITH_MONTH)
    counted = ",".join(f"${letter(first)}{row}:${letter(last)}{row}" for first, last in _open_runs())
    checks = (
        (f'{at["conclusion"]}=""', f'IF(COUNTA({counted})=0,"{UNFILLED}","缺核查结论")'),
        (f"ISNA(MATCH({at['conclusion']},list_conclusion,0))", '"核查结论不在列表内"'),
        (f'{at["method"]}=""', '"缺核查方式"'),
        (f'{at["investigated_on"]}=""', '"缺核查日期"'),
        (f'OR(TRIM({at["investigator_1"]})="",TRIM({at["investigator_2"]})="")', '"须两名核查人"'),
        (f"TRIM({at['investigator_1']})=TRIM({at['investigator_2']})", '"两名核查人相同"'),
        (
            f'AND(TRIM({at["note"]})="",OR({at["reason_code"]}="",{at["reason_code"]}="其他"))',
            '"缺理由或说明"',
        ),
        (
            f'AND(OR({monthly}),{at["effective_month"]}="")',
            '"缺执行月份"',
        ),
        (
            f'AND({at["grace_from"]}<>"",{at["grace_to"]}<>"",{at["grace_from"]}>{at["grace_to"]})',
            '"渐退止早于渐退起"',
        ),
    )
    return "=" + "".join(f"IF({condition},{told}," for condition, told in checks) + f'"{COMPLETE}"' + ")" * len(checks)


def overdue_days(row: int | str) -> str:
    """Days past the day to answer by, as a formula; empty while there is time, and where the answer is there."""
    due, check = f"${letter('due_on')}{row}", f"${letter('fill_check')}{row}"
    is_done = f'OR({due}="",{check}="{COMPLETE}",{check}="{ANSWERED}")'
    return f'=IF({is_done},"",IF(TODAY()>{due},TODAY()-{due},""))'


def reason_source(row: int | str) -> str:
    """The list of 理由: the reasons of the conclusion in the row, all of them before one is chosen."""
    conclusion = f"${letter('conclusion')}{row}"
    place = f"MATCH({conclusion},list_conclusion,0)"
    chosen = f"OFFSET(reason_corner,{place}-1,0,1,INDEX(reason_counts,{place}))"
    return f'=IF({conclusion}="",list_reason,{chosen})'


def column_range(key: str, rows: int) -> str:
    """The cells of a column below the header, for formulas on other sheets."""
    return f"核查清单!${letter(key)}$2:${letter(key)}${max(rows, 1) + 1}"


def _open_runs() -> list[tuple[str, str]]:
    """First and last of each run of neighbouring columns that the town fills."""
    runs: list[tuple[str, str]] = []
    before = False
    for column in COLUMNS:
        is_open = column.filler == "town"
        if is_open:
            runs = [*runs[:-1], (runs[-1][0], column.key)] if before else [*runs, (column.key, column.key)]
        before = is_open
    return runs
