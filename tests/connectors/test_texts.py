"""Names, texts and codes (feeds.md section 2)."""

import polars as pl
import pytest

from connectors.contract import Field
from connectors.texts import clean_codes, clean_names, clean_texts

STATUS = Field(
    name="status",
    kind="code",
    label_zh="登记状态",
    headers=("登记状态",),
    codes={"active": ("1", "存续（在营、开业、在册）"), "revoked": ("2", "吊销，未注销"), "shop": ("30–39",)},
)
REQUIRED = STATUS.model_copy(update={"is_required": True})


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("张三", "张三"),
        (" 张\u3000三 ", "张三"),
        ("张\t三\u00a0", "张三"),
        ("张\u200b三", "张三"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("买买提・吐尔逊", "买买提·吐尔逊"),
        ("买买提‧吐尔逊", "买买提·吐尔逊"),
        ("买买提．吐尔逊", "买买提·吐尔逊"),
        ("买买提.吐尔逊", "买买提·吐尔逊"),
        ("买买提·吐尔逊", "买买提·吐尔逊"),
        ("𠮷田", "𠮷田"),
        ("張三", "張三"),
        ("\ue81e某", "\ue81e某"),
        ("", None),
        (" \u3000", None),
        (None, None),
    ],
)
def test_names(written, name):
    assert clean_names(pl.Series([written], dtype=pl.String)).value.to_list() == [name]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (" 重庆市　某某 路 ", "重庆市 某某 路"),
        ("ＡＢＣ１２３", "ABC123"),
        ("某某（重庆）公司，一号", "某某（重庆）公司，一号"),
        ("\u200bYZ1\ufeff", "YZ1"),
        ("无", "无"),
        ("   ", None),
        (None, None),
    ],
)
def test_texts(written, text):
    assert clean_texts(pl.Series([written], dtype=pl.String)).value.to_list() == [text]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1", "active"),
        (" １ ", "active"),
        ("存续（在营、开业、在册）", "active"),
        ("存续(在营、开业、在册)", "active"),
        ("active", "active"),
        ("吊销，未注销", "revoked"),
        ("吊销,未注销", "revoked"),
        ("注销", "unknown"),
        ("30", "shop"),
        ("39", "shop"),
        ("29", "unknown"),
        ("40", "unknown"),
        ("unknown", "unknown"),
        ("", None),
        (None, None),
    ],
)
def test_codes(written, code):
    column = pl.Series([written], dtype=pl.String)
    assert clean_codes(column, STATUS).value.to_list() == [code]
    assert clean_codes(column, REQUIRED).value.to_list() == ["unknown" if code is None else code]


def test_codes_of_typed_columns():
    assert clean_codes(pl.Series([1, 2, 9, None]), STATUS).value.to_list() == ["active", "revoked", "unknown", None]
    assert clean_codes(pl.Series([1.0, 2.0]), STATUS).value.to_list() == ["active", "revoked"]
    assert clean_codes(pl.Series([True, None]), STATUS).value.to_list() == ["active", None]
    assert clean_codes(pl.Series(["1"] * 9, dtype=pl.Categorical), STATUS).value.to_list() == ["active"] * 9
