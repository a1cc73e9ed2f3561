"""The simulated JAGGAER ONE tenant, as the sandbox serves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from starlette.routing import Route

from sandbox.jaggaer import history, keycloak, manual_entry, state
from sandbox.jaggaer.bearer import Lock
from sandbox.jaggaer.companies import Companies
from sandbox.jaggaer.field_values import FieldValues
from sandbox.jaggaer.invoice_import import InvoiceImport
from sandbox.jaggaer.invoices import Invoices
from sandbox.jaggaer.keycloak import Keycloak
from sandbox.jaggaer.options import Options, changed
from sandbox.jaggaer.orders import Orders
from sandbox.jaggaer.payment_status import PaymentStatus
from sandbox.jaggaer.tenant import Tenant
from sandbox.jaggaer.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.routing import BaseRoute

    from sandbox.simulator import Seeding

PORT: Final = 9002
ONE_IN: Final = 0
API: Final = "/j1p/api/public"


@dataclass(kw_only=True)
class Jaggaer:
    """One tenant behind one host: its token endpoint and its API."""

    base_url: str
    tenant: Tenant = field(default_factory=Tenant)
    tokens: Tokens = field(default_factory=Tokens)
    options: Options = field(default_factory=Options)
    system: str = "jaggaer"

    def routes(self) -> Sequence[BaseRoute]:
        """Serve what J1P serves; the import also with the trailing slash that one known client sends."""
        gate = Keycloak(options=self._options, tokens=self.tokens, base_url=self.base_url)
        locked = Lock(options=self._options, tokens=self.tokens).guarding
        companies = Companies(tenant=self.tenant, options=self._options)
        values = FieldValues(tenant=self.tenant, options=self._options)
        orders = Orders(tenant=self.tenant, options=self._options)
        invoices = Invoices(tenant=self.tenant, options=self._options)
        importing = InvoiceImport(tenant=self.tenant, options=self._options)
        payments = PaymentStatus(tenant=self.tenant)
        return [
            Route(keycloak.PATH, gate.token, methods=["POST"]),
            Route(f"{API}/ja/v1/companyprofiles", locked(companies.read), methods=["GET"]),
            Route(f"{API}/ja/v1/companyprofiles", locked(companies.write), methods=["POST"]),
            Route(f"{API}/ji/v1/customfieldvalues", locked(values.read), methods=["GET"]),
            Route(f"{API}/ji/v1/customfieldvalues", locked(values.write), methods=["POST"]),
            Route(f"{API}/ji/v1/purchaseorders", locked(orders.read), methods=["GET"]),
            Route(f"{API}/ji/v1/purchaseorders", locked(orders.write), methods=["POST"]),
            Route(f"{API}/ji/v1/invoices", locked(invoices.list), methods=["GET"]),
            Route(f"{API}/ji/v1/invoices/ocr", locked(importing.write), methods=["POST"]),
            Route(f"{API}/ji/v1/invoices/ocr/", locked(importing.write), methods=["POST"]),
            Route(f"{API}/ji/v1/invoices/paymentstatus", locked(payments.write), methods=["POST"]),
            Route(f"{API}/ji/v1/invoices/{{invoice_id}}", locked(invoices.single), methods=["GET"]),
        ]

    def state(self) -> Mapping[str, Any]:
        """Return what the tenant holds and was sent, its options, and how many tokens it has issued."""
        held = state.state(self.tenant, account_field=self.options.account_field)
        return {**held, "options": self.options.as_json(), "tokens_issued": self.tokens.issued}

    def add_documents(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Enter documents by hand, past the API (see ``manual_entry``)."""
        return manual_entry.enter(self.tenant, body, account_field=self.options.account_field)

    def set_options(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Change options (see ``options``); ``{"revoke_tokens": true}`` makes every token invalid once."""
        wanted = dict(body)
        revoke = wanted.pop("revoke_tokens", False) is True
        self.options = changed(self.options, wanted)
        self.tokens.seconds_later = self.options.seconds_later
        if revoke:
            self.tokens.revoke()
        return self.options.as_json()

    def _options(self) -> Options:
        return self.options


def build(seeding: Seeding) -> Jaggaer:
    """Make a tenant in which people entered ``seeding.documents`` invoices by hand before; 0 is an empty tenant."""
    jaggaer = Jaggaer(base_url=seeding.base_url)
    history.remember(jaggaer.tenant, seed=seeding.seed, invoices=seeding.documents)
    return jaggaer
