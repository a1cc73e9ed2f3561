"""Financial documents and what has become of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sandbox.concur.wire import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

DOC_TYPES: Final = (
    "expense",
    "invoice",
    "cashadvance",
    "payroll",
    "obligation",
    "requestobligation",
    "reportobligation",
)

READY: Final = "READY"
ACKNOWLEDGED: Final = "ACKNOWLEDGED"
RECALLED: Final = "RECALLED"
POSTED: Final = "POSTING_CONFIRMED_SUCCESS"
FAILED: Final = "POSTING_CONFIRMED_FAILURE"
PAID: Final = "PAYMENT_CONFIRMED_SUCCESS"
REVERSED: Final = "PAYMENT_CONFIRMED_REVERSED"
OBSOLETE: Final = "PAYMENT_CONFIRMED_OBSOLETE"

CONFIRMED: Final = frozenset({POSTED, FAILED, PAID, REVERSED, OBSOLETE})
IN_THE_LEDGER: Final = frozenset({POSTED, PAID, REVERSED, OBSOLETE})


@dataclass(kw_only=True)
class Document:
    """One financial document: what it says, and every word that was said about it.

    ``source_key`` names the report, request or cash advance; it is the same for all revisions, ``doc_id`` never is.
    ``beside``: it follows nothing, and another document about the same stands as it was: money that came back.
    ``expected``: what the ledger should show, from the truth the document was made of; None when nobody knows.
    ``taken_by``: the system id of the one who acknowledged it.
    """

    doc_id: str
    doc_type: str
    source_key: str
    revision: int
    content: Mapping[str, Any]
    expected: Mapping[str, Any] | None = None
    scenario: str = ""
    test: bool = False
    beside: bool = False
    erp_system_id: str = ""
    status: str = READY
    taken_by: str | None = None
    fetched: int = 0
    acknowledgements: list[dict[str, Any]] = field(default_factory=list)
    postings: list[dict[str, Any]] = field(default_factory=list)
    payments: list[dict[str, Any]] = field(default_factory=list)

    @cached_property
    def text(self) -> str:
        """The document as JSON."""
        return render(self.content)


def doc_id(*parts: object) -> str:
    """Make the 32 hexadecimal digits of a document id; the same parts give the same id."""
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:32]


class Documents:
    """All documents by id, and those that are READY by type, in the order in which they became so."""

    def __init__(self) -> None:
        self._all: dict[str, Document] = {}
        self._ready: dict[str, dict[str, Document]] = {kind: {} for kind in DOC_TYPES}
        self._latest: dict[tuple[str, str], Document] = {}

    def __iter__(self) -> Iterator[Document]:
        """Go through every document, oldest first."""
        return iter(self._all.values())

    def put(self, document: Document) -> Document:
        """Keep a new document; it becomes the latest revision of its report, request or cash advance."""
        self._all[document.doc_id] = document
        if not document.beside:
            self._latest[document.doc_type, document.source_key] = document
        self.move(document, document.status)
        return document

    def move(self, document: Document, status: str) -> None:
        """Give a document another status; only READY ones wait in the list."""
        document.status = status
        waiting = self._ready[document.doc_type]
        if status == READY:
            waiting[document.doc_id] = document
        else:
            waiting.pop(document.doc_id, None)

    def get(self, wanted: str) -> Document | None:
        """Find a document by its id."""
        return self._all.get(wanted)

    def latest(self, doc_type: str, source_key: str) -> Document | None:
        """Find the newest revision."""
        return self._latest.get((doc_type, source_key))

    def named(self, source_key: str) -> Document | None:
        """Find the newest revision of whatever is called so, of any type."""
        return next((one for (_, key), one in self._latest.items() if key == source_key), None)

    def ready(self, doc_type: str, *, system_id: str | None, skip: int, count: int) -> tuple[list[Document], int]:
        """Return a slice of the waiting documents of a type and how many wait; ``system_id`` leaves others' out."""
        waiting = self._ready[doc_type]
        if system_id is None:
            return list(islice(waiting.values(), skip, skip + count)), len(waiting)
        mine = [one for one in waiting.values() if one.erp_system_id in {"", system_id}]
        return mine[skip : skip + count], len(mine)

    def of_type(self, doc_type: str) -> Iterable[Document]:
        """Go through the documents of one type."""
        return (one for one in self._all.values() if one.doc_type == doc_type)

    def superseded(self, document: Document) -> bool:
        """Whether a newer revision exists."""
        return not document.beside and self._latest[document.doc_type, document.source_key] is not document
