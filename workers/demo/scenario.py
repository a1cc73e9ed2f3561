"""What the demonstration sets up: the file a customer would write, and how the simulators misbehave.

Each integration is described by a module ``scenario_<name>`` beside this one, which has a ``SCENARIO``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict
from dataclasses import dataclass, field
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


def scenarios() -> list[Scenario]:
    """Return all of them."""
    names = sorted(one.name for one in pkgutil.iter_modules(demo.__path__) if one.name.startswith("scenario_"))
    return [importlib.import_module(f"{demo.__name__}.{name}").SCENARIO for name in names]


def connection(system: str, place: str, more: Mapping[str, Any]) -> Body:
    """Return a connection to the simulator at this address: its system's example, and what differs."""
    written: Body = yaml_text.read(registry.system(system).examples.at(place), name=system).data
    return {"system": system, **written, "timeout_seconds": 5, **more}


def secrets() -> dict[str, str]:
    """Return what the connections refer to."""
    return {name: value for one in scenarios() for name, value in one.secrets.items()}


def faults() -> dict[str, list[Mapping[str, Any]]]:
    """Return the rules of each system's simulator."""
    rules: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for one in scenarios():
        for system, its in one.faults.items():
            rules[system].extend(its)
    return dict(rules)


def _place(system: str) -> str:
    return f"sandbox-{registry.system(system).simulator}"


def write_setup(directory: Path, places: Mapping[str, str]) -> Path:
    """Write the file for ``ml-connector apply``, about simulators that run; secrets stay in the environment."""
    known = [one for one in scenarios() if all(_place(system) in places for _, system in one.connections)]
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
