"""A hidden city in plain Python: facts that appear, change and vanish, and what departments deliver of them.

Everything follows from one seed. Nothing of the program is imported here: what a delivery says is kept as plain rows;
`files` writes them as a department would.
"""
# ruff: noqa: S311  the same city every time, no secrets

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

START = date(2026, 9, 22)
DAYS = 30
AREA = "599917"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
MAX_AGE = {"roster": 5, "vehicle": 3, "social_insurance": 4}
OUTAGES = {"vehicle": 7, "social_insurance": 8}
"""For how many days in a row each feed is silent, once."""

Row = dict[str, object]


@dataclass(frozen=True)
class Delivery:
    """What a department delivered: `rows` as they are meant, whatever the file looks like."""

    feed: str
    day: date
    arrives: date
    mode: str
    rows: tuple[Row, ...]
    asked: tuple[str, ...] = ()
    is_refused: bool = False


@dataclass
class Person:
    """A member: when the household has them, and the fact that a department has, as versions from a day on."""

    household: str
    number: str
    name: str
    relation: str
    leaves: date | None = None
    plate: str = ""
    car: dict[date, Row | None] = field(default_factory=dict)
    job: dict[date, Row | None] = field(default_factory=dict)


@dataclass
class Household:
    """A household: when it is in scope, its reviews by the day they are known, its grace period."""

    name: str
    stopped: date | None
    back: date | None
    reviews: dict[date, date | None]
    grace: tuple[date, date] | None


def number_of(place: int, year: int) -> str:
    """An identity number of a county that there is not, with its check digit."""
    digits = f"{AREA}{year}0101{place:03d}"
    return digits + "10X98765432"[sum(int(one) * weight for one, weight in zip(digits, WEIGHTS, strict=True)) % 11]


def day(place: int) -> date:
    """The n-th day."""
    return START + timedelta(days=place)


