"""The many ways in which a department may write one value (feeds.md section 2), drawn by chance."""

from datetime import date
from decimal import Decimal
from random import Random

from tests.reference.cleaning import PLATE_TYPES, VEHICLE_STATES
from tests.reference.contract import Field


class Raw(str):
    """A text that is delivered exactly as it stands."""

    __slots__ = ()


FULL_WIDTH = {c: chr(ord(c) + 0xFEE0) for c in "0123456789ABCDEFGHJKLMNPQRTUWXYabcx"}
MARKS = ("\u200b", "\ufeff", "\u200c", "\u2060")


class Spelling:
    """Spells cleaned values; `dirty` is the chance of anything but the plainest form."""

    def __init__(self, chance: Random, dirty: float) -> None:
        self.chance = chance
        self.dirty = dirty

    def spell(self, field: Field, value: object) -> str:
        """One value of a field as text."""
        if value is None:
            return self._nothing(field)
        if isinstance(value, Raw):
            return str(value)
        if isinstance(value, date):
            return self.month(value) if field.kind == "month" else self.day(value)
        if isinstance(value, Decimal):
            return self.money(value) if field.kind == "money" else self._decimal(value)
        if field.kind == "code":
            return self.code(field, str(value))
        ways = {"plate_no": self.plate, "plate_type": self.plate_type, "status": self.states}
        kinds = {"id": self.id_number, "name": self.name}
        return (kinds.get(field.kind) or ways.get(field.name, self.text))(str(value))

    def _roll(self) -> bool:
        return self.chance.random() < self.dirty

    def _nothing(self, field: Field) -> str:
        if not self._roll():
            return ""
        if field.kind in ("date", "month"):
            return self.chance.choice(["", "无", "-", "/", "0001-01-01", "9999-12-31", "1900-01-00", " "])
        if field.kind in ("money", "dec"):
            return self.chance.choice(["", "无", "-", "/", " "])
        return self.chance.choice(["", " ", "\u3000"])

    def id_number(self, text: str) -> str:
        """The same person's number in another form."""
        if not self._roll():
            return text
        forms = [
            f" {text} ",
            "'" + text,
            "".join(FULL_WIDTH.get(c, c) for c in text),
            text[:6] + self.chance.choice([" ", "\t", "\u3000", *MARKS]) + text[6:],
            text.lower(),
            text + self.chance.choice(["11", "42", "71B1", "43 "]),
            text + "\u200b",
        ]
        if text[6:8] == "19":
            forms += [text[:6] + text[8:17]] * 2
        return self.chance.choice(forms)

    def day(self, day: date) -> str:
        """A date."""
        if not self._roll():
            return day.isoformat()
        y, m, d = day.year, day.month, day.day
        forms = [
            f"{y}/{m}/{d}",
            f"{y}/{m:02}/{d:02}",
            f"{y}.{m}.{d}",
            f"{y}{m:02}{d:02}",
            f"{y}年{m}月{d}日",
            f"{y}年{m:02}月{d:02}日",
            f"{y}-{m:02}-{d:02} 00:00:00",
            f"{y}-{m:02}-{d:02}T08:30:00",
            str((day - date(1899, 12, 30)).days),
            f" {day.isoformat()} ",
            "".join(FULL_WIDTH.get(c, c) for c in f"{y}{m:02}{d:02}"),
        ]
        if d == 1:
            forms += [f"{y}-{m:02}", f"{y}{m:02}", f"{y}年{m}月", f"{y}年{m:02}月"]
        return self.chance.choice(forms)

    def month(self, day: date) -> str:
        """A month."""
        y, m = day.year, day.month
        if not self._roll():
            return f"{y}{m:02}"
        forms = [f"{y}-{m:02}", f"{y}年{m}月", f"{y}年{m:02}月", f"{y}-{m:02}-15", f"{y}/{m}/1", f"{y}{m:02}28"]
        return self.chance.choice(forms)

    def money(self, amount: Decimal) -> str:
        """An amount in 元."""
        plain = format(amount, "f")
        if not self._roll():
            return plain
        forms = [f"{amount:,.2f}" if amount == round(amount, 2) else plain, f"{plain}元", f"¥{plain}", f" {plain}"]
        forms += ["".join(FULL_WIDTH.get(c, c) for c in plain)]
        return self.chance.choice(forms)

    def _decimal(self, amount: Decimal) -> str:
        plain = format(amount, "f")
        return self.chance.choice([plain, plain + ("0" if "." in plain else ".0")]) if self._roll() else plain

    def code(self, field: Field, own: str) -> str:
        """A code by any of its texts or our own name for it."""
        texts = [*field.codes[own], own] if self._roll() else list(field.codes[own][:1])
        text = self.chance.choice(texts)
        if self._roll() and self.chance.random() < 0.2:
            text = self.chance.choice([f" {text}", "".join(FULL_WIDTH.get(c, c) for c in text), text + "\u200b"])
        return text

    def name(self, text: str) -> str:
        """A name with spaces or another dot."""
        if not self._roll():
            return text
        dot = self.chance.choice("·•・‧．.")
        return text[:1] + self.chance.choice(["", " ", "\u3000"]) + text[1:].replace("·", dot)

    def text(self, text: str) -> str:
        """A text with full-width signs, marks or blanks around it."""
        if not self._roll():
            return text
        wide = "".join(FULL_WIDTH.get(c, c) for c in text)
        return self.chance.choice([wide, f" {text}\u3000", self.chance.choice(MARKS) + text, text])

    def plate(self, text: str) -> str:
        """A plate with a dot, a space or small letters."""
        if not text or not self._roll():
            return text
        cut = 2 if text[0] > "z" else 1
        return self.chance.choice(
            [text[:cut] + "·" + text[cut:], text[:cut] + " " + text[cut:], text.lower(), text[:cut] + "." + text[cut:]]
        )

    def plate_type(self, text: str) -> str:
        """A plate type as two digits, one digit or a text."""
        forms = [text, text.lstrip("0")] + [name for name, code in PLATE_TYPES.items() if code == text]
        return self.chance.choice(forms) if self._roll() else text

    def states(self, letters: str) -> str:
        """Vehicle states as letters together, letters apart or texts apart."""
        if not self._roll():
            return letters
        names = {v: k for k, v in VEHICLE_STATES.items()}
        sign = self.chance.choice([",", "，", "、", ";"])
        parts = [names[c] for c in letters] if self.chance.random() < 0.5 else list(letters)
        return sign.join(parts)
