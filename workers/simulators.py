"""The simulators, where they are installed: a checkout has them, the product's own image does not."""

from __future__ import annotations

import importlib.util
import math
from typing import TYPE_CHECKING

from connector import registry
from connector.domain.errors import ConfigurationError
from connector.embedded.programs import SandboxAsked

if TYPE_CHECKING:
    from collections.abc import Callable


def require_simulators(find: Callable[[str], object] = importlib.util.find_spec) -> None:
    """Raise ConfigurationError where the product was installed without them, as in its own image."""
    if find("sandbox") is None:
        raise ConfigurationError(
            "The simulators are not installed here: use the image ml-connector-sandbox, or a checkout of the project."
        )


def everyone(*, documents: int, seed: int) -> list[SandboxAsked]:
    """Return every simulator there is of our systems, each with its share of so many invoices."""
    require_simulators()
    from sandbox import simulator  # noqa: PLC0415 - only a checkout has them

    named = [system.simulator for system in registry.systems().values() if system.simulator in simulator.systems()]
    return [
        SandboxAsked(system=name, port=simulator.port(name), seed=seed, documents=simulator.share(name, documents))
        for name in sorted(named, key=lambda name: (simulator.port(name) or math.inf, name))
    ]
