"""How the simulated company behaves. Every option is a fact nobody publishes, or an awkwardness worth living with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final

from sandbox.concur.token_errors import TOKEN_ERRORS
from sandbox.simulator import SandboxMistakeError

CHOICES: Final[Mapping[str, tuple[object, ...]]] = {
    "token_error": (0, *TOKEN_ERRORS),
    "token_error_grant": ("", "password", "refresh_token", "client_credentials"),
    "document_as": ("", "text", "json"),
    "vendor_list": ("Items", "Vendor"),
    "order_vendor_changes": ("taken", "kept", "refused"),
    "bulk_error_item": ("sent", "read", "none"),
    "bulk_refuses": ("item", "request"),
    "payment_known_by": ("all", "any"),
    "payment_reversal": ("document", "payments"),
}
COMPANY_SCOPES: Final = ("openid", "company.read", "FISVC", "INVVEN", "INVPO", "spend.list.read", "spend.list.write")


@dataclass(frozen=True, kw_only=True)
class Options:
    """The switches of ``POST /_sandbox/options``, with what the company does unless told otherwise.

    ``hours_later`` moves the clock by which tokens live: 1 ends access tokens, 24 the request token, 4400 (six months)
    refresh tokens. ``request_token_once``: a request token is good for one exchange, not for all of its 24 hours.
    ``profile_id`` is whose profile the company's token shows, when not the company's own. ``token_error`` answers every
    token request (or those of ``token_error_grant``) with that code. ``document_as`` forces the form of documents
    whatever header was sent. ``extra_elements`` is added to the number of elements a page claims there are.
    ``null_fields``: empty texts around a document are null, as SAP's samples have it.
    ``states_required``: SAP's text asks for a state in the addresses of orders, its schema does not. ``policies``: the
    policies there are for orders; empty = any. ``order_vendor_changes``: whether an update may give an order another
    vendor; ``kept``: it is answered as done, and the vendor stays. How the bulk endpoint tells of failures is half
    documented: ``bulk_error_item`` shows the item of an error as it was sent, as it would be read, or not at all;
    ``bulk_errors`` names at most so many; with ``bulk_refuses`` ``request`` one that cannot be taken has all of them
    refused. ``payment_known_by``: whether a payment confirmation is known by all of its payment references, or by any;
    ``payment_reversal``: whether a reversal is of the document, or of the payments it names.
    """

    # Tokens.
    client_id: str = "concur-client"
    client_secret: str = "concur-sandbox"  # noqa: S105  an invented secret that opens only this simulator
    company_uuid: str = "11111111-2222-4333-8444-555555555555"
    company_name: str = "Acme Sandbox Company"
    profile_id: str = ""
    request_token: str = "concur-request-token"  # noqa: S105  likewise
    request_token_once: bool = False
    expires_in: int = 3600
    rotate_refresh_tokens: bool = True
    hours_later: float = 0.0
    token_error: int = 0
    token_error_grant: str = ""
    scopes: tuple[str, ...] = COMPANY_SCOPES

    # Financial Integration.
    document_as: str = ""
    most_per_page: int = 100
    extra_elements: int = 0
    null_fields: bool = False
    payment_known_by: str = "all"
    payment_reversal: str = "document"

    # Master data.
    vendor_list: str = "Items"
    states_required: bool = True
    policies: tuple[str, ...] = ()
    order_vendor_changes: str = "taken"
    list_page_size: int = 100
    read_only_lists: tuple[str, ...] = ()
    bulk_error_item: str = "sent"
    bulk_errors: int = 250
    bulk_refuses: str = "item"

    # Events: seconds before the second attempt (doubled each time), attempts in all, seconds an endpoint may take.
    event_retry_seconds: float = 1.0
    event_attempts: int = 10
    event_timeout: float = 10.0
    webhook_headers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """All options as they stand."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def changed(options: Options, wanted: Mapping[str, Any]) -> Options:
    """Return the options with some of them changed; raise SandboxMistakeError for one that does not exist or fit."""
    known = {one.name: getattr(options, one.name) for one in fields(options)}
    if unknown := sorted(set(wanted) - set(known)):
        raise SandboxMistakeError(
            f"The Concur sandbox has no option {', '.join(unknown)}; it has {', '.join(known)}, and the switches "
            "revoke_tokens and lapse_refresh_tokens."
        )
    fitting: dict[str, Any] = {name: _fitting(name, known[name], value) for name, value in wanted.items()}
    return replace(options, **fitting)


def _fitting(name: str, now: object, value: object) -> object:
    if isinstance(now, tuple):
        if not isinstance(value, list) or not all(isinstance(part, str) and part for part in value):
            raise SandboxMistakeError(f"The option {name} takes a list of strings, not {value!r}.")
        return tuple(value)
    if isinstance(now, Mapping):
        if not isinstance(value, Mapping) or not all(map(_is_header, value.items())):
            raise SandboxMistakeError(f"The option {name} takes an object of HTTP headers, not {value!r}.")
        return dict(value)
    if isinstance(now, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not type(now):
        raise SandboxMistakeError(f"The option {name} takes a {type(now).__name__}, not {value!r}.")
    if name in CHOICES and value not in CHOICES[name]:
        raise SandboxMistakeError(f"The option {name} is one of {', '.join(map(repr, CHOICES[name]))}, not {value!r}.")
    least = 1 if name in {"most_per_page", "list_page_size", "event_attempts"} else 0
    if isinstance(value, int | float) and value < least and name != "extra_elements":
        raise SandboxMistakeError(f"The option {name} cannot be {value}.")
    return value


def _is_header(pair: tuple[object, object]) -> bool:
    name, value = pair
    return (
        isinstance(name, str)
        and isinstance(value, str)
        and re.fullmatch(r"[A-Za-z0-9-]+", name) is not None
        and value.isprintable()
    )
