"""What became of an invoice's payment (assumed), told to the invoice it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.reading import values
from connector.systems.jaggaer.entities.writer import Writer
from connector.systems.jaggaer.invoice_search import wanted_by

if TYPE_CHECKING:
    from connector.domain.exchange import Found, Outgoing, Written
    from connector.systems.jaggaer.bodies import Bodies
    from connector.systems.jaggaer.client import JaggaerClient
    from connector.systems.jaggaer.invoice_search import InvoiceSearch
    from connector.systems.jaggaer.names import Names


class PaymentStatus(Writer):
    """Writes payment status; the last one told counts."""

    ENTITY = "payment_status"
    IDS_OF = "invoices"

    def __init__(self, *, client: JaggaerClient, names: Names, bodies: Bodies, search: InvoiceSearch) -> None:
        super().__init__(client=client, names=names, bodies=bodies)
        self._search = search

    def find(self, document: Outgoing) -> Found | None:
        """Search the invoice, which shows its payment status."""
        header = self._search.find(wanted_by(document))
        if header is None:
            return None
        theirs, ours = header.get(self.names("payment_status", "status")), document.body.get("paymentStatus")
        # the list does not show amount, date and number of the payment, and sending them again does no harm
        if not values.same_word(theirs, ours):
            said = f"its payment status is {values.text(theirs) or 'unknown'} there and {ours} here."
            return self.found(document, header, said)
        difference = "JAGGAER does not list amount and date of a payment, so they cannot be compared."
        return self.found(document, header, difference, compared=False)

    def write(self, document: Outgoing) -> Written:
        """Tell it."""
        answer = self.client.post(self.names("payment_status", "path"), self.bodies.payment_status(document.body))
        return self.written(document, answer)

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in JAGGAER ONE."""
        amount, status = document.body.get("amount") or {}, document.body.get("paymentStatus")
        paid = f" with {amount.get('money')} {amount.get('currency')}" if amount.get("money") else ""
        return f"Look in JAGGAER ONE for the payment status of {wanted_by(document)}; ours is {status}{paid}."
