"""The layout of 核查清单: the headers other programs look for, and who may fill what."""

import re
from pathlib import Path

import pytest

from pipelines.domain.verdict import REASONS, Conclusion, Measure, Method
from pipelines.workbooks import choices
from pipelines.workbooks.choices import LIST_TITLES, LISTS
from pipelines.workbooks.layout import BY_HEADER, BY_KEY, COLUMNS, filled_by, locked, sealed

SPECIFICATION = Path(__file__).parents[3] / "docs" / "spec"


def specified() -> list[str]:
    """The headers of policy.md 6.3 verbatim; between ** what the town fills."""
    lines = (SPECIFICATION / "policy.md").read_text(encoding="utf-8").splitlines()
    line = next(line for line in lines if line.startswith("批次号 | 疑点编号 |"))
    return [header.strip().rstrip(".") for header in line.split(" | ")]


def test_every_header_of_the_field_is_there_as_it_is_written():
    assert [header.strip("*") for header in specified() if header.strip("*") not in BY_HEADER] == []


def test_ours_besides_are_few_and_named():
    ours = set(BY_HEADER) - {header.strip("*") for header in specified()}
    assert ours == {"理由", "结论有效期至", "填写检查", "指纹", "校验"}


def test_the_town_fills_what_the_field_marks_but_not_the_standard():
    marked = {header.strip("*") for header in specified() if header.startswith("**")}
    assert {column.header for column in filled_by("town")} == marked - {"低保标准"} | {"理由", "结论有效期至", "备注"}


def test_keys_and_headers_stand_once():
    assert len(BY_KEY) == len(BY_HEADER) == len(COLUMNS)


@pytest.mark.parametrize("is_answered", [False, True])
def test_a_row_is_open_to_one_alone(is_answered):
    fillers = {column.filler for column in COLUMNS} - {column.filler for column in locked(is_answered=is_answered)}
    assert fillers == {"district" if is_answered else "town"}
    assert {"finding_id", "fingerprint", "id_number"} <= {one.key for one in sealed(is_answered=is_answered)}
    assert not {"number", "seal", "fill_check"} & {one.key for one in sealed(is_answered=is_answered)}


def test_every_list_is_there_and_every_list_is_used():
    assert {column.choices for column in COLUMNS} - {None} == set(LISTS) == set(LIST_TITLES)
    assert all(re.fullmatch("list_[a-z]+", name) for name in LISTS)


def test_conclusions_are_those_of_the_specification():
    text = (SPECIFICATION / "casework.md").read_text(encoding="utf-8")
    assert all(conclusion in text for conclusion in LISTS["list_conclusion"])


def test_lists_are_those_by_which_verdicts_are_judged():
    assert LISTS["list_conclusion"] == tuple(Conclusion)
    assert LISTS["list_method"] == tuple(Method)
    assert tuple(Measure) == choices.MEASURES
    assert choices.REASONS == REASONS
    assert {one for entry in LISTS["list_measure"] for one in entry.split(choices.MEASURE_SEPARATOR)} == set(Measure)
