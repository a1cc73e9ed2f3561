"""Whether flows, codes of crosswalks and links are what the product itself last wrote, before money follows them.

A worker process remembers what it has found to be so. A flow costs a question when it differs from that, a crosswalk
when its seal does, which comes with the codes; a document and its links cost none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain import canonical
from connector.domain.errors import ConfigurationError, Unavailable
from connector.store.binding import bindings, bound_setup, fact_binding, link_binding
from connector.store.binding.link_binding import Link
from connector.store.postgres.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from connector.domain.record import Claim
    from connector.ports import Vault
    from connector.store.binding.fact_binding import Whose
    from connector.store.postgres.engine import Begin
    from connector.store.postgres.transaction import AnyRow

_WAITS = "nothing is posted by it"


class Steering:
    """What one process knows to be whole."""

    def __init__(self, read: Begin, begin: Begin, vault: Callable[[], Vault]) -> None:
        """The ``vault`` is asked for when first needed: not every process has master keys."""
        self._read, self._begin, self._vault = read, begin, vault
        self._links_all_bound = False
        #: sealed, and open
        self._key: tuple[bytes, bytes] | None = None
        self._flows: dict[UUID, bytes] = {}
        self._codes: dict[UUID, tuple[bytes, Mapping[str, str]]] = {}

    def flow(self, flow_id: UUID, *, options: Mapping[str, Any], source: str, target: str | None = None) -> None:
        """Refuse a flow that is not what was last written; raises ConfigurationError, Unavailable while it changes."""
        sides = {"source": source} if target is None else {"source": source, "target": target}
        known = self._flows.get(flow_id)
        if known is not None and _agrees(canonical.loads(known), options, sides):
            return
        with self._read() as connection:
            found = bound_setup.flow(Transaction(connection), flow_id)
        if found is None:
            return
        if why := found.problem(self._vault()):
            raise ConfigurationError(bindings.refusal(found.subject, why, _WAITS))
        self._flows[flow_id] = canonical.dumps(found.content)
        if not _agrees(canonical.loads(self._flows[flow_id]), options, sides):
            raise Unavailable(f"{found.subject} was changed in this moment; the next try goes by what it is now.")

    def codes(
        self,
        tx: Transaction,
        integration_id: UUID,
        table: str,
        *,
        seal: bytes | None,
        answered: Mapping[str, str | None],
    ) -> None:
        """Refuse codes that are not what was last written; raises ConfigurationError, Unavailable while they change."""
        if seal is None and not any(answered.values()):
            return  # nothing is posted by a table without rows
        bound = bindings.crosswalk_id(integration_id, table)
        known = self._codes.get(bound)
        if seal is None or known is None or known[0] != seal:
            known = self._load(tx, integration_id, table)
            if known[0] != (seal or b""):
                raise Unavailable(f"Crosswalk {table} was changed in this moment; the next try goes by what it is now.")
            self._codes[bound] = known
        if known[0] and not all(_fits(known[1], code, target) for code, target in answered.items()):
            name = self._subject(tx, integration_id, table)
            raise ConfigurationError(bindings.refusal(name, "is not what was sealed when it was last changed", _WAITS))

    @property
    def link_key(self) -> bytes:
        """The key that binds links; raises ConfigurationError when it is gone."""
        if self._key is None:
            with self._begin() as connection:
                sealed = link_binding.made(Transaction(connection), self._vault())
            self._key = (sealed, link_binding.opened(self._vault(), sealed))
        return self._key[1]

    def key_changed(self, sealed: bytes | memoryview | None) -> bool:
        """Whether the ledger has another key than this process knew, which it knows from now on."""
        known, sealed = self._key, None if sealed is None else bytes(sealed)
        if sealed is None or known is None or sealed == known[0]:
            return False
        try:
            self._key = (sealed, link_binding.opened(self._vault(), sealed))
        except ConfigurationError:
            return False  # rubbish is no key
        return self._key[1] != known[1]

    def bound(self, link: Link) -> bytes | None:
        """What is written with a link; None when the key is gone: what was posted is written down all the same."""
        try:
            return link_binding.authenticate(self.link_key, link)
        except ConfigurationError:
            return None

    def facts(self, whose: Whose, result: Mapping[str, Any]) -> Mapping[str, Any]:
        """A result with what authenticates its facts; without it when the key is gone."""
        try:
            return fact_binding.authenticated(self.link_key, whose, result)
        except ConfigurationError:
            return result

    def link(self, tx: Transaction, row: AnyRow, *, said: Mapping[str, Any] | None) -> None:
        """Refuse a link, or what is said of it, that is not what a worker wrote; raises ConfigurationError."""
        link = Link.of(row)
        why = self._problem(tx, link, row.bound, said)
        if why and self.key_changed(link_binding.sealed_key(tx)):
            why = self._problem(tx, link, row.bound, said)
        if why:
            raise ConfigurationError(
                bindings.refusal(link_binding.named(tx, link.flow_id, link.source_key), why, _WAITS)
            )

    def _problem(self, tx: Transaction, link: Link, bound: bytes | None, said: Mapping[str, Any] | None) -> str:
        why = ""
        if link.target_id is not None:
            everything = bound is not None or self._all_bound(tx)
            why = link_binding.problem(self.link_key, link, bound, all_bound=everything)
        if said is not None and not why:
            everything = fact_binding.is_bound(said["result"]) or self._all_bound(tx)
            why = fact_binding.problem(self.link_key, said["whose"], said["result"], all_bound=everything)
        return why

    def told(self, claim: Claim) -> None:
        """Refuse to tell a source facts that no worker wrote; raises ConfigurationError. What fits costs nothing."""
        whose, result = (claim.record_id, claim.document_id), claim.result
        if not result.get("facts") or not fact_binding.problem(self.link_key, whose, result, all_bound=True):
            return
        with self._read() as connection:
            tx = Transaction(connection)
            self.key_changed(link_binding.sealed_key(tx))
            everything = fact_binding.is_bound(result) or self._all_bound(tx)
            if why := fact_binding.problem(self.link_key, whose, result, all_bound=everything):
                name = link_binding.named(tx, claim.flow_id, claim.source_key)
                raise ConfigurationError(bindings.refusal(name, why, "its source is not told of it"))

    def _all_bound(self, tx: Transaction) -> bool:
        if not self._links_all_bound:
            self._links_all_bound = link_binding.all_bound(tx)
        return self._links_all_bound

    def _load(self, tx: Transaction, integration_id: UUID, table: str) -> tuple[bytes, Mapping[str, str]]:
        found = bound_setup.crosswalk(tx, integration_id, table)
        if found is None:
            return b"", {}
        if why := found.problem(self._vault()):
            raise ConfigurationError(bindings.refusal(found.subject, why, _WAITS))
        return found.sealed or b"", found.content

    def _subject(self, tx: Transaction, integration_id: UUID, table: str) -> str:
        found = bound_setup.crosswalk(tx, integration_id, table)
        return found.subject if found is not None else f"crosswalk:{table}"


def _agrees(content: Mapping[str, Any], options: Mapping[str, Any], sides: Mapping[str, str]) -> bool:
    """Whether somebody who works by these goes by what is bound."""
    same = all(content[side][1] == name for side, name in sides.items())
    return same and canonical.dumps(content["options"]) == canonical.dumps(options)


def _fits(codes: Mapping[str, str], code: str, target: str | None) -> bool:
    """Whether the ledger may have answered this. A row that is gone posts nothing."""
    if code in codes or target is None:
        return codes.get(code) == target
    return any(target == codes[source] and _alike(source, code) for source in codes)


def _alike(one: str, other: str) -> bool:
    """Whether Postgres may call these the same in any case."""
    return one.upper() == other.upper() or one.casefold() == other.casefold()
