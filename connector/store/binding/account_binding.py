"""Accounts are bound: whoever writes into the database makes nobody an operator, and signs in as nobody.

An operator's row is authenticated (HMAC-SHA256) with its name, role and password; what a browser or a program shows is
kept as a keyed digest together with whose it is. So is the sign-off of a period, with who signed what, and why. The key
is the ledger's own (``link_binding``), which the vault seals.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from connector.domain import canonical
from connector.store.binding import link_binding

if TYPE_CHECKING:
    from connector.ports import Vault
    from connector.store.postgres.transaction import Transaction

#: what is authenticated; a statement about one is never one about another
OPERATOR, ONCE, SESSION, TOKEN, SIGN_OFF = "operator", "once", "session", "token", "sign-off"


class Bonds:
    """What authenticates accounts in one transaction."""

    def __init__(self, tx: Transaction, vault: Vault) -> None:
        self._key = link_binding.key_of(tx, vault)

    def of(self, kind: str, *statement: object) -> bytes:
        """Bind a statement."""
        return hmac.digest(self._key, canonical.dumps(["account", kind, *statement]), "sha256")

    def fits(self, bound: bytes | None, kind: str, *statement: object) -> bool:
        """Whether that statement was bound."""
        return bound is not None and hmac.compare_digest(bytes(bound), self.of(kind, *statement))
