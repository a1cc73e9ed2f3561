"""Reading a flow's options: what the customer set, or the default; anything unusable is one sentence, not a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from connector.domain.flow import Option

_LONGEST_SHOWN = 40


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


def words(name: str, chosen: Mapping[str, Any], offered: Mapping[str, Option]) -> tuple[str, ...]:
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


def _refuse(name: str, value: object, expected: str) -> NoReturn:
    raise ConfigurationError(
        f"Option {name} is {str(value)[:_LONGEST_SHOWN]!r}, but {expected} is expected; correct it with `apply`.",
        option=name,
    )
