"""What a link says besides (its facts) is bound as the link is: payments find their invoice by it.

Facts are in the ``result`` of the version that the target took; what authenticates them stands beside them.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from connector.store.postgres.transaction import AnyRow, Transaction

    #: the ids of a record and its document
    Whose = Sequence[UUID | str]

_BOUND = "bound"
#: of a record that has facts
HAS = "(result -> 'facts') <> '{}'"
UNBOUND = f"{HAS} AND NOT result ? '{_BOUND}'"
#: of ``records r``: what is read to look whether its facts are bound
PARTS = "jsonb_build_object('whose', jsonb_build_array(r.id, r.document_id), 'result', r.result)"


def newest(records: str, what: str = PARTS) -> str:
    """SQL for the parts of the newest version of a document ``d`` that has facts, among these records ``r``."""
    return f"(SELECT {what} FROM {records} r WHERE r.document_id = d.id AND {HAS} ORDER BY r.version DESC LIMIT 1)"  # noqa: S608  constant parts only


_UNBOUND = sa.text(
    f"SELECT id, document_id, result FROM records WHERE {UNBOUND} ORDER BY id LIMIT :most FOR NO KEY UPDATE"  # noqa: S608  constant parts only
)
_EVERY = sa.text(f"""
SELECT r.id, r.document_id, r.result, i.name || '/' || f.name || '/' || r.source_key AS name
FROM (
    (SELECT id, document_id, flow_id, source_key, result FROM all_records WHERE {HAS} LIMIT :most)
    UNION ALL
    (SELECT CAST(d.archived #>> '{{said,whose,0}}' AS uuid), d.id, d.flow_id, d.source_key,
            d.archived #> '{{said,result}}'
     FROM documents d WHERE d.archived ? 'said' LIMIT :most)
) r
JOIN flows f ON f.id = r.flow_id JOIN integrations i ON i.id = f.integration_id
""")  # noqa: S608  constant parts only
_OF = sa.text(f"""
SELECT id, document_id, result FROM all_records WHERE document_id = :document AND {HAS} FOR NO KEY UPDATE
""")  # noqa: S608  constant parts only
_ALL = sa.text(f"""
SELECT id, document_id, result FROM all_records WHERE {HAS} AND id > :after ORDER BY id LIMIT :most FOR NO KEY UPDATE
""")  # noqa: S608  constant parts only
_BIND = sa.text(f"""
UPDATE all_records r SET result = r.result || jsonb_build_object('{_BOUND}', b.bound)
FROM unnest(CAST(:ids AS uuid[]), CAST(:bound AS text[])) AS b (id, bound) WHERE r.id = b.id
""")  # noqa: S608  constant parts only
# What a document says in the place of its records while these lie in the archive: what its own newest one says.
_TELL = sa.text(f"""
UPDATE documents d SET archived = jsonb_set(d.archived, '{{said}}', {newest("all_records")})
WHERE d.archived IS NOT NULL
  AND d.id IN (SELECT o.document_id FROM all_records o WHERE o.id = ANY(CAST(:ids AS uuid[])))
""")  # noqa: S608  constant parts only


def authenticated(key: bytes, whose: Whose, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result with what authenticates its facts, where it has any."""
    return {**result, _BOUND: _mac(key, whose, result["facts"])} if result.get("facts") else dict(result)


def is_bound(result: Mapping[str, Any]) -> bool:
    """Whether something stands beside its facts that may authenticate them."""
    return result.get(_BOUND) is not None


def problem(key: bytes, whose: Whose, result: Mapping[str, Any], *, all_bound: bool) -> str:
    """What is wrong with the facts of a record, as the end of a sentence; empty when nothing is."""
    bound = result.get(_BOUND)
    if not result.get("facts") or (bound is None and not all_bound):
        return ""
    fits = isinstance(bound, str) and hmac.compare_digest(bound.encode(), _mac(key, whose, result["facts"]).encode())
    return "" if fits else "has facts (as which document, in which company) that no worker wrote"


def bind_older(tx: Transaction, key: bytes, most: int) -> int:
    """Bind what an earlier release wrote, some of it; returns how many."""
    return _bind(tx, key, tx.rows(_UNBOUND, most=most))


def bind_of(tx: Transaction, key: bytes, document: UUID) -> None:
    """Bind the facts of one document as they are."""
    _bind(tx, key, tx.rows(_OF, document=document))


def bind_all(tx: Transaction, key: bytes, most: int, after: UUID) -> None:
    """Bind all facts as they are."""
    while rows := tx.rows(_ALL, after=after, most=most):
        _bind(tx, key, rows)
        after = rows[-1].id


def amiss(tx: Transaction, key: bytes, *, all_bound: bool, most: int | None) -> Iterator[tuple[str, str]]:
    """Names of documents whose facts are not what was written, and what is wrong. ``most`` are looked at."""
    for row in tx.stream(_EVERY, most=most):
        if why := problem(key, (row.id, row.document_id), row.result, all_bound=all_bound):
            yield row.name, why


def _bind(tx: Transaction, key: bytes, rows: Iterable[AnyRow]) -> int:
    macs = {row.id: _mac(key, (row.id, row.document_id), row.result["facts"]) for row in rows}
    if macs:
        tx.run(_BIND, ids=list(macs), bound=list(macs.values()))
        tx.run(_TELL, ids=list(macs))
    return len(macs)


def _mac(key: bytes, whose: Whose, facts: Mapping[str, Any]) -> str:
    return hmac.digest(key, canonical.dumps(["facts", *map(str, whose), facts]), "sha256").hex()
