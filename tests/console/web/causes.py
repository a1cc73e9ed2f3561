"""Documents of the integration acme that need somebody, for whoever looks at a console."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from connector.domain.identity import new_id
from connector.domain.journey import IN_DOUBT, Letter, Step
from connector.domain.record import Hold
from connector.domain.summary import Summary
from connector.store import operator as ledger
from tests.store.scene import BURIED, WAITS, Scene

if TYPE_CHECKING:
    from uuid import UUID

    from connector.domain.journey import Change
    from tests.console.web.conftest import Console

INVOICES = "acme/qad_invoices_to_jaggaer"
REFUSED = f"/work/dead-letters/{INVOICES}/refused"


def scene_of(console: Console) -> Scene:
    """The console's integration, with short ways to move its documents."""
    application = console.operator.application
    with console.operator.transaction() as tx:
        flows = {flow.name: flow for flow in ledger.flows.list_(tx, "acme")}
    invoices, suppliers = flows["qad_invoices_to_jaggaer"], flows["qad_suppliers_to_jaggaer"]
    worker = new_id()
    application.store.heartbeat(worker, host="here", pid=1, kind="worker", busy_with=())
    return Scene(
        ledger=application.store,
        vault=application.vault,
        integration_id=invoices.integration_id,
        suppliers=suppliers.id,
        invoices=invoices.id,
        worker=worker,
    )


def parked(table: str, code: str) -> Change:
    """What happens to a document whose code is missing."""
    subject = f"crosswalk:{table}:{code}"
    return replace(WAITS, event="record.parked", why="a code", hold=Hold.PARK, gate="", waits_for=(subject,))


def buried(code: str = "refused", reason: str = "They said no.", suggestion: str = "Correct it.") -> Change:
    """What happens to a document that becomes a dead letter."""
    return replace(BURIED, letter=Letter(code=code, reason=reason, suggestion=suggestion))


def in_doubt(key: str) -> Change:
    """What happens to a document whose answer was lost."""
    return buried(IN_DOUBT, "The answer was lost.", f"Look in JAGGAER for supplier invoice {key}.")


def invoices(scene: Scene, change: Change, *keys: str, amount: str = "100.50", content: str = "{}") -> list[UUID]:
    """Invoices to each of which this happens; returns their records."""
    return [_one(scene, change, key, amount, content) for key in keys]


def _one(scene: Scene, change: Change, key: str, amount: str, content: str) -> UUID:
    called = Summary(
        kind="supplier invoice",
        number=key,
        party="10S1001",
        party_name="Acme Office Supplies",
        amount=Decimal(amount),
        currency="USD",
    )
    (record,) = scene.read_called({key: called}, content)
    assert scene.settle(scene.held(record, Step.MAP), change)
    return record
