"""The simulator of QAD Enterprise Edition: one company's books behind QXtend, WSA and perhaps browses."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response
from starlette.routing import Route

from sandbox.qad import holdings, postings
from sandbox.qad.changes import Changes
from sandbox.qad.expected import expected
from sandbox.qad.reading.endpoint import Browses
from sandbox.qad.seeding.seeder import Seeder
from sandbox.qad.signin import SignIn
from sandbox.qad.tenant import Tenant, public
from sandbox.qad_ee.endpoint import QdocWebService
from sandbox.qad_ee.names import BY_API, QUERY_SERVICE
from sandbox.qad_ee.options import Options
from sandbox.qad_ee.outbound.publisher import Publisher
from sandbox.qad_ee.planned import Planned
from sandbox.qad_ee.reading.documents import Documents
from sandbox.qad_ee.reading.query_qdocs import QueryQdocs
from sandbox.qad_ee.reading.query_service import QueryService
from sandbox.qad_ee.reading.wsa import WebServicesAdapter
from sandbox.qad_ee.sessions import Sessions
from sandbox.qad_ee.spelling import Spelling
from sandbox.qad_ee.writing.entries import Entries
from sandbox.qad_ee.writing.invoices import Invoices
from sandbox.qad_ee.writing.orders import Maintain, Receive

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from sandbox.qad_ee.writing.posting import Poster
    from sandbox.simulator import Seeding

PORT: Final = 9006
#: its state is that of this simulator, and more: what is reconciled with one is reconciled with the other
STANDS_FOR: Final = "qad"


class QadEeSimulator:
    """One instance, seeded as QAD's simulator is.

    The state has what that one has, ``queue`` (of QXO), ``messages`` by API, ``struck`` (see ``planned``) and
    ``uncommitted``, how many messages will be posted later than they were answered.
    """

    system = "qad-ee"

    def __init__(self, seeding: Seeding) -> None:
        self._options = Options()
        self._tenant = Tenant(options=self._options, signin=SignIn(options=self._options))
        self._seeder = Seeder(self._tenant.books, seeding.seed)
        self._seeder.fill(seeding.documents)
        self._changes = Changes(self._tenant, self._seeder)
        spelling = Spelling(elements=lambda: self._options.elements)
        documents = {name: Documents(books=books) for name, books in self._tenant.ledgers.items()}
        self._publisher = Publisher(
            ledgers=self._tenant.ledgers,
            options=self._options,
            spelling=spelling,
            chance=Random(f"{seeding.seed}:qxo"),  # noqa: S311  not for secrets
        )
        self._service = QdocWebService(
            options=self._options,
            sessions=Sessions(options=self._options),
            planned=Planned(options=self._options, chance=Random(f"{seeding.seed}:answers")),  # noqa: S311  likewise
            apis=self._apis(spelling, documents),
            changed=self._publisher.notice,
        )
        self._adapter = WebServicesAdapter(documents=documents, options=self._options)

    def _apis(self, spelling: Spelling, documents: Mapping[str, Documents]) -> dict[str, Poster]:
        tenant, options = self._tenant, self._options
        queries = QueryQdocs(documents=documents, options=options, spelling=spelling)
        return {
            "bcinvoice": Invoices(tenant=tenant, options=options, spelling=spelling, matching=False),
            "bcinvoiceapmatching": Invoices(tenant=tenant, options=options, spelling=spelling, matching=True),
            "bjournalentry": Entries(tenant=tenant, options=options, spelling=spelling),
            "receivePurchaseOrder": Receive(tenant=tenant, spelling=spelling),
            "maintainPurchaseOrder": Maintain(tenant=tenant, spelling=spelling),
            QUERY_SERVICE: QueryService(documents=documents, options=options, spelling=spelling),
            **dict.fromkeys(BY_API, queries),
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Serve QXI, WSA, and browses under /clouderp when the option says that the site has them."""
        signin = self._tenant.signin
        served = [public("/oauth/token", post=signin.token), public("/api/login", post=signin.login)]
        served.append(Browses(self._tenant).route())
        browsing = [_where_there_are_browses(one.route, self._options) for one in served]
        return [self._service.route(), self._adapter.route(), *browsing]

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
            "queue": self._publisher.queue.state,
            "messages": dict(self._service.taken),
            "struck": dict(self._service.planned.struck),
            "uncommitted": self._service.uncommitted,
        }

    def add_documents(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """See ``sandbox.qad.changes``; besides, ``publish`` and ``resend`` (see ``publisher``)."""
        asked = dict(body)
        acts = {"publish": self._publisher.publish, "resend": self._publisher.resend}
        done = {name: act(asked.pop(name)) for name, act in acts.items() if name in asked}
        changed = self._changes.apply(asked)
        self._publisher.notice()
        return {**changed, **done}

    def set_options(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """See ``options``; besides, ``{"commit": true}`` posts now what would be posted later."""
        asked = dict(body)
        if asked.pop("revoke", False):
            self._tenant.signin.revoke()
        if asked.pop("commit", False):
            self._service.commit()
        return self._options.change(asked)


def _where_there_are_browses(route: Route, options: Options) -> Route:
    async def endpoint(request: Request) -> Response:
        return await route.endpoint(request) if options.browse else Response(status_code=404)

    return Route(route.path, endpoint, methods=list(route.methods or ()))


def build(seeding: Seeding) -> QadEeSimulator:
    """Make a seeded instance."""
    return QadEeSimulator(seeding)
