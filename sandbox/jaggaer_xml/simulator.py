"""The simulated JAGGAER Indirect, as the sandbox serves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response
from starlette.routing import Route

from sandbox.jaggaer import history, manual_entry, state
from sandbox.jaggaer.tenant import Tenant
from sandbox.jaggaer_xml import answering, dtds
from sandbox.jaggaer_xml.invoices import Invoices
from sandbox.jaggaer_xml.options import Options, changed
from sandbox.jaggaer_xml.orders import Orders
from sandbox.jaggaer_xml.suppliers import Suppliers
from sandbox.jaggaer_xml.validating import NotValidError, read, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml import etree
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from sandbox.jaggaer_xml.dtds import Dtd
    from sandbox.simulator import Seeding

PORT: Final = 9007
ONE_IN: Final = 0
#: its state is that of this simulator, and more: what is reconciled with one is reconciled with the other
STANDS_FOR: Final = "jaggaer"
_NOT_PARSED: Final = (
    "Error while parsing the input / All documents failed. (Counts:  Total documents attempted=1, "
    "Total documents completed=0.  Documents attempted but unable to parse=1)"
)
_LOGIN: Final = "Authentication failed: the identity or the shared secret is wrong."


@dataclass(kw_only=True)
class JaggaerXml:
    """One organisation: it takes messages, and answers nothing else. The state has ``messages`` too: their ids."""

    tenant: Tenant = field(default_factory=Tenant)
    options: Options = field(default_factory=Options)
    messages: list[dict[str, str]] = field(default_factory=list)
    system: str = "jaggaer-xml"

    def routes(self) -> Sequence[BaseRoute]:
        """Serve the imports; where that of invoices is, nothing public says."""
        router = "/apps/Router"
        return [
            Route(f"{router}/TSMSupplierXMLImport", self._suppliers, methods=["POST"]),
            Route(f"{router}/POXMLImport", self._orders, methods=["POST"]),
            Route(f"{router}/BuyerInvoiceOcrImport", self._invoices, methods=["POST"]),
        ]

    def state(self) -> Mapping[str, Any]:
        """Return what the organisation holds and was sent, and its options."""
        held = state.state(self.tenant, account_field=self.options.account_field)
        return {**held, "options": self.options.as_json(), "messages": list(self.messages)}

    def add_documents(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Enter documents by hand, as in the simulator of JAGGAER ONE."""
        return manual_entry.enter(self.tenant, body, account_field=self.options.account_field)

    def set_options(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Change options (see ``options``)."""
        self.options = changed(self.options, body)
        return self.options.as_json()

    async def _suppliers(self, request: Request) -> Response:
        options = self.options
        root = await self._read(request, "SupplierSyncMessage", dtds.SUPPLIER, "SupplierResponseMessage")
        if isinstance(root, Response):
            return root
        code, said, records = Suppliers(tenant=self.tenant).take(root, options)
        content = answering.status(code, said, options=options) + records
        return answering.answer(
            "SupplierSyncMessage", "SupplierResponseMessage", content, version="1.0", options=options
        )

    async def _orders(self, request: Request) -> Response:
        root = await self._read(request, "PurchaseOrderMessage", dtds.ORDER, "Response")
        return (
            root
            if isinstance(root, Response)
            else self._said(root, *Orders(tenant=self.tenant).take(root, self.options))
        )

    async def _invoices(self, request: Request) -> Response:
        root = await self._read(request, "BuyerInvoiceOcrMessage", dtds.INVOICE, "Response")
        if isinstance(root, Response):
            return root
        return self._said(root, *Invoices(tenant=self.tenant).take(root, self.options))

    def _said(self, root: etree._Element, code: int, said: str, complaints: tuple[str, ...]) -> Response:
        options = self.options
        content = answering.status(code, said, options=options, complaints=complaints)
        return answering.answer(str(root.tag), "Response", content, version=root.get("version", ""), options=options)

    async def _read(self, request: Request, message: str, dtd: Dtd, response: str) -> etree._Element | Response:
        """Read a message that says who sends it, and note its id; an answer where it is not taken."""
        options = self.options
        try:
            root = read(await request.body(), root=message, dtd=dtd)
        except NotValidError as complaints:
            content = answering.status(500, _NOT_PARSED, options=options, complaints=map(str, complaints.args))
            return answering.answer(message, response, content, version="1.0", options=options)
        sender = "Header/Authentication"
        given = (text(root, f"{sender}/Identity"), text(root, f"{sender}/SharedSecret"))
        if given != (options.identity, options.shared_secret):
            return self._not_let_in(message, response)
        self.messages.append({"message": message, "id": text(root, "Header/MessageId")})
        return root

    def _not_let_in(self, message: str, response: str) -> Response:
        options = self.options
        if options.login_failed_as == "http":
            return Response(_LOGIN, status_code=401)
        code = 401 if options.login_failed_as == "status" else 500
        content = answering.status(code, _LOGIN, options=options)
        return answering.answer(message, response, content, version="1.0", options=options)


def build(seeding: Seeding) -> JaggaerXml:
    """Make an organisation in which people entered ``seeding.documents`` invoices by hand before."""
    simulated = JaggaerXml()
    history.remember(simulated.tenant, seed=seeding.seed, invoices=seeding.documents)
    return simulated
