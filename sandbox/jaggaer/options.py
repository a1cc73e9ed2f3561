"""How the simulated tenant behaves. Every option is a fact we could not learn, or an awkwardness seen elsewhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from collections.abc import Mapping

CHOICES: Final[Mapping[str, tuple[object, ...]]] = {
    "invoice_casing": ("invoiceOcr", "invoiceOCR"),
    "wrong_secret_error": ("unauthorized_client", "invalid_client"),
    "token_type": ("Bearer", "bearer"),
    "import_workflow": ("Completed", "Pending"),
    "order_new_twice": ("update", "refuse"),
    "order_supplier_changes": ("taken", "kept", "refused"),
    "duplicate_status": (200, 400, 409),
    "invoice_number_per": ("supplier", "business_unit"),
    "total_as": ("money", "value", "number", "text"),
    "prices_as": ("money", "value", "number", "text"),
    "charges_as": ("number", "money", "value", "text", "fee"),
    "accounting_as": ("fields", "percent", "amount", "code"),
}


@dataclass(frozen=True, kw_only=True)
class Options:
    """The switches of ``POST /_sandbox/options``, with what a tenant does unless told otherwise."""

    # The token endpoint (Keycloak).
    client_id: str = "ml-connector"
    client_secret: str = "jaggaer-sandbox"  # noqa: S105  an invented secret that opens only this simulator
    expires_in: int = 3600
    not_before_policy: int = 0
    token_type: str = "Bearer"  # noqa: S105  the name of a scheme; old Keycloaks wrote it in lower case
    wrong_secret_error: str = "unauthorized_client"  # noqa: S105  an error code; Keycloak versions differ in it
    client_enabled: bool = True
    public_client: bool = False
    service_account: bool = True
    realm_enabled: bool = True
    require_https: bool = False

    # What a 401 of the API looks like: its true shape is not known, and a sister product sends a crippled one.
    challenge: bool = True
    broken_content_type: bool = False
    # The API may be another machine than the token endpoint, whose clock is so many seconds ahead.
    api_clock_behind: int = 0
    # Moves the time by which tokens live.
    seconds_later: int = 0

    # Lists.
    page_size: int = 50
    short_pages: bool = False
    ignore_invoice_filter: bool = False
    shown_after_lists: int = 0

    # Invoices.
    invoice_casing: str = "invoiceOcr"
    supplier_invoice_number_limit: int = 50
    invoice_number_per: str = "supplier"
    warn_every: int = 0
    import_workflow: str = "Completed"
    pending_every: int = 0
    account_required: bool = True
    order_required: bool = True
    business_units: tuple[str, ...] = ()
    payment_terms: tuple[str, ...] = ()
    # How the import wants amounts and accounting to be written, and header fields to be spelled ("total=invoiceTotal").
    total_as: str = "money"
    prices_as: str = "money"
    charges_as: str = "number"
    accounting_as: str = "fields"
    spelled: tuple[str, ...] = ()
    # Addresses that an invoice must name, such as billTo, and the codes that exist; empty is all of them.
    addresses_required: tuple[str, ...] = ()
    address_codes: tuple[str, ...] = ()

    # How what is there already is refused: in which words (empty: in ours), under which HTTP status. Neither is known.
    duplicate_words: str = ""
    duplicate_status: int = 200

    # Orders and accounting. The first accounting field is the one whose values must have been imported.
    order_new_twice: str = "update"
    # What a change of an order does that names another supplier: move it, leave it with the one it has, nothing.
    order_supplier_changes: str = "taken"
    accounting_fields: tuple[str, ...] = ("Account", "CostCentre", "Project", "SubAccount")

    @property
    def account_field(self) -> str:
        """The accounting field that holds the general-ledger account; a tenant names it as it likes."""
        return self.accounting_fields[0]

    def as_json(self) -> dict[str, Any]:
        """All options as they stand."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def changed(options: Options, wanted: Mapping[str, Any]) -> Options:
    """Return the options with some of them changed; raise SandboxMistakeError for one that does not exist or fit."""
    known = {field.name: getattr(options, field.name) for field in fields(options)}
    if unknown := sorted(set(wanted) - set(known)):
        raise SandboxMistakeError(
            f"The JAGGAER sandbox has no option {', '.join(unknown)}; it has {', '.join(known)}, and revoke_tokens."
        )
    fitting: dict[str, Any] = {name: _fitting(name, known[name], value) for name, value in wanted.items()}
    return replace(options, **fitting)


def _fitting(name: str, now: object, value: object) -> object:
    if isinstance(now, tuple):
        if not isinstance(value, list) or not all(isinstance(part, str) and part for part in value):
            raise SandboxMistakeError(f"The option {name} takes a list of strings, not {value!r}.")
        if name == "accounting_fields" and not value:
            raise SandboxMistakeError("The option accounting_fields needs at least one field: the account's.")
        return tuple(value)
    if type(value) is not type(now):
        raise SandboxMistakeError(f"The option {name} takes a {type(now).__name__}, not {value!r}.")
    if name in CHOICES and value not in CHOICES[name]:
        raise SandboxMistakeError(f"The option {name} is one of {', '.join(map(str, CHOICES[name]))}, not {value!r}.")
    if isinstance(value, int) and value < (1 if name in {"page_size", "supplier_invoice_number_limit"} else 0):
        raise SandboxMistakeError(f"The option {name} cannot be {value}.")
    return value
