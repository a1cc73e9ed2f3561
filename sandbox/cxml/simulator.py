"""The simulated supplier network, as the sandbox serves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.routing import Route

from sandbox.cxml import holdings, seeding
from sandbox.cxml.changes import Changes
from sandbox.cxml.endpoint import PATH, Endpoint
from sandbox.cxml.network import Network
from sandbox.cxml.options import changed
from sandbox.cxml.outbox import Outbox
from sandbox.cxml.suppliers import Suppliers
from sandbox.cxml.wanted import Answers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.routing import BaseRoute

    from sandbox.simulator import Seeding

PORT: Final = 9005
#: orders come from the buyer
ONE_IN: Final = 0


class CxmlNetwork:
    """One network with one buyer.

    The state has, besides the usual parts, ``expected`` (see ``holdings``), ``deliveries`` (what was sent, and what it
    was answered each time), ``repeats`` (payloadIDs that came again), ``answered`` (Status codes by request), and the
    ``options``.
    """

    system = "cxml"

    def __init__(self, seeding_: Seeding) -> None:
        self._network = Network()
        self._answers = Answers()
        self._outbox = Outbox(options=lambda: self._network.options)
        suppliers = Suppliers(self._network, self._outbox)
        self._changes = Changes(self._network, suppliers, self._answers, seed=seeding_.seed)
        self._endpoint = Endpoint(self._network, self._answers, base_url=seeding_.base_url)
        seeding.make_orders(self._network, seeding_.documents, seeding_.seed)

    def routes(self) -> Sequence[BaseRoute]:
        """Serve the one address there is."""
        return [Route(PATH, self._endpoint.post, methods=["POST"])]

    def state(self) -> Mapping[str, Any]:
        """Return the parts of the state, each when it is asked for."""
        network = self._network
        return {
            "documents": lambda: holdings.counts(network),
            "holds": lambda: holdings.holds(network, self._outbox),
            "writes": network.journal.writes,
            "counts": network.journal.counts,
            "expected": lambda: holdings.expected(network),
            "deliveries": lambda: self._outbox.deliveries,
            "repeats": lambda: dict(network.repeats),
            "answered": lambda: dict(network.answered),
            "options": network.options.as_json,
        }

    def add_documents(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """See ``changes``."""
        return self._changes.apply(body)

    def set_options(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """See ``options``; what waited for a receiver is sent when there is one."""
        self._network.options = changed(self._network.options, body)
        if self._network.options.receiver_url:
            self._outbox.flush()
        return self._network.options.as_json()


def build(seeding_: Seeding) -> CxmlNetwork:
    """Make a network that knows ``documents`` orders, made up; 0 knows none."""
    return CxmlNetwork(seeding_)
