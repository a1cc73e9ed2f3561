"""Write documents into one JAGGAER ONE tenant, and find out what it has already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain import doubt
from connector.domain.errors import AlreadyThere, Refused, UnknownName, in_doubt_until_answered
from connector.domain.exchange import Found, Safety, Written
from connector.domain.money import spelled
from connector.reading import values
from connector.systems.jaggaer import comparing, fiql
from connector.systems.jaggaer.documents import OrderChange
from connector.systems.jaggaer.names import ENTITIES
from connector.systems.jaggaer.search import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.doubt import Waits
    from connector.domain.exchange import Outgoing
    from connector.systems.jaggaer.bodies import Bodies
    from connector.systems.jaggaer.client import JaggaerClient
    from connector.systems.jaggaer.config import JaggaerConfig
    from connector.systems.jaggaer.envelope import Envelope
    from connector.systems.jaggaer.names import Names
    from connector.systems.jaggaer.search import InvoiceSearch

_SAFETY = {entity: Safety.ASK_FIRST if entity == "invoices" else Safety.NATIVE_KEY for entity in ENTITIES}


class JaggaerTarget:
    """Implements ``ports.Target``."""

    def __init__(
        self, *, client: JaggaerClient, names: Names, config: JaggaerConfig, bodies: Bodies, search: InvoiceSearch
    ) -> None:
        self._client, self._names, self._config = client, names, config
        self._bodies, self._search = bodies, search

    def safety(self, entity: str) -> Safety:
        """Invoices are asked for first; everything else is overwritten by its key (assumed but for companies)."""
        if entity not in _SAFETY:
            raise UnknownName.among("entity of JAGGAER", entity, _SAFETY)
        return _SAFETY[entity]

    def waits(self, entity: str) -> Waits:
        """The import may show an invoice late; everything else is overwritten by its key, so one question will do."""
        given = self._config.ask_again_seconds
        return doubt.waits(given if entity == "invoices" else given[:1])

    def find(self, document: Outgoing) -> Found | None:
        """Ask by natural key; the answer is compared here, whatever the server made of the filter."""
        match document.entity:
            case "companies":
                return self._find_company(document)
            case "account_values":
                return self._find_account_value(document)
            case "orders":
                return self._find_order(document)
            case "invoices":
                return self._find_invoice(document)
            case "payment_status":
                return self._find_payment_status(document)
            case other:
                raise UnknownName.among("entity of JAGGAER", other, _SAFETY)

    def write(self, document: Outgoing) -> Written:
        """Send the document. A refusal that means "there already" raises AlreadyThere."""
        match document.entity:
            case "companies":
                answer = self._client.post(self._names("companies", "path"), self._bodies.company(document.body))
            case "account_values":
                path = self._names("account_values", "path")
                answer = self._client.post(path, self._bodies.account_value(document.body))
            case "orders":
                answer = self._write_order(document)
            case "invoices":
                answer = self._write_invoice(document)
            case "payment_status":
                path = self._names("payment_status", "path")
                answer = self._client.post(path, self._bodies.payment_status(document.body))
            case other:
                raise UnknownName.among("entity of JAGGAER", other, _SAFETY)
        warning = f"accepted with warnings: {answer.warning}" if answer.warning else ""
        return Written(target_id=self._id_in(answer.body, document), answer=warning)

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in JAGGAER ONE."""
        key = document.key
        match document.entity:
            case "companies":
                what = f"the company with external code {key}"
            case "account_values":
                what = f"value {key} of the accounting field {self._config.account_field}"
            case "orders":
                what = f"purchase order {key}"
            case "payment_status":
                amount = document.body.get("amount") or {}
                what = f"the payment status of {_called(document)}; ours is {document.body.get('paymentStatus')}"
                what += f" with {amount.get('money')} {amount.get('currency')}" if amount.get("money") else ""
            case _:
                currency, total = comparing.our_total(document.body)
                what = f"{_called(document)}; ours has the total {spelled(total, currency)}"
                what += f" and came with import batch {document.correlation_id}"
        return f"Look in JAGGAER ONE for {what}."

    def _write_order(self, document: Outgoing) -> Envelope:
        path = self._names("orders", "path")
        try:
            return self._client.post(path, self._bodies.order(document.body))
        except AlreadyThere:
            if document.body["header"].get("type") != OrderChange.NEW:
                raise
            return self._client.post(path, self._bodies.order(document.body, change=OrderChange.UPDATE.value))

    def _write_invoice(self, document: Outgoing) -> Envelope:
        """How JAGGAER words a duplicate is not known, so after a refusal a look tells."""
        try:
            return self._client.post(self._names("invoices", "import_path"), self._bodies.invoice(document))
        except Refused as refusal:
            self._search.forget()
            if isinstance(refusal, AlreadyThere):
                raise
            with in_doubt_until_answered(refusal.message):
                there = self._search.find(_wanted(document))
            if there is None:
                raise
            raise AlreadyThere(refusal.message) from None

    def _find_company(self, document: Outgoing) -> Found | None:
        info = self._by_key("companies", document.key)
        if info is None:
            return None
        return self._found(document, info, comparing.fields(self._bodies.company_info(document.body), info))

    def _find_account_value(self, document: Outgoing) -> Found | None:
        names, field = self._names, self._config.account_field
        terms = (
            (names.maybe("account_values", "field_filter"), field),
            (
                names.maybe("account_values", "filter"),
                document.key,
            ),
        )
        for row in self._client.listed("account_values", fiql.equal(*terms)):
            ours = values.text(row.get(names("account_values", "field"))) == field
            if ours and values.text(row.get(names("account_values", "key"))) == document.key:
                return Found(target_id=document.key, difference=comparing.fields(document.body, row))
        return None

    def _find_order(self, document: Outgoing) -> Found | None:
        header = self._by_key("orders", document.key)
        if header is None:
            return None
        wanted = document.body["header"]
        cancelled = wanted.get("type") == OrderChange.CANCEL and values.same_word(
            header.get(self._names("orders", "status")), wanted.get("status")
        )
        # a list holds headers only: whether the lines are ours cannot be seen, and sending them again does no harm
        difference = "" if cancelled else "JAGGAER lists orders without their lines, so they cannot be compared."
        return self._found(document, header, difference)

    def _find_invoice(self, document: Outgoing) -> Found | None:
        header = self._search.find(_wanted(document))
        if header is None:
            return None
        return self._found(document, header, comparing.invoice(document.body, header, names=self._names))

    def _find_payment_status(self, document: Outgoing) -> Found | None:
        header = self._search.find(_wanted(document))
        if header is None:
            return None
        theirs, ours = header.get(self._names("payment_status", "status")), document.body.get("paymentStatus")
        # the list does not show amount, date and number of the payment, and sending them again does no harm
        difference = "JAGGAER does not list amount and date of a payment, so they cannot be compared."
        if not values.same_word(theirs, ours):
            difference = f"its payment status is {values.text(theirs) or 'unknown'} there and {ours} here."
        return self._found(document, header, difference)

    def _by_key(self, entity: str, key: str) -> Mapping[str, Any] | None:
        flt = fiql.equal((self._names.maybe(entity, "filter"), key))
        field = self._names(entity, "key")
        return next((row for row in self._client.listed(entity, flt) if values.text(row.get(field)) == key), None)

    def _found(self, document: Outgoing, there: Mapping[str, Any], difference: str) -> Found:
        return Found(target_id=self._id_in(there, document), difference=difference)

    def _id_in(self, answer: Mapping[str, Any], document: Outgoing) -> str:
        """The id in an answer; the natural key where JAGGAER gives none."""
        name = {"account_values": "", "payment_status": "invoices"}.get(document.entity, document.entity)
        return (values.text(answer.get(self._names(name, "id"))) if name else "") or document.key


def _called(document: Outgoing) -> str:
    wanted = _wanted(document)
    return f"{wanted.kind} {wanted.number} of supplier {wanted.supplier}"


def _wanted(document: Outgoing) -> Wanted:
    """Which invoice an invoice or payment status is about; its key says whether the business unit counts."""
    about = document.body["header"] if document.entity == "invoices" else document.body
    kind, unit = values.text(about.get("invoiceType")), values.text(values.at(about, "businessUnit.internalName"))
    return Wanted(
        supplier=values.text(values.at(about, "supplier.supplierNumber")),
        number=values.text(about.get("supplierInvoiceNumber")),
        kind=kind,
        unit=unit if document.key.endswith(f"|{kind}|{unit}") else "",
    )
