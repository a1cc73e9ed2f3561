"""The writer of a QAD connection: which part of it posts which entity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain import doubt
from connector.domain.errors import UnknownName
from connector.domain.exchange import Safety
from connector.systems.qad.entities.journal_entries import JournalEntries
from connector.systems.qad.entities.supplier_invoices import SupplierInvoices

if TYPE_CHECKING:
    from connector.domain.doubt import Waits
    from connector.domain.exchange import Found, Outgoing, Written
    from connector.systems.qad.entities.writer import Books, Writer


class QadTarget:
    """Implements ``ports.Target`` and ``ports.Counting``."""

    def __init__(self, *, books: Books, waits: tuple[int, ...]) -> None:
        self._waits = doubt.waits(waits)
        self._writers: dict[str, Writer] = {
            "supplier_invoices": SupplierInvoices(books),
            "journal_entries": JournalEntries(books),
        }

    def safety(self, entity: str) -> Safety:
        """Everything is asked for first."""
        self._writer(entity)
        return Safety.ASK_FIRST

    def waits(self, entity: str) -> Waits:
        """The same for every posting."""
        del entity
        return self._waits

    def find(self, document: Outgoing) -> Found | None:
        """Ask by natural key and by our correlation id; what is found is compared here."""
        return self._writer(document.entity).find(document)

    def copies(self, document: Outgoing) -> int:
        """How many postings have its natural key."""
        return self._writer(document.entity).copies(document)

    def write(self, document: Outgoing) -> Written:
        """Post the document; raises Refused with QAD's own words."""
        return self._writer(document.entity).write(document)

    def where_to_look(self, document: Outgoing) -> str:
        """The screen a person opens in QAD."""
        return self._writer(document.entity).where_to_look(document)

    def _writer(self, entity: str) -> Writer:
        if entity not in self._writers:
            raise UnknownName.among("posting of QAD", entity, self._writers)
        return self._writers[entity]
