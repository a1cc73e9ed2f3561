"""How the simulated instance behaves, changed while it runs through ``POST /_sandbox/options``."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from sandbox.qad import words
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGING: Final = ("honest", "repeat", "short", "overlap")
DECIMALS: Final = ("", ".", ",")
ENTITIES: Final = (
    "suppliers",
    "accounts",
    "orders",
    "invoices",
    "payments",
    "cost_objects",
    "receipts",
    "expense_payments",
    "supplier_invoices",
    "journal_entries",
    "business_documents",
)


@dataclass(kw_only=True)
class Options:
    """The options and their defaults.

    ``expires_in``: seconds an access token or session lives. ``not_permitted``: entities the user may not touch.
    ``paging``: how pages lie: repeat = every page is the first; short = a page lacks its last row although more follow;
    overlap = a page begins with the last row of the one before. ``renamed``: browse ids of this instance, by entity
    (an empty id = the instance has no such browse). ``dates``: how browses show days, such as ``dd/mm/yy`` or
    ``yyyymmdd`` (empty = ISO). ``decimals``: "." or "," = numbers with decimals are text, with that sign.
    ``lower_case``: columns that show their codes in small letters, because whoever entered them typed so.
    ``swagger``: whether the API description is served. ``basic``: whether HTTP Basic is accepted.
    ``closed_periods``: like ``2026/01``; nothing can be posted there. ``daybooks`` and ``tax_codes``: those that exist.
    ``post_and_complain``: business errors to answer although the posting is in the books. ``mute``: a posting is
    answered by success without its record. ``password``: the user's.
    """

    expires_in: float = 3600
    not_permitted: list[str] = field(default_factory=list)
    paging: str = "honest"
    renamed: dict[str, str] = field(default_factory=dict)
    dates: str = ""
    decimals: str = ""
    lower_case: list[str] = field(default_factory=list)
    swagger: bool = False
    basic: bool = True
    closed_periods: list[str] = field(default_factory=list)
    daybooks: list[str] = field(default_factory=lambda: list(words.DAYBOOKS))
    tax_codes: list[str] = field(default_factory=lambda: list(words.TAX_CODES))
    post_and_complain: list[str] = field(default_factory=list)
    mute: bool = False
    password: str = "qad-sandbox"  # noqa: S105  the sandbox's own, printed in its documentation

    def change(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Take over all that is given, or raise SandboxMistakeError for what means nothing and take over none of it."""
        known = {option.name: getattr(self, option.name) for option in fields(self)}
        kinds = {option.name: option.type for option in fields(self)}
        for name, value in body.items():
            if name not in known:
                raise SandboxMistakeError(f"There is no option {name!r}; there are {', '.join(known)}.")
            wanted = (int, float) if kinds[name] == "float" else type(known[name])
            if not isinstance(value, wanted) or (isinstance(value, bool) and kinds[name] != "bool"):
                raise SandboxMistakeError(f"The option {name} takes something like {known[name]!r}, not {value!r}.")
        _among("paging", [body.get("paging", self.paging)], PAGING)
        _among("decimals", [body.get("decimals", self.decimals)], DECIMALS)
        _among("not_permitted", body.get("not_permitted", ()), ENTITIES)
        _among("renamed", body.get("renamed", ()), ENTITIES)
        for name, value in body.items():
            setattr(self, name, value)
        return asdict(self)


def _among(option: str, given: Any, known: tuple[str, ...]) -> None:  # noqa: ANN401  any iterable of names
    if unknown := [name for name in given if name not in known]:
        raise SandboxMistakeError(f"The option {option} knows {', '.join(known)}; not {unknown[0]!r}.")
