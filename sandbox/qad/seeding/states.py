"""Every state a supplier invoice can be in, with the flags QAD's own status codes give it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random


@dataclass(frozen=True, kw_only=True)
class State:
    """Status code and flags as QAD's conversion sets them up; the last fields are how far matching got.

    ``matching``: all, none, first (only the first line is matched at all), but-first or but-last (all lines are
    matched, one of them kept open).
    """

    status_code: str
    initial: bool = False
    approved: bool = True
    payment_locked: bool = False
    receiver_matching: bool = True
    allocated: bool = True
    matching: str = "all"
    held: bool = False
    order: bool = True
    kind: str = "INVOICE"


_MATCHED: Final = State(status_code="AP-RMALLOC")
STATES: Final = {
    "matched": _MATCHED,
    "matched credit note": State(status_code="AP-RMALLOC", kind="CREDITNOTE"),
    "initial": State(
        status_code="AP-INITIAL", initial=True, approved=False, payment_locked=True, allocated=False, matching="none"
    ),
    "unmatched": State(status_code="AP-NOALLOC", approved=False, allocated=False, matching="none"),
    "unmatched credit note": State(
        status_code="AP-NOALLOC", approved=False, allocated=False, matching="none", kind="CREDITNOTE"
    ),
    "held": State(status_code="AP-RMALLOC", held=True),
    "payment locked": State(status_code="AP-RMALLOC", payment_locked=True),
    "without order": State(status_code="AP-GLALLOC", receiver_matching=False, matching="none", order=False),
    "partly matched": State(status_code="AP-NOALLOC", approved=False, allocated=False, matching="first"),
    "last line open": State(status_code="AP-RMALLOC", matching="but-last"),
    "first line open": State(status_code="AP-RMALLOC", matching="but-first"),
    "not approved": State(status_code="AP-RMALLOC", approved=False),
}

# The first invoices show every state early, with matched ones between, so that a small sandbox has them all.
_FIRST: Final = [
    name
    for other in STATES
    if other != "matched"
    for name in ("matched", other)
]  # fmt: skip
_DECK: Final = (
    ["matched"] * 20
    + ["matched credit note"] * 3
    + ["initial"] * 3
    + ["unmatched"] * 3
    + ["held"] * 2
    + ["payment locked"] * 2
    + ["without order"] * 3
    + ["unmatched credit note", "partly matched", "last line open", "not approved"]
)

_PAYMENTS: Final = (
    ["none"] * 8
    + ["paid"] * 4
    + ["partly paid"] * 2
    + ["void", "bounced", "initial", "for collection", "paid in two", "void, then paid"]
)
_FIRST_PAYMENTS: Final = ["paid", "partly paid", "none", "void", "initial", "bounced", "for collection", "none"]


def invoice_states(chance: Random) -> Iterator[str]:
    """Deal states without end: about half of the invoices are matched, every state keeps its share."""
    yield from _FIRST
    yield from _dealt(_DECK, chance)


def payment_outcomes(chance: Random) -> Iterator[str]:
    """Deal what became of matched invoices without end: three in five have payments."""
    yield from _FIRST_PAYMENTS
    yield from _dealt(_PAYMENTS, chance)


def _dealt(deck: list[str], chance: Random) -> Iterator[str]:
    while True:
        yield from chance.sample(deck, len(deck))
