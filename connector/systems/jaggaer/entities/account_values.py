"""Values of the tenant's accounting field (assumed): what people choose an account from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.exchange import Found, Held
from connector.reading import values
from connector.systems.jaggaer import comparing, fiql
from connector.systems.jaggaer.entities.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.domain.exchange import Outgoing, Written
    from connector.systems.jaggaer.bodies import Bodies
    from connector.systems.jaggaer.client import JaggaerClient
    from connector.systems.jaggaer.names import Names


class AccountValues(Writer):
    """Writes values of one accounting field; each is overwritten by its code."""

    ENTITY = "account_values"

    def __init__(self, *, client: JaggaerClient, names: Names, bodies: Bodies, field: str) -> None:
        super().__init__(client=client, names=names, bodies=bodies)
        self._field = field

    def find(self, document: Outgoing) -> Found | None:
        """Ask by field and value."""
        names = self.names
        field = (names.maybe("account_values", "field_filter"), self._field)
        value = (names.maybe("account_values", "filter"), document.key)
        for row in self.client.list_("account_values", fiql.equal(field, value)):
            ours = values.text(row.get(names("account_values", "field"))) == self._field
            if ours and values.text(row.get(names("account_values", "key"))) == document.key:
                return Found(target_id=document.key, difference=comparing.fields(document.body, row))
        return None

    def write(self, document: Outgoing) -> Written:
        """Create or change the value."""
        answer = self.client.post(self.names("account_values", "path"), self.bodies.account_value(document.body))
        return self.written(document, answer)

    def everything(self) -> Iterator[Held]:
        """Every value of this field (that they are listed is assumed, as their path is)."""
        field, key = self.names("account_values", "field"), self.names("account_values", "key")
        for row in self.client.list_("account_values", ""):
            value = values.text(row.get(key))
            if values.text(row.get(field)) == self._field and value:
                shut = values.same_word(row.get("active"), "false")
                yield Held(names=(value,), label=values.line(row.get("description")) or value, active=not shut)

    def where_to_look(self, document: Outgoing) -> str:
        """The search a person makes in JAGGAER ONE."""
        return f"Look in JAGGAER ONE for value {document.key} of the accounting field {self._field}."
