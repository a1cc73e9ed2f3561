"""What suppliers are told about the invoices they sent: that they are processed, in the books, or rejected and why."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from connector.domain.errors import Refused
from connector.domain.exchange import Row
from connector.reading import fields
from connector.systems.cxml.documents import bodies, identity
from connector.systems.cxml.documents.bodies import TOLD_BEFORE, InvoiceState
from connector.systems.cxml.entities.invoice_status import status_update

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import Result
    from connector.systems.cxml.client import CxmlClient
    from connector.systems.cxml.config import CxmlConfig


class Telling:
    """Tells suppliers through one connection."""

    def __init__(self, *, client: CxmlClient | None, config: CxmlConfig) -> None:
        self._client, self._config = client, config

    def tell(self, payload: Mapping[str, Any], result: Result) -> str:
        """Tell how an invoice ended; raises Refused where nobody tells its supplier that it was rejected."""
        if not result.refused and result.facts.get("told") == TOLD_BEFORE:
            return "The supplier is told nothing: it knew already that the invoice is in the books."
        state = InvoiceState.REJECTED if result.refused else _state(result)
        if self._client is None or not self._config.url:
            if result.refused:
                raise Refused(
                    f"Nobody has told the supplier that its invoice was rejected, because the connection has no url: "
                    f"{result.refused}"
                )
            return "The supplier is told nothing: the connection has no url."
        supplier = payload["supplier"][0]
        body = bodies.invoice_status(
            supplier=identity.spelled(supplier["domain"], supplier["identity"]),
            invoice_number=payload["invoice_number"],
            invoice_date=fields.day(payload["invoice_date"]),
            state=state,
            words=result.refused,
        )
        words = self._client.send(
            status_update(body, language=self._config.language),
            entity="invoice_status",
            to=body["supplier"],
            payload_id=_payload_id(payload, state, result.refused),
            url=self._config.url,
        )
        return f"The supplier has been told: {state.value} ({words})."


def _state(result: Result) -> InvoiceState:
    told = result.facts.get("told", "")
    return InvoiceState(told) if told in set(InvoiceState) else InvoiceState.PROCESSING


def _payload_id(payload: Mapping[str, Any], state: InvoiceState, why: str) -> str:
    """Of the same words about the same invoice always the same: another reason to reject it is another message."""
    content = Row(payload=payload).fingerprint
    said = " ".join(filter(None, (str(payload["source_key"]), content, why)))
    return f"{state.value}.{hashlib.sha256(said.encode()).hexdigest()[:32]}@ml-connector"
