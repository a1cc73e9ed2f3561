"""Changes that carry a key of the program that asks: sent again, they are answered as before, and not done twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.domain import canonical
from connector.domain.errors import ConnectorError
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.operations.operator import Operator


#: the digest of a request is keyed: it may hold a password, and nobody is to try which
_PURPOSE = "request with an idempotency key"


class KeyInUse(ConnectorError):
    """A request with this key is being worked on, or nobody can say any more how it ended."""


class KeyOfAnother(ConnectorError):
    """The key came with another request before."""


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A request that came with a key: its number, and what it was answered if it was done before."""

    number: UUID
    answer: Mapping[str, Any] | None


def begin(operator: Operator, of: UUID, key: str, *request: bytes) -> Begun:
    """Remember that this operator's program has this done; raises KeyInUse, KeyOfAnother."""
    vault, whole = operator.application.vault, b"".join(len(part).to_bytes(8, "big") + part for part in request)
    with operator.transaction() as tx:
        known = ledger.api_answers.begin(tx, of, key, vault.authenticate(whole, _PURPOSE))
    if not any(vault.authentic(known.request_digest, whole, _PURPOSE, key_id=one) for one in vault.key_ids):
        raise KeyOfAnother(
            f"The Idempotency-Key {key!r} came with another request at {known.created_at:%Y-%m-%d %H:%M} UTC: take a "
            "new one for each change."
        )
    if known.fresh:
        return Begun(number=known.id, answer=None)
    if known.answer is None:
        raise KeyInUse(
            f"The same request came at {known.created_at:%Y-%m-%d %H:%M:%S} UTC and is being worked on. If it is for "
            "minutes, the process ended meanwhile: look whether it was done before you ask with a new key."
        )
    if not known.answer:
        raise KeyInUse(
            f"The same request came at {known.created_at:%Y-%m-%d %H:%M:%S} UTC, and is not done again. What it "
            "was answered went when a person's data was erased; look at what came of it."
        )
    answer = canonical.loads(operator.application.vault.open(known.answer, _identity(known.id)))
    return Begun(number=known.id, answer=answer)


def end(operator: Operator, number: UUID, answer: Mapping[str, Any]) -> None:
    """Keep what it was answered."""
    sealed = operator.application.vault.seal(canonical.dumps(answer), _identity(number))
    with operator.transaction() as tx:
        ledger.api_answers.end(tx, number, sealed)


def forget(operator: Operator, number: UUID) -> None:
    """Nothing was done: the same key may come again."""
    with operator.transaction() as tx:
        ledger.api_answers.forget(tx, number)


def _identity(number: UUID) -> str:
    return f"api_answers:{number}:answer"
