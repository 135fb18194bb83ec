"""What the departments of a story delivered: rows under the fields of their contracts.

What belongs here: the columns that a policy officer names (Chinese headers, department codes or our own names), the
persons in them, what is filled in where the story says nothing. What does not: writing files (`inbox`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Final

from connectors.contract import Contract
from connectors.folding import squeezed
from pipelines.scenario.cast import OWN_ENTRIES, Person
from pipelines.scenario.scene import FeedDelivery
from pipelines.scenario.story import Cells, Delivery, Household

ROSTER: Final = "roster"
PERSON: Final = "人"
HOUSEHOLD: Final = "户"
HOUSEHOLD_ID: Final = "household_id"
ID_NUMBER: Final = "id_number"
TOWN: Final = "草街街道"
_HEAD, _OTHER, _COVERED = "户主", "其他", "是"
_INCOME: Final = "monthly_income"


class DepartmentError(ValueError):
    """An entry that no contract knows, or a person whom the story does not; says which and what would do.

    `place`: the position of the record that is meant, where it is one.
    """

    place: tuple[int, ...] = ()


def feed_named(told: str, contracts: Mapping[str, Contract]) -> str:
    """The feed that a story calls by its Chinese title or our name.

    Raises:
        DepartmentError: there is none.
    """
    titles = {contract.title: feed for feed, contract in contracts.items()}
    feed = told if told in contracts else titles.get(told)
    if feed is None or feed == ROSTER:
        known = "、".join(title for title, one in titles.items() if one != ROSTER)
        raise DepartmentError(f"没有名为“{told}”的部门数据{_near(told, titles)}；已有：{known}")
    return feed


def field_named(header: str, contract: Contract) -> str:
    """The field that a header stands for.

    Raises:
        DepartmentError: none of the contract's.
    """
    owners = {known: field.name for field in contract.fields for known in field.matched_headers}
    name = owners.get(squeezed(header).upper())
    if name is None:
        headers = [known for field in contract.fields for known in field.headers]
        raise DepartmentError(f"“{contract.title}”没有“{header}”这一列{_near(header, headers)}")
    return name


def delivered(
    told: Delivery,
    contract: Contract,
    persons: Mapping[str, Person],
    households: Sequence[str],
    as_of: date,
) -> FeedDelivery:
    """The delivery of a department.

    Raises:
        DepartmentError: a column, person or household that isn't known.
    """
    headers = {field.name: field.headers[0] for field in contract.fields if field.is_required or field.kind == "id"}
    rows = []
    for place, record in enumerate(told.records):
        try:
            cells, found = _record(record, contract, persons, households)
        except DepartmentError as error:
            error.place = (place,)
            raise
        rows.append(cells)
        headers |= {name: contract.by_name[name].headers[0] for name in cells if name not in headers} | found
    for label in told.asked or ():
        _known(label, persons)
    return FeedDelivery(told.snapshot_date or as_of, headers, tuple(rows), told.asked)


def _record(
    record: Cells, contract: Contract, persons: Mapping[str, Person], households: Sequence[str]
) -> tuple[Cells, Cells]:
    """Cells and headers of one record by field; persons by number, their names filled in."""
    subject = contract.subjects[0] if contract.subjects else None
    cells: Cells = {}
    headers: Cells = {}
    for header, value in record.items():
        name = _shorthand(header, contract)
        if name is None:
            name = field_named(header, contract)
            headers[name] = header
        if name in cells:
            raise DepartmentError(f"“{header}”与前面的一列是同一项，只留一个")
        cells[name] = value
    if subject and subject not in cells:
        if len(persons) != 1:
            raise DepartmentError(f"没有说是谁的记录；请写 {PERSON}: 姓名")
        cells[subject] = next(iter(persons))
    if contract.has(HOUSEHOLD_ID) and HOUSEHOLD_ID not in cells and len(households) == 1:
        cells[HOUSEHOLD_ID] = households[0]
    return _with_persons(cells, contract, persons), headers


def _shorthand(header: str, contract: Contract) -> str | None:
    """What 人, 姓名 and 户 stand for in every department, whatever it calls its columns."""
    subject = contract.subjects[0] if contract.subjects else None
    name = {PERSON: subject, "姓名": "name", HOUSEHOLD: HOUSEHOLD_ID}.get(header)
    return name if name is not None and contract.has(name) else None


def _with_persons(cells: Cells, contract: Contract, persons: Mapping[str, Person]) -> Cells:
    """Labels become identity numbers, and the name column beside one is filled in where the story leaves it out."""
    out = dict(cells)
    for field in contract.fields:
        label = cells.get(field.name, "")
        if field.kind != "id" or not label:
            continue
        person = _known(label, persons)
        out[field.name] = person.id_number
        beside = f"{field.name.removesuffix(ID_NUMBER)}name"
        if contract.has(beside) and beside not in cells:
            out[beside] = person.name
    return out


def roster_of(
    households: Mapping[str, Household],
    shared: Cells,
    missing: Iterable[str],
    contract: Contract,
    persons: Mapping[str, Person],
    as_of: date,
) -> FeedDelivery:
    """The roster of a story: one row per household and member.

    A member's own entry stands before the household's, the household's before the file's. The column of declared
    incomes is always there unless the story takes it out: a roster without it is another thing than empty cells.

    Raises:
        DepartmentError: a column that isn't known, or no benefit.
    """
    left_out = {field_named(header, contract) for header in missing}
    headers = {field.name: field.headers[0] for field in contract.fields if field.is_required or field.name == _INCOME}
    rows = []
    for number, household in households.items():
        for place, (label, own) in enumerate(household.members.items()):
            entries = {
                field_named(header, contract): (header, value)
                for told in (shared, household.shared, {k: v for k, v in own.items() if k not in OWN_ENTRIES})
                for header, value in told.items()
            }
            headers |= {name: header for name, (header, _) in entries.items()}
            row = {
                "town": TOWN,
                "relation": _OTHER if place else _HEAD,
                "covered": _COVERED,
                **{name: value for name, (_, value) in entries.items()},
                HOUSEHOLD_ID: number,
                ID_NUMBER: persons[label].id_number,
                "name": persons[label].name,
            }
            if "benefit" not in row:
                raise DepartmentError(f"{number}：没有写 救助类别，如 救助类别: 城市低保")
            rows.append(row)
    kept = {name: header for name, header in headers.items() if name not in left_out}
    return FeedDelivery(as_of, kept, tuple(rows))


def _known(label: str, persons: Mapping[str, Person]) -> Person:
    if label not in persons:
        raise DepartmentError(f"故事里没有“{label}”{_near(label, persons)}；家庭成员以外的人请列在 其他人 下")
    return persons[label]


def _near(told: str, known: Iterable[str]) -> str:
    """A guess at what was meant."""
    guess = get_close_matches(told, list(known), n=1, cutoff=0.5)
    return f"（是否指“{guess[0]}”？）" if guess else ""
