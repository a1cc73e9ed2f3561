"""The line of a reconciliation, and all lines that can be drawn between the simulators there are.

Each other module here compares two systems, which it names in ``SYSTEMS``, for some flows between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from sandbox import reconciliation
from sandbox.simulator import stands_for

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One flow's reconciliation; the lists hold natural keys of the target."""

    flow: str
    expected: int
    found: int
    missing: tuple[str, ...]
    twice: tuple[str, ...]
    wrong: tuple[str, ...]
    #: in the target, made by us, and never asked for
    uncalled: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Nothing missing, twice, wrong or uncalled for."""
        return not (self.missing or self.twice or self.wrong or self.uncalled)


def reconcile(states: Mapping[str, Mapping[str, Any]]) -> list[Compared]:
    """Compare what these simulators hold, by system, flow by flow; one may stand for another that is not there."""
    states = {stands_for(system): state for system, state in states.items()} | dict(states)
    names = sorted(one.name for one in iter_modules(reconciliation.__path__))
    modules = [import_module(f"{reconciliation.__name__}.{name}") for name in names]
    comparing = [one for one in modules if set(getattr(one, "SYSTEMS", ("nobody",))) <= states.keys()]
    return [line for one in comparing for line in one.reconcile(*(states[system] for system in one.SYSTEMS))]
