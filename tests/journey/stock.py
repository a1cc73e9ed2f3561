"""Records that stand right before a write: of every target entity those to be loaded, of every source those to tell.

The cases come from the registry: an entity that a target can write and no flow brings there has no case, and the first
test says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from connector import registry
from connector.domain.record import State
from connector.systems.qad.documents.postings import InvoiceMode
from tests.journey.works import INTEGRATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.domain.exchange import Outgoing
    from connector.domain.flow import Flow
    from tests.journey.works import Works

#: how many records of each case are kept back for the tests, beside the example
KEPT = 6
#: an entity that is written in more than one way: the flow's options for each
WAYS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "supplier_invoices": {mode.value: {"invoice_mode": mode.value} for mode in InvoiceMode}
}
#: the documents a flow depends on are in the target before its own are mapped
IN_ORDER = tuple(name for name, flow in registry.flows().items() if flow.kind in INTEGRATIONS and flow.sends)
DEPENDED_ON = {name for flow in registry.flows().values() for name in flow.after}
TELLING = tuple(name for name in IN_ORDER if registry.flow(name).confirms)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One way of writing one entity."""

    flow: str
    way: str = ""

    def __str__(self) -> str:
        return f"{self.flow}-{self.way}" if self.way else self.flow


def _ways(flow: Flow[Any]) -> Mapping[str, Mapping[str, Any]]:
    """The options for each way in which a flow writes its entity."""
    ways = WAYS.get(flow.target.entity, {})
    return {way: chosen for way, chosen in ways.items() if set(chosen) <= set(flow.options)} or {"": {}}


def _cases() -> tuple[Case, ...]:
    return tuple(
        Case(flow=name, way=way) for name in IN_ORDER if registry.flow(name).sends for way in _ways(registry.flow(name))
    )


CASES = _cases()


def _writes(document: Outgoing) -> bool:
    """Whether loading it sends anything: nothing is sent of a receipt whose positions were all taken back."""
    positions = document.body.get("receipts")
    return positions is None or any(position.get("Deleted") != "true" for position in positions)


@dataclass
class Stock:
    """What waits for the tests; each takes its own, so that none depends on another."""

    works: Works
    to_load: dict[Case, list[UUID]] = field(default_factory=dict)
    to_tell: dict[str, list[UUID]] = field(default_factory=dict)
    #: what would be sent of each case; nobody brings it to its target
    examples: dict[Case, Outgoing] = field(default_factory=dict)
    _of_examples: set[UUID] = field(default_factory=set)
    #: how many there were at first
    laid: dict[object, int] = field(default_factory=dict)

    @classmethod
    def laid_in(cls, works: Works) -> Stock:
        """Read and map everything, load what others depend on, keep the rest."""
        stock = cls(works)
        accounts = [{"code": str(9900 + number), "description": "Kept back"} for number in range(KEPT + 1)]
        works.sandboxes["qad"].add_documents({"entity": "accounts", "documents": accounts})
        works.sandboxes["qad"].add_documents({"generate": {"invoices": 6 * KEPT}})
        works.sandboxes["qad"].add_documents({"generate": {"payments": 6 * KEPT}})
        works.sandboxes["qad"].add_documents({"generate": {"suppliers": KEPT + 1, "orders": 2 * KEPT}})
        works.sandboxes["concur"].add_documents(
            {"generate": {"expenses": 4 * KEPT, "cash_advances": 3 * KEPT, "invoices": 5 * KEPT}}
        )
        for name in IN_ORDER:
            if registry.flow(name).source.entity == "expense_payments":
                stock._pay_expenses()
            stock._fill(name)
        stock.laid = {which: len(kept) for which, kept in (*stock.to_load.items(), *stock.to_tell.items())}
        return stock

    def next_to_load(self, case: Case) -> UUID:
        return self.to_load[case].pop()

    def next_to_tell(self, flow: str) -> UUID:
        return self.to_tell[flow].pop()

    def _fill(self, name: str) -> None:
        works, flow = self.works, registry.flow(name)
        works.read(name)
        ways = _ways(flow)
        unmapped = works.under_way(name, State.EXTRACTED)
        for number, (way, options) in enumerate(ways.items()):
            works.option(name, options)
            works.steps(unmapped[number :: len(ways)])
            case, kept = Case(flow=name, way=way), self._kept()
            newest = (one for one in reversed(works.under_way(name, State.MAPPED)) if one not in kept)
            sent = dict(islice(((one, out) for one in newest if _writes(out := works.outgoing(one))), KEPT + 1))
            example, *rest = sent
            self.to_load[case] = rest
            self.examples[case] = sent[example]
            self._of_examples.add(example)
        others = [one for one in works.under_way(name, State.MAPPED) if one not in self._kept()]
        works.steps(others if name in DEPENDED_ON else others[: KEPT * flow.confirms])
        if flow.confirms:
            loaded = works.under_way(name, State.LOADED)
            self.to_tell[name] = loaded[-KEPT:]
            works.steps(loaded[:-KEPT])

    def _kept(self) -> set[UUID]:
        return self._of_examples | {one for kept in self.to_load.values() for one in kept}

    def _pay_expenses(self) -> None:
        """Payments are told about reports that Concur knows to be posted."""
        posted = self.works.rows(
            "SELECT r.source_key FROM records r JOIN flows f ON f.id = r.flow_id "
            "WHERE f.name = 'concur_expenses_to_qad' AND r.state = 'done' ORDER BY r.id"
        )
        self.works.sandboxes["qad"].add_documents({"reimburse": [row.source_key for row in posted[: 2 * KEPT]]})
