"""The books of an instance behind Adaptive's REST: post into them, and find out what is in them already."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.domain.errors import (
    IF_THERE,
    SAID_NO,
    AlreadyThere,
    ConfigurationError,
    ConnectorError,
    Refused,
    Unanswered,
    in_doubt_until_answered,
)
from connector.domain.exchange import Written
from connector.systems.qad.adaptive.listing import read_fields
from connector.systems.qad.adaptive.posting_search import Search
from connector.systems.qad.adaptive.records import submission
from connector.systems.qad.entities import finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.domain.exchange import Found, Outgoing
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
        """Ask by natural key in the document's own entity, then by our correlation id in every entity we post into."""
        posting, document = self._names.posting(document.entity), self.settled(document)
        own, searches = self._workspace(document), self._searches
        return finding.found(
            document,
            writer,
            own=searches[own, posting.name],
            every=(searches[place, posting.name] for place in dict.fromkeys((own, *self._clients))),
            by_correlation="correlation" in posting.search,
        )

    def copies(self, document: Outgoing, writer: Writer) -> int:
        """Count what has its natural key in the document's own entity."""
        posting, document = self._names.posting(document.entity), self.settled(document)
        return finding.copies(document, writer, own=self._searches[self._workspace(document), posting.name])

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
            warning = finding.posted_all_the_same(refusal.message)
            if (
                isinstance(refusal, AlreadyThere)
                or self._asked_after(document, writer, refusal.message, warning) is None
            ):
                raise _blamed(refusal, posting.name) from None
            raise AlreadyThere(refusal.message, **{**refusal.evidence, IF_THERE: warning}) from None
        warning = "; ".join(answer.warnings)
        row = _answered(answer, posting, self._config.formats)
        if finding.voucher(row):
            return Written(target_id=finding.number(row), warning=warning, facts=finding.facts(row, document, writer))
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

    def _asked_after(self, document: Outgoing, writer: Writer, what: str, warning: str) -> Found | None:
        """Look behind a write; raises Unanswered when QAD does not answer."""
        with in_doubt_until_answered(what, **{IF_THERE: warning}):
            return finding.of_this_try(self.find(document, writer), document)

    def _looked_up(self, document: Outgoing, writer: Writer, answer: Submitted, warning: str) -> Written:
        """QAD took it and did not say under which number."""
        what = f"QAD connection {self._name} took {document.key} without a number."
        found = self._asked_after(document, writer, what, warning)
        if found is not None:
            return Written(target_id=found.target_id, warning=warning, facts=found.facts)
        if not answer.said_so:
            raise Unanswered(
                f"QAD connection {self._name} answered neither that it posted {document.key} nor that it did not.",
                **{"key": document.key, IF_THERE: warning},
            )
        return Written(target_id=document.key, warning=warning, facts=finding.facts({}, document, writer))


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
