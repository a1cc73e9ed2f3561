"""``POST /_sandbox/documents``: what suppliers do, and what the network answers, when a test asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from sandbox.cxml import seeding
from sandbox.cxml.asked import WORDS
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from sandbox.cxml.network import Network
    from sandbox.cxml.suppliers import Suppliers
    from sandbox.cxml.wanted import Answers

_MOST: Final = 10_000


class Changes:
    """Does what is asked; what makes no sense is refused in words."""

    def __init__(self, network: Network, suppliers: Suppliers, answers: Answers, *, seed: int) -> None:
        self._network, self._suppliers, self._answers, self._seed = network, suppliers, answers, seed

    def apply(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Do every deed named in ``body``, in this order; answer what came of it, by deed.

        ``answer``: how the next requests are answered (see ``wanted``). ``orders``: a number, or orders as a test
        describes them. ``confirm``, ``ship``: orders. ``invoice``: orders, or ``{"order" or "orders", ...}``.
        ``credit``, ``resend``, ``repeat``, ``cancel_invoice``: invoices by number or key, or ``{"invoice", ...}``.
        ``send``: any texts. ``batch``: ``{"invoices": n, "only"?: shapes, "orders"?: numbers}``.
        """
        suppliers = self._suppliers
        deeds: Mapping[str, Callable[[Any], Any]] = {
            "answer": self._answers.replace,
            "orders": self._orders,
            "confirm": _each("confirm", "order", suppliers.confirm),
            "ship": _each("ship", "order", suppliers.ship),
            "invoice": _each("invoice", "order", suppliers.invoice),
            "credit": _each("credit", "invoice", suppliers.credit),
            "resend": _each("resend", "invoice", suppliers.resend),
            "repeat": _each("repeat", "invoice", suppliers.repeat),
            "cancel_invoice": _each("cancel_invoice", "invoice", suppliers.cancel),
            "send": _each("send", "body", suppliers.raw),
            "batch": self._batch,
        }
        if unknown := sorted(set(body) - set(deeds)):
            raise SandboxMistakeError(f"The cXML sandbox cannot {unknown[0]!r}; it can {', '.join(deeds)}.")
        return {name: do(body[name]) for name, do in deeds.items() if name in body}

    def _orders(self, given: object) -> list[str]:
        if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= _MOST:
            return seeding.make_orders(self._network, given, self._seed)
        if not isinstance(given, list):
            raise SandboxMistakeError(f"orders takes a number up to {_MOST}, or a list of orders.")
        return [seeding.enter_order(self._network, one) for one in given]

    def _batch(self, given: object) -> list[dict[str, str]]:
        return seeding.batch(self._network, self._suppliers, given, self._seed)


def _each(deed: str, name: str, do: Callable[[Mapping[str, Any]], str]) -> Callable[[Any], list[str]]:
    """Return the deed for a list: of each its ``name``, or an object with it and with the words this deed knows."""

    def doing(given: object) -> list[str]:
        if not isinstance(given, list):
            raise SandboxMistakeError(f"{deed} takes a list: of each its {name}, or an object with it.")
        asked = [one if isinstance(one, Mapping) else {name: one} for one in given]
        for one in asked:
            if unknown := sorted(set(one) - WORDS[deed]):
                raise SandboxMistakeError(f"{deed} knows no {unknown[0]!r}; it knows {', '.join(sorted(WORDS[deed]))}.")
        return [do(one) for one in asked]

    return doing
