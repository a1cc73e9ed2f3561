"""What there is: systems are folders, flows are files; adding one edits nothing here."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, Any

from connector import flows as flow_files
from connector import systems as system_folders
from connector.domain import canonical
from connector.domain.errors import UnknownName
from connector.ports import Renewing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.flow import Flow
    from connector.ports import System


@cache
def systems() -> dict[str, System]:
    """Every system we speak with, by name: ``connector/systems/<folder>/system.py`` has a ``SYSTEM``."""
    names = [f"{system_folders.__name__}.{f.name}.system" for f in pkgutil.iter_modules(system_folders.__path__)]
    found = [importlib.import_module(name).SYSTEM for name in names if importlib.util.find_spec(name)]
    return {system.name: system for system in found}


@cache
def _all_flows() -> tuple[Flow[Any], ...]:
    names = sorted(file.name for file in pkgutil.iter_modules(flow_files.__path__))
    modules = [importlib.import_module(f"{flow_files.__name__}.{name}") for name in names]
    found = [module.FLOW for module in modules if hasattr(module, "FLOW")]
    return tuple(sorted(found, key=lambda flow: (flow.kind, _depth(flow, {f.name: f for f in found}), flow.name)))


def _depth(flow: Flow[Any], known: dict[str, Flow[Any]]) -> int:
    """How many flows come before this one: the order in which a first run makes sense."""
    return max((_depth(known[name], known) + 1 for name in flow.after if name in known), default=0)


def flows(kind: str | None = None) -> dict[str, Flow[Any]]:
    """Every flow by name, those that others depend on first; only one kind of integration when asked."""
    return {flow.name: flow for flow in _all_flows() if kind is None or flow.kind == kind}


def kinds() -> tuple[str, ...]:
    """The kinds of integration there are."""
    return tuple(sorted({flow.kind for flow in _all_flows()}))


def flow(name: str) -> Flow[Any]:
    """The flow of this name; raises UnknownName."""
    found = flows()
    if name not in found:
        raise UnknownName.among("flow", name, found)
    return found[name]


def system(name: str) -> System:
    """The system of this name; raises UnknownName."""
    found = systems()
    if name not in found:
        raise UnknownName.among("system", name, found)
    return found[name]


def grant(name: str, config: Mapping[str, Any], overrides: Mapping[str, Any], secrets: Mapping[str, str]) -> str:
    """A digest of what a token of such a connection is given for.

    That is everything, unless a lost token can only be replaced by a person: then it is what the system says.
    """
    of, whole = system(name), {**config, **secrets}
    fields = sorted(of.grant) if isinstance(of, Renewing) else [*sorted(whole), "entities"]
    given = {**whole, "entities": overrides}
    return canonical.fingerprint({"system": name, **{field: given.get(field) for field in fields}})
