"""What the demonstration sets up: the file a customer would write, and how the simulators misbehave.

Each integration is described by a module ``scenario_<name>`` beside this one, which has a ``SCENARIO``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import yaml

from connector import files, registry
from connector.operations.setup import yaml_text
from workers import demo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    Body = dict[str, Any]
    States = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One integration of the demonstration; every flow of its kind is switched on."""

    name: str
    kind: str
    #: names of its two connections; who else has one of that name has the same
    source: str
    target: str
    #: by name and system, what its connections have that their systems' examples have not
    connections: Mapping[tuple[str, str], Mapping[str, Any]]
    #: the same for other interfaces of their systems, by the interface
    interfaces: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    crosswalks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: by flow
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    #: what the examples refer to: the simulators' credentials, which guard nothing
    secrets: Mapping[str, str] = field(default_factory=dict)
    #: how simulators begin, by system
    behaviour: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    #: the option of the target's simulator that takes the address its documents are sent to; empty: it sends none
    sends_to: str = ""
    #: rules that are switched on after the connections were pinged, by system
    faults: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    #: what happens in the simulators after the first round: a sentence, and what to ask of which
    news: str = ""
    second_day: Callable[[States], Iterable[tuple[str, Body]]] = lambda _states: ()
    #: what happens when all that came of it has come to its end
    third_day: Callable[[States], Iterable[tuple[str, Body]]] = lambda _states: ()

    def integration(self) -> Body:
        """Return it as a set-up file has it."""
        flows = {
            name: {"enabled": True, "schedule": "every 10s"}
            | ({"options": dict(self.options[name])} if name in self.options else {})
            for name in registry.flows(self.kind)
        }
        codes = {table: dict(rows) for table, rows in self.crosswalks.items()}
        return {"kind": self.kind, "from": self.source, "to": self.target, "flows": flows, "crosswalks": codes}

    def over(self, interfaces: Mapping[str, str]) -> Scenario:
        """Return it over these interfaces, by the system that each is an interface of."""
        connections = {
            (name, (other := interfaces.get(system, system))): more
            if other == system
            else self.interfaces.get(other, {})
            for (name, system), more in self.connections.items()
        }
        return replace(self, connections=connections)


def scenarios(interfaces: Iterable[str] = ()) -> list[Scenario]:
    """Return all of them, over these interfaces of their systems; raises UnknownName."""
    instead = {registry.documents_of(name): name for name in interfaces}
    names = sorted(one.name for one in pkgutil.iter_modules(demo.__path__) if one.name.startswith("scenario_"))
    return [importlib.import_module(f"{demo.__name__}.{name}").SCENARIO.over(instead) for name in names]


def connection(system: str, place: str, more: Mapping[str, Any]) -> Body:
    """Return a connection to the simulator at this address: its system's example, and what differs."""
    written: Body = yaml_text.read(registry.system(system).examples.at(place), name=system).data
    return {"system": system, **written, "timeout_seconds": 5, **more}


def secrets() -> dict[str, str]:
    """Return what the connections refer to."""
    return {name: value for one in scenarios() for name, value in one.secrets.items()}


def simulators(known: Iterable[Scenario]) -> set[str]:
    """Return the simulators that stand behind their connections."""
    return {registry.system(system).simulator for one in known for _, system in one.connections}


def faults(known: Iterable[Scenario]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the rules of each simulator, whether it runs or not."""
    rules: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for one in known:
        for system, its in one.faults.items():
            rules[system].extend(its)
    return dict(rules)


def _place(system: str) -> str:
    return f"sandbox-{registry.system(system).simulator}"


def write_setup(directory: Path, places: Mapping[str, str], known: Iterable[Scenario] | None = None) -> Path:
    """Write the file for ``ml-connector apply``, about simulators that run; secrets stay in the environment."""
    known = [one for one in known or scenarios() if all(_place(system) in places for _, system in one.connections)]
    setup = {
        "connections": {
            name: connection(system, places[_place(system)], more)
            for one in known
            for (name, system), more in one.connections.items()
        },
        "integrations": {one.name: one.integration() for one in known},
    }
    path = directory / "setup.yaml"
    files.write(path, yaml.safe_dump(setup, sort_keys=False))
    return path
