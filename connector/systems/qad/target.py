"""Post supplier invoices and journal entries into QAD, and find out what is in its books already.

QAD refuses no posting for being there already: a reference that was used before is only a warning. So every posting is
looked for before it is sent, by its natural key and by our correlation id, and again after a refusal or a lost answer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.domain import doubt
from connector.domain.errors import (
    SAID_NO,
    AlreadyThere,
    ConfigurationError,
    ConnectorError,
    Refused,
    Unanswered,
    UnknownName,
    in_doubt_until_answered,
)
from connector.domain.exchange import Found, Safety, Written
from connector.domain.identity import CORRELATION
from connector.domain.money import spelled
from connector.systems.qad import target_matches, target_records, values
from connector.systems.qad.listing import read_fields
from connector.systems.qad.target_names import POSTED
from connector.systems.qad.target_search import Search

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.domain.doubt import Waits
    from connector.domain.exchange import Outgoing
    from connector.systems.qad.client import QadClient
    from connector.systems.qad.config import QadConfig
    from connector.systems.qad.entities import Names
    from connector.systems.qad.envelope import Submitted
    from connector.systems.qad.spelling import Spelling
    from connector.systems.qad.target_names import Posting

#: what an invoice was sent with, beside its total, that tells it from another one of the same key
_TOLD_APART = ("currency", "invoice_date")


class QadTarget:
    """Implements ``ports.Target``."""

    def __init__(self, *, name: str, open_client: Callable[[str], QadClient], names: Names, config: QadConfig) -> None:
        """``open_client`` gives the client of a workspace."""
        self._name, self._names, self._config = name, names, config
        self._clients = {workspace: open_client(workspace) for workspace in config.posting_workspaces.values()}
        self._searches = {
            (workspace, posting.name): Search(
                client=client, posting=posting, size=config.page_size, written=config.spelling
            )
            for workspace, client in self._clients.items()
            for posting in names.postings.values()
        }

    def safety(self, entity: str) -> Safety:
        """Everything is asked for first."""
        if entity not in POSTED:
            raise UnknownName.among("posting of QAD", entity, POSTED)
        return Safety.ASK_FIRST

    def waits(self, entity: str) -> Waits:
        """The same for every posting."""
        del entity
        return doubt.waits(self._config.ask_again_seconds)

    def find(self, document: Outgoing) -> Found | None:
        """Ask by natural key in the document's own entity, then by our correlation id in every entity we post into.

        The second finds what was sent before a crosswalk row was corrected: it then has another key. And of several
        postings with one key it finds ours.
        """
        posting, document = self._names.posting(document.entity), self._settled(document)
        own = self._workspace(document)
        row = self._by_key(document, self._searches[own, posting.name])
        if "correlation" in posting.search and (row is None or not _carries(row, document.correlation_id)):
            row = self._by_correlation(document, own) or row
        if row is None:
            return None
        return Found(
            target_id=_shown(row),
            difference=target_matches.difference(document, row),
            unseen=target_matches.unseen(document),
            correlation=_text(row, "correlation"),
            facts=_facts(row, document),
        )

    def write(self, document: Outgoing) -> Written:
        """Create it; never updates. Raises Refused with QAD's own words, AlreadyThere when it is there in spite.

        A request that is refused before QAD looks at the document raises ConfigurationError.
        """
        posting, document = self._names.posting(document.entity), self._settled(document)
        client, body = self._clients[self._workspace(document)], target_records.submission(posting, document)
        try:
            answer = client.submit(posting.resource, view=posting.view, body=body)
        except Refused as refusal:
            # seen in QAD's other interfaces: an error although the document was posted
            if isinstance(refusal, AlreadyThere) or self._asked_after(document, refusal.message) is None:
                raise _blamed(refusal, posting.name) from None
            raise AlreadyThere(refusal.message, **refusal.evidence) from None
        warning = f"accepted with warnings: {'; '.join(answer.warnings)}" if answer.warnings else ""
        row = _answered(answer, posting, self._config.spelling)
        if _text(row, "voucher"):
            return Written(target_id=_shown(row), answer=warning, facts=_facts(row, document))
        return self._looked_up(document, answer, warning)

    def where_to_look(self, document: Outgoing) -> str:
        """The screen, the fields a person searches by, and what shows that it is ours."""
        body = self._settled(document).body
        total = spelled(target_records.total(document), str(body.get("currency") or ""))
        field = self._names.posting(document.entity).fields.get("correlation")
        ours = f" and {document.correlation_id} in {field}" if field else ""
        if document.entity == "journal_entries":
            named = f" with text {body['text']!r}" if body.get("text") else ""
            what = f"Journal Entry View for daybook {body.get('daybook')}{named}, reference {body.get('reference')}"
        else:
            what = (
                f"Supplier Invoice View for supplier {body.get('supplier_code')}, reference "
                f"{body.get('reference')}, type {body.get('invoice_type')}"
            )
        return f"Look in QAD, entity {body['entity']}, with {what}; ours has the total {total}{ours}."

    def _settled(self, document: Outgoing) -> Outgoing:
        """With the connection's own entity where the document names none."""
        entity = document.body.get("entity") or next(iter(self._config.posting_workspaces))
        return replace(document, body={**document.body, "entity": entity})

    def _workspace(self, document: Outgoing) -> str:
        known, entity = self._config.posting_workspaces, document.body["entity"]
        if entity not in known:
            raise ConfigurationError(
                f"Connection {self._name} posts into {', '.join(known)} only, and a document is for entity {entity}; "
                f"add DOMAIN_{entity} to `workspaces` of the connection, or correct the crosswalk row that names it.",
                entity=entity,
            )
        return known[entity]

    def _by_key(self, document: Outgoing, search: Search) -> Mapping[str, Any] | None:
        field, value = target_matches.asked_by(document)
        return search.first(field, value, lambda row: target_matches.same_key(document, row))

    def _asked_after(self, document: Outgoing, what: str) -> Found | None:
        """Look behind a write; raises Unanswered when QAD does not answer."""
        with in_doubt_until_answered(what):
            return self._ours(document)

    def _ours(self, document: Outgoing) -> Found | None:
        """What was just sent, if it is there: not what another document posted under its key."""
        found = self.find(document)
        if found is None or found.correlation == document.correlation_id:
            return found
        return None if found.correlation.startswith(CORRELATION) else found

    def _by_correlation(self, document: Outgoing, own: str) -> Mapping[str, Any] | None:
        name, ours = self._names.posting(document.entity).name, document.correlation_id
        searches = (self._searches[workspace, name] for workspace in dict.fromkeys((own, *self._clients)))
        found = (search.first("correlation", ours, lambda row: _carries(row, ours)) for search in searches)
        return next((row for row in found if row is not None), None)

    def _looked_up(self, document: Outgoing, answer: Submitted, warning: str) -> Written:
        """QAD took it and did not say under which number."""
        found = self._asked_after(document, f"QAD connection {self._name} took {document.key} without a number.")
        if found is not None:
            return Written(target_id=found.target_id, answer=warning, facts=found.facts)
        if not answer.said_so:
            raise Unanswered(
                f"QAD connection {self._name} answered neither that it posted {document.key} nor that it did not.",
                key=document.key,
            )
        return Written(target_id=document.key, answer=warning, facts=_facts({}, document))


