"""Master data that source and target do not agree about: what one has and the other has not, or has shut down.

Pure: what we know of each, and what the target lists; out come the differences. Nothing is deleted for any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connector.domain.exchange import Held


class Drift(StrEnum):
    """How they differ."""

    UNKNOWN = "unknown"  # the target has it, the source never had
    GONE = "gone"  # the target has it, the source had it and does not list it any more
    INACTIVE = "inactive"  # it may be used in the target, and no longer in the source
    CLOSED = "closed"  # it may be used in the source, and not in the target
    MISSING = "missing"  # it may be used in the source, and the target does not have it


#: what each means for a person, with the names of both systems
SENTENCES = {
    Drift.UNKNOWN: "{target} has it and {source} does not: enter it in {source}, or shut it down in {target}.",
    Drift.GONE: "{target} has it and {source} does not list it any more: shut it down in {target}.",
    Drift.INACTIVE: "It may be used in {target} and is inactive in {source}: shut it down in {target}.",
    Drift.CLOSED: "It may be used in {source} and is shut down in {target}: open it in {target}, or shut it down in "
    "{source}.",
    Drift.MISSING: "{source} has it and {target} does not{why}.",
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What we know of one piece of master data of the source."""

    #: its source key
    key: str
    label: str
    #: what the target may call it: its natural key, its places
    names: tuple[str, ...]
    #: whether it may be used in the source
    active: bool
    #: whether the source lists it now; None where its lists do not have everything
    listed: bool | None = None
    #: whether it is meant for the target at all
    sent: bool = True
    #: why the target may not have it yet
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Drifted:
    """One difference."""

    drift: Drift
    #: the source key; empty of what the source never had
    key: str
    #: what the target calls it
    name: str
    label: str
    why: str = ""


def drifted(ours: Iterable[Standing], theirs: Iterable[Held]) -> Iterator[Drifted]:
    """Every difference; of what only the target has, after all others. ``theirs`` is held in memory, ``ours`` is not.

    Codes are compared without case, as both systems do.
    """
    held = list(theirs)
    by_name = {_fold(name): one for one in held for name in one.names}
    known: set[int] = set()
    for one in ours:
        there = [by_name[name] for name in map(_fold, one.names) if name in by_name]
        known.update(map(id, there))
        found = _difference(one, there)
        if found is not None:
            name = there[0].names[0] if there else next(iter(one.names), "")
            yield Drifted(drift=found, key=one.key, name=name, label=one.label, why=one.why)
    for one_held in held:
        if id(one_held) not in known and one_held.active:
            name = next(iter(one_held.names), "")
            yield Drifted(drift=Drift.UNKNOWN, key="", name=name, label=one_held.label)


def _difference(one: Standing, there: list[Held]) -> Drift | None:
    usable = any(held.active for held in there)
    if usable:
        if one.listed is False:
            return Drift.GONE
        return None if one.active else Drift.INACTIVE
    if not one.active or not one.sent or one.listed is False:
        return None
    return Drift.CLOSED if there else Drift.MISSING


def _fold(name: str) -> str:
    return name.strip().upper()
