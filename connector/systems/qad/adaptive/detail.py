"""The second read of a supplier: its coded component knows tax number, e-mail, active flag and where to pay to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.systems.qad.adaptive.listing import read_fields, read_modified
from connector.systems.qad.values import blank

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from connector.systems.qad.adaptive.client import QadClient, Raw
    from connector.systems.qad.adaptive.names import Detail
    from connector.systems.qad.formats import Formats

Payload = dict[str, object]


def completed(
    client: QadClient, detail: Detail, listed: Mapping[str, Any], key: str, *, shared_set: str, written: Formats
) -> Payload:
    """Merge what the component says over what the browse listed; a blank in the component keeps the listed value.

    When the component has no such document, the reason stands where a value we need would be: the record is then kept
    as a dead letter that says so, and its neighbours go on.
    """
    payload: Payload = dict(listed)
    found = found_in(read(client, detail, key, shared_set=shared_set), detail)
    if found is None:
        return payload | {"active": f"not in {detail.resource} of {shared_set}"}
    fields = {
        name: value for name, value in read_fields(detail.fields, found, written).items() if value not in (None, "")
    }
    modified = read_modified(detail.fields, found, written)
    if modified is not None:
        fields["modified"] = modified.isoformat()
    return payload | fields | {"remit_to": _remit_to(detail, found, written)}


def read(client: QadClient, detail: Detail, key: str, *, shared_set: str) -> Raw:
    """Ask for the document; the ``data`` object of the answer, empty when there is none."""
    return client.component(detail.resource, view=detail.view, keys={detail.shared_set: shared_set, detail.key: key})


def found_in(data: Raw, detail: Detail) -> Raw | None:
    """The document in a ``data`` object, None when there is none (QAD answers no 404)."""
    documents = data.get(detail.resource)
    first = documents[0] if isinstance(documents, list) and documents else None
    return first if isinstance(first, dict) else None


def _remit_to(detail: Detail, found: Raw, written: Formats) -> Payload | None:
    addresses = found.get(detail.remit_to) if detail.remit_to else None
    first = addresses[0] if isinstance(addresses, list) and addresses else None
    if not isinstance(first, dict):
        return None
    address = read_fields(detail.remit_fields, first, written)
    return None if blank(address) else address
