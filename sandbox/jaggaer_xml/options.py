"""How the simulated JAGGAER Indirect behaves. Every option is a fact we could not learn, or an awkwardness seen."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from collections.abc import Mapping

CHOICES: Final[Mapping[str, tuple[object, ...]]] = {
    "order_new_twice": ("refuse", "double"),
    "invoice_twice": ("refuse", "double"),
    "login_failed_as": ("status", "text", "http"),
    "after_effect": ("answer", "html", "http_500"),
}


@dataclass(frozen=True, kw_only=True)
class Options:
    """The switches of ``POST /_sandbox/options``."""

    identity: str = "AcmeOrg"
    shared_secret: str = "jaggaer-xml-sandbox"  # noqa: S105  an invented secret that opens only this simulator
    # What a wrong secret is answered with is not known: a StatusCode, only a StatusText, or HTTP 401.
    login_failed_as: str = "status"

    # "PONumber needs to be unique": what becomes of a second one is not known. The same of invoices.
    order_new_twice: str = "refuse"
    invoice_twice: str = "refuse"
    # In which words that is refused is not known, but for orders; empty: in ours.
    duplicate_words: str = ""
    # The only success of an order; its case is not to be relied on.
    order_success: str = "Success"
    order_required: bool = True
    # The accounts that exist; empty is all of them.
    accounts: tuple[str, ...] = ()
    account_field: str = "Account"

    # Suppliers: every so many get a warning.
    warn_every: int = 0
    counts: bool = True

    # Answers.
    after_effect: str = "answer"
    unescaped_ampersands: bool = False
    padded: bool = True

    def as_json(self) -> dict[str, Any]:
        """All options as they stand."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def changed(options: Options, wanted: Mapping[str, Any]) -> Options:
    """Return the options with some of them changed; raise SandboxMistakeError for one that does not exist or fit."""
    known = {field.name: getattr(options, field.name) for field in fields(options)}
    if unknown := sorted(set(wanted) - set(known)):
        raise SandboxMistakeError(
            f"The JAGGAER Indirect sandbox has no option {', '.join(unknown)}; it has {', '.join(known)}."
        )
    fitting: dict[str, Any] = {name: _fitting(name, known[name], value) for name, value in wanted.items()}
    return replace(options, **fitting)


def _fitting(name: str, now: object, value: object) -> object:
    if isinstance(now, tuple):
        if not isinstance(value, list) or not all(isinstance(part, str) and part for part in value):
            raise SandboxMistakeError(f"The option {name} takes a list of strings, not {value!r}.")
        return tuple(value)
    if type(value) is not type(now):
        raise SandboxMistakeError(f"The option {name} takes a {type(now).__name__}, not {value!r}.")
    if name in CHOICES and value not in CHOICES[name]:
        raise SandboxMistakeError(f"The option {name} is one of {', '.join(map(str, CHOICES[name]))}, not {value!r}.")
    if isinstance(value, int) and value < 0:
        raise SandboxMistakeError(f"The option {name} cannot be {value}.")
    return value
