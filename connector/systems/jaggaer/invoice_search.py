"""Find an invoice in JAGGAER by supplier, normalised number and type, however JAGGAER's people spelled the number.

A filter on the number would miss "acme 77" when ours is written "ACME77", so all invoices of the supplier are read once
and remembered; later searches read only what was added behind them. The list is in the order of its ids and grows at
its end (seen in captured data); where that turns out untrue, everything is read again.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError, ConnectorError, Refused, SourceLies, Unavailable
from connector.http.paths import segment
from connector.reading import values
from connector.reading.invoice_numbers import normalised
from connector.systems.jaggaer import fiql
from connector.systems.jaggaer.listed_ids import ListedIds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connector.domain.exchange import Outgoing
    from connector.systems.jaggaer.client import JaggaerClient
    from connector.systems.jaggaer.names import Names

MOST_BOOKS = 500
#: our names of what invoices are told apart by: supplier, number, and JAGGAER's own id
_TELLING = ("supplier", "key", "id")
#: a number changed by hand in JAGGAER is noticed after this long at the latest
LONGEST_SECONDS = 900.0


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which invoice is looked for."""

    supplier: str
    number: str
    kind: str
    #: its business unit, where JAGGAER has one invoice of a number for each; empty = they have it together
    unit: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What the number is compared by."""
        return self.supplier, normalised(self.number)

    def __str__(self) -> str:
        """As a person says it."""
        return f"{self.kind} {self.number} of supplier {self.supplier}"


def wanted_by(document: Outgoing) -> Wanted:
    """Which invoice an invoice or payment status is about; its key says whether the business unit counts."""
    about = document.body["header"] if document.entity == "invoices" else document.body
    kind, unit = values.text(about.get("invoiceType")), values.text(values.at(about, "businessUnit.internalName"))
    return Wanted(
        supplier=values.text(values.at(about, "supplier.supplierNumber")),
        number=values.text(about.get("supplierInvoiceNumber")),
        kind=kind,
        unit=unit if document.key.endswith(f"|{kind}|{unit}") else "",
    )


@dataclass(kw_only=True)
class _Book:
    """What was read of one list: the ids by supplier and number, and where the reading stopped."""

    begun: float
    rows: int = 0
    last_id: str = ""
    #: of what invoices are told apart by, what any of them has
    told: set[str] = field(default_factory=set)
    #: what is found in it is looked at before anything is decided
    ids: ListedIds = field(default_factory=ListedIds)
    #: whoever reads on in it
    reading: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, now: float) -> None:
        """Forget everything."""
        self.begun, self.rows, self.last_id = now, 0, ""
        self.told.clear()
        self.ids.clear()


class InvoiceSearch:
    """Searches the invoices of one connection. Threads may share it."""

    def __init__(self, *, client: JaggaerClient, names: Names) -> None:
        self._client, self._names = client, names
        self._books: OrderedDict[str, _Book] = OrderedDict()
        self._lock = threading.Lock()
        self._filter_ignored = False

    def find(self, wanted: Wanted) -> Mapping[str, Any] | None:
        """The header of the invoice as JAGGAER has it now, or None when it has none.

        The same number as another type (a credit memo numbered like its invoice) is another document.
        """
        return self._find(wanted, self._ids(wanted.supplier, [wanted])[wanted.key])

    def find_many(self, supplier: str, wanted: Sequence[Wanted]) -> list[Mapping[str, Any] | ConnectorError | None]:
        """The same of several invoices of one supplier, whose list is read on once; for each what ``find`` raises."""
        ids = self._ids(supplier, wanted)
        found: list[Mapping[str, Any] | ConnectorError | None] = []
        for one in wanted:
            try:
                found.append(self._find(one, ids[one.key]))
            except ConnectorError as error:
                found.append(error)
        return found

    def copies(self, wanted: Wanted) -> int:
        """How many invoices JAGGAER has of this number and type, asked of what was found there.

        They are looked at only where there are several: one that is alone is the one that was found.
        """
        ids = self._ids(wanted.supplier, [wanted])[wanted.key]
        return len(ids) if len(ids) <= 1 else len(self._same(wanted, ids))

    def _find(self, wanted: Wanted, ids: Sequence[str]) -> Mapping[str, Any] | None:
        return next(iter(self._same(wanted, ids)), None)

    def _same(self, wanted: Wanted, ids: Sequence[str]) -> list[Mapping[str, Any]]:
        """Those of its type, then those without any."""
        headers = [header for header in map(self._single, ids) if self._is(header, wanted)]
        headers = self._of_unit(headers, wanted.unit)
        same = [header for header in headers if values.same_word(self._type(header), wanted.kind)]
        untyped = [header for header in headers if not values.text(self._type(header))]
        return [*same, *untyped]

    def _of_unit(self, headers: list[Mapping[str, Any]], unit: str) -> list[Mapping[str, Any]]:
        """Those of this business unit; behind them those of which JAGGAER does not say whose they are."""
        if not unit:
            return headers
        said = [(values.text(header.get(self._names("invoices", "business_unit"))), header) for header in headers]
        return [header for wanted in (unit, "") for name, header in said if name == wanted]

    def forget(self) -> None:
        """Read everything anew at the next search."""
        with self._lock:
            self._books.clear()

    def _ids(self, supplier: str, wanted: Iterable[Wanted]) -> dict[tuple[str, str], list[str]]:
        """The ids under which each of these is listed now."""
        field = None if self._filter_ignored else self._names.maybe("invoices", "supplier_filter")
        flt = fiql.equal((field, supplier))
        with self._lock:
            book = self._books.pop(flt, None) or _Book(begun=time.monotonic())
            self._books[flt] = book
            while len(self._books) > MOST_BOOKS:
                self._books.popitem(last=False)
        with book.reading:
            self._bring_up_to_date(book, flt)
            return {one.key: book.ids.under(one.key) for one in wanted}

    def _bring_up_to_date(self, book: _Book, flt: str) -> None:
        now = time.monotonic()
        if now - book.begun > LONGEST_SECONDS or not self._continue(book, flt):
            book.begin(now)
            self._add(book, flt, start=1)
        absent = next((name for name in _TELLING if name not in book.told), "") if book.rows else ""
        if absent:
            raise ConfigurationError(
                f"JAGGAER lists {book.rows} invoices, and none of them has {self._names('invoices', absent)}, so "
                f"nobody can tell which are there, and nothing is sent; correct entities.invoices.{absent}."
            )

    def _continue(self, book: _Book, flt: str) -> bool:
        """Read on behind the last row known; False when that row is not where it was."""
        return book.rows > 0 and self._add(book, flt, start=book.rows) > 0

    def _add(self, book: _Book, flt: str, *, start: int) -> int:
        """Read from a position on; how many rows were read, 0 when they do not go on where the book ends."""
        read = 0
        for position, header in enumerate(self._client.list_("invoices", flt, start=start), start=start):
            number = self._id(header)
            if position == book.rows:
                if number != book.last_id:
                    return 0
            else:
                supplier = values.text(values.at(header, self._names("invoices", "supplier")))
                key = supplier, self._number(header)
                book.ids.add(key, number)
                book.told.update(name for name, said in zip(_TELLING, (*key, number), strict=True) if said)
                self._filter_ignored |= bool(flt) and not flt.endswith(f"=={supplier}")
                # Last: a row that ended the reading before it was remembered is read again, and none is passed over.
                book.rows, book.last_id = position, number
            read += 1
        return read

    def _single(self, invoice_id: str) -> Mapping[str, Any]:
        """One invoice as it is now (seen in code); an answer that is not about it tells nothing."""
        path, row = self._names("invoices", "path"), self._names("invoices", "row")
        try:
            body = self._client.get(f"{path}/{segment(invoice_id)}", single=row).body
        except Refused as refusal:
            raise Unavailable(f"JAGGAER lists invoice {invoice_id} and does not show it: {refusal.message}") from None
        header = body.get(row)
        if not isinstance(header, dict) or self._id(header) != invoice_id:
            raise SourceLies(f"JAGGAER lists invoice {invoice_id} and answers something else when asked for it.")
        return header

    def _is(self, header: Mapping[str, Any], wanted: Wanted) -> bool:
        supplier = values.text(values.at(header, self._names("invoices", "supplier")))
        return (supplier, self._number(header)) == wanted.key

    def _number(self, header: Mapping[str, Any]) -> str:
        return normalised(values.text(header.get(self._names("invoices", "key"))))

    def _type(self, header: Mapping[str, Any]) -> object:
        return header.get(self._names("invoices", "type"))

    def _id(self, header: Mapping[str, Any]) -> str:
        return values.text(header.get(self._names("invoices", "id")))
