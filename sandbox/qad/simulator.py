"""The QAD simulator: an instance of Adaptive ERP under the context root /clouderp, as far as integrations see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.qad import holdings, postings
from sandbox.qad.changes import Changes
from sandbox.qad.components.business_documents import BusinessDocuments
from sandbox.qad.components.journal_entries import JournalEntries
from sandbox.qad.components.orders import Orders
from sandbox.qad.components.supplier_invoices import SupplierInvoices
from sandbox.qad.components.suppliers import Suppliers
from sandbox.qad.description import description
from sandbox.qad.expected import expected
from sandbox.qad.options import Options
from sandbox.qad.reading.endpoint import Browses
from sandbox.qad.seeding.seeder import Seeder
from sandbox.qad.signin import SignIn
from sandbox.qad.tenant import Served, Tenant, public

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.routing import BaseRoute

    from sandbox.simulator import Seeding

PORT: Final = 9001


class QadSimulator:
    """One instance with one user, seeded.

    The state has, besides the usual parts, ``expected`` (see ``expected``), ``codes`` (see ``holdings``) and
    ``logins``, the number of tokens and sessions issued. Parts are reckoned only when they are asked for.
    """

    system = "qad"

    def __init__(self, seeding: Seeding) -> None:
        options = Options()
        self._tenant = Tenant(options=options, signin=SignIn(options=options))
        self._seeder = Seeder(self._tenant.books, seeding.seed)
        self._seeder.fill(seeding.documents)
        self._changes = Changes(self._tenant, self._seeder)
        self._base_url = seeding.base_url

    def routes(self) -> Sequence[BaseRoute]:
        """Serve signing in, browses, coded components, business documents and, if switched on, the description."""
        tenant = self._tenant
        served: list[Served] = [
            Browses(tenant).route(),
            *Suppliers(tenant).routes(),
            *Orders(tenant).routes(),
            SupplierInvoices(tenant).route(),
            JournalEntries(tenant).route(),
            BusinessDocuments(tenant).route(),
        ]
        signing_in = [public("/oauth/token", post=tenant.signin.token), public("/api/login", post=tenant.signin.login)]
        return [one.route for one in [*signing_in, *served, description(tenant, self._base_url, served)]]

    def state(self) -> Mapping[str, Any]:
        """Return the parts of the state, each when it is called."""
        books, journal = self._tenant.books, self._tenant.journal
        return {
            "documents": lambda: holdings.counts(self._tenant),
            "holds": lambda: {**holdings.holds(books), **postings.holds(self._tenant.ledgers.values())},
            "writes": journal.writes,
            "counts": journal.counts,
            "expected": lambda: expected(books),
            "codes": lambda: holdings.codes(books),
            "logins": self._tenant.signin.issued,
        }

    def add_documents(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """See ``changes``."""
        return self._changes.apply(body)

    def set_options(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """See ``options``; besides, ``{"revoke": true}`` ends every token and session that was issued."""
        asked = dict(body)
        if asked.pop("revoke", False):
            self._tenant.signin.revoke()
        return self._tenant.options.change(asked)


def build(seeding: Seeding) -> QadSimulator:
    """Make a seeded instance."""
    return QadSimulator(seeding)
