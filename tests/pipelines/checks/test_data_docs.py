"""Results pages: complete in themselves, renewed in one step, without a value."""

import json
import re
import stat
from datetime import date
from html.parser import HTMLParser

import pytest

from pipelines.checks.assessment import assess
from pipelines.checks.data_docs import write_results

AS_OF = date(2026, 9, 22)


class Tags(HTMLParser):
    """Collects open tags and every address that a page refers to."""

    def __init__(self):
        super().__init__()
        self.open, self.addresses = [], []

    def handle_starttag(self, tag, attrs):
        """Remember the tag until it is closed, and where it points to."""
        self.addresses += [value for name, value in attrs if name in {"href", "src", "action"}]
        if tag not in {"meta", "br", "link"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """A tag closes the one opened last."""
        assert self.open.pop() == tag


def parsed(page):
    tags = Tags()
    tags.feed(page.read_text(encoding="utf-8"))
    tags.close()
    return tags


@pytest.fixture
def assessment(contract, make_facts):
    return assess(contract, make_facts(messages=["拒收：<b>行数</b>不符"]), AS_OF, key_duplicates=0)


def test_pages_stand_alone_and_are_well_formed(tmp_path, assessment):
    page = write_results(tmp_path, assessment)

    assert page == tmp_path / "checks" / "2026-09-22" / "vehicle.html"
    for one, addresses in [(page, ["index.html"]), (page.with_name("index.html"), ["vehicle.html"])]:
        tags = parsed(one)
        assert tags.open == []
        assert tags.addresses == addresses
        text = one.read_text(encoding="utf-8")
        assert not re.search(r"https?:|//|@import|url\(", text)
        assert 'lang="zh-CN"' in text


def test_a_page_shows_every_expectation_with_observed_and_expected(tmp_path, assessment):
    text = write_results(tmp_path, assessment).read_text(encoding="utf-8")

    for result in assessment.results:
        assert f"<code>{result.expectation.name}</code>" in text
        assert result.expected_text in text
    assert "数据时点 2026-09-21" in text
    assert "无历史" in text
    assert 'class="number">1,000<' in text


def test_texts_are_escaped(tmp_path, assessment):
    text = write_results(tmp_path, assessment).read_text(encoding="utf-8")

    assert "&lt;b&gt;行数&lt;/b&gt;" in text
    assert "<b>" not in text


def test_the_index_gathers_the_feeds_of_a_night(tmp_path, contract, make_facts, assessment):
    write_results(tmp_path, assessment)
    absent = contract.model_copy(update={"feed": "death", "title": "死亡"})
    facts = make_facts(status="absent", used=[], snapshot_date=None, age_days=None)

    index = write_results(tmp_path, assess(absent, facts, AS_OF)).with_name("index.html").read_text(encoding="utf-8")

    assert index.index("death.html") < index.index("vehicle.html")
    assert "缺失" in index


def test_the_index_names_what_nobody_delivered_and_forgets_what_an_earlier_run_said_of_it(
    tmp_path, contract, make_facts, assessment
):
    write_results(tmp_path, assessment)
    other = contract.model_copy(update={"feed": "death", "title": "死亡"})
    facts = make_facts(status="absent", used=[], snapshot_date=None, age_days=None)

    page = write_results(tmp_path, assess(other, facts, AS_OF), {"vehicle": "机动车", "death": "死亡"})

    index = page.with_name("index.html").read_text(encoding="utf-8")
    assert "vehicle.html" not in index
    assert "本次未核（不等于无问题）：机动车<" in index
    assert "death.html" in index


def test_a_second_run_replaces_and_leaves_nothing_beside(tmp_path, assessment):
    write_results(tmp_path, assessment)
    page = write_results(tmp_path, assessment)

    assert sorted(one.name for one in page.parent.iterdir()) == ["index.html", "vehicle.html", "vehicle.json"]
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert stat.S_IMODE(page.parent.stat().st_mode) == 0o700


def test_the_librarys_own_results_are_kept_beside_the_page(tmp_path, assessment):
    account = json.loads(write_results(tmp_path, assessment).with_suffix(".json").read_text(encoding="utf-8"))

    assert account["summary"]["checks"] == len(assessment.results)
    assert account["great_expectations"]["version"]
    [critical] = [one for one in account["expectations"] if one["name"] == "required_columns"]
    assert critical == {
        "name": "required_columns",
        "kind": "required_columns",
        "severity": "critical",
        "status": "passed",
        "observed": 0.0,
        "at_least": None,
        "at_most": 0,
    }
    assert len(account["expectations"]) == len(assessment.results)
    assert account["summary"]["warnings"] == 1


def test_an_unbalanced_book_is_shown(tmp_path, contract, make_facts, make_report):
    lost = make_report(books={"read": 1001})

    text = write_results(tmp_path, assess(contract, make_facts(used=[lost]), AS_OF, key_duplicates=0)).read_text()

    assert "不平" in text
    assert "1,001" in text
