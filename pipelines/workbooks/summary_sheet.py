"""Writing 汇总: findings and the state of their answers, by rule and, for the district, by town; live while people type.

What belongs here: tables of COUNTIFS over 核查清单 with their values as they are when the workbook is written, and native
charts over them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from pipelines.workbooks.choices import CONCLUSIONS
from pipelines.workbooks.fill_formulas import ANSWERED, COMPLETE, UNFILLED, column_range
from pipelines.workbooks.layout import SUMMARY
from pipelines.workbooks.paging import Paging, protect, set_page
from pipelines.workbooks.styles import LINE_COLOR, ORANGE, QUIET_COLOR, RED, YELLOW, Styles, is_running

NOTHING: Final = "本期没有需要核查的疑点。"
KEEPING: Final = CONCLUSIONS[2:6]
"""Conclusions by which the household stays as it is (维持)."""

_HEADERS: Final = ("下发", "已反馈", "填写完整", "待补充", "未填", "属实", "停发", "渐退", "维持", "超期", "完成率")
_IS_ANSWERED: Final = pl.col("is_answered")
_SAID: Final = pl.col("conclusion").filter(_IS_ANSWERED)
_NOTHING: Final = pl.lit(0)
_COUNTED: Final = [
    (expression.fill_null(0) if expression is not _NOTHING else expression).cast(pl.Int64).alias(header)
    for header, expression in zip(
        _HEADERS[:-1],
        (
            pl.len(),
            _IS_ANSWERED.sum(),
            _NOTHING,
            _NOTHING,
            (~_IS_ANSWERED).sum(),
            _SAID.str.starts_with("属实").sum(),
            pl.col("measures").filter(_IS_ANSWERED).str.contains("停发", literal=True).sum(),
            _SAID.eq(CONCLUSIONS[1]).sum(),
            _SAID.is_in(list(KEEPING)).sum(),
            _NOTHING,
        ),
        strict=True,
    )
]
"""What the formulas of a line give when the workbook is written."""
_GREY, _DONE, _PART, _OPEN = "#8FA3BF", "#4E9F6B", "#E8A33D", "#D5DAE1"
_FIRST_COLUMN_WIDTH = 26


@dataclass(frozen=True)
class _Group:
    """One line of a table: what it is called, the value by which it is counted, what its formulas give now."""

    label: str
    value: str
    counts: tuple[int, ...]


class SummaryWriter:
    """Writes 汇总 of one workbook. The sheet is made first, so that it stands first, and filled once rows are known."""

    def __init__(self, book: Any, styles: Styles) -> None:  # noqa: ANN401  xlsxwriter is untyped
        self._book = book
        self._sheet = book.add_worksheet(SUMMARY)
        self._styles = styles

    def write(self, rows: pl.DataFrame, paging: Paging, title: str, *, by_town: bool) -> None:
        """Write the sheet.

        Args:
            rows: numbered rows of 核查清单.
            paging: for the pages.
            title: the workbook's.
            by_town: whether towns are told apart (the district's workbook).
        """
        sheet = self._sheet
        sheet.set_column(0, 0, _FIRST_COLUMN_WIDTH)
        sheet.set_column(1, 40, 9)
        sheet.set_row(0, 26)
        sheet.write_string(0, 0, title, self._styles.title())
        cases = rows["household_id"].n_unique()
        told = f"比对日 {paging.as_of}，共 {cases} 户、{rows.height} 条疑点。进度随“核查清单”的填写自动更新。疑点是线索，不是处理决定。"
        sheet.write_string(1, 0, told if rows.height else NOTHING, self._styles.of(font_color=QUIET_COLOR))
        line = 3
        if rows.height:
            line = self._risks(line, rows)
            if by_town:
                line = self._table(line, "镇街", "town", _by_town(rows), rows)
            line = self._table(line, "疑点类型", "rule_id", _by_rule(rows), rows)
            if by_town:
                line = self._matrix(line, rows)
        set_page(sheet, paging, SUMMARY)
        sheet.fit_to_pages(1, 0 if by_town else 1)
        sheet.activate()
        protect(sheet)

    def _risks(self, line: int, rows: pl.DataFrame) -> int:
        """How many findings stand in cases of each risk."""
        sheet, styles = self._sheet, self._styles
        sheet.write_string(line, 0, "风险等级", styles.section())
        risks = (("红", RED), ("橙", ORANGE), ("黄", YELLOW))
        for place, (risk, color) in enumerate(risks, start=1):
            sheet.write_string(line + 1, place, risk, styles.header(color))
        sheet.write_string(line + 2, 0, "疑点条数", styles.cell("text"))
        for place, (risk, _color) in enumerate(risks, start=1):
            count = rows.filter(pl.col("risk") == risk).height
            formula = f'=COUNTIF({column_range("risk", rows.height)},"{risk}")'
            sheet.write_formula(line + 2, place, formula, styles.cell("count"), count)
        return line + 4

    def _table(self, line: int, title: str, key: str, groups: Sequence[_Group], rows: pl.DataFrame) -> int:
        """One line per group, the total below, a chart beside the next lines."""
        sheet, styles = self._sheet, self._styles
        sheet.write_string(line, 0, f"按{title}", styles.section())
        header = line + 1
        sheet.set_row(header, 22)
        sheet.write_string(header, 0, title, styles.header())
        for place, name in enumerate(_HEADERS, start=1):
            sheet.write_string(header, place, name, styles.header())
        first = header + 1
        for at, group in enumerate(groups, start=first):
            shown = styles.cell("text", is_running=is_running(group.label))
            sheet.write_string(at, 0, group.label, shown)
            criterion = f'{column_range(key, rows.height)},"{_quoted(group.value)}"'
            self._counts(at, criterion, group.counts, rows.height)
        last = first + len(groups) - 1
        self._total(last + 1, first, last, rows.select(_COUNTED).row(0))
        self._chart(header, first, last, title, at=last + 3)
        return last + 3 + _chart_lines(len(groups)) + 2

    def _counts(self, at: int, criterion: str, values: Sequence[int], height: int) -> None:
        """The cells of one line: formulas with the values that they have now."""
        check, conclusion = column_range("fill_check", height), column_range("conclusion", height)
        measures, overdue = column_range("measures", height), column_range("overdue_days", height)
        keeping = "+".join(f'COUNTIFS({criterion},{conclusion},"{one}")' for one in KEEPING)
        row = at + 1
        formulas = (
            f"=COUNTIFS({criterion})",
            f'=COUNTIFS({criterion},{check},"{ANSWERED}")',
            f'=COUNTIFS({criterion},{check},"{COMPLETE}")',
            f"=B{row}-C{row}-D{row}-F{row}",
            f'=COUNTIFS({criterion},{check},"{UNFILLED}")',
            f'=COUNTIFS({criterion},{conclusion},"属实*")',
            f'=COUNTIFS({criterion},{measures},"*停发*")',
            f'=COUNTIFS({criterion},{conclusion},"{CONCLUSIONS[1]}")',
            f"={keeping}",
            f'=COUNTIFS({criterion},{overdue},">0")',
        )
        style = self._styles.cell("count")
        for place, (formula, value) in enumerate(zip(formulas, values, strict=True), start=1):
            self._sheet.write_formula(at, place, formula, style, value)
        self._write_share(at, values)

    def _total(self, at: int, first: int, last: int, values: Sequence[int]) -> None:
        sheet, bold = self._sheet, self._styles.cell("count", bold=True)
        sheet.write_string(at, 0, "合计", self._styles.cell("text", bold=True))
        for place, value in enumerate(values, start=1):
            column = chr(ord("A") + place)
            sheet.write_formula(at, place, f"=SUM({column}{first + 1}:{column}{last + 1})", bold, value)
        self._write_share(at, values)

    def _write_share(self, at: int, values: Sequence[int]) -> None:
        """完成率: answered and completely filled rows of those sent out."""
        row, share = at + 1, (values[1] + values[2]) / values[0] if values[0] else 0
        style = self._styles.of(num_format="0.0%", border=1, border_color=LINE_COLOR, align="center")
        self._sheet.write_formula(at, len(values) + 1, f'=IF(B{row}=0,"",(C{row}+D{row})/B{row})', style, share)

    def _chart(self, header: int, first: int, last: int, title: str, at: int) -> None:
        """Bars of the answers of each line: done, begun, open."""
        chart = self._book.add_chart({"type": "bar", "subtype": "stacked"})
        for place, color in ((2, _GREY), (3, _DONE), (4, _PART), (5, _OPEN)):
            chart.add_series(
                {
                    "name": [SUMMARY, header, place],
                    "categories": [SUMMARY, first, 0, last, 0],
                    "values": [SUMMARY, first, place, last, place],
                    "fill": {"color": color},
                    "gap": 40,
                }
            )
        chart.set_title({"name": f"按{title}的反馈进度（条）", "name_font": {"size": 11}, "overlay": False})
        chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
        chart.set_x_axis({"num_font": {"size": 9}, "major_gridlines": {"visible": True, "line": {"color": "#E3E7EC"}}})
        chart.set_legend({"position": "top"})
        chart.set_size({"width": 900, "height": _chart_lines(last - first + 1) * 20})
        self._sheet.insert_chart(at, 0, chart, {"object_position": 2, "description": f"按{title}的反馈进度"})

    def _matrix(self, line: int, rows: pl.DataFrame) -> int:
        """Towns × rules: how many findings; the numbers of this night, no formula."""
        sheet, styles = self._sheet, self._styles
        sheet.write_string(line, 0, "镇街 × 疑点（条）", styles.section())
        rules = _by_rule(rows)
        sheet.write_string(line + 1, 0, "镇街", styles.header())
        for place, rule in enumerate(rules, start=1):
            sheet.write_string(line + 1, place, rule.value, styles.header())
        counts = {(town, rule): n for town, rule, n in rows.group_by("town", "rule_id").len().iter_rows()}
        for at, town in enumerate(_by_town(rows), start=line + 2):
            sheet.write_string(at, 0, town.label, styles.cell("text", is_running=is_running(town.label)))
            for place, rule in enumerate(rules, start=1):
                count = counts.get((town.value, rule.value), 0)
                style = styles.cell("count")
                if count:
                    sheet.write_number(at, place, count, style)
                else:
                    sheet.write_blank(at, place, None, style)
        return line + 3 + rows["town"].n_unique()


def _by_town(rows: pl.DataFrame) -> list[_Group]:
    told = rows.group_by("town").agg(_COUNTED).sort(["下发", "town"], descending=[True, False])
    return [_Group(str(town), str(town), tuple(counts)) for town, *counts in told.iter_rows()]


def _by_rule(rows: pl.DataFrame) -> list[_Group]:
    told = rows.group_by("rule_id").agg(pl.col("rule_title").first(), *_COUNTED).sort("rule_id")
    return [_Group(f"{rule} {title}", str(rule), tuple(counts)) for rule, title, *counts in told.iter_rows()]


def _chart_lines(bars: int) -> int:
    """Height of a chart in rows of 20 pixels."""
    return 6 + bars * 2 if bars <= 14 else 6 + bars + 14  # noqa: PLR2004  many bars are drawn thinner


def _quoted(text: str) -> str:
    """A text as a criterion that means nothing but itself."""
    plain = text.replace("~", "~~").replace("*", "~*").replace("?", "~?").replace('"', '""')
    return f"={plain}" if text[:1] in "=<>" else plain
