"""The books of an instance behind Adaptive's REST: post into them, and find out what is in them already."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.domain.errors import (
    SAID_NO,
    AlreadyThere,
    ConfigurationError,
    ConnectorError,
    Refused,
    Unanswered,
    in_doubt_until_answered,
)
from connector.domain.exchange import Found, Written
from connector.domain.identity import CORRELATION
from connector.systems.qad import values
from connector.systems.qad.adaptive.listing import read_fields
from connector.systems.qad.adaptive.posting_search import Search
from connector.systems.qad.adaptive.records import submission

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.domain.exchange import Outgoing
    from connector.systems.qad.adaptive.answers import Submitted
    from connector.systems.qad.adaptive.client import QadClient
    from connector.systems.qad.adaptive.names import Names
    from connector.systems.qad.adaptive.posting_names import Posting
    from connector.systems.qad.config import QadConfig
    from connector.systems.qad.entities.writer import Writer
    from connector.systems.qad.formats import Formats


class AdaptiveBooks:
    """Implements ``entities.writer.Books``."""

    def __init__(self, *, name: str, open_client: Callable[[str], QadClient], names: Names, config: QadConfig) -> None:
        """``open_client`` gives the client of a workspace."""
        self._name, self._names, self._config = name, names, config
        self._clients = {workspace: open_client(workspace) for workspace in config.posting_workspaces.values()}
        self._searches = {
            (workspace, posting.name): Search(
                client=client, posting=posting, size=config.page_size, written=config.formats
            )
            for workspace, client in self._clients.items()
            for posting in names.postings.values()
        }

    def find(self, document: Outgoing, writer: Writer) -> Found | None:
        """Ask by natural key in the document's own entity, then by our correlation id in every entity we post into.

        The second finds what was sent before a crosswalk row was corrected: it then has another key. And of several
        postings with one key it finds ours.
        """
        posting, document = self._names.posting(document.entity), self.settled(document)
        own = self._workspace(document)
        field, value = writer.asked_by(document)
        row = self._searches[own, posting.name].first(field, value, lambda row: writer.same_key(document, row))
        if "correlation" in posting.search and (row is None or not _carries(row, document.correlation_id)):
            row = self._by_correlation(document, own) or row
        if row is None:
            return None
        return Found(
            target_id=_shown(row),
            difference=writer.difference(document, row),
            unseen=writer.unseen(document.body),
            correlation=values.text_of(row, "correlation"),
            facts=_facts(row, document, writer),
        )

    def write(self, document: Outgoing, writer: Writer) -> Written:
        """Create it; never updates. Raises Refused with QAD's own words, AlreadyThere when it is there in spite.

        A request that is refused before QAD looks at the document raises ConfigurationError.
        """
        posting, document = self._names.posting(document.entity), self.settled(document)
        client, body = self._clients[self._workspace(document)], submission(posting, writer.record(document))
        try:
            answer = client.submit(posting.resource, view=posting.view, body=body)
        except Refused as refusal:
            # seen in QAD's other interfaces: an error although the document was posted
            if isinstance(refusal, AlreadyThere) or self._asked_after(document, writer, refusal.message) is None:
                raise _blamed(refusal, posting.name) from None
            raise AlreadyThere(refusal.message, **refusal.evidence) from None
        warning = f"accepted with warnings: {'; '.join(answer.warnings)}" if answer.warnings else ""
        row = _answered(answer, posting, self._config.formats)
        if values.text_of(row, "voucher"):
            return Written(target_id=_shown(row), answer=warning, facts=_facts(row, document, writer))
        return self._looked_up(document, writer, answer, warning)

    def settled(self, document: Outgoing) -> Outgoing:
        """Return the document with the connection's own entity where it names none."""
        entity = document.body.get("entity") or next(iter(self._config.posting_workspaces))
        return replace(document, body={**document.body, "entity": entity})

    def correlation_field(self, entity: str) -> str | None:
        """Return QAD's field with our correlation id; None where the connection leaves it out."""
        return self._names.posting(entity).fields.get("correlation")

    def _workspace(self, document: Outgoing) -> str:
        known, entity = self._config.posting_workspaces, document.body["entity"]
        if entity not in known:
            raise ConfigurationError(
                f"Connection {self._name} posts into {', '.join(known)} only, and a document is for entity {entity}; "
                f"add DOMAIN_{entity} to `workspaces` of the connection, or correct the crosswalk row that names it.",
                entity=entity,
            )
        return known[entity]

    def _asked_after(self, document: Outgoing, writer: Writer, what: str) -> Found | None:
        """Look behind a write; raises Unanswered when QAD does not answer."""
        with in_doubt_until_answered(what):
            return self._ours(document, writer)

    def _ours(self, document: Outgoing, writer: Writer) -> Found | None:
        """What was just sent, if it is there: not what another document posted under its key."""
        found = self.find(document, writer)
        if found is None or found.correlation == document.correlation_id:
            return found
        return None if found.correlation.startswith(CORRELATION) else found

    def _by_correlation(self, document: Outgoing, own: str) -> Mapping[str, Any] | None:
        name, ours = self._names.posting(document.entity).name, document.correlation_id
        searches = (self._searches[workspace, name] for workspace in dict.fromkeys((own, *self._clients)))
        found = (search.first("correlation", ours, lambda row: _carries(row, ours)) for search in searches)
        return next((row for row in found if row is not None), None)

    def _looked_up(self, document: Outgoing, writer: Writer, answer: Submitted, warning: str) -> Written:
        """QAD took it and did not say under which number."""
        found = self._asked_after(
            document, writer, f"QAD connection {self._name} took {document.key} without a number."
        )
        if found is not None:
            return Written(target_id=found.target_id, answer=warning, facts=found.facts)
        if not answer.said_so:
            raise Unanswered(
                f"QAD connection {self._name} answered neither that it posted {document.key} nor that it did not.",
                key=document.key,
            )
        return Written(target_id=document.key, answer=warning, facts=_facts({}, document, writer))


