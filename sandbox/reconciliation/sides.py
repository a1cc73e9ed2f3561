"""The two sides of a flow, and all that can be told between the simulators there are.

Each other module here knows two systems, which it names in ``SYSTEMS``, and says of some flows between them what should
be in the target and what is. What is missing, twice, wrong or uncalled for is for whoever asked to decide.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from sandbox import reconciliation
from sandbox.simulator import stands_for

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True, kw_only=True)
class Sides:
    """One flow; everything in it is a natural key of the target."""

    flow: str
    #: what should be there
    wanted: Collection[str]
    #: how often each was made there that is there, or was
    there: Mapping[str, int] = field(default_factory=dict)
    #: which of them are not there any more
    gone: Collection[str] = ()
    #: which of them say something else there than they should
    wrong: Collection[str] = ()
    #: what may be there and need not: it was taken back too late, somebody else made it
    tolerated: Collection[str] = ()


def sides(states: Mapping[str, Mapping[str, Any]]) -> list[Sides]:
    """What these simulators hold, by system, flow by flow; one may stand for another that is not there."""
    states = {stands_for(system): state for system, state in states.items()} | dict(states)
    names = sorted(one.name for one in iter_modules(reconciliation.__path__))
    modules = [import_module(f"{reconciliation.__name__}.{name}") for name in names]
    telling = [one for one in modules if set(getattr(one, "SYSTEMS", ("nobody",))) <= states.keys()]
    return [line for one in telling for line in one.sides(*(states[system] for system in one.SYSTEMS))]
