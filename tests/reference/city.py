"""A small, boundary-dense, messy city: the values of its feeds, drawn from one seed.

Few people, plates, units and businesses are used again and again, so that duplicates, superseded and
standing rows, shared units and people of two households come up in every city.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tests.reference import persons
from tests.reference.dates import months_before
from tests.reference.persons import Person
from tests.reference.spellings import Raw

Row = dict[str, object]
NIGHTS = tuple(
    date.fromisoformat(d)
    for d in (
        "2026-09-22",
        "2026-02-28",
        "2024-09-01",
        "2026-03-31",
        "2026-12-31",
        "2028-02-29",
        "2026-10-31",
        "2026-05-31",
    )
)
BENEFITS = ("dibao_urban", "dibao_rural", "tekun_central", "tekun_scattered", "margin", "rigid")


@dataclass
class City:
    """What the generator knows while it draws."""

    chance: Random
    as_of: date
    people: list[Person]
    employers: list[str | None]
    plates: list[str]
    units: list[str]
    places: list[str]
    entities: list[tuple[str | Raw | None, str]]
    quiet: set[str]
    wages: list[tuple[Person, str, Decimal]]

    def some(self, *values: object) -> object:
        """One of the values."""
        return self.chance.choice(values)

    def odds(self, share: float) -> bool:
        """True for that share."""
        return self.chance.random() < share

    def day(self, months: int = 36) -> object:
        """A date at or near a boundary, nothing, or garbage."""
        now, edge = self.as_of, months_before(self.as_of, months)
        near = [now, now + timedelta(1), now - timedelta(1), edge, edge + timedelta(1), edge - timedelta(1)]
        far = [date(2024, 2, 29), date(2020, 2, 29), date(2025, 1, 31), date(2019, 6, 1), date(2026, 8, 31)]
        drawn = now - timedelta(self.chance.randrange(1600))
        return self.some(*near, *far, drawn, drawn, None, None, Raw("待查") if self.odds(0.2) else drawn)

    def month(self) -> object:
        """A month at or near the three-month limit, nothing, or garbage."""
        first = self.as_of.replace(day=1)
        near = [months_before(first, n) for n in (-1, 0, 1, 2, 3, 4, 5, 12)]
        return self.some(*near, None, None, Raw("2023-13") if self.odds(0.2) else None)

    def amount(self) -> object:
        """An amount of money, often near a standard."""
        odd = [Raw("不详"), Raw("500左右"), Raw("-100"), Raw("0.00")]
        plain = ["0", "120", "500", "630", "770", "769.99", "770.01", "945", "1155", "2310", "0.01", "1234.5", "333.33"]
        return self.some(*(Decimal(a) for a in plain), None, *(odd if self.odds(0.3) else [None]))

    def code(self, *good: str) -> object:
        """One of the codes, at times an unknown or empty one."""
        return self.some(Raw("未知"), Raw("99"), None) if self.odds(0.1) else self.some(*good)

    def id_of(self, someone: Person) -> object:
        """The person's ID, at times a bad one or another document."""
        if self.odds(0.01):
            return persons.bad_id(self.chance, someone.id_number)
        return persons.other_document(self.chance) if self.odds(0.01) else someone.id_number

    def name_of(self, someone: Person) -> object:
        """The person's name, nothing, or a name that differs more or less."""
        if self.odds(0.75):
            return someone.name
        masked = someone.name[:-1] + self.chance.choice("?？□\ue456𠀀")
        return self.some(None, masked, someone.name + "某", "周杰", masked + "某")


def found_city(chance: Random) -> City:
    """Draw the people and things that the feeds will speak of."""
    as_of = NIGHTS[0] if chance.random() < 0.5 else chance.choice(NIGHTS)
    people = [persons.person(chance) for _ in range(chance.randrange(40, 160))]
    units = [
        f"500103{chance.randrange(10**6):06}{chance.choice(['GB', 'JC', 'GB', 'AB'])}{n:05}F{chance.randrange(10**8):08}"
        for n in range(25)
    ]
    entities: list[tuple[str | Raw | None, str]] = [(persons.uscc(chance), f"某某{n}经营部") for n in range(8)]
    entities += [(None, f"某某{n}商行") for n in range(3)] + [(Raw("91500103MA00000000"), "某某公司")]
    return City(
        chance,
        as_of,
        people,
        [None, "重庆某某1有限公司", "某某(重庆)公司", "重庆某某 2 厂"],
        [f"渝{chance.choice('ABCD')}{chance.randrange(10**4):04}{chance.choice('0F')}" for _ in range(20)],
        units,
        [f"某某路{n}号{n}-{n}" for n in range(1, 9)],
        entities,
        set(),
        [],
    )
