"""From a listed document of Concur to a payload: SAP's document unchanged, below a header of ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connector.domain.errors import SourceLies
from connector.reading import values
from connector.systems.concur.financial import kind_of

if TYPE_CHECKING:
    from connector.systems.concur.names import Names

#: the payload's field with Concur's id of the document
DOC_ID = "doc_id"
#: ... and the one that stays the same when a document is corrected and comes again
SOURCE_KEY = "source_key"
REVISION = "revision"
IS_TEST = "is_test"
#: a text with a list with an object with a list with an object is the most that was seen; more is nonsense
_MOST_WRAPPERS = 5


def payload(listed: Mapping[str, Any], *, entity: str, names: Names, system_id: str = "") -> dict[str, Any]:
    """The payload of a listed document. What cannot be read stays as it came, and is complained about when mapped.

    Concur writes ``system_id`` into a document when we acknowledge it; it stands here from the beginning, so that the
    document does not seem to have changed. Raises SourceLies for one without an id.
    """
    doc_id = values.text(listed.get("id"))
    if not doc_id:
        raise SourceLies(f"Concur lists a document among its {entity} that has no id; nothing was taken.")
    document = _opened(listed.get("document"))
    key = values.text(values.at(document, names(entity, "key")))
    return {
        DOC_ID: doc_id,
        "doc_type": kind_of(entity),
        SOURCE_KEY: key or values.text(values.at(document, names(entity, "second_key"))),
        REVISION: values.text(values.at(document, names(entity, "revision"))),
        "company_id": values.text(listed.get("companyId")),
        "entity_id": values.text(listed.get("entityId")),
        "erp_system_id": values.text(listed.get("erpSystemId")) or system_id,
        IS_TEST: values.flag(values.at(document, names(entity, "is_test"))),
        "document": document,
    }


def _opened(document: object) -> object:
    """The document itself, whether it came as an object, in a list of one, or as a text of JSON of either."""
    for _ in range(_MOST_WRAPPERS):
        inner = _unwrapped(document)
        if inner is document:
            break
        document = inner
    return document


def _unwrapped(document: object) -> object:
    """What is in the outermost wrapper; the same when there is none."""
    if isinstance(document, str):
        try:
            return json.loads(document, parse_float=Decimal, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return document
    if isinstance(document, list) and len(document) == 1:
        inner = document[0]
        return inner.get("document", inner) if isinstance(inner, Mapping) else inner
    if isinstance(document, Mapping) and document.keys() == {"fIDocuments"}:
        rows = values.rows(document["fIDocuments"])
        return rows[0].get("document", rows[0]) if len(rows) == 1 else document
    return document


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
