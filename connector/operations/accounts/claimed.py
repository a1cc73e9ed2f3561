"""What a provider says of somebody, read: their groups, what these may, and what they may be called here. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.role import Role
from connector.operations.accounts import people

if TYPE_CHECKING:
    from collections.abc import Mapping

#: so many may be called alike
_ALIKE = 50
_NAMES = ("preferred_username", "email", "upn")
_LONGEST = 58


def claim(said: Mapping[str, Any], name: str) -> object:
    """A claim of this name, or one inside others where the name has dots."""
    if name in said:
        return said[name]
    found: object = said
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def role(said: Mapping[str, Any], name: str, groups: Mapping[Role, frozenset[str]]) -> Role | None:
    """The most that somebody's groups may; None where none of them may anything."""
    listed = claim(said, name)
    known = {listed} if isinstance(listed, str) else set()
    if isinstance(listed, (list, dict)):
        known = {one for one in listed if isinstance(one, str)}
    may = [one for one in Role if known & groups.get(one, frozenset())]
    return may[-1] if may else None


def names(said: Mapping[str, Any]) -> list[str]:
    """What somebody may be called here, the best first: as there, then with a number behind it."""
    told = [str(said.get(key) or "").strip().casefold() for key in _NAMES]
    wanted = [told[0], *(name.partition("@")[0] for name in told), *told]
    good = [name for name in dict.fromkeys(wanted) if people.could_be(name)]
    good = good or [name for name in (str(said.get("sub", "")).casefold(),) if people.could_be(name)] or ["operator"]
    return [*good, *(f"{good[0][:_LONGEST]}-{number}" for number in range(2, _ALIKE))]
