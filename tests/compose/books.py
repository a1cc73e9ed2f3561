"""What the simulators hold, and what they should."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.compose.waiting import until
from workers.demo import scenario
from workers.demo.reconciling import reconcile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connector.domain.comparing import Compared
    from tests.compose.deployment import Deployment

#: longer than any schedule, and than what waits for something that does not come
_STILL_SECONDS = 45.0
#: of what is sent to us: for longer than an upgrade keeps the console from answering, as a network does
_TRIES = 1000


class Books:
    """The simulators of all integrations and of the network."""

    def __init__(self, deployment: Deployment, announce: Callable[[str], None]) -> None:
        self._deployment = deployment
        self._announce = announce
        self._known = scenario.scenarios()
        self._systems = sorted(scenario.simulators(self._known))

    def misbehave(self) -> None:
        """Let them behave and misbehave as in the demonstration; what sends is told where to."""
        for one in self._known:
            for system, options in one.behaviour.items():
                if system in self._systems:
                    self._deployment.ask(system, "options", options)
            if one.sends_to:
                receiver = f"http://console:8080/receive/{one.target}"
                self._deployment.ask("cxml", "options", {one.sends_to: receiver, "attempts": _TRIES})
        rules = scenario.faults(self._known)
        for system in self._systems:
            self._deployment.ask(system, "faults", {"rules": rules.get(system, [])})

    def struck(self) -> dict[str, int]:
        """How often each fault struck."""
        struck: Counter[str] = Counter()
        for system, state in self.states().items():
            struck.update({f"{system} {name}": count for name, count in state["faults"].items()})
        return dict(struck)

    def day(self, happens: str) -> None:
        """What happens in the simulators on another day of the demonstration."""
        states = self.states()
        for one in self._known:
            for system, body in getattr(one, happens)(states):
                self._deployment.ask(system, "documents", body)

    def states(self) -> Mapping[str, Mapping[str, Any]]:
        """All they hold."""
        return {system: self._deployment.ask(system, "state") for system in self._systems}

    def settled(self, day: str) -> Iterator[str]:
        """Wait until all has arrived and stays so; what has not, has twice, or otherwise than it should."""
        clean_since = [0.0]

        def still_clean() -> bool:
            if any(not line.clean for line in self._compared()):
                clean_since[0] = 0.0
            elif not clean_since[0]:
                clean_since[0] = time.monotonic()
            return bool(clean_since[0]) and time.monotonic() - clean_since[0] > _STILL_SECONDS

        try:
            until(still_clean, f"the books agree after the {day}")
        except TimeoutError as late:
            yield str(late)
        compared = self._compared()
        self._announce(f"After the {day}, {sum(line.expected for line in compared)} documents:")
        for line in compared:
            self._announce(
                f"  {line.flow}: {line.expected} expected, {line.found} found, missing {len(line.missing)}, "
                f"twice {len(line.twice)}, wrong {len(line.wrong)}, uncalled for {len(line.uncalled)}"
            )
            if not line.clean:
                yield f"{line.flow} differs after the {day}."

    def _compared(self) -> list[Compared]:
        return reconcile(self.states())
