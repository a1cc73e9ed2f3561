"""Reading what a person hands to the control API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sandbox.concur.wire import loads
from sandbox.simulator import SandboxMistakeError

_TYPES: Final = {"expenses": "expense", "invoices": "invoice", "cash_advances": "cashadvance"}
_WRAPPERS: Final = ("fIDocuments", "content")


def entity_type(name: object) -> str:
    """Return the document type of an entity: expenses, invoices, cash_advances."""
    if not isinstance(name, str) or name not in _TYPES:
        raise SandboxMistakeError(f"The Concur sandbox takes documents of {', '.join(_TYPES)}; not {name!r}.")
    return _TYPES[name]


def raw_documents(given: object) -> list[tuple[Mapping[str, Any], Mapping[str, Any] | None]]:
    """Find the documents, and for each what is ``expected`` of it (None when it is not said).

    Each may be a document, ``{"document": document or its text, "expected"?}`` with or without SAP's other fields, or
    one of SAP's answers with several of those.
    """
    if not isinstance(given, list):
        raise SandboxMistakeError("documents takes a list.")
    found: list[tuple[Mapping[str, Any], Mapping[str, Any] | None]] = []
    for one in given:
        if not isinstance(one, Mapping):
            raise SandboxMistakeError("Each of the documents must be an object.")
        wrapper = next((name for name in _WRAPPERS if isinstance(one.get(name), list)), None)
        if wrapper is not None:
            found += raw_documents(one[wrapper])
        elif "document" in one:
            found += _unwrapped(_document(one["document"]), one.get("expected"))
        else:
            found.append((one, None))
    return found


def _unwrapped(
    document: Mapping[str, Any], expected: Mapping[str, Any] | None
) -> list[tuple[Mapping[str, Any], Mapping[str, Any] | None]]:
    """Look into a document that is itself one of SAP's answers."""
    if any(isinstance(document.get(name), list) for name in _WRAPPERS):
        return raw_documents([document])
    return [(document, expected)]


def _document(value: object) -> Mapping[str, Any]:
    if isinstance(value, str):
        try:
            value = loads(value.encode())
        except (ValueError, ArithmeticError):
            value = None
    if not isinstance(value, Mapping):
        raise SandboxMistakeError("document must be an object, or the text of one.")
    return value


def strings(value: object, deed: str) -> list[str]:
    """Read a list of ids."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise SandboxMistakeError(f"{deed} takes a list of documents: their ids, or those of reports or requests.")
    return value
