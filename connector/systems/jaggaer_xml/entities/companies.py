"""Suppliers, known by their number in the ERP: a message with a number that is there brings it up to date (assumed)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConnectorError, Malformed, NotYet
from connector.domain.exchange import Safety, Written
from connector.systems.jaggaer.documents import CompanyStatus
from connector.systems.jaggaer_xml import countries, places
from connector.systems.jaggaer_xml.answers import Verdict
from connector.systems.jaggaer_xml.entities.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml import etree

    from connector.domain.exchange import Outgoing
    from connector.systems.jaggaer_xml.answers import Answered, Said

MOST_AT_ONCE = 20
_ADDRESS = ("address", "city", "province", "zip")


class Companies(Writer):
    """Writes suppliers; many go in one message, and each has an answer of its own."""

    SECTION = "companies"

    @property
    def safety(self) -> Safety:
        """A second message changes nothing."""
        return Safety.UNASKED

    def write(self, document: Outgoing) -> Written:
        """Create or update the supplier."""
        [outcome] = self.write_many([document])
        if isinstance(outcome, ConnectorError):
            raise outcome
        return outcome

    def write_many(self, documents: Sequence[Outgoing]) -> list[Written | ConnectorError]:
        """Create or update suppliers in one message; one that cannot be written does not keep the others."""
        records = [self._record_or_mistake(document) for document in documents]
        sent = [one for one, record in zip(documents, records, strict=True) if not isinstance(record, Malformed)]
        written = [record for record in records if not isinstance(record, Malformed)]
        outcomes = self._sent(sent, written) if sent else {}
        return [
            record if isinstance(record, Malformed) else outcomes[document.key]
            for document, record in zip(documents, records, strict=True)
        ]

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in JAGGAER."""
        return f"Look in JAGGAER for the supplier with ERP number {document.key}."

    def _sent(
        self, documents: Sequence[Outgoing], records: Sequence[etree._Element]
    ) -> dict[str, Written | ConnectorError]:
        answer = self.send(records, _message_id(documents))
        strangers = any(said.errors for key, said in answer.records.items() if key not in {d.key for d in documents})
        named = sum(bool(said.errors) for said in answer.records.values())
        done = answer.count("completed")
        # what is not named was taken only where nobody else can be meant, and where the numbers agree
        clear = not strangers and done in (None, len(documents) - named)
        return {document.key: self._of(document, documents, answer, clear=clear) for document in documents}

    def _of(
        self, document: Outgoing, documents: Sequence[Outgoing], answer: Answered, *, clear: bool
    ) -> Written | ConnectorError:
        said, verdict = answer.records.get(document.key), answer.verdict(self.names)
        if said is not None and said.errors:
            return self.refusal(answer, "; ".join(said.errors).rstrip("."))
        if verdict is Verdict.TAKEN and clear:
            return self._written(document, answer, said)
        if verdict is Verdict.REFUSED and clear and answer.count("completed") is not None and len(documents) > 1:
            return self._written(document, answer, said)
        if verdict in (Verdict.REFUSED, Verdict.ALL_FAILED):
            if len(documents) == 1:
                return self.refusal(answer, answer.words)
            return NotYet(
                f"JAGGAER refuses a message with {len(documents)} suppliers, so each is sent alone: {answer.words}."
            )
        return self.unknown(answer)

    def _written(self, document: Outgoing, answer: Answered, said: Said | None) -> Written:
        warnings = list(said.warnings if said else ())
        clean, done = answer.count("without warnings"), answer.count("completed")
        if not warnings and clean is not None and done is not None and clean < done:
            warnings = [*answer.said.warnings, "JAGGAER took this message with warnings"]
        return Written(target_id=document.key, answer=answer.words, warning="; ".join(warnings))

    def _record_or_mistake(self, document: Outgoing) -> etree._Element | Malformed:
        try:
            return self._record(document)
        except Malformed as mistake:
            return mistake

    def _record(self, document: Outgoing) -> etree._Element:
        info: Mapping[str, Any] = document.body.get("companyInfo", {})
        record = places.made(self.names("companies", "record"))
        places.fill(record, self.names.renames("companies", "body"), _fields(info))
        return record


def _fields(info: Mapping[str, Any]) -> dict[str, str]:
    number, name, country = info["extCode"], info["companyName"], info.get("isoCountry", "")
    if country and not countries.of_two_letters(country):
        raise Malformed(f'Supplier {number} has country "{country}", which is no code of ISO 3166.')
    fields = {
        "number": number,
        "name": name,
        "country": countries.of_two_letters(country),
        "active": _yes_or_no(info.get("status")),
        "tax_number": info.get("fiscalCode", ""),
        "currency": info.get("currency", ""),
    }
    if any(info.get(part) for part in _ADDRESS):
        fields |= {
            "address_number": number,
            "address_name": name,
            "address_active": "true",
            "street": info.get("address", ""),
            "city": info.get("city", ""),
            "state": info.get("province", ""),
            "postal_code": info.get("zip", ""),
            "address_country": countries.of_three_letters(country),
        }
    if email := info.get("bizEmail", ""):
        fields |= {"contact_number": number, "contact_name": name, "contact_active": "true", "email": email}
    return fields


def _yes_or_no(status: str | None) -> str:
    if not status:
        return ""
    return "Yes" if status == CompanyStatus.ACTIVE else "No"


def _message_id(documents: Sequence[Outgoing]) -> str:
    """That of the one document, or one made of all of them."""
    if len(documents) == 1:
        return documents[0].correlation_id
    together = " ".join(document.correlation_id for document in documents)
    return f"{documents[0].correlation_id}-{len(documents)}-{hashlib.sha256(together.encode()).hexdigest()[:12]}"
