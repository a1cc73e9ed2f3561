"""Journal entries: what expense reports and cash advances become in the general ledger."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connector.systems.qad import values
from connector.systems.qad.documents.postings import Party
from connector.systems.qad.entities.amounts import number
from connector.systems.qad.entities.writer import Record, Writer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import Outgoing
    from connector.systems.qad.entities.writer import Body, Row


class JournalEntries(Writer):
    """Posts journal entries; each carries its natural key as a field of its own."""

    ENTITY = "journal_entries"

    def record(self, document: Outgoing) -> Record:
        """The entry with its lines."""
        body = document.body
        head = {**body, "key": document.key, "correlation": document.correlation_id}
        lines = [_line(place, line, body) for place, line in enumerate(body["lines"], start=1)]
        return Record(head=head, collections={"lines": lines})

    def asked_by(self, document: Outgoing) -> tuple[str, str]:
        """The key it carries."""
        return "key", document.key

    def same_key(self, document: Outgoing, row: Row) -> bool:
        """Whether the row has the document's natural key."""
        return values.text_of(row, "key") == document.key

    def total(self, body: Body) -> Decimal:
        """Its debits."""
        return sum((number(line.get("debit"), "debit") for line in body["lines"]), Decimal(0))

    def total_side(self, body: Body) -> str:
        """Debit equals credit."""
        del body
        return "debit_total"

    def unseen(self, body: Body) -> str:
        """What the browse does not show of it."""
        del body
        return "the accounts, sides and amounts of its lines"

    def screen(self, body: Body) -> str:
        """Where a person looks in QAD, and by what."""
        named = f" with text {body['text']!r}" if body.get("text") else ""
        return f"Journal Entry View for daybook {body.get('daybook')}{named}, reference {body.get('reference')}"

    def facts(self, body: Body) -> Mapping[str, str]:
        """Nothing: of one key there is never a second entry."""
        del body
        return {}


def _line(place: int, line: Body, body: Body) -> Body:
    """A line names an account, or the supplier whose account QAD knows."""
    about = line.get("party") if line.get("party_type") == Party.SUPPLIER else None
    return {**line, "line": place, "currency": body["currency"], "supplier_code": about}