class City:
    """Who lives in it, what is true on each day, and what was delivered."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.households: dict[str, Household] = {}
        self.persons: list[Person] = []
        for place in range(11):
            self._settle(place)
        self.deliveries = [*self._rosters(), *self._cars(), *self._jobs()]

    def _settle(self, place: int) -> None:
        rng, name = self.rng, f"H{place:02d}"
        stopped = day(rng.randrange(4, 26)) if rng.random() < 0.35 else None
        back = stopped + timedelta(days=rng.randrange(3, 8)) if stopped and rng.random() < 0.6 else None
        # A year before the nights, give or take a fortnight: some become overdue while the nights go on.
        reviews: dict[date, date | None] = {START: date(2025, 9, 22) + timedelta(days=rng.randrange(-8, 40))}
        if rng.random() < 0.1:
            reviews = {START: None}
        if rng.random() < 0.5:
            reviews[day(rng.randrange(6, 26))] = day(rng.randrange(0, 6))
        grace = None
        if rng.random() < 0.4:
            grace = (date(2026, 5, 1), day(rng.randrange(3, 24)))
        self.households[name] = Household(name, stopped, back, reviews, grace)
        for member in range(rng.choice((1, 2, 2, 3))):
            order = place * 10 + member
            person = Person(
                name, number_of(order, 1950 + order % 45), f"甲{chr(0x4E00 + order)}", "10" if member else "02"
            )
            person.leaves = day(rng.randrange(5, 25)) if member and rng.random() < 0.2 else None
            person.plate = f"渝X{order:03d}Q7"
            if rng.random() < 0.6:
                person.car = self._versions(self._car)
            if rng.random() < 0.6:
                person.job = self._versions(self._job)
            self.persons.append(person)

    def _versions(self, make: object) -> dict[date, Row | None]:
        """A fact from some day on: it changes, vanishes and may come back."""
        rng, told, place = self.rng, {}, rng_start(self.rng)
        row: Row | None = None
        while place < DAYS:
            row = None if row is not None and rng.random() < 0.3 else make(row if rng.random() < 0.8 else None)  # type: ignore[operator]
            told[day(place)] = row
            place += rng.randrange(2, 9)
        return told

    def _car(self, before: Row | None) -> Row:
        rng = self.rng
        letters = rng.choice(("A", "A", "G", "GQ", "E", "?"))
        row: Row = {"letters": letters, "class": "car", "transferred": None, "brand": rng.choice(("甲牌", "乙牌"))}
        if before is not None and rng.random() < 0.5:
            # Another brand alone is no change that counts.
            row = {**before, "brand": rng.choice(("丙牌", "丁牌"))}
        elif rng.random() < 0.2:
            row["transferred"] = date(2024, 1, 1) + timedelta(days=rng.randrange(60))
        return row

    def _job(self, before: Row | None) -> Row:
        rng = self.rng
        if before is not None and rng.random() < 0.6:
            return {**before, "wage": int(str(before["wage"])) + rng.choice((10, 60, 300, 500))}
        return {
            "status": rng.choice(("active", "active", "terminated")),
            "employer": rng.choice(("厂一", "厂二")),
            "wage": 4010,
        }

    def roster_on(self, on: date) -> list[Row]:
        """What the district knows of its households on a day."""
        rows: list[Row] = []
        for person in self.persons:
            if person.leaves and on >= person.leaves:
                continue
            home = self.households[person.household]
            is_stopped = home.stopped is not None and home.stopped <= on and not (home.back and on >= home.back)
            review = home.reviews[max(known for known in home.reviews if known <= max(on, START))]
            grace = home.grace or (None, None)
            rows.append(
                {
                    "household": home.name,
                    "number": person.number,
                    "name": person.name,
                    "relation": person.relation,
                    "is_stopped": is_stopped,
                    "review": review,
                    "grace_from": grace[0],
                    "grace_to": grace[1],
                    "is_mistyped": self.rng.random() < 0.03,
                }
            )
        return rows

    def cars_on(self, on: date) -> list[Row]:
        """What the vehicle office knows on a day."""
        return [
            {"number": one.number, "name": one.name, "plate": one.plate, **row}
            for one in self.persons
            if (row := version_on(one.car, on)) is not None
        ]

    def jobs_on(self, on: date) -> list[Row]:
        """What the insurance office knows on a day."""
        return [
            {"number": one.number, "name": one.name, **row}
            for one in self.persons
            if (row := version_on(one.job, on)) is not None
        ]

    def _arrival(self, on: date) -> date:
        return on + timedelta(days=self.rng.choice((1, 2)) if self.rng.random() < 0.12 else 0)

    def _rosters(self) -> Iterator[Delivery]:
        for place in range(-1, DAYS):
            drawn = self.rng.random()
            if place > 0 and drawn < 0.12:
                continue
            is_refused = place > 0 and drawn < 0.2
            arrives = self._arrival(day(place)) if place > 0 else day(place)
            yield Delivery("roster", day(place), arrives, "full", tuple(self.roster_on(day(place))), (), is_refused)

    def _cars(self) -> Iterator[Delivery]:
        silent = self.rng.randrange(5, DAYS - 9)
        for place in range(-2, DAYS):
            drawn = self.rng.random()
            if silent <= place < silent + OUTAGES["vehicle"] or (place > 0 and drawn > 0.7):
                continue
            rows = self.cars_on(day(place))
            mode = "full" if place <= 0 or drawn < 0.35 else "delta"
            if mode == "delta":
                rows = [row for row in rows if self.rng.random() < 0.6]
            yield Delivery(
                "vehicle", day(place), self._arrival(day(place)), mode, tuple(rows), (), self.rng.random() < 0.1
            )

    def _jobs(self) -> Iterator[Delivery]:
        silent = self.rng.randrange(4, DAYS - 10)
        for place in range(-2, DAYS):
            drawn = self.rng.random()
            is_silent = silent <= place < silent + OUTAGES["social_insurance"]
            if (is_silent and drawn > 0.4) or (place > 0 and drawn > 0.65):
                continue
            rows, asked = self.jobs_on(day(place)), ()
            mode = "full" if place <= 0 or (drawn < 0.3 and not is_silent) else "response"
            if mode == "response":
                asked = tuple(one.number for one in self.persons if self.rng.random() < 0.6)
                rows = [row for row in rows if row["number"] in asked]
            arrives = self._arrival(day(place))
            yield Delivery("social_insurance", day(place), arrives, mode, tuple(rows), asked, self.rng.random() < 0.1)

    def arrived(self, on: date) -> list[Delivery]:
        """What lies in the inbox on a day."""
        return [one for one in self.deliveries if one.arrives <= on]


def rng_start(rng: Random) -> int:
    """The day on which a fact begins: half of them are there before the first night."""
    return -3 if rng.random() < 0.5 else rng.randrange(1, 20)


def version_on(versions: dict[date, Row | None], on: date) -> Row | None:
    """What holds on a day."""
    known = [since for since in versions if since <= on]
    return versions[max(known)] if known else None
