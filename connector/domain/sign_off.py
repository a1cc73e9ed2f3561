"""Signing a period off, pure: what was signed is a list of documents with where each stood, and a fingerprint of it.

What was posted of journals is in ``postings``.
"""

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
    #: what was posted of it otherwise, as people say it
    posted: str = ""

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
        return "; ".join(filter(None, (*said, self.posted)))


@dataclass(frozen=True, kw_only=True)
class FigureChange:
    """A figure that is not what was signed."""

    figure: str
    currency: str
    before: Sum
    now: Sum


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


def stated(found: Mapping[tuple[str, str], Sum]) -> list[dict[str, object]]:
    """The figures as they are signed, in the order of their names."""
    return [
        {"figure": figure, "currency": currency, "documents": total.documents, "amount": f"{total.amount:f}"}
        for (figure, currency), total in sorted(found.items())
    ]


def seen(found: Mapping[tuple[str, str], Sum]) -> str:
    """What a person looked at: the figures, in few digits. A sign-off is about these, and no others."""
    said = [
        [figure, currency, one.documents, f"{one.amount.normalize():f}"] for (figure, currency), one in found.items()
    ]
    return canonical.fingerprint(sorted(said))


def changes(before: Sequence[str], now: Sequence[str], posted: Mapping[str, str] | None = None) -> Iterator[Change]:
    """Exactly what is otherwise than it was, document by document, in the order of their keys.

    ``posted`` says of documents by their keys what was posted otherwise.
    """
    signed, current, said = set(before), set(now), posted or {}
    was = {part.key: part for part in map(Part.read, signed - current)}
    is_ = {part.key: part for part in map(Part.read, current - signed)}
    alone = said.keys() - was.keys() - is_.keys()
    same = {part.key: part for part in map(Part.read, signed & current) if part.key in alone} if alone else {}
    for key in sorted(was.keys() | is_.keys() | same.keys()):
        stands = same.get(key)
        yield Change(key=key, before=was.get(key, stands), now=is_.get(key, stands), posted=said.get(key, ""))


def moved(before: Iterable[str], now: Iterable[str]) -> Iterator[FigureChange]:
    """Which figures are not what was signed."""
    was, is_ = sums(before), sums(now)
    for figure, currency in sorted(was.keys() | is_.keys()):
        one, other = was[figure, currency], is_[figure, currency]
        if one != other:
            yield FigureChange(figure=figure, currency=currency, before=one, now=other)
