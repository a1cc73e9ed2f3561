"""What the events of SAP Concur mean: documents of a kind became ready in a company."""

from __future__ import annotations

from uuid import UUID

from connector.ports import Hint

#: event types, as SAP spells them before ``.readyForIntegration``, and the entity whose flow polls for them
ENTITIES = {"expense": "expenses", "invoice": "invoices", "cashadvance": "cash_advances"}
_SUFFIX = ".readyforintegration"


class ConcurEvents:
    """Implements ``ports.Events``."""

    signature = "Concur-Signature"
    certificate = "webhook.api.concursolutions.com"
    company = "company_uuid"

    def read(self, event: object) -> Hint | None:
        """What an event hints at; None when it is not ours to act on."""
        if not isinstance(event, dict):
            return None
        facts, kind = event.get("facts"), event.get("eventType")
        if not isinstance(facts, dict) or not isinstance(kind, str) or not kind.lower().endswith(_SUFFIX):
            return None
        entity, company = ENTITIES.get(kind.lower().removesuffix(_SUFFIX)), _id(facts.get("companyId"))
        return Hint(company, entity) if entity and company else None


def _id(company: object) -> str:
    """A company's id in the spelling of our configuration; empty when it is none, so nobody's whom we know."""
    try:
        return str(UUID(company)) if isinstance(company, str) else ""
    except ValueError:
        return ""
