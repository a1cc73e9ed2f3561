"""``POST /_sandbox/documents``: more documents, and what people and other systems do behind the connector's back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from sandbox.concur.control_bodies import entity_type, raw_documents, strings
from sandbox.concur.event_requests import EventRequests
from sandbox.concur.financial.content import Correction, is_test, revised, source_key
from sandbox.concur.financial.documents import (
    ACKNOWLEDGED,
    FAILED,
    READY,
    RECALLED,
    Document,
    doc_id,
)
from sandbox.concur.financial.service_codes import SERVICES, Wanted
from sandbox.concur.seeding.cash_advances import given_back, less
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.concur.company import Company
    from sandbox.concur.seeding.seeder import Seeder

_STATUSES: Final = ("DELAYED", "VOID", "CANCEL", READY)


class Changes:
    """Does what is asked; what makes no sense is refused in words.

    Documents are named by their id, or by the report, request or cash advance they are about (its newest revision).
    """

    def __init__(self, company: Company, seeder: Seeder, *, seed: int) -> None:
        self._company = company
        self._documents = company.documents
        self._seeder = seeder
        self._seed = seed

    def apply(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Do every deed named in ``body``; answer what came of it, by deed.

        ``generate``: ``{"expenses": n, "invoices": n, "cash_advances": n, "scenario"?, "replace"?, "set"?}``.
        ``entity`` with ``documents``: documents as SAP sends them, with or without what SAP wraps around them.
        ``recall``: documents an administrator takes back. ``resubmit``: documents, or ``{"document", "replace"?,
        "set"?}``: corrected and READY again as a new revision. ``give_back``: cash advances, or ``{"document",
        "amount"}``: what comes back of them, a document of its own. ``take``: ``{"systemId", "documents"}``
        acknowledged by another system; ``assign``: likewise, meant for that system. ``restate``: ``{"status",
        "documents"}``.
        ``answer``: ``[{"service", "code", "count"?, "document"?}]``, codes to answer whatever is true, instead of those
        asked for before. ``events``: see ``event_requests``.
        """
        deeds: Mapping[str, Callable[[Any], Any]] = {
            "generate": self._generate,
            "recall": self._recall,
            "resubmit": self._resubmit,
            "give_back": self._give_back,
            "take": self._take,
            "assign": self._assign,
            "restate": self._restate,
            "answer": self._answer,
            "events": EventRequests(self._company).apply,
        }
        if unknown := sorted(set(body) - {*deeds, "entity", "documents"}):
            raise SandboxMistakeError(
                f"The sandbox cannot {unknown[0]!r}; it can {', '.join(deeds)}, and take an entity."
            )
        done: dict[str, Any] = {}
        if "entity" in body:
            done["documents"] = self._enter(entity_type(body["entity"]), body.get("documents"))
        return {**done, **{name: do(body[name]) for name, do in deeds.items() if name in body}}

    def _generate(self, wanted: object) -> dict[str, list[str]]:
        makers = {
            "expenses": self._seeder.expenses,
            "invoices": self._seeder.invoices,
            "cash_advances": self._seeder.cash_advances,
        }
        if not isinstance(wanted, Mapping) or not set(wanted) <= {*makers, "scenario", "replace", "set"}:
            raise SandboxMistakeError(f"generate takes numbers of {', '.join(makers)}, and scenario, replace, set.")
        counts = {kind: wanted[kind] for kind in makers if kind in wanted}
        if wrong := [one for one in counts.values() if not isinstance(one, int) or isinstance(one, bool) or one < 0]:
            raise SandboxMistakeError(f"generate takes whole numbers of documents, not {wrong[0]!r}.")
        change, scenario = _correction(wanted), str(wanted.get("scenario", ""))
        made = {kind: makers[kind](count, scenario, change) for kind, count in counts.items()}
        for document in (one for documents in made.values() for one in documents):
            self._company.delivery.announce(document)
        return {kind: [one.doc_id for one in documents] for kind, documents in made.items()}

    def _enter(self, kind: str, given: object) -> list[str]:
        entered = []
        for content, expected in raw_documents(given):
            key = source_key(kind, content)
            before = self._documents.latest(kind, key)
            entered.append(
                Document(
                    doc_id=doc_id(self._seed, kind, key, before.revision + 1 if before else 1),
                    doc_type=kind,
                    source_key=key,
                    revision=before.revision + 1 if before else 1,
                    content=content,
                    expected=expected,
                    scenario="entered",
                    test=is_test(kind, content),
                )
            )
        for document in entered:
            self._company.delivery.announce(self._documents.put(document))
        return [one.doc_id for one in entered]

    def _recall(self, given: object) -> list[str]:
        found = self._found(given, "recall")
        for document in found:
            if document.status not in {READY, ACKNOWLEDGED, FAILED}:
                raise SandboxMistakeError(f"Document {document.doc_id} is {document.status}; nobody can recall it now.")
        for document in found:
            self._documents.move(document, RECALLED)
        return [one.doc_id for one in found]

    def _resubmit(self, given: object) -> list[str]:
        if not isinstance(given, list):
            raise SandboxMistakeError("resubmit takes a list.")
        asked = [one if isinstance(one, Mapping) else {"document": one} for one in given]
        before = self._found([one.get("document") for one in asked], "resubmit")
        for document in before:
            if document.status not in {FAILED, RECALLED} or self._documents.superseded(document):
                raise SandboxMistakeError(
                    f"Document {document.doc_id} is {document.status}; only what failed or was recalled comes again."
                )
        made = [self._revision(old, _correction(how)) for old, how in zip(before, asked, strict=True)]
        for document in made:
            self._company.delivery.announce(self._documents.put(document))
        return [one.doc_id for one in made]

    def _give_back(self, given: object) -> list[str]:
        if not isinstance(given, list):
            raise SandboxMistakeError("give_back takes a list.")
        asked = [one if isinstance(one, Mapping) else {"document": one} for one in given]
        found = self._found([one.get("document") for one in asked], "give_back")
        if other := next((one for one in found if one.doc_type != "cashadvance"), None):
            raise SandboxMistakeError(f"Document {other.doc_id} is of type {other.doc_type}; nothing comes back of it.")
        made: list[Document] = []
        for one, how in zip(found, asked, strict=True):
            made.append(self._documents.put(self._back(one, _amount(how.get("amount")))))
            self._company.delivery.announce(made[-1])
        return [one.doc_id for one in made]

    def _back(self, advance: Document, amount: Decimal | None) -> Document:
        content = given_back(advance.content, amount)
        number = sum(one.source_key == advance.source_key for one in self._documents.of_type(advance.doc_type))
        return Document(
            doc_id=doc_id(self._seed, "back", advance.source_key, number),
            doc_type=advance.doc_type,
            source_key=advance.source_key,
            revision=advance.revision,
            content=content,
            expected=less(advance.expected, content),
            scenario="given back",
            test=advance.test,
            beside=True,
            erp_system_id=advance.erp_system_id,
        )

    def _revision(self, old: Document, change: Correction) -> Document:
        content = revised(old.doc_type, change.of(old.content), old.revision + 1)
        return Document(
            doc_id=doc_id(self._seed, old.doc_type, old.source_key, old.revision + 1),
            doc_type=old.doc_type,
            source_key=old.source_key,
            revision=old.revision + 1,
            content=content,
            expected=change.of_truth(old.expected),
            scenario=old.scenario,
            test=is_test(old.doc_type, content),
            erp_system_id=old.erp_system_id,
        )

    def _take(self, given: object) -> list[str]:
        system_id, found = self._for_system(given, "take")
        for document in found:
            document.taken_by = system_id
            self._documents.move(document, ACKNOWLEDGED)
        return [one.doc_id for one in found]

    def _assign(self, given: object) -> list[str]:
        system_id, found = self._for_system(given, "assign")
        for document in found:
            document.erp_system_id = system_id
        return [one.doc_id for one in found]

    def _restate(self, given: object) -> list[str]:
        if not isinstance(given, Mapping) or given.get("status") not in _STATUSES:
            raise SandboxMistakeError(f"restate takes a status ({', '.join(_STATUSES)}) and documents.")
        found = self._found(given.get("documents"), "restate")
        for document in found:
            self._documents.move(document, str(given["status"]))
        return [one.doc_id for one in found]

    def _answer(self, given: object) -> int:
        if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
            raise SandboxMistakeError('answer takes a list: [{"service": "postingconfirmations", "code": 199}].')
        self._company.forced.wanted = [self._wanted(one) for one in given]
        return len(given)

    def _wanted(self, one: Mapping[str, Any]) -> Wanted:
        service, code, count = str(one.get("service")), one.get("code"), one.get("count")
        if service not in SERVICES or code not in SERVICES[service]:
            known = "; ".join(f"{name}: {', '.join(map(str, codes))}" for name, codes in SERVICES.items())
            raise SandboxMistakeError(f"answer knows these services and codes: {known}.")
        if count is not None and (not isinstance(count, int) or isinstance(count, bool) or count < 0):
            raise SandboxMistakeError(f"The count of an answer is a whole number, not {count!r}.")
        named = self._found([one["document"]], "answer")[0].doc_id if "document" in one else ""
        return Wanted(service=service, code=code, doc_id=named, left=count)

    def _for_system(self, given: object, deed: str) -> tuple[str, list[Document]]:
        if not isinstance(given, Mapping) or not isinstance(given.get("systemId"), str):
            raise SandboxMistakeError(f"{deed} takes a systemId and documents.")
        return given["systemId"], self._found(given.get("documents"), deed)

    def _found(self, given: object, deed: str) -> list[Document]:
        return [self._document(one) for one in strings(given, deed)]

    def _document(self, named: str) -> Document:
        found = self._documents.get(named) or self._documents.named(named)
        if found is None:
            raise SandboxMistakeError(f"There is no document, report, request or cash advance {named!r} here.")
        return found


def _amount(given: object) -> Decimal | None:
    if given is None:
        return None
    try:
        amount = Decimal(str(given))
    except InvalidOperation:
        amount = Decimal(0)
    if not (amount.is_finite() and amount > 0):
        raise SandboxMistakeError(f"What comes back is an amount above zero, not {given!r}.")
    return amount


def _correction(asked: Mapping[str, Any]) -> Correction:
    replace, fields = asked.get("replace", {}), asked.get("set", {})
    if not isinstance(replace, Mapping) or not isinstance(fields, Mapping):
        raise SandboxMistakeError("replace takes old texts and new ones, set takes names of fields and values.")
    return Correction(replace={str(old): str(new) for old, new in replace.items()}, set=dict(fields))
