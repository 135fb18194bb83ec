"""Rules are found, not listed; a set of them is a value."""

from dataclasses import replace

import pytest

from pipelines.domain.rule import Subject
from pipelines.domain.rulebook import feeds_of, rulebook, rulebook_of


def test_the_core_rules_are_found():
    core = ["CL-01", "CL-02", "CL-03", "FC-01", "FC-02", "FC-03", "GS-01", "GS-02", "SB-01", "SB-02", "SB-03", "SB-04"]
    assert set(core) <= set(rulebook())
    assert list(rulebook()) == sorted(rulebook())
    vehicles = [one.rule_id for one in rulebook().of("vehicle")]
    assert vehicles[:3] == ["CL-01", "CL-02", "CL-03"]
    assert vehicles == sorted(vehicles)
    assert {"business", "property", "social_insurance", "vehicle"} <= set(rulebook().feeds_with_rules())


def test_what_rules_look_at_beside_their_feed():
    assert rulebook().feeds_beside("roster") == ("card_proxies", "disability", "students")
    assert rulebook().feeds_beside("vehicle") == ()
    assert rulebook().persons_looked_up("marriage") == (("spouse_id_number", "death"),)
    assert "card_proxies" in set(rulebook().feeds_to_match()) - set(rulebook().feeds_with_rules())
    assert feeds_of([rulebook()["HY-01"], rulebook()["CL-01"]]) == {"marriage", "death", "vehicle"}


def test_what_is_judged_after_the_income_looks_nobody_up():
    with pytest.raises(ValueError, match="subject over roster: expected looked_up or after_income, found both"):
        Subject("roster", "名册", lambda night: night.members.lazy(), looked_up=(("x", "death"),), after_income=True)


def test_what_is_needed_is_looked_at():
    with pytest.raises(
        ValueError, match="subject over roster: expected every feed of needs among those beside, found x"
    ):
        Subject("roster", "名册", lambda night: night.members.lazy(), beside=("y",), needs=("x", "y"))


def test_rules_are_judged_with_their_feed_or_after_the_income():
    for feed in rulebook().feeds_with_rules():
        late = [one for one in rulebook().judged_after_income() if one.feed == feed]
        assert sorted([*rulebook().judged_with(feed), *late], key=lambda one: one.rule_id) == list(rulebook().of(feed))


def test_every_rule_is_described_and_declares_what_is_material():
    for one in rulebook().values():
        assert "Clause:" in one.description
        assert one.material


def test_a_book_of_some_rules_knows_their_feeds_alone():
    book = rulebook_of([rulebook()["HY-01"], rulebook()["CL-03"]])
    assert list(book) == ["CL-03", "HY-01"]
    assert len(book) == 2
    assert book.feeds_with_rules() == ("marriage", "vehicle")
    assert book.feeds_to_match() == ("death", "marriage", "vehicle")
    assert book.of("property") == ()


def test_two_rules_of_one_id_are_refused():
    one = rulebook()["CL-03"]
    assert len(rulebook_of([one, one])) == 1
    with pytest.raises(ValueError, match="rule CL-03: expected one function, found two"):
        rulebook_of([one, replace(one, material=("status",))])
