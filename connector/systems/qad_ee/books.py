"""The books of an instance behind QXtend: post into them, and find out what is in them already.

An answer of QXtend is not the end of a posting: ``error`` may have posted it, or a part. So whatever is not a clear
success or a clear roll-back is looked for in the books before anything is concluded.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.domain.errors import (
    IF_THERE,
    AlreadyThere,
    ConfigurationError,
    Refused,
    Unanswered,
    Unavailable,
    in_doubt_until_answered,
)
from connector.domain.exchange import Written
from connector.systems.qad.adaptive.listing import read_fields
from connector.systems.qad.entities import finding
from connector.systems.qad_ee import records, rows
from connector.systems.qad_ee.config import Way
from connector.systems.qad_ee.verdicts import Verdict
from connector.xml.reading import NotReadable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import Found, Outgoing
    from connector.systems.qad.entities.writer import Writer
    from connector.systems.qad_ee.client import Answered
    from connector.systems.qad_ee.posting_names import Posting
    from connector.systems.qad_ee.site import Site


class EnterpriseBooks:
    """Implements ``entities.writer.Books``."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def find(self, document: Outgoing, writer: Writer) -> Found | None:
        """Ask by natural key in the document's own entity, then by our correlation id in every entity we post into."""
        document = self.settled(document)
        name, own = document.entity, str(document.body["entity"])
        self._domain(document)
        return finding.found(
            document,
            writer,
            own=self._site.search(name, own),
            every=(self._site.search(name, one) for one in dict.fromkeys((own, *self._site.config.domains))),
            by_correlation=self._by_correlation(document),
        )

    def copies(self, document: Outgoing, writer: Writer) -> int:
        """Count what has its natural key in the document's own entity."""
        document = self.settled(document)
        self._domain(document)
        return finding.copies(document, writer, own=self._site.search(document.entity, str(document.body["entity"])))

    def write(self, document: Outgoing, writer: Writer) -> Written:
        """Create it; never updates. Raises Refused with QAD's own words, AlreadyThere when it is there in spite."""
        document, names = self.settled(document), self._site.names
        posting, domain = names.posting(document.entity), self._domain(document)
        sent = records.submission(
            posting,
            writer.record(document),
            domain=domain,
            matching=self._site.config.receiver_matching,
            lengths=names.lengths,
        )
        answered = self._site.client.call(
            sent.api,
            version=sent.version,
            domain=domain,
            entity=str(document.body["entity"]),
            content=sent.content,
            more={"action": posting.action, "scopeTransaction": "true"},
            message_id=f":{document.correlation_id}",
            writes=True,
        )
        match answered.judged.verdict:
            case Verdict.DONE:
                return self._done(document, writer, answered, sent.remarks)
            case Verdict.ROLLED_BACK:
                raise Refused(f"{self._site.where} took {sent.api} back whole: {answered.words}.", api=sent.api)
            case Verdict.NOT_BEGUN:
                self._site.client.stop(answered, sent.api)
                raise Unavailable(f"{self._site.where} did not begin {sent.api}: {answered.words}.", api=sent.api)
            case _:
                return self._looked_into(document, writer, answered, sent.api)

    def settled(self, document: Outgoing) -> Outgoing:
        """Return the document with the connection's own entity where it names none."""
        entity = document.body.get("entity") or self._site.config.entity
        return replace(document, body={**document.body, "entity": entity})

    def correlation_field(self, entity: str) -> str | None:
        """Return QAD's field with our correlation id; None where the connection leaves it out."""
        return self._site.names.posting(entity).head.fields.get("correlation")

    def _domain(self, document: Outgoing) -> str:
        known, entity = self._site.config.domains, document.body["entity"]
        if entity not in known:
            raise ConfigurationError(
                f"Connection {self._site.connection.name} posts into {', '.join(known)} only, and a document is for "
                "entity "
                f"{entity}; add DOMAIN_{entity} to `workspaces` of the connection, or correct the crosswalk row that "
                "names it.",
                entity=entity,
            )
        return known[entity]

    def _done(self, document: Outgoing, writer: Writer, answered: Answered, remarks: tuple[str, ...]) -> Written:
        """QAD took it; its number is in the answer, else it is looked for."""
        warning = "; ".join((*answered.judged.warnings, *remarks))
        if answered.judged.dropped:
            warning = f"a part of what was sent is not in QAD: {warning}"
        row = self._answered(answered, document)
        found: Found | None = None
        if not finding.voucher(row):
            said = f"{self._site.where} took {document.key} without a number."
            if not self._can_ask(document):
                warning = "; ".join(filter(None, ("QAD gave no number for it", warning)))
            else:
                evidence = {"key": document.key, IF_THERE: warning}
                with in_doubt_until_answered(said, **evidence):
                    found = finding.of_this_try(self.find(document, writer), document)
                if found is None:
                    # QAD was seen to answer success and to do nothing
                    raise Unanswered(f"{said} It is not there yet, and may still come.", **evidence)
        return Written(
            target_id=found.target_id if found else finding.number(row) or document.key,
            facts=found.facts if found else finding.facts(row, document, writer),
            warning=warning,
        )

    def _looked_into(self, document: Outgoing, writer: Writer, answered: Answered, api: str) -> Written:
        """QAD said no, or does not know: what is in its books decides, where they can be asked."""
        self._site.client.stop_unless_let_in(answered, api)
        said = f"{self._site.where} answered {api}: {answered.words}."
        # what QXO has not pushed yet may be there all the same
        believed = self._site.config.asked_back(document.entity) is not Way.QXO
        certain = answered.judged.verdict is Verdict.SAYS_NO and believed
        warning = finding.posted_all_the_same(answered.words)
        evidence = {"api": api, IF_THERE: warning}
        if not self._can_ask(document):
            raise Unanswered(f"{said} It may have been posted all the same, in whole or in part.", **evidence)
        with in_doubt_until_answered(said, **evidence):
            found = finding.of_this_try(self.find(document, writer), document)
        if found is None:
            if not certain:
                raise Unanswered(f"{said} It is not there yet, and may still come.", **evidence)
            self._site.client.stop(answered, api)
            raise Refused(f"{said.rstrip('.')}, and did not post it.", api=api)
        # Where nothing carries our id, what was not there before this try and is there now is this try's.
        expected = document.correlation_id if self._by_correlation(document) else ""
        if found.difference or found.correlation != expected:
            raise AlreadyThere(said, **evidence)
        return Written(target_id=found.target_id, facts=found.facts, warning=warning)

    def _by_correlation(self, document: Outgoing) -> bool:
        return "correlation" in self._site.names.posting(document.entity).search

    def _can_ask(self, document: Outgoing) -> bool:
        return self._site.config.asked_back(document.entity) is not Way.NONE

    def _answered(self, answered: Answered, document: Outgoing) -> Mapping[str, Any]:
        """Return the record in the answer, under our names; empty where it has none that can be read."""
        posting = self._site.names.posting(document.entity)
        inside = list(answered.response.data()) if answered.response is not None else []
        found = [record for element in _heads(posting) for record in rows.records(inside, element)]
        if len(found) != 1:
            return {}
        try:
            return read_fields(posting.answer, rows.fields(found[0], posting.answer), self._site.config.formats)
        except NotReadable:
            return {}


def _heads(posting: Posting) -> tuple[str, ...]:
    return (posting.head.element, *((posting.matching.element,) if posting.matching else ()))
