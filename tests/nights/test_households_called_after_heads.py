"""A district whose household ids are its heads' identity numbers, and whose free texts hold some: nothing tells of anybody.

Everything that is handed on, shown or logged over a whole night is searched, whatever kind of file it is.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipelines.cli import main
from tests.nights.canaries import everything_told
from tests.nights.conftest import Place
from tests.nights.district import (
    DOUBTFUL,
    DRIVER,
    FARMER,
    PEOPLE,
    QUIET,
    SPOUSE,
    TRADER,
    WIFE,
    WORKER,
    Person,
    Row,
    deliver_all,
    dwelling,
    firm,
    insurance,
    literal_rows,
    vehicle,
)
from tests.nights.driver import PROFILE
from tests.pipelines.workbooks.made_books import COMPLETE, edited

HEAD_OF = {one.household: one for one in PEOPLE if one.relation == "02"}
NUMBERS = sorted({one.id_number for one in PEOPLE})
# With anything between the digits, folded or not: a number is a number however it is laid out.
READABLE = re.compile("|".join(r"[^0-9Xx]{0,3}".join(number) for number in NUMBERS), re.IGNORECASE)
HANDED_ON = [
    ("findings", "parquet"),
    ("findings", "csv"),
    ("findings", "xlsx"),
    ("cases", "csv"),
    ("quarantine", "csv"),
]


def household_of(one: Person) -> str:
    """What the district calls a household: its head's number, one with a number behind it, one laid out."""
    number = HEAD_OF[one.household].id_number
    ways = {
        WORKER.household: f"{number}-01",
        TRADER.household: f"{number[:6]} {number[6:14]} {number[14:]}",
        QUIET.household: f"户{number}01",
    }
    return ways.get(one.household, number)


def telling_rows() -> dict[str, list[Row]]:
    """The literal district, with numbers of persons wherever a text may be."""
    rows = literal_rows()
    rows["roster"] = [
        row | {"家庭编号": household_of(one), "镇街": f"甲镇{QUIET.id_number}" if one is TRADER else row["镇街"]}
        for one, row in zip(PEOPLE, rows["roster"], strict=True)
    ]
    # DRIVER's spouse stands in another household too; both are called after people.
    rows["roster"].append(rows["roster"][1] | {"家庭编号": household_of(WORKER), "与户主关系": "80"})
    rows["roster"].append(rows["roster"][6] | {"家庭编号": household_of(QUIET), "身份证号": QUIET.id_number[:17]})
    rows["social_insurance"] = [
        insurance(SPOUSE, 单位名称=f"{WORKER.name}{WORKER.id_number}的店"),
        insurance(WORKER, 单位名称=f"个体{SPOUSE.id_number[:6]} {SPOUSE.id_number[6:14]} {SPOUSE.id_number[14:]}"),
    ]
    rows["vehicle"] = [
        vehicle(DRIVER, 号牌号码=DRIVER.id_number),
        vehicle(DOUBTFUL, 机动车状态=f"不明{DRIVER.id_number}"),
    ]
    rows["property"] = [
        dwelling(FARMER, 不动产单元号=FARMER.id_number, 坐落=f"{WIFE.id_number}号院"),
        dwelling(WIFE, 不动产单元号="", 坐落=f"乙村{FARMER.id_number}"),
    ]
    rows["business"] = [firm(TRADER, 统一社会信用代码="", 市场主体名称=f"{TRADER.id_number}小吃店")]
    return rows


