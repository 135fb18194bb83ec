"""Canaries told for one night: their rows as the connectors read them, under numbers that nobody can have.

What belongs here: from declared canaries to the rows and answers that go along with a night. The rows are written as a
department would write them and read by the readers of every delivery, under numbers of stories (`scenario.cast`); what is
reserved for canaries is put in afterwards, because the readers refuse it, wherever it stands in a delivery.
"""

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

import polars as pl

from connectors.contract import Contract, schema
from connectors.delivery import DeliveryReader
from connectors.identity import RESERVED_AREA, id_check_digit
from connectors.inbox import find_deliveries
from connectors.refusal import Refusal
from connectors.strict_yaml import DeclarationError
from pipelines.canaries.declaring import Declared, declared_canaries
from pipelines.canaries.relative_dates import dated
from pipelines.domain.canary import MARK, Answer, Canary
from pipelines.domain.rulebook import Rulebook
from pipelines.night.canaries import Canaries
from pipelines.night.declared import contracts_of, marks, rules_of
from pipelines.scenario.cast import PREFIX, CastError, Person, cast
from pipelines.scenario.departments import ROSTER, DepartmentError, delivered, feed_named, field_named, roster_of
from pipelines.scenario.inbox import write_table
from pipelines.scenario.scene import FeedDelivery
from pipelines.scenario.story import Delivery, Household

HOUSEHOLD_ID, ID_NUMBER = "household_id", "id_number"
_TOLD_AS = "JSQ"
"""What a canary's household is called in the files; `MARK` stands in its place afterwards."""

_PLACES = {"part_no": pl.Int32(), "source_row": pl.Int64()}


def read_canaries(folders: tuple[Path, ...], feeds: tuple[Path, ...], rules: tuple[Path, ...], as_of: date) -> Canaries:
    """The canaries of some folders, told for a night; once a process as long as the files stay the same.

    Raises:
        DeclarationError: a canary cannot be used, with file and line.
    """
    return _told(marks((*folders, *feeds, *rules)), folders, feeds, rules, as_of)


@lru_cache(maxsize=4)
def _told(
    _marks: object, folders: tuple[Path, ...], feeds: tuple[Path, ...], rules: tuple[Path, ...], as_of: date
) -> Canaries:
    return tell_canaries(declared_canaries(folders), contracts_of(feeds), rules_of(rules), as_of)


def tell_canaries(
    declared: Sequence[Declared], contracts: Mapping[str, Contract], book: Rulebook, as_of: date
) -> Canaries:
    """The rows and answers of canaries on a comparison date.

    Raises:
        DeclarationError: an entry that no contract knows, a rule or person that is not there, a row that cannot be read.
    """
    troupe = _Troupe(contracts, book, as_of)
    canaries = tuple(troupe.add(one) for one in declared)
    if not canaries:
        return Canaries()
    rows = {feed: troupe.rows(feed) for feed in contracts}
    return Canaries(canaries, rows, pl.Series(ID_NUMBER, sorted(troupe.numbers.values()), dtype=pl.String))


