"""What may be said of each deed of a supplier, and how it sends what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.cxml.dispatch import Manner
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.cxml.options import Options

CHARSETS: Final = ("UTF-8", "ISO-8859-1", "UTF-16")
SUMS: Final = ("net", "subtotal", "tax")
#: how anything can be sent
_MANNERS: Final = frozenset(
    {"test", "secret", "from", "old", "attachment", "two_credentials", "pretty", "charset", "times"}
)
_INVOICED: Final = _MANNERS | {"number", "dated", "order_id_only", "kilobytes", "sum"}
#: what may be said of each deed
WORDS: Final[Mapping[str, frozenset[str]]] = {
    "confirm": _MANNERS | {"order", "number", "type", "lines", "price", "delivery"},
    "ship": _MANNERS | {"order", "number", "lines", "shipped", "delivery"},
    "invoice": _INVOICED
    | {"order", "orders", "lines", "part", "tax", "tax_in_line"}
    | {"shipping", "special_handling", "discount", "deposit"},
    "credit": _INVOICED | {"invoice", "kind", "part", "amount"},
    "resend": _INVOICED - {"number", "dated"} | {"invoice"},
    "repeat": frozenset({"invoice"}),
    "cancel_invoice": _INVOICED - {"number", "dated"} | {"invoice"},
    "send": frozenset({"body", "content_type"}),
}
_MOST: Final = 100


def manner_of(asked: Mapping[str, Any]) -> Manner:
    """Return how something is to be sent."""
    kilobytes = asked.get("kilobytes", 0)
    if not isinstance(kilobytes, int) or isinstance(kilobytes, bool):
        raise SandboxMistakeError(f"kilobytes takes a whole number, not {kilobytes!r}.")
    charset, wrong_sum = str(asked.get("charset", "UTF-8")), str(asked.get("sum", ""))
    if charset not in CHARSETS or wrong_sum not in {"", *SUMS}:
        raise SandboxMistakeError(f"charset is one of {', '.join(CHARSETS)}; a wrong sum one of {', '.join(SUMS)}.")
    return Manner(
        mode="test" if asked.get("test") is True else "",
        wrong_secret=asked.get("secret") == "wrong",
        stranger=asked.get("from") == "stranger",
        old=asked.get("old") is True,
        attachment=asked.get("attachment") is True,
        order_id_only=asked.get("order_id_only") is True,
        two_credentials=asked.get("two_credentials") is True,
        pretty=asked.get("pretty") is True,
        charset=charset,
        kilobytes=kilobytes,
        wrong_sum=wrong_sum,
    )


def times(asked: Mapping[str, Any]) -> int:
    """Return how often it is to be sent."""
    wanted = asked.get("times", 1)
    if not isinstance(wanted, int) or not 1 <= wanted <= _MOST:
        raise SandboxMistakeError(f"times takes a number from 1 to {_MOST}, not {wanted!r}.")
    return wanted


def turned_away(manner: Manner, options: Options) -> str:
    """Return why a buyer takes nothing that is sent so; empty where it does."""
    reasons = {
        "wrong secret": manner.wrong_secret,
        "stranger": manner.stranger,
        manner.mode: bool(manner.mode) and manner.mode != options.deployment_mode,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")
