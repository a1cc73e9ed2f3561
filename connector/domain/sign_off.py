"""Signing a period off, pure: what was signed is a list of documents with where each stood, and a fingerprint of it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from connector.domain import canonical
from connector.domain.reconciliation import Sum

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

#: between the fields of a document's line; no key holds it
SEPARATOR = "\x1f"
_FIELDS = 6


@dataclass(frozen=True, kw_only=True)
class Part:
    """A document of a period, and where it stood."""

    key: str
    version: int
    figure: str
    currency: str
    amount: Decimal | None
    target_id: str

    @classmethod
    def read(cls, line: str) -> Part:
        """Read one from its line."""
        key, version, figure, currency, amount, target_id = line.split(SEPARATOR, _FIELDS - 1)
        return cls(
            key=key,
            version=int(version),
            figure=figure,
            currency=currency,
            amount=Decimal(amount) if amount else None,
            target_id=target_id,
        )


@dataclass(frozen=True, kw_only=True)
class Change:
    """A document that stands otherwise than when its period was signed off; None: it was not there, or is not."""

    key: str
    before: Part | None
    now: Part | None

    @property
    def what(self) -> str:
        """What changed, as people say it."""
        before, now = self.before, self.now
        if before is None:
            return "came into the period"
        if now is None:
            return "is not of the period any more"
        said = []
        if before.figure != now.figure:
            said.append(f"was {before.figure}, is {now.figure}")
        if (before.amount, before.currency) != (now.amount, now.currency):
            said.append("another amount")
        if before.target_id != now.target_id:
            said.append("another number in the target" if now.target_id else "no number in the target any more")
        if before.version != now.version:
            said.append(f"version {now.version} instead of {before.version}")
        return "; ".join(said)


def digest(lines: Iterable[str]) -> str:
    """SHA-256 over the lines of all documents in their order, in hexadecimal digits; the ledger computes the same."""
    ordered = sorted(line.encode() for line in lines)
    return hashlib.sha256(b"\n".join(ordered)).hexdigest()


def fingerprint(figures: Mapping[str, object]) -> str:
    """What vouches for everything that was signed: figures, accounts, and the digest of the documents behind them."""
    return canonical.fingerprint(figures)


def sums(lines: Iterable[str]) -> dict[tuple[str, str], Sum]:
    """How many documents stood where, and what they amount to, by figure and currency."""
    found: dict[tuple[str, str], Sum] = defaultdict(Sum)
    for part in map(Part.read, lines):
        total = found[part.figure, part.currency]
        total.documents += 1
        total.amount += part.amount or 0
    return found


def seen(found: Mapping[tuple[str, str], Sum]) -> str:
    """What a person looked at: the figures, in few digits. A sign-off is about these, and no others."""
    said = [
        [figure, currency, one.documents, f"{one.amount.normalize():f}"] for (figure, currency), one in found.items()
    ]
    return canonical.fingerprint(sorted(said))


def changes(before: Sequence[str], now: Sequence[str]) -> Iterator[Change]:
    """Exactly what is otherwise than it was, document by document, in the order of their keys."""
    signed, current = set(before), set(now)
    was = {part.key: part for part in map(Part.read, signed - current)}
    is_ = {part.key: part for part in map(Part.read, current - signed)}
    for key in sorted(was.keys() | is_.keys()):
        yield Change(key=key, before=was.get(key), now=is_.get(key))
