"""Forms of typed settings: one mechanism for connections and for options, there and back.

A value is spelled into a field and read from it again; what cannot be read is left as it was typed, so that whoever
checks it says what is wrong with it, in the words that everybody hears.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connector.domain.errors import ConfigurationError
from connector.domain.setting import Kind
from connector.operations.setup import exporting, yaml_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connector.domain.setting import Setting

#: what the names of fields begin with: none is taken for one of the console's own
PREFIX: Final = "set."
_SPELLED: Final = {"url": "URL", "id": "ID", "uuid": "UUID", "ca": "CA", "http": "HTTP", "dtd": "DTD"}
_LINES: Final = {Kind.LIST, Kind.NUMBERS, Kind.MAPPING, Kind.TREE, Kind.SECRET_LINES}
_WHOLE, _FRACTION = re.compile(r"-?\d{1,15}"), re.compile(r"-?\d{1,12}\.\d{1,6}")
_YES, _NO = "yes", "no"
_MOST_ROWS = 12


@dataclass(frozen=True, kw_only=True)
class Field:
    """A setting with what is written in it, and what is wrong with that."""

    setting: Setting
    #: as it stands in the form; nothing of a secret
    text: str
    mistake: str = ""
    #: whether there is a secret already, which stays where nothing is written
    kept: bool = False
    #: whether its help is that of the one before
    repeats: bool = False

    @property
    def name(self) -> str:
        """Of the field in the form."""
        return f"{PREFIX}{self.setting.name}"

    @property
    def label(self) -> str:
        """As people say it: ``Base URL``."""
        words = [_SPELLED.get(word, word) for word in self.setting.name.split("_")]
        return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])

    @property
    def standard(self) -> str:
        """What counts until it is set, where something else is written."""
        spelled = _spelled(self.setting.kind, self.setting.default)
        return spelled if spelled and spelled != self.text and "\n" not in spelled else ""

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What can be chosen, each with what it is called; the first may be nothing at all."""
        setting = self.setting
        offered = (_YES, _NO) if setting.kind is Kind.YES_NO else setting.choices
        unset = [("", "not set")] if setting.default is None and not setting.needed else []
        strange = [(self.text, self.text)] if self.text and self.text not in offered else []
        return [*unset, *((one, one) for one in offered), *strange]

    @property
    def rows(self) -> int:
        """How many lines are shown; none of what has one line."""
        return min(max(self.text.count("\n") + 2, 2), _MOST_ROWS) if self.setting.kind in _LINES else 0

    @property
    def how(self) -> str:
        """How it is written, where that is not plain to see."""
        return {
            Kind.LIST: "One a line.",
            Kind.NUMBERS: "One number a line.",
            Kind.MAPPING: "name: value, one a line.",
            Kind.SECRET_LINES: "Paste all of it, with its first and last line.",
        }.get(self.setting.kind, "")


def texts(form: Mapping[str, str]) -> dict[str, str]:
    """What is written in the fields of a form that was sent, by the names of their settings."""
    return {name.removeprefix(PREFIX): lines(text) for name, text in form.items() if name.startswith(PREFIX)}


def lines(text: str) -> str:
    """A text of several lines as it was typed: browsers end each of them in their own way."""
    return text.replace("\r\n", "\n")


def drawn(
    settings: Iterable[Setting],
    texts: Mapping[str, str],
    mistakes: Sequence[str] = (),
    kept: Iterable[str] = (),
) -> tuple[list[Field], list[str]]:
    """The fields of a form with what is written in them, and what is wrong with none of them alone."""
    found, left, before = list[Field](), list(mistakes), ""
    there = set(kept)
    for one in settings:
        mine = [sentence for sentence in left if re.match(rf"(Option )?{re.escape(one.name)}\b", sentence)]
        left = [sentence for sentence in left if sentence not in mine]
        found.append(
            Field(
                setting=one,
                text="" if one.kind.is_secret else texts.get(one.name, ""),
                mistake=" ".join(mine),
                kept=one.name in there,
                repeats=one.help == before,
            )
        )
        before = one.help
    return found, left


def spelled(settings: Iterable[Setting], values: Mapping[str, Any]) -> dict[str, str]:
    """Values, or what counts without them, as they stand in a form; of secrets nothing."""
    return {
        one.name: _spelled(one.kind, values.get(one.name, one.default)) for one in settings if not one.kind.is_secret
    }


def typed(settings: Iterable[Setting], texts: Mapping[str, str]) -> dict[str, Any]:
    """The values of a form that was sent; raises ConfigurationError for what is not even written as it should be.

    What is empty is left out where that says nothing: a secret, a number, a choice, and a text that is needed.
    """
    values: dict[str, Any] = {}
    mistakes = []
    for one in settings:
        if one.name not in texts:
            continue
        try:
            values |= _typed(one, texts[one.name])
        except ConfigurationError as error:
            mistakes.append(error.message)
    if mistakes:
        raise ConfigurationError(" ".join(mistakes), mistakes=mistakes)
    return values


def _typed(setting: Setting, text: str) -> dict[str, Any]:
    value: Any = text.strip()
    match setting.kind:
        case Kind.SECRET | Kind.SECRET_LINES:
            value = text.rstrip("\n") or None
        case Kind.NUMBER:
            value = _number(value) if value else None
        case Kind.CHOICE:
            value = value or None
        case Kind.YES_NO:
            value = {_YES: True, _NO: False, "": None}.get(value, value)
        case Kind.LIST:
            value = [line.strip() for line in text.splitlines() if line.strip()]
        case Kind.NUMBERS:
            value = [_number(line.strip()) for line in text.splitlines() if line.strip()]
        case Kind.MAPPING:
            value = dict(_pair(setting.name, line) for line in text.splitlines() if line.strip())
        case Kind.TREE:
            value = yaml_text.read(text, name=setting.name).data if value else {}
        case Kind.TEXT | Kind.DAY:
            value = None if setting.needed and not value else value
    return {} if value is None else {setting.name: value}


def _number(text: str) -> int | float | str:
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text


def _pair(name: str, line: str) -> tuple[str, str]:
    before, colon, after = line.partition(":")
    if not colon or not before.strip():
        raise ConfigurationError(f"{name} should hold `name: value` lines, and one of them is {line.strip()[:40]!r}.")
    return before.strip(), after.strip()


def _spelled(kind: Kind, value: Any) -> str:  # noqa: ANN401 - a setting is anything
    if value is None:
        return ""
    if isinstance(value, bool):
        return _YES if value else _NO
    if kind is Kind.MAPPING and isinstance(value, dict):
        return "\n".join(f"{name}: {one}" for name, one in value.items())
    if kind is Kind.TREE:
        return exporting.spelled(value)
    if isinstance(value, (list, tuple)):
        return "\n".join(_spelled(Kind.TEXT, one) for one in value)
    return f"{value:.15g}" if isinstance(value, float) else str(value)
