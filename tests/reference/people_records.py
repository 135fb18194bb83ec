"""Deaths, custody and marriages of a drawn city."""

from datetime import timedelta

from tests.reference import persons
from tests.reference.city import City, Row
from tests.reference.dates import months_before
from tests.reference.persons import Person
from tests.reference.spellings import Raw


def beside(city: City, *, garbage: str = "待查") -> object:
    """A day at as_of or beside it, one long past, nothing, or garbage."""
    near = [city.as_of + timedelta(n) for n in (-1, 0, 0, 1)]
    past = [months_before(city.as_of, n) for n in (1, 2, 7, 30)]
    return city.some(
        *near, *past, city.day(), None if city.odds(0.4) else near[0], Raw(garbage) if city.odds(0.1) else past[0]
    )


def deaths(city: City, outsiders: list[Person]) -> list[Row]:
    """Death rows, of people of the city and of some whom only a marriage names."""
    rows: list[Row] = []
    for _ in range(city.chance.randrange(6, 45)):
        someone = city.chance.choice(outsiders if city.odds(0.3) else city.people)
        rows.append(
            {
                "id_number": city.id_of(someone),
                "name": city.name_of(someone),
                "death_on": beside(city),
                "source": city.code("household_registry", "cremation", "certificate"),
                "cremated_on": city.day(),
            }
        )
    return rows


def custodies(city: City) -> list[Row]:
    """Custody rows; some people have several, of one type or more."""
    rows: list[Row] = []
    few = city.chance.sample(city.people, len(city.people) // 4)
    for _ in range(city.chance.randrange(8, 60)):
        someone = city.chance.choice(few if city.odds(0.5) else city.people)
        rows.append(
            {
                "id_number": city.id_of(someone),
                "name": city.name_of(someone),
                "custody_type": city.code("detention", "prison", "prison", "rehab", "community"),
                "start_on": beside(city),
                "end_on": None if city.odds(0.5) else beside(city),
            }
        )
    return rows


def marriages(city: City, roster: list[Row], outsiders: list[Person]) -> list[Row]:
    """Marriage rows: couples of one household, of two, with outsiders, and with sides that nobody can read."""
    by_id = {p.id_number: p for p in city.people}
    homes: dict[object, list[Person]] = {}
    for row in roster:
        if type(row["id_number"]) is str:
            homes.setdefault(row["household_id"], []).append(by_id[row["id_number"]])
    pairs = [home for home in homes.values() if len(home) > 1]
    certificates = [f"J500103-2020-{n:06}" for n in range(12)]
    few = city.chance.sample(city.people, len(city.people) // 4)
    rows: list[Row] = []
    for _ in range(city.chance.randrange(15, 90)):
        left = city.chance.choice(few if city.odds(0.5) else city.people)
        right = city.chance.choice(outsiders if city.odds(0.4) else city.people)
        if pairs and city.odds(0.35):
            left, right = city.chance.sample(city.chance.choice(pairs), 2)
        rows.append(
            {
                "id_number": _side(city, left),
                "name": city.name_of(left),
                "spouse_id_number": _side(city, right),
                "spouse_name": city.name_of(right),
                "event": city.code("married", "married", "married", "divorced", "annulled"),
                "event_on": beside(city),
                "certificate_no": city.chance.choice(certificates) if city.odds(0.4) else None,
            }
        )
        if city.odds(0.08):  # once more, the persons having changed places
            row, names = rows[-1], ("id_number", "spouse_id_number", "name", "spouse_name")
            turned = (row["spouse_id_number"], row["id_number"], row["spouse_name"], row["name"])
            rows.append(row | dict(zip(names, turned, strict=True)))
    return rows


def _side(city: City, someone: Person) -> object:
    """The ID of one side, more often than elsewhere one that cannot be read."""
    if city.odds(0.1):
        way = city.chance.choice(
            [persons.other_document, lambda c: persons.bad_id(c, someone.id_number), lambda _: None]
        )
        return way(city.chance)
    return someone.id_number
