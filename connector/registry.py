"""What there is: systems are folders, flows are files, and other packages bring theirs; adding one edits nothing here.

A system is called like its folder, with ``-`` for ``_``.

Other packages offer them in the entry-point groups ``ml_connector.systems`` and ``ml_connector.flows``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from connector import plugins
from connector import systems as system_folders
from connector.domain import canonical
from connector.domain.errors import ConfigurationError, UnknownName
from connector.flow_registry import FLOWS, flow, flows, flows_of, kinds
from connector.ports import (
    Connecting,
    HandingOver,
    Interface,
    Parallel,
    Receiving,
    Renewing,
    Subscribing,
    System,
    Tenanted,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.metadata import EntryPoint

SYSTEMS = "ml_connector.systems"

__all__ = [
    "FLOWS",
    "SYSTEMS",
    "documents_of",
    "flow",
    "flows",
    "flows_of",
    "grant",
    "handing_over",
    "kinds",
    "leads_elsewhere",
    "load",
    "marketplace",
    "marketplaces",
    "receiving",
    "requests_at_once",
    "sender",
    "senders",
    "speaking",
    "system",
    "system_names",
    "systems",
    "tenant",
]


def _systems() -> list[EntryPoint]:
    return plugins.offered(SYSTEMS, system_folders, ".system:SYSTEM", spelled=lambda folder: folder.replace("_", "-"))


def system_names() -> tuple[str, ...]:
    """The names of all systems, none of which is imported for that."""
    return tuple(sorted({point.name for point in _systems()}))


@cache
def systems() -> dict[str, System]:
    """Every system we speak with, by name: ``connector/systems/<folder>/system.py`` has a ``SYSTEM``."""
    found: list[System] = plugins.loaded(_systems(), System, label="system")
    return {system.name: system for system in found}


def system(name: str) -> System:
    """The system of this name; raises UnknownName."""
    found = systems()
    if name not in found:
        raise UnknownName.among("system", name, found)
    return found[name]


def documents_of(name: str) -> str:
    """The system whose documents this one has: its own name, or another's whose second interface it is."""
    found = system(name)
    return found.interface_of if isinstance(found, Interface) else name


def speaking(name: str) -> tuple[str, ...]:
    """The systems that have the documents of this one, itself first: what a flow from or to it runs on."""
    others = (other for other in sorted(systems()) if other != name and documents_of(other) == name)
    return (name, *others)


def load() -> None:
    """Import all of it; raises ConfigurationError when another package brings something that does not work."""
    systems()
    flows()


def senders() -> list[Subscribing]:
    """Every system that sends events."""
    return [system for system in systems().values() if isinstance(system, Subscribing)]


def sender(name: str) -> Subscribing:
    """The system of this name; raises ConfigurationError for one that sends no events."""
    found = system(name)
    if isinstance(found, Subscribing):
        return found
    others = _titles(senders())
    raise ConfigurationError(f"{found.title} sends no events; webhooks are for connections to {others}.")


def marketplaces() -> list[Connecting]:
    """Every system whose customers connect themselves."""
    return [system for system in systems().values() if isinstance(system, Connecting)]


def marketplace(name: str) -> Connecting:
    """The system of this name; raises ConfigurationError for one whose customers cannot connect themselves."""
    found = system(name)
    if isinstance(found, Connecting):
        return found
    others = _titles(marketplaces())
    raise ConfigurationError(f"{found.title} hands over no companies; `connection connect` is for {others}.")


def _titles(found: Sequence[System]) -> str:
    return " or ".join(system.title for system in found) or "none of our systems"


def grant(name: str, config: Mapping[str, Any], overrides: Mapping[str, Any], secrets: Mapping[str, str]) -> str:
    """A digest of what a token of such a connection is given for.

    That is everything, unless a lost token can only be replaced by a person: then it is what the system says.
    """
    of, whole = system(name), {**config, **secrets}
    fields = sorted(of.grant) if isinstance(of, Renewing) else [*sorted(whole), "entities"]
    given = {**whole, "entities": overrides}
    return canonical.fingerprint({"system": name, **{field: given.get(field) for field in fields}})


def leads_elsewhere(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Which fields of a connection's configuration lead to another tenant now: any, unless the system says which do."""
    of = system(name)
    fields = of.tenant if isinstance(of, Tenanted) else before.keys() | after.keys()
    return sorted(field for field in fields if before.get(field) != after.get(field))


def handing_over() -> tuple[str, ...]:
    """Systems of which nothing reads messages again once flows have taken what they bring."""
    return tuple(name for name, one in systems().items() if isinstance(one, HandingOver) and one.hands_over)


def tenant(name: str, config: Mapping[str, Any]) -> str:
    """A digest of whose documents such a connection is sent; empty where its system sends none."""
    of = receiving(name)
    if of is None:
        return ""
    return canonical.fingerprint({"system": name, **{field: config.get(field) for field in sorted(of.tenant)}})


def requests_at_once(name: str, *, writes: bool) -> int:
    """How many requests a system takes at a time, unless its connection says otherwise."""
    found = system(name)
    if not isinstance(found, Parallel):
        return 1
    return found.writes_at_once if writes else found.reads_at_once


def receiving(name: str) -> Receiving | None:
    """The system of this name, if it sends documents to us; None if it does not."""
    found = system(name)
    return found if isinstance(found, Receiving) else None
