"""How the simulated network behaves. Every option is a fact that differs between networks, or an awkwardness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final

from sandbox.simulator import SandboxMistakeError

CHOICES: Final[Mapping[str, tuple[object, ...]]] = {
    "deployment_mode": ("production", "test"),
    "repeats": ("remembered", "forgotten", "already processed", "conflict"),
    "repeat_http": (200, 500),
    "accepts_with": (200, 201),
    "order_versions": ("rising", "by one", "any"),
    "sends_as": ("network", "supplier"),
    "refuses_with_http": ("200", "code"),
    "status_backwards": ("taken", "refused"),
}


@dataclass(frozen=True, kw_only=True)
class Options:
    """The switches of ``POST /_sandbox/options``, with what the network does unless told otherwise.

    ``repeats``: what a payloadID is answered that was here: as before and without effect; as if it were new (then it
    is a second order); Status 500 "already processed" (under the HTTP status ``repeat_http``); or 409.
    ``order_versions``: whether orderVersion must rise with each update, rise by one, or is not looked at.
    ``sends_as``: in whose name documents are sent: the network's, which forwards them, or each supplier's own.
    ``suppliers``: those there are, as ``domain:identity``; empty = all. ``supplier_secrets``: by Sender's identity,
    where it is not ``receiver_secret``. ``status_backwards``: what it does when an invoice that is reconciled, paying
    or paid is said to be processing or rejected again. ``refuses_with_http``: whether a refusal comes under HTTP 200,
    as usual, or under the code of its Status.
    """

    # The buyer, as the network knows it.
    buyer_domain: str = "NetworkId"
    buyer_identity: str = "BUYER"
    buyer_secret: str = "cxml-buyer"  # noqa: S105  an invented secret that opens only this simulator
    sender_identity: str = ""
    deployment_mode: str = "production"

    # What it answers.
    suppliers: tuple[str, ...] = ()
    repeats: str = "remembered"
    repeat_http: int = 200
    accepts_with: int = 200
    refuses_with_http: str = "200"
    order_versions: str = "rising"
    status_backwards: str = "taken"
    profile: bool = True

    # What it sends, where to, and in whose name.
    receiver_url: str = ""
    receiver_secret: str = "cxml-network"  # noqa: S105  likewise
    supplier_secrets: Mapping[str, str] = field(default_factory=dict)
    receiver_headers: Mapping[str, str] = field(default_factory=dict)
    network_domain: str = "NetworkId"
    network_identity: str = "NETWORK"
    supplier_domain: str = "NetworkId"
    sends_as: str = "network"
    version: str = "1.2.071"

    # Seconds for the hour between two attempts, attempts in all, seconds the receiver may take.
    retry_seconds: float = 1.0
    attempts: int = 5
    timeout: float = 10.0

    def as_json(self) -> dict[str, Any]:
        """All options as they stand."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def changed(options: Options, wanted: Mapping[str, Any]) -> Options:
    """Return the options with some of them changed; raise SandboxMistakeError for one that does not exist or fit."""
    known = {one.name: getattr(options, one.name) for one in fields(options)}
    if unknown := sorted(set(wanted) - set(known)):
        raise SandboxMistakeError(f"The cXML sandbox has no option {', '.join(unknown)}; it has {', '.join(known)}.")
    fitting: dict[str, Any] = {name: _fitting(name, known[name], value) for name, value in wanted.items()}
    return replace(options, **fitting)


def _fitting(name: str, now: object, value: object) -> object:
    if isinstance(now, tuple):
        if not isinstance(value, list) or not all(isinstance(part, str) and part for part in value):
            raise SandboxMistakeError(f"The option {name} takes a list of strings, not {value!r}.")
        return tuple(value)
    if isinstance(now, Mapping):
        if not isinstance(value, Mapping) or not all(isinstance(one, str) for pair in value.items() for one in pair):
            raise SandboxMistakeError(f"The option {name} takes an object of texts, not {value!r}.")
        return dict(value)
    if isinstance(now, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not type(now):
        raise SandboxMistakeError(f"The option {name} takes a {type(now).__name__}, not {value!r}.")
    if name in CHOICES and value not in CHOICES[name]:
        raise SandboxMistakeError(f"The option {name} is one of {', '.join(map(repr, CHOICES[name]))}, not {value!r}.")
    if isinstance(value, int | float) and value < (1 if name == "attempts" else 0):
        raise SandboxMistakeError(f"The option {name} cannot be {value}.")
    if name == "receiver_url" and value and not str(value).startswith(("http://", "https://")):
        raise SandboxMistakeError(f"The option receiver_url takes an http or https URL, not {value!r}.")
    return value
