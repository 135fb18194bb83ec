"""``hedui case``: the way of one case through the commands, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.cli.app import main
from tests.pipelines.casework.conftest import AS_OF, PROFILE, opened, published
from tests.pipelines.casework.verdicts import complete, say
from warehouse.events.address import EventAddress
from warehouse.events.store import EventStore, open_events

Hedui = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hedui(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Hedui:
    """Run a command on the small published night; its exit code, output and messages."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEDUI_PROFILE", PROFILE)
    published(opened(tmp_path / "warehouse"))

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["case", *words, "--warehouse", str(tmp_path / "warehouse")])
        told = capfd.readouterr()
        return code, told.out, told.err

    return run


def store_of(folder: Path) -> EventStore:
    vault = opened(folder / "warehouse")
    return open_events(EventAddress.of_warehouse(vault.root), vault.key)


def test_the_list_masks_names_and_filters(hedui: Hedui) -> None:
    code, told, _ = hedui("list")
    assert code == 0
    assert "张*" in told
    assert "欧*四" in told
    assert "张三" not in told
    assert "共 2 件" in told
    assert "共 1 件" in hedui("list", "--town", "乙镇")[1]
    assert "共 0 件" in hedui("list", "--state", "已反馈")[1]
    assert "共 0 件" in hedui("list", "--overdue")[1]
    assert "共 2 件，只列前 1 件" in hedui("list", "--limit", "1")[1]
    code, _, told = hedui("list", "--state", "新建")
    assert (code, "expected one of 待下发" in told) == (2, True)


def test_a_case_is_shown_reviewed_and_put_aside(hedui: Hedui, tmp_path: Path) -> None:
    from pipelines.casework.night import published_night  # noqa: PLC0415

    night = published_night(opened(tmp_path / "warehouse"), PROFILE)
    say(store_of(tmp_path), night, complete("f1"), complete("f2", note="51239019700101055X 不是本人"))
    code, told, _ = hedui("show", "c1")
    assert code == 0
    assert "状态 已反馈" in told
    assert "51239019700101055X" not in told
    assert "512390********055X" in told
    assert "待复核 1 件" in hedui("list", "--unreviewed")[1]
    assert "待复核 0 件" in hedui("list", "--unreviewed", "--town", "乙镇")[1]
    assert hedui("review", "c1", "--approve", "--by", "录入员甲")[0] == 2
    assert hedui("review", "c1", "--by", "复核员")[0] == 2
    code, _, told = hedui("review", "c1", "--approve", "--by", "复核员")
    assert (code, "2 answers approved" in told) == (0, True)
    assert hedui("handle", "c1", "--by", "区县")[0] == 0
    assert hedui("archive", "c1", "--by", "区县")[0] == 0
    code, _, told = hedui("suspend", "c1", "--note", "等待", "--by", "区县")
    assert (code, "案件现为“归档”" in told) == (2, True)
    assert hedui("suspend", "c2", "--until", "2099-12-31", "--note", "等待判决", "--by", "区县")[0] == 0
    assert "状态 挂起（原状态：待下发）" in hedui("show", "c2")[1]
    assert hedui("resume", "c2", "--by", "区县")[0] == 0
    assert hedui("reassign", "c2", "--to", "丙镇", "--note", "已迁", "--by", "区县")[0] == 0
    assert "共 1 件" in hedui("list", "--town", "丙镇")[1]
    assert hedui("appeal", "c1", "--note", "有异议", "--by", "区县")[0] == 0
    assert hedui("appeal", "c1", "--close", "--note", "维持", "--by", "区县")[0] == 0
    kinds = [event.kind for event in store_of(tmp_path).read()]
    assert kinds == [
        *("verdict", "verdict", "reviewed", "handled", "archived"),
        *("suspended", "resumed", "reassigned", "appeal_opened", "appeal_closed"),
    ]
    assert {event.known_after for event in store_of(tmp_path).read()} == {AS_OF}


def test_without_a_night_there_is_no_case(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "warehouse").mkdir()
    assert main(["case", "list", "--warehouse", str(tmp_path / "warehouse")]) == 2
    assert "run hedui nightly first" in capfd.readouterr().err