def told_by(content: bytes, name: str) -> Iterator[tuple[str, str]]:
    """The texts of a file: of a workbook each part, of a table its cells."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            for part in parts.namelist():
                yield f"{name}!{part}", parts.read(part).decode("utf-8", "ignore")
    elif name.endswith(".parquet"):
        yield name, str(pl.read_parquet(io.BytesIO(content)).to_dicts())
    else:
        yield name, content.decode("utf-8", "ignore")


def readable_in(told: dict[str, bytes]) -> list[str]:
    """Places where a number of a person can be read."""
    return [place for name, content in told.items() for place, text in told_by(content, name) if READABLE.search(text)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, five_feeds: Path) -> Iterator[Place]:
    """The district, and the command line in this process."""
    here = Place(tmp_path_factory.mktemp("heads"))
    deliver_all(here.root / "inbox", **telling_rows())
    for folder in ("tmp", "cwd", "out"):
        (here.root / folder).mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEDUI_FEEDS_DIRS", str(five_feeds))
        patch.setenv("HEDUI_THREADS", "1")
        patch.setenv("HEDUI_PROFILE", PROFILE)
        patch.setenv("COLUMNS", "400")
        patch.setenv("TMPDIR", str(here.root / "tmp"))
        patch.setattr("tempfile.tempdir", None)
        patch.chdir(here.root / "cwd")
        yield here


def test_nothing_that_is_handed_on_shown_or_logged_tells_of_anybody(
    place: Place, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    out, warehouse = place.root / "out", place.warehouse
    assert main(place.nightly()) == 0, capfd.readouterr().err
    for what, kind in HANDED_ON:
        assert main(place.told("export", what, "--format", kind, "--out", out / f"{what}.{kind}")) == 0
    assert main(place.told("export", "queue", "--format", "xlsx", "--out", out)) == 0
    assert main(place.told("export", "findings", "--format", "csv", "--out", out / "x.csv", "--town", "无此镇")) == 2

    # A workbook comes back with an answer, a changed cell and an answer that is not whole.
    book = next(path for path in sorted(out.glob("甲镇*.xlsx")) if openpyxl.load_workbook(path)["核查清单"].max_row > 4)
    edits = [
        lambda one: one.fill(2, **COMPLETE | {"investigated_on": "2026-09-22", "note": f"与{DRIVER.id_number}同住"}),
        lambda one: one.fill(3, statement="改过"),
        lambda one: one.fill(4, conclusion="已处理"),
    ]
    came_back = edited(book.read_bytes(), *edits)
    (out / "交回.xlsx").write_bytes(came_back)
    assert main(place.told("import", "workbook", out / "交回.xlsx", "--by", "陈录入")) == 0
    (out / "交回.xlsx").unlink()

    cases = pl.read_parquet(warehouse / "published" / "current" / "cases.parquet")
    assert cases.height > 4
    for case_id in cases["case_id"].head(2):
        assert main(place.told("case", "show", case_id)) == 0
    for words in (("case", "list"), ("case", "list", "--unreviewed"), ("status",), ("status", "--json")):
        assert main(place.told(*words)) == 0
    assert main(place.told("audit", "verify")) == 0
    assert main(place.told("rehearse", "--profile", "caojie-people", "--out", out / "rehearsal")) == 0

    output, complaints = capfd.readouterr()
    told = everything_told(warehouse, out, place.root / "tmp", place.root / "cwd")
    told |= {str(path): path.read_bytes() for path in out.rglob("*.parquet")}
    told |= {"standard output": output.encode(), "standard error": complaints.encode(), "logs": caplog.text.encode()}
    assert readable_in(told) == []

    # The search would have found them: the inner tables hold them plain, and so does what is asked for clear.
    assert set(cases["household_id"]) & set(NUMBERS)
    assert main(place.told("export", "cases", "--format", "csv", "--out", out / "clear.csv", "--clear-ids")) == 0
    assert readable_in({"clear": (out / "clear.csv").read_bytes()}) == ["clear"]
    households_are_told_apart(out, cases)


def households_are_told_apart(out: Path, cases: pl.DataFrame) -> None:
    """As many households as there are, called the same in every file."""
    in_cases = pl.read_csv(out / "cases.csv")["household_id"]
    assert in_cases.n_unique() == cases.height
    in_findings = pl.read_csv(out / "findings.csv", infer_schema=False)
    assert set(in_findings["household_id"]) <= set(in_cases)
    members = openpyxl.load_workbook(out / "全区.xlsx")["家庭成员"]
    header, *lines = members.iter_rows(values_only=True)
    assert {line[header.index("家庭编号")] for line in lines} <= set(in_cases)
    double = in_findings.filter(pl.col("rule_id") == "ZF-01")
    assert set(double["record_key"]) <= set(in_cases)
