"""How moments, durations, numbers and money are spelled for the one who looks."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from markupsafe import Markup

from connector.domain import canonical
from connector.domain.money import decimals

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

#: between thousands, and before decimals; by language, and by language and country
_SIGNS = {
    "en": (",", "."),
    "de": (".", ","),
    "de-at": ("\u00a0", ","),
    "de-ch": ("\u2019", "."),
    "fr": ("\u202f", ","),
    "fr-ch": ("\u202f", ","),
    "es": (".", ","),
    "it": (".", ","),
    "it-ch": ("\u2019", "."),
    "nl": (".", ","),
    "pl": ("\u00a0", ","),
    "pt": (".", ","),
    "sv": ("\u00a0", ","),
}
_LANGUAGE = re.compile(r"\s*([a-z]{2,3}(?:-[a-z]{2})?)", re.IGNORECASE)
#: a document is named by at most so many words before its number, and whose it is after it: ``of supplier S1 (QAD 47)``
_NAMED, _WHOSE = 3, re.compile(r"(?: of(?: supplier)? [^ ]+)?(?: \([^)]*\))? ")
#: the first that fits: most call themselves by others' names, too
_BROWSERS = (
    ("Edge", r"Edg\w*/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:Chrome|CriOS|Chromium)/(\d+)"),
    ("Safari", r"Version/(\d+)[\d.]* .*Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("macOS", "Mac OS X"),
    ("Linux", "Linux"),
)
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
#: a number is spelt with so many digits without a sign between thousands
_ALONE = 4


@dataclass(frozen=True, kw_only=True)
class Speller:
    """Spells for one person."""

    zone: ZoneInfo
    group: str
    point: str
    now: dt.datetime

    @classmethod
    def of(cls, zone: ZoneInfo, languages: str, *, now: dt.datetime) -> Speller:
        """For a clock in this zone and the languages that a browser asks for."""
        asked = (_LANGUAGE.match(one) for one in languages[:200].split(","))
        wanted = [found[1].lower() for found in asked if found]
        known = [one if one in _SIGNS else one[:2] for one in wanted]
        group, point = next((_SIGNS[one] for one in known if one in _SIGNS), _SIGNS["en"])
        return cls(zone=zone, group=group, point=point, now=now)

    def moment(self, at: dt.datetime | None, otherwise: str = "never", *, seconds: bool = False) -> Markup | str:
        """A moment as people say it; the exact one is there for whoever points at it."""
        if at is None:
            return otherwise
        there, here = at.astimezone(self.zone), self.now.astimezone(self.zone)
        days = (there.date() - here.date()).days
        day = {0: "", 1: "tomorrow ", -1: "yesterday "}.get(days)
        if day is None:
            day = f"{there.day} {there:%b} " if there.year == here.year else f"{there.day} {there:%b %Y} "
        clock = there.strftime("%H:%M:%S" if seconds else "%H:%M")
        exact = f"{there:%Y-%m-%d %H:%M:%S} {there.tzname()}"
        iso = at.astimezone(dt.UTC).isoformat(timespec="seconds")
        return Markup('<time datetime="{}" title="{}">{}</time>').format(iso, exact, f"{day}{clock}")

    def day(self, day: dt.date) -> Markup:
        """A day that a document says; it is the same in every zone."""
        year = "" if day.year == self.now.astimezone(self.zone).year else f" {day.year}"
        return Markup('<time datetime="{}" title="{}">{}</time>').format(day, day, f"{day.day} {day:%b}{year}")

    def coming(self, at: dt.datetime | None) -> Markup | str:
        """A moment that something is to happen at; ``due`` once it is there."""
        return "due" if at is None or at <= self.now else self.moment(at)

    def since(self, at: dt.datetime | None) -> str:
        """How long ago: ``3 h``."""
        return "" if at is None else self.took(self.now - at)

    def took(self, length: dt.timedelta | None) -> str:
        """A duration in its largest units: ``2 d 4 h``, ``3 min``, ``0.4 s``."""
        if length is None:
            return ""
        seconds = max(length.total_seconds(), 0)
        if seconds < _MINUTE:
            return f"{seconds:.1f} s".replace(".", self.point) if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004 - one digit
        if seconds < _HOUR:
            return f"{seconds // _MINUTE:.0f} min"
        if seconds < _DAY:
            return _two(seconds, _HOUR, "h", _MINUTE, "min")
        return _two(seconds, _DAY, "d", _HOUR, "h")

    def number(self, value: int) -> str:
        """A whole number."""
        return f"{value:,}".replace(",", self.group)

    def money(self, amount: Decimal | None, currency: str) -> Markup | str:
        """An amount with its currency and the currency's decimals; one that has more keeps every digit."""
        if amount is None:
            return ""
        whole, _, fraction = f"{amount:,f}".partition(".")
        cents = fraction.ljust(decimals(currency), "0") if currency else fraction
        spelt = whole.replace(",", self.group) + (f"{self.point}{cents}" if cents else "")
        return Markup('<span class="money">{} <abbr>{}</abbr></span>').format(spelt, currency)


def browser(said: str) -> str:
    """What a browser calls itself, in few words: ``Firefox 140 on Linux``; what it says where nobody knows it."""
    found = next(((name, hit[1]) for name, pattern in _BROWSERS if (hit := re.search(pattern, said))), None)
    system = next((name for name, word in _SYSTEMS if word in said), "")
    if found is None:
        return said or "unknown"
    return " ".join(filter(None, [*found, system and f"on {system}"]))


def reason(code: str) -> str:
    """A code of dead letters in words: ``Supplier asks`` of ``supplier_asks``."""
    words = code.replace("_", " ")
    return words[:1].upper() + words[1:]


def about(said: str, number: str | None) -> str:
    """What is said of the document with this number, without the words that name it: its row in a list does."""
    named, _, rest = said.partition(f'"{number}"')
    if not number or not rest or len(named.split()) > _NAMED or (of := _WHOSE.match(rest)) is None:
        return said
    rest = rest[of.end() :]
    return rest[:1].upper() + rest[1:]


def plain(value: object) -> str:
    """A setting as it would be written."""
    if value is None or value == "":
        return "not set"
    if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        return ", ".join(value) or "none"
    return str(value) if isinstance(value, (str, Decimal)) else canonical.dumps(value).decode()


def _two(seconds: float, large: int, large_name: str, small: int, small_name: str) -> str:
    many, rest = divmod(int(seconds), large)
    more = rest // small
    return f"{many} {large_name} {more} {small_name}" if more and many < _ALONE else f"{many} {large_name}"
