"""A field of a source document as a person names it, and what they say it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError, nearest
from connector.domain.identity import FILED_AS
from connector.domain.leaves import leaves, replaced

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.flow import Flow

_LONGEST = 4_000


def said(flow: Flow[Any], document: Mapping[str, Any], field: str, value: str) -> object:
    """The value as the document would hold it; raises ConfigurationError for a field that may not be corrected."""
    if field in {flow.key_field, flow.identity_field, FILED_AS}:
        raise ConfigurationError(
            f"{field} is what the document is known by: another one is another document. Correct it in the source."
        )
    if field in flow.controls:
        raise ConfigurationError(
            f"{field} says what was decided in the source (matched, approved, held): decide it there; it is read by "
            "itself."
        )
    if len(value) > _LONGEST or not value.isprintable():
        raise ConfigurationError(f"A field takes up to {_LONGEST} printable characters.")
    known = leaves(document)
    below = next((name for name in known if name.startswith(f"{field}.")), None)
    if below is not None:
        raise ConfigurationError(f"{field} has fields of its own; name one of them, such as {below}.")
    try:
        replaced(document, field, value)
    except KeyError:
        raise ConfigurationError(
            f"The document has no field {field!r}.{nearest(field, list(known))} Fields are named by their paths, "
            "positions count from 1: lines.2.account."
        ) from None
    return _like(known.get(field), field, value)


def absent(document: Mapping[str, Any], field: str) -> str:
    """What is to be said of a field that the document does not have; empty of one that it has."""
    known = leaves(document)
    return "" if field in known else f" The document has no field {field!r}.{nearest(field, list(known))}"


def _like(before: object, field: str, value: str) -> object:
    """Amounts are texts in a document as it is kept; only whole numbers are not."""
    if isinstance(before, bool):
        if value not in {"true", "false"}:
            raise ConfigurationError(f"{field} is either true or false.")
        return value == "true"
    if isinstance(before, (list, dict)):
        raise ConfigurationError(f"{field} is a list, and only single values are corrected. Correct it in the source.")
    whole = value.removeprefix("-")
    return int(value) if isinstance(before, int) and whole.isascii() and whole.isdecimal() else value
