"""One sheet from raw rows to clean batches, quarantine and counts.

What belongs here: the way of a row of a sheet: skipped, quarantined or clean, and counted. Rows at the end of a batch
that may be notes wait until it is known whether data follows.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from connectors.cleaned import Cleaned, as_text
from connectors.cleaning import Verdicts, clean_field, judge_rows
from connectors.contract import UNKNOWN, Contract, schema
from connectors.headers import column_letter
from connectors.load_counts import FieldReport, PartReport
from connectors.parts import ROW_PROBLEM, SOURCE_ROW, Part, cell_names, cells_of, numbered
from connectors.reasons import Skip
from connectors.rows import data_end, kinds_of, settled
from connectors.wide import persons_of

HOUSEHOLD = "household_id"
MOST_WAITING = 1_000
"""So many rows at the end of a batch wait for data to follow; of more nobody would call the first ones notes."""


@dataclass(frozen=True)
class Batch:
    """Rows of one sheet, as docs/architecture.md describes them."""

    clean: pl.DataFrame
    quarantine: pl.DataFrame


class PartReader:
    """Reads one part once; the counts are whole when its batches are exhausted.

    `ends_untold` says that more rows follow the last data row than wait for one: where a batch ended decided what they are.
    """

    def __init__(self, part: Part, part_no: int, contract: Contract, on: date) -> None:
        self._part, self._part_no, self._contract, self._on = part, part_no, contract, on
        self._skipped = Counter({str(kind): count for kind, count in part.above.items()})
        self._quarantined: Counter[str] = Counter()
        self._clean_rows = self._data_rows = 0
        self._is_dated = self.ends_untold = False
        self._coded = {one.name for one in contract.fields if one.kind == "code" or one.form is not None}
        self.fields = {
            one.name: FieldReport(one.name, one.kind, one.is_required, is_present=one.name in part.header.columns)
            for one in contract.fields
        }

    def batches(self) -> Iterator[Batch]:
        """The rows below the header; one empty batch where there are none."""
        width = len(self._part.header.texts)
        waiting = numbered(pl.DataFrame(schema=dict.fromkeys(cell_names(width), pl.String)), 0)
        has_told = False
        for raw in self._part.batches():
            frame = pl.concat([waiting, raw], how="diagonal_relaxed") if waiting.height else raw
            kinds = kinds_of(frame, self._contract, self._part.header)
            end = data_end(kinds)
            self.ends_untold = self.ends_untold and not end
            if frame.height - end > MOST_WAITING:
                self.ends_untold, end = True, frame.height
            waiting = frame[end:]
            yield self._batch(frame[:end], settled(kinds[:end], is_end=False))
            has_told = True
        # Cleaning nothing costs as much as cleaning little: most files leave no row waiting.
        if waiting.height or not has_told:
            kinds = kinds_of(waiting, self._contract, self._part.header)
            yield self._batch(waiting, settled(kinds, is_end=True))

    def report(self) -> PartReport:
        """What was counted."""
        skipped, quarantined = sum(self._skipped.values()), sum(self._quarantined.values())
        return PartReport(
            part_no=self._part_no,
            source_file=self._part.source_file,
            sheet=self._part.sheet,
            sha256=self._part.sha256,
            encoding=self._part.encoding,
            delimiter=self._part.delimiter,
            header_row=self._part.header_row,
            rows_read=self._clean_rows + skipped + quarantined,
            data_rows=self._data_rows,
            skipped=dict(sorted(self._skipped.items())),
            quarantined=dict(sorted(self._quarantined.items())),
            unknown_columns=self._part.header.unknown,
            is_dated=self._is_dated,
        )

    def _batch(self, frame: pl.DataFrame, kinds: pl.Series) -> Batch:
        """One batch cleaned, judged and counted."""
        self._skipped.update(kinds.drop_nulls().to_list())
        data = frame if kinds.is_null().all() else frame.filter(kinds.is_null())
        self._data_rows += data.height
        rows, columns = persons_of(data, self._part.header, self._contract)
        cleaned = self._cleaned(rows, columns)
        self._is_dated = self._is_dated or any(one.is_dated for one in cleaned.values())
        verdicts = judge_rows(self._contract, cleaned, rows[ROW_PROBLEM])
        others = int(verdicts.is_other_document.sum())
        if others:
            self._skipped[str(Skip.OTHER_DOCUMENT)] += others
        self._quarantined.update(verdicts.reason.drop_nulls().to_list())
        is_clean = verdicts.is_clean
        keep = None if is_clean.all() else is_clean
        clean = self._clean_frame(rows, cleaned, keep)
        self._clean_rows += clean.height
        self._count(clean, cleaned, keep)
        return Batch(clean, self._quarantine_frame(rows, cleaned, verdicts))

    def _cleaned(self, rows: pl.DataFrame, columns: Mapping[str, str]) -> dict[str, Cleaned]:
        """Every field of the contract, cleaned."""
        header, names = self._part.header, cells_of(rows)
        return {
            one.name: clean_field(
                one,
                rows[columns[one.name]] if one.name in columns else None,
                rows[names[header.companions[one.name]]] if one.name in header.companions else None,
                header.units.get(one.name),
                self._on,
                rows.height,
            )
            for one in self._contract.fields
        }

    def _clean_frame(self, rows: pl.DataFrame, cleaned: Mapping[str, Cleaned], keep: pl.Series | None) -> pl.DataFrame:
        types = schema(self._contract)
        columns = [cleaned[name].value.cast(dtype).alias(name) for name, dtype in types.items()]
        place = pl.lit(self._part_no, dtype=pl.Int32).alias("part_no")
        frame = pl.DataFrame(columns).with_columns(place, rows[SOURCE_ROW])
        return frame if keep is None else frame.filter(keep)

    def _count(self, clean: pl.DataFrame, cleaned: Mapping[str, Cleaned], keep: pl.Series | None) -> None:
        """Add the clean rows of a batch to the counts of the fields."""
        for name, counts in self.fields.items():
            values, found = clean[name], cleaned[name]
            unknown = int((values == UNKNOWN).sum()) if name in self._coded else 0
            counts.rows += clean.height
            counts.unknown += unknown
            counts.filled += clean.height - values.null_count() - unknown
            counts.unparsed += _marked(found.unparsed, keep)
            counts.bad_check += _marked(found.bad_check, keep)

    def _quarantine_frame(self, rows: pl.DataFrame, cleaned: Mapping[str, Cleaned], verdicts: Verdicts) -> pl.DataFrame:
        """The rows set aside with their reason and their raw text, and the household they belong to where it is known."""
        places = verdicts.reason.is_not_null().arg_true()
        raw = rows[places]
        frame = pl.DataFrame(
            {
                "part_no": pl.Series([self._part_no], dtype=pl.Int32).new_from_index(0, len(places)),
                "source_row": raw[SOURCE_ROW],
                "field": verdicts.field.gather(places).fill_null(""),
                "reason": verdicts.reason.gather(places),
                "raw": self._raw_text(raw),
            }
        )
        if not self._contract.has(HOUSEHOLD):
            return frame
        return frame.with_columns(cleaned[HOUSEHOLD].value.gather(places).alias(HOUSEHOLD))

    def _raw_text(self, rows: pl.DataFrame) -> pl.Series:
        """Each row as a JSON object, header → cell as it was delivered.

        Cells beyond the header that a row does not have are left out: another row of the batch has them.
        """
        texts = self._part.header.texts
        named: dict[str, pl.Series] = {}
        beyond: list[str] = []
        for column, name in enumerate(cells_of(rows)):
            header = texts[column].strip() if column < len(texts) else ""
            if header in named or not header:
                header = f"{header}[{column_letter(column)}]"
            if column >= len(texts):
                beyond.append(column_letter(column))
            named[header] = as_text(rows[name])
        raw = pl.DataFrame(named).select(pl.struct(pl.all()).struct.json_encode()).to_series()
        return raw.str.replace(rf'(,"\[({"|".join(beyond)})\]":null)+\}}$', "}") if beyond else raw


def _marked(marks: pl.Series | None, keep: pl.Series | None) -> int:
    if marks is None:
        return 0
    return int((marks if keep is None else marks & keep).sum())
