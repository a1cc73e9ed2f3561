"""Companies: suppliers with their profile, known by their external code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.exchange import Held
from connector.reading import values
from connector.systems.jaggaer import comparing
from connector.systems.jaggaer.documents import CompanyStatus
from connector.systems.jaggaer.entities.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.domain.exchange import Found, Outgoing, Written

#: the type of the companies that buy: the customer's own
_BUYER = "BUYER"


class Companies(Writer):
    """Writes companies; each is overwritten by its external code."""

    ENTITY = IDS_OF = "companies"

    def find(self, document: Outgoing) -> Found | None:
        """Ask by external code."""
        info = self.by_key(document.key)
        if info is None:
            return None
        return self.found(document, info, comparing.fields(self.bodies.company_info(document.body), info))

    def write(self, document: Outgoing) -> Written:
        """Create or update the profile."""
        answer = self.client.post(self.names("companies", "path"), self.bodies.company(document.body))
        return self.written(document, answer)

    def everything(self) -> Iterator[Held]:
        """Every company that sells; one without an external code is of nobody here."""
        key, kind = self.names("companies", "key"), self.names("companies", "type")
        status = self.names("companies", "body", "status")
        for info in self.client.list_("companies", ""):
            if values.same_word(info.get(kind), _BUYER):
                continue
            code, name = values.text(info.get(key)), values.line(info.get("companyName"))
            yield Held(
                names=(code,) if code else (),
                label=name or code,
                active=not values.same_word(info.get(status), CompanyStatus.INACTIVE),
            )

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in JAGGAER ONE."""
        return f"Look in JAGGAER ONE for the company with external code {document.key}."
