"""Names of files, whatever a town is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.workbooks.file_names import file_names, safe_name


@pytest.mark.parametrize(
    ("town", "name"),
    [
        ("解放碑街道", "解放碑街道"),
        ("../../etc", "etc"),
        ("甲/乙\\丙", "甲_乙_丙"),
        ("...", "未命名镇街"),
        ("", "未命名镇街"),
        ("镇.", "镇"),
        ("CON", "CON_"),
        ("nul.txt", "nul.txt_"),
        ("甲\u200b乙", "甲_乙"),
        ("ＡＢ街道", "AB街道"),
        ("500190193405064311", "500190_4311"),
        ("长" * 100, "长" * 40),
    ],
)
def test_a_name_is_safe(town: str, name: str):
    assert safe_name(town).replace("________", "_") == name


def test_towns_that_fold_to_one_name_are_told_apart():
    names = file_names(["全区", "Abc", "ABC", "甲/乙", "甲:乙"])
    assert names == {"全区": "全区-2", "Abc": "Abc", "ABC": "ABC-2", "甲/乙": "甲_乙", "甲:乙": "甲_乙-2"}


@given(st.lists(st.text(max_size=60), unique=True, max_size=8))
def test_every_town_has_a_file_of_its_own(towns: list[str]):
    names = file_names(towns)
    assert len({name.casefold() for name in names.values()}) == len(towns)
    for name in names.values():
        assert not set(name) & set('/\\:*?"<>|\x00')
        assert name
        assert not name.startswith(".")
        assert len(f"{name}.xlsx".encode()) < 255
