"""Supplier invoices, written through the import (seen in code) and found again however people spell their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import AlreadyThere, ConnectorError, Refused, in_doubt_until_answered
from connector.domain.exchange import Safety
from connector.domain.money import spelled
from connector.systems.jaggaer import comparing
from connector.systems.jaggaer.entities.writer import Writer
from connector.systems.jaggaer.invoice_search import wanted_by

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.domain.exchange import Found, Outgoing, Written
    from connector.systems.jaggaer.bodies import Bodies
    from connector.systems.jaggaer.client import JaggaerClient
    from connector.systems.jaggaer.invoice_search import InvoiceSearch
    from connector.systems.jaggaer.names import Names


class Invoices(Writer):
    """Writes supplier invoices; each is asked for first, because the import makes a second one of what it has."""

    ENTITY = IDS_OF = "invoices"
    SAFETY = Safety.ASK_FIRST

    def __init__(self, *, client: JaggaerClient, names: Names, bodies: Bodies, search: InvoiceSearch) -> None:
        super().__init__(client=client, names=names, bodies=bodies)
        self._search = search

    def waits(self, configured: tuple[int, ...]) -> tuple[int, ...]:
        """The import may show an invoice late."""
        return configured

    def find(self, document: Outgoing) -> Found | None:
        """Search by supplier, number and type."""
        return self._seen(document, self._search.find(wanted_by(document)))

    def copies(self, document: Outgoing) -> int:
        """How many JAGGAER has of this supplier, number and type: people may have entered it by hand as well."""
        return self._search.copies(wanted_by(document))

    def asked_with(self, document: Outgoing) -> str:
        """Those of one supplier."""
        return wanted_by(document).supplier

    def find_many(self, documents: Sequence[Outgoing]) -> list[Found | ConnectorError | None]:
        """Read the list of their supplier once."""
        supplier = self.asked_with(documents[0])
        headers = self._search.find_many(supplier, [wanted_by(document) for document in documents])
        return [
            header if isinstance(header, ConnectorError) else self._seen(document, header)
            for document, header in zip(documents, headers, strict=True)
        ]

    def _seen(self, document: Outgoing, header: Mapping[str, Any] | None) -> Found | None:
        if header is None:
            return None
        return self.found(document, header, comparing.invoice(document.body, header, names=self.names))

    def write(self, document: Outgoing) -> Written:
        """Import it. How JAGGAER words a duplicate is not known, so after a refusal a look tells."""
        try:
            answer = self.client.post(self.names("invoices", "import_path"), self.bodies.invoice(document))
        except Refused as refusal:
            self._search.forget()
            if isinstance(refusal, AlreadyThere):
                raise
            with in_doubt_until_answered(refusal.message):
                there = self._search.find(wanted_by(document))
            if there is None:
                raise
            raise AlreadyThere(refusal.message) from None
        return self.written(document, answer)

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in JAGGAER ONE."""
        currency, total = comparing.our_total(document.body)
        return (
            f"Look in JAGGAER ONE for {wanted_by(document)}; ours has the total {spelled(total, currency)} and came "
            f"with import batch {document.correlation_id}."
        )
