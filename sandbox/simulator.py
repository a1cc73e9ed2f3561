"""What a simulator must offer to be served, faulted and asked what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Protocol, cast

import sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

    from starlette.routing import BaseRoute


class SandboxMistakeError(ValueError):
    """What the person asked of the sandbox makes no sense; the message is one sentence that says what would."""


@dataclass(frozen=True, kw_only=True)
class Seeding:
    """How a simulator is filled: the same values give the same documents, on every machine.

    ``base_url`` is where the server listens, without a context root: ``http://127.0.0.1:9001``. ``more_urls`` are the
    further hosts of a simulator that asked for them (see ``hosts``).
    """

    seed: int
    documents: int
    base_url: str
    more_urls: tuple[str, ...] = ()


class Simulator(Protocol):
    """One simulated system.

    Handlers are ``async def`` and run on the server's only event loop, so state needs no locks: whatever happens
    between two awaits is atomic. Faults, latency and the control API are added around it; a simulator knows none of
    them.
    """

    @property
    def system(self) -> str:
        """Its name in the registry, which is that of its folder with hyphens."""
        ...

    def routes(self) -> Sequence[BaseRoute]:
        """Everything it serves, with paths from the root of the host."""
        ...

    def state(self) -> Mapping[str, Any]:
        """Return ``documents``, ``holds``, ``writes`` and ``counts`` (see ``journal``), and what else a test may ask.

        JSON values only; money as strings. A part that is costly may be a function of nothing: it is called only when
        somebody asks for that part.
        """
        ...

    def add_documents(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Change what it holds, as ``POST /_sandbox/documents`` asks; raise SandboxMistakeError for what it cannot."""
        ...

    def set_options(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Change how it behaves, as ``POST /_sandbox/options`` asks, and answer all options as they now stand."""
        ...


def systems() -> list[str]:
    """Name every system that has a simulator here, alphabetically; that of the folder ``qad_ee`` is ``qad-ee``."""
    folders = (one.name for one in iter_modules(sandbox.__path__) if one.ispkg)
    return sorted(name.replace("_", "-") for name in folders if find_spec(f"{sandbox.__name__}.{name}.simulator"))


def hosts(system: str) -> int:
    """How many hosts the simulator needs, each with a port of its own: what its module says in ``HOSTS``, or 1."""
    return cast("int", getattr(_module(system), "HOSTS", 1))


def port(system: str) -> int:
    """Return the port on which it is looked for unless somebody says otherwise: ``PORT`` of its module, or any."""
    return cast("int", getattr(_module(system), "PORT", 0))


def share(system: str, documents: int) -> int:
    """Return how many documents it begins with, where so many invoices are asked for: one in ``ONE_IN``, or all.

    With 0 it begins empty.
    """
    one_in = getattr(_module(system), "ONE_IN", 1)
    return max(1, documents // one_in) if one_in else 0


def stands_for(system: str) -> str:
    """Return the system whose state its state can be read as: what its module says in ``STANDS_FOR``, or itself."""
    return cast("str", getattr(_module(system), "STANDS_FOR", system)) if system in systems() else system


def build(system: str, seeding: Seeding) -> Simulator:
    """Make the simulator ``system``, filled; raise SandboxMistakeError when there is none."""
    module = _module(system)
    if seeding.documents < 0:
        raise SandboxMistakeError(f"A sandbox cannot hold {seeding.documents} documents; give 0 or more.")
    return cast("Simulator", module.build(seeding))


def _module(system: str) -> ModuleType:
    known = systems()
    if system not in known:
        raise SandboxMistakeError(
            f"There is no sandbox for {system!r}. There is one for: {', '.join(known) or 'none'}."
        )
    return import_module(f"{__package__}.{system.replace('-', '_')}.simulator")
