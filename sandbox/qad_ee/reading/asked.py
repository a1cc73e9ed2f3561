"""What a customer's own reads ask by, whatever the transport: a day, a key, and codes of what was posted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sandbox.qad_ee.reading.documents import changed_on, header, key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.qad_ee.names import Readable
    from sandbox.qad_ee.reading.documents import Documents

#: parameter -> field, by entity; the first ones are looked up, not searched for
CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "supplier_invoices": {
        "correlation": "CustomLong1",
        "reference": "CInvoiceReference",
        "supplier": "tcCreditorCode",
        "type": "CInvoiceType",
    },
    "journal_entries": {
        "correlation": "CustomLong1",
        "longkey": "CustomLong0",
        "reference": "CustomShort0",
        "text": "PostingText",
        "daybook": "tcJournalCode",
    },
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Blank = not asked by that. ``codes``: by parameter."""

    since: str = ""
    after: str = ""
    exactly: str = ""
    rows: int = 0
    codes: Mapping[str, str]

    def of(self, readable: Readable, documents: Documents) -> list[Any]:
        """Return the documents that are asked for; raise ValueError for what is no date or number."""
        fields = CODES.get(readable.entity, {})
        wanted = {fields[name]: value for name, value in self.codes.items() if name in fields and value}
        if wanted:
            first = next(name for name in fields.values() if name in wanted)
            looked_up = documents.having(readable, first, wanted[first])
            found = [one for one in looked_up if _same(header(readable, one), wanted)]
        else:
            found = list(documents.every(readable.entity))
        if self.since:
            since = date.fromisoformat(self.since)
            found = [one for one in found if changed_on(one) >= since]
        if self.exactly:
            found = [one for one in found if str(key(readable.entity, one)).casefold() == self.exactly.casefold()]
        if self.after:
            found = [one for one in found if _later(key(readable.entity, one), self.after)]
        return found[: self.rows or None]


def _same(row: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    return all(str(row[name]).casefold() == value.casefold() for name, value in wanted.items())


def _later(mine: str | int, given: str) -> bool:
    return mine > int(given) if isinstance(mine, int) else mine > given