@dataclass
class _Troupe:
    """All canaries together: one file a feed, every person with a number of their own."""

    contracts: Mapping[str, Contract]
    book: Rulebook
    as_of: date
    deliveries: dict[str, list[FeedDelivery]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    households: dict[str, str] = field(default_factory=dict)

    def add(self, one: Declared) -> Canary:
        """Take in a canary: its persons, its rows, its answers."""
        number = f"{_TOLD_AS}{len(self.households) + 1:03d}"
        self.households[number] = f"{MARK}{number.removeprefix(_TOLD_AS)}"
        persons = self._persons(one)
        feeds = self._deliver(one, number, persons)
        self._check_rules(one)
        return Canary(
            name=one.name,
            place=one.declaration.where("金丝雀", one.name),
            household_id=self.households[number],
            members=len(one.canary.household.members),
            feeds=frozenset(feeds),
            columns=frozenset(self._columns(one)),
            answers=tuple(self._answers(one, persons)),
            also=frozenset(one.canary.also),
            case_actions=one.canary.case_actions,
        )

    def rows(self, feed: str) -> pl.DataFrame:
        """The rows of all canaries in a feed, read as any delivery is."""
        contract = self.contracts[feed]
        empty = pl.DataFrame(schema={**schema(contract), **_PLACES})
        told = self.deliveries.get(feed, [])
        if not any(one.rows for one in told):
            return empty
        clean = _read(contract, _together(told), self.as_of)
        return pl.concat([empty, self._reserved(clean, contract).select(empty.columns)])

    def _persons(self, one: Declared) -> dict[str, Person]:
        """The members and others of a canary by what they are called, with numbers that no other canary has."""
        told = [*one.canary.household.members.items(), *one.canary.others.items()]
        try:
            persons = cast([(label, dated(own, self.as_of)) for label, own in told], after=len(self.numbers))
        except CastError as error:
            raise one.mistake(str(error), "家庭", "成员") from None
        for person in persons.values():
            first_17 = RESERVED_AREA + person.id_number[len(PREFIX) : 17]
            self.numbers[person.id_number] = first_17 + id_check_digit(first_17)
        return persons

    def _deliver(self, one: Declared, number: str, persons: Mapping[str, Person]) -> Iterator[str]:
        """Keep what the departments hold; give their feeds. One that no contract knows is not there tonight."""
        told, feeds = one.canary, []
        household = Household.model_validate(
            {
                **dated(told.household.shared, self.as_of),
                "成员": {label: dated(own, self.as_of) for label, own in told.household.members.items()},
            }
        )
        key: tuple[str | int, ...] = ("家庭",)
        try:
            contract = self.contracts[ROSTER]
            shared = dated(one.shared, self.as_of)
            roster = roster_of({number: household}, shared, (), contract, persons, self.as_of)
            self.deliveries.setdefault(ROSTER, []).append(roster)
            for name, records in told.deliveries.items():
                key = ("部门数据", name)
                if name not in {known for feed in self.contracts.values() for known in (feed.feed, feed.title)}:
                    feeds.append(name)
                    continue
                feed = feed_named(name, self.contracts)
                cells = Delivery.model_validate({"记录": [dated(record, self.as_of) for record in records]})
                told_by = delivered(cells, self.contracts[feed], persons, [number], self.as_of)
                self.deliveries.setdefault(feed, []).append(told_by)
                feeds.append(feed)
        except DepartmentError as error:
            raise one.mistake(str(error), *key, *error.place) from None
        return iter(feeds)

    def _columns(self, one: Declared) -> Iterator[str]:
        for header in one.canary.columns:
            try:
                yield field_named(header, self.contracts[ROSTER])
            except DepartmentError as error:
                raise one.mistake(str(error), "名册须有的列") from None

    def _answers(self, one: Declared, persons: Mapping[str, Person]) -> Iterator[Answer]:
        for place, told in enumerate(one.canary.answers):
            if told.person is not None and told.person not in persons:
                raise one.mistake(f"没有“{told.person}”这个人", "应有疑点", place, "人")
            number = None if told.person is None else self.numbers[persons[told.person].id_number]
            yield Answer(told.rule, told.outcomes, number, told.actions, told.grade)

    def _check_rules(self, one: Declared) -> None:
        """The rules of the answers are there."""
        for place, told in enumerate(one.canary.answers):
            if told.rule not in self.book:
                raise one.mistake(f"没有规则“{told.rule}”，请核对编号", "应有疑点", place, "规则")
        for rule_id in one.canary.also:
            if rule_id not in self.book:
                raise one.mistake(f"没有规则“{rule_id}”，请核对编号", "也可有疑点")

    def _reserved(self, rows: pl.DataFrame, contract: Contract) -> pl.DataFrame:
        """Rows under the reserved numbers and household ids."""
        ids = [one.name for one in contract.fields if one.kind == "id"]
        changed = [pl.col(ids).replace_strict(self.numbers, default=None, return_dtype=pl.String)] if ids else []
        if contract.has(HOUSEHOLD_ID):
            household = pl.col(HOUSEHOLD_ID).replace_strict(self.households, default=None, return_dtype=pl.String)
            changed.append(household)
        return rows.with_columns(changed)


def _together(told: Collection[FeedDelivery]) -> FeedDelivery:
    """Several deliveries of one feed as one: all their columns, all their rows."""
    headers = {name: header for one in told for name, header in one.headers.items()}
    day = next(one.snapshot_date for one in told)
    return FeedDelivery(day, headers, tuple(row for one in told for row in one.rows))


def _read(contract: Contract, delivery: FeedDelivery, as_of: date) -> pl.DataFrame:
    """The clean rows of a delivery.

    Raises:
        DeclarationError: it is refused, or one of its rows is set aside.
    """
    with tempfile.TemporaryDirectory(prefix="hedui-canaries-") as place:
        folder = Path(place) / contract.feed / as_of.isoformat()
        folder.mkdir(parents=True)
        write_table(folder / f"{contract.feed}.csv", delivery)
        [found] = find_deliveries(Path(place), contract.feed, as_of)
        try:
            batches = list(DeliveryReader(found, contract).batches())
        except Refusal as refusal:
            raise DeclarationError(f"data/canaries:1: {contract.title}：金丝雀家庭的数据不能读取：{refusal}") from None
    rows = pl.concat([batch.clean for batch in batches])
    if aside := sum(batch.quarantine.height for batch in batches):
        reasons = sorted({str(reason) for batch in batches for reason in batch.quarantine["reason"]})
        raise DeclarationError(
            f"data/canaries:1: {contract.title}：金丝雀家庭的数据有 {aside} 行被隔离（{'、'.join(reasons)}），请更正后再运行"
        )
    return rows
