from __future__ import annotations

from pathlib import Path

import pytest

from connector.domain import canonical
from connector.domain.exchange import Outgoing
from sandbox.server import running
from tests.systems.jaggaer.conftest import Connection, account, company

GOLDEN = Path(__file__).parents[2] / "flows" / "qad_jaggaer" / "golden"
MATCHED = "qad_invoices_to_jaggaer/matched"
CREDIT = "qad_invoices_to_jaggaer/credit-note-is-a-credit-memo-with-negative-totals"


def golden(entity: str, name: str) -> Outgoing:
    mapped = canonical.loads((GOLDEN / f"{name}.target.json").read_text())
    return Outgoing(entity=entity, key=mapped["key"], body=mapped["body"], correlation_id="c0ffee")


@pytest.mark.parametrize(
    "name", [MATCHED, CREDIT, "qad_invoices_to_jaggaer/currency-without-decimals"], ids=lambda name: Path(name).name
)
def test_what_the_invoice_flow_maps_arrives_and_is_recognised(name: str) -> None:
    with running("jaggaer", documents=0) as sandbox:
        sandbox.set_options(order_required=False)
        target = Connection(url=sandbox.url).target()
        for document in (company("10023"), account("1200"), account("4200")):
            target.write(document)
        invoice = golden("invoices", name)

        written = target.write(invoice)
        found = target.find(invoice)

        assert found is not None
        assert (found.target_id, found.difference) == (written.target_id, "")


def test_what_the_payment_flow_maps_arrives() -> None:
    with running("jaggaer", documents=0) as sandbox:
        sandbox.set_options(order_required=False)
        target = Connection(url=sandbox.url).target()
        for document in (company("10023"), account("1200"), account("4200"), golden("invoices", MATCHED)):
            target.write(document)

        target.write(golden("payment_status", "qad_payments_to_jaggaer/partly-paid"))

        [paid] = sandbox.state()["holds"]["payment_status"].values()
        assert paid["paymentStatus"] == "PartiallyPaid"