def _blamed(refusal: Refused, name: str) -> ConnectorError:
    """A request that QAD did not even look at is nothing a source could correct: its documents stay where they are."""
    if isinstance(refusal, AlreadyThere) or refusal.evidence.get("of_the_document"):
        return refusal
    sentence = f"{refusal.message} QAD did not look at the document itself; check the names under entities.{name}."
    return ConfigurationError(sentence, **{**refusal.evidence, SAID_NO: True})


def _answered(answer: Submitted, posting: Posting, written: Formats) -> Mapping[str, Any]:
    """The record in the answer, under our names."""
    records = answer.data.get(posting.resource)
    first = records[0] if isinstance(records, list) and records else None
    return read_fields(posting.answer, first, written) if isinstance(first, dict) else {}


def _shown(row: Mapping[str, Any]) -> str:
    """The number QAD shows a posting under: year/daybook/voucher."""
    return "/".join(filter(None, (values.text_of(row, part) for part in ("fiscal_year", "daybook", "voucher"))))


def _facts(row: Mapping[str, Any], document: Outgoing, writer: Writer) -> Mapping[str, str]:
    """What the source is told; where QAD says nothing, what we asked for. And what tells an invoice from another."""
    body = document.body
    posted_on = values.day(row.get("posting_date")) or values.day(body.get("posting_date"))
    number = "/".join(filter(None, (values.text_of(row, "daybook"), values.text_of(row, "voucher"))))
    return {
        **writer.facts(body),
        "company": values.text_of(row, "entity") or str(body["entity"]),
        "document_number": number if values.text_of(row, "voucher") else document.key,
        "fiscal_year": values.text_of(row, "fiscal_year") or (str(posted_on.year) if posted_on else ""),
        "posting_date": posted_on.isoformat() if posted_on else "",
    }


def _carries(row: Mapping[str, Any], correlation: str) -> bool:
    return values.text_of(row, "correlation") == correlation
