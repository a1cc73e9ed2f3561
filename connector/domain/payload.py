"""Payloads say whose they are, inside of what is sealed: a record led to another flow or document by hand goes nowhere.

Those that an earlier release sealed do not say it, and are taken as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError, DocumentRemoved

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

_OF = "ml-connector:of"


def payload_identity(record_id: object, which: str) -> str:
    """The place a payload of a record is sealed for; ``which``: source or target."""
    return f"records:{record_id}:{which}"


def removed(which: str) -> DocumentRemoved:
    """What is said to whoever needs a payload that is not there any more."""
    return DocumentRemoved(f"Its {which} document is not in the ledger any more: it was removed by retention.")


def labelled(payload: Mapping[str, Any], *, flow_id: UUID, key: str) -> dict[str, Any]:
    """Return the payload with the flow and the source key of its document, as it is to be sealed."""
    return {**payload, _OF: [str(flow_id), key]}


def bare(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the payload as its source or its mapping made it."""
    return {name: value for name, value in payload.items() if name != _OF}


def of(payload: Mapping[str, Any], *, flow_id: UUID, key: str) -> dict[str, Any]:
    """Return the bare payload of this flow's document; raises ConfigurationError when it is another's."""
    label = payload.get(_OF)
    if label is not None and label != [str(flow_id), key]:
        raise ConfigurationError(
            "This record was changed behind ml-connector's back, so nothing is posted from it: what is sealed in it "
            f"belongs to the document {label[1]} of the flow {label[0]}. Put its row back: `ml-connector audit show` "
            "with its id and a backup tell how it was."
        )
    return bare(payload)