def _blamed(refusal: Refused, name: str) -> ConnectorError:
    """A request that QAD did not even look at is nothing a source could correct: its documents stay where they are."""
    if isinstance(refusal, AlreadyThere) or refusal.evidence.get("of_the_document"):
        return refusal
    sentence = f"{refusal.message} QAD did not look at the document itself; check the names under entities.{name}."
    return ConfigurationError(sentence, **{**refusal.evidence, SAID_NO: True})


def _answered(answer: Submitted, posting: Posting, written: Spelling) -> Mapping[str, Any]:
    """The record in the answer, under our names."""
    records = answer.data.get(posting.resource)
    first = records[0] if isinstance(records, list) and records else None
    return read_fields(posting.answer, first, written) if isinstance(first, dict) else {}


def _shown(row: Mapping[str, Any]) -> str:
    """The number QAD shows a posting under: year/daybook/voucher."""
    return "/".join(filter(None, (_text(row, part) for part in ("fiscal_year", "daybook", "voucher"))))


def _facts(row: Mapping[str, Any], document: Outgoing) -> Mapping[str, str]:
    """What the source is told; where QAD says nothing, what we asked for. And what tells an invoice from another."""
    body = document.body
    posted_on = values.day(row.get("posting_date")) or values.day(body.get("posting_date"))
    number = "/".join(filter(None, (_text(row, "daybook"), _text(row, "voucher"))))
    sent = {"total": f"{target_records.total(document):f}", **{name: str(body.get(name) or "") for name in _TOLD_APART}}
    return {
        **({} if document.entity == "journal_entries" else sent),
        "company": _text(row, "entity") or str(body["entity"]),
        "document_number": number if _text(row, "voucher") else document.key,
        "fiscal_year": _text(row, "fiscal_year") or (str(posted_on.year) if posted_on else ""),
        "posting_date": posted_on.isoformat() if posted_on else "",
    }


def _carries(row: Mapping[str, Any], correlation: str) -> bool:
    return _text(row, "correlation") == correlation


def _text(row: Mapping[str, Any], field: str) -> str:
    return str(values.text(row.get(field)) or "")
