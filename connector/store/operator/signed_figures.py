"""What exactly was signed off: figures, a line for each document, and what was posted of each; sealed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.domain import canonical, sign_off
from connector.domain.errors import ConfigurationError
from connector.domain.postings import Postings
from connector.store.operator.bindings import vault_of
from connector.store.operator.sign_offs import identity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.store.operator.sign_offs import SignOff
    from connector.store.operator.transaction import OperatorTransaction


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What was signed."""

    stated: Mapping[str, Any]
    lines: Sequence[str]
    #: of each document; None of sign-offs by releases that kept the sums of accounts alone
    postings: Postings | None


def packed(*, stated: Mapping[str, Any], lines: Sequence[str], postings: Sequence[Sequence[str]]) -> bytes:
    """As it is kept; ``stated`` vouches for the rest."""
    return zlib.compress(canonical.dumps({"stated": stated, "lines": list(lines), "postings": list(postings)}))


def opened(tx: OperatorTransaction, one: SignOff) -> Signed:
    """What was signed; ConfigurationError for what is not genuine."""
    kept = _kept(tx, one)
    if _differs(kept, one):
        raise ConfigurationError(
            "The figures of this sign-off are not those that were signed: the ledger was changed behind "
            "ml-connector's back. Withdraw the sign-off, and sign anew."
        )
    told = "postings" in kept["stated"]
    return Signed(
        stated=kept["stated"], lines=kept["lines"], postings=Postings.read(kept["postings"]) if told else None
    )


def wrong(tx: OperatorTransaction, one: SignOff) -> str:
    """What is wrong with what was signed, in a few words; empty where all of it fits together."""
    try:
        what = _differs(_kept(tx, one), one)
    except (ConfigurationError, zlib.error, ValueError, KeyError, TypeError):
        return "its signed figures cannot be opened: they were replaced, or their master key is missing"
    return f"its signed figures are not those it was signed with: {what}" if what else ""


def _kept(tx: OperatorTransaction, one: SignOff) -> dict[str, Any]:
    row = tx.mapping("SELECT signed FROM sign_offs WHERE id = :id", id=one.id)
    found = b"" if row is None else bytes(row["signed"])
    kept: dict[str, Any] = canonical.loads(zlib.decompress(vault_of(tx).open(found, identity(one.id))))
    return kept


def _differs(kept: Mapping[str, Any], one: SignOff) -> str:
    stated, lines = kept["stated"], kept["lines"]
    postings = stated.get("postings")
    fits = {
        "the fingerprint": canonical.fingerprint(stated) == one.fingerprint,
        "the documents": sign_off.digest(lines) == stated["documents"] == one.digest and len(lines) == one.documents,
        "the sums": sign_off.stated(sign_off.sums(lines)) == stated["figures"],
        "the period": [stated["first"], stated["last"]] == [one.first.isoformat(), one.last.isoformat()],
        "the postings": postings is None or canonical.fingerprint(kept["postings"]) == postings,
    }
    return ", ".join(what for what, fit in fits.items() if not fit)
