"""Reading a flow's options: what the customer set, or the default; anything unusable is one sentence, not a guess."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn, TypeVar

from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from connector.domain.flow import Option

_LONGEST_SHOWN = 40

E = TypeVar("E", bound=StrEnum)


def switch(name: str, chosen: Mapping[str, Any], offered: Mapping[str, Option]) -> bool:
    """An option that is on or off."""
    value = chosen.get(name, offered[name].default)
    return value if isinstance(value, bool) else _refuse(name, value, "true or false")


def whole(name: str, chosen: Mapping[str, Any], offered: Mapping[str, Option]) -> int:
    """An option that is a whole number, at least 1."""
    value = chosen.get(name, offered[name].default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        _refuse(name, value, "a whole number of at least 1")
    return value


def codes(name: str, chosen: Mapping[str, Any], offered: Mapping[str, Option]) -> tuple[str, ...]:
    """An option that is a list of codes; a single code is a list of one."""
    value = chosen.get(name, offered[name].default)
    listed = [value] if isinstance(value, str) else value
    if (
        not isinstance(listed, (list, tuple))
        or not listed
        or not all(isinstance(word, str) and word for word in listed)
    ):
        _refuse(name, value, "a list of codes")
    return tuple(listed)


def names(name: str, chosen: Mapping[str, Any], offered: Mapping[str, Option]) -> tuple[str, ...]:
    """Like ``codes``, but the list may be empty: then there are none."""
    return () if chosen.get(name, offered[name].default) in ("", [], (), None) else codes(name, chosen, offered)


def text(name: str, chosen: Mapping[str, Any], offered: Mapping[str, Option]) -> str:
    """An option that is a code or empty; a number is read as its digits."""
    value = chosen.get(name, offered[name].default)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else _refuse(name, value, "a code")


def choice(name: str, chosen: Mapping[str, Any], offered: Mapping[str, Option], kind: type[E]) -> E:
    """An option that is one of the values of ``kind``, compared without case."""
    value = chosen.get(name, offered[name].default)
    found = next((one for one in kind if isinstance(value, str) and one.value.lower() == value.strip().lower()), None)
    return found or _refuse(name, value, " or ".join(one.value for one in kind))


def one_of(name: str, chosen: Mapping[str, Any], offered: Mapping[str, Option]) -> str:
    """An option that is one of its choices, compared without case."""
    value, choices = chosen.get(name, offered[name].default), offered[name].choices
    found = next((one for one in choices if isinstance(value, str) and one.lower() == value.strip().lower()), None)
    return found or _refuse(name, value, " or ".join(choices))


def day(name: str, chosen: Mapping[str, Any], offered: Mapping[str, Option]) -> dt.date | None:
    """An option that is a day; None when it is not set. YAML reads an unquoted day as one by itself."""
    value = chosen.get(name, offered[name].default)
    if value in ("", None):
        return None
    try:
        return dt.date.fromisoformat(value.isoformat() if isinstance(value, dt.date) else value)
    except (TypeError, ValueError):
        _refuse(name, value, "a day like 2026-01-31")


def _refuse(name: str, value: object, expected: str) -> NoReturn:
    raise ConfigurationError(
        f"Option {name} is {str(value)[:_LONGEST_SHOWN]!r}, but {expected} is expected; correct it with `apply`.",
        option=name,
    )
