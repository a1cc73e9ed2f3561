"""Links are bound: whoever changes by hand what the target calls a document leads no later document there.

A link is what ``documents`` knows of a document in the target: its id there and its natural key. Later documents are
sent to that supplier, order or place. So the worker that writes a link authenticates it (HMAC-SHA256) together with
whose it is, in the same statement, and who reads it looks first. The key is one random key of the ledger, which the
vault seals among the ``bindings``: a new master key takes it along and touches no link.

An earlier release wrote links without this. Housekeeping binds them in turn, and once none is left and no process of an
earlier release is alive, the trail says so; from then on a link that is not bound was put there behind the product's
back.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from connector.domain import canonical
from connector.domain.errors import ConfigurationError
from connector.store.audit import trail
from connector.store.binding import bindings, fact_binding
from connector.store.binding.newest_change import KEY, identity
from connector.store.postgres.transaction import Transaction
from connector.store.schema.conditions import OLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connector.ports import Vault
    from connector.store.postgres.engine import Begin
    from connector.store.postgres.transaction import AnyRow

#: what the trail says once every link is bound
SETUP = "setup:links"
#: how a link is called in the trail: ``link:acme/qad_suppliers_to_jaggaer/30``
KIND = "link"

_ACTOR = "housekeeping"
_KEY_BYTES = 32
#: links bound in one transaction, and in one housekeeping
_BATCH, _AT_ONCE = 1_000, 50_000

_SEALED = sa.text("SELECT sealed FROM bindings WHERE id = :id")
_KEEP = sa.text("INSERT INTO bindings (id, sealed) VALUES (:id, :sealed) ON CONFLICT (id) DO NOTHING")
# Not the trail itself: a worker does not wait while its partitions are made.
_ALL_BOUND = sa.text("SELECT EXISTS (SELECT FROM audit_heads WHERE subject = :subject)")
#: of ``documents d``
PARTS = "d.id AS document_id, d.flow_id, d.source_key, d.target_id, d.target_key, d.bound"
_UNBOUND = sa.text(f"""
SELECT {PARTS} FROM documents d WHERE d.target_id IS NOT NULL AND d.bound IS NULL
ORDER BY d.id LIMIT :most FOR NO KEY UPDATE
""")  # noqa: S608  constant parts only
_EVERY = sa.text(f"""
SELECT {PARTS} FROM documents d WHERE (d.target_id IS NOT NULL OR d.bound IS NOT NULL) AND d.id > :after
ORDER BY d.id LIMIT :most FOR NO KEY UPDATE
""")  # noqa: S608  constant parts only
_BIND = sa.text("""
UPDATE documents d SET bound = b.bound
FROM unnest(CAST(:ids AS uuid[]), CAST(:bound AS bytea[])) AS b (id, bound) WHERE d.id = b.id
""")
_OLDER = sa.text(f"SELECT {OLDER.format(knows='binds')}")
_ONE = sa.text(f"""
SELECT {PARTS}
FROM integrations i JOIN flows f ON f.integration_id = i.id
JOIN documents d ON d.flow_id = f.id AND d.source_key = substr(:name, length(i.name || '/' || f.name || '/') + 1)
WHERE i.name = split_part(:name, '/', 1) AND f.name = split_part(:name, '/', 2) FOR NO KEY UPDATE OF d
""")  # noqa: S608  constant parts only
_NAME = sa.text("""
SELECT i.name || '/' || f.name FROM flows f JOIN integrations i ON i.id = f.integration_id WHERE f.id = :flow
""")
_ALL_LINKS = sa.text(f"""
SELECT {PARTS}, i.name || '/' || f.name AS flow
FROM documents d JOIN flows f ON f.id = d.flow_id JOIN integrations i ON i.id = f.integration_id
WHERE d.target_id IS NOT NULL OR d.bound IS NOT NULL
""")  # noqa: S608  constant parts only
_SOME_LINKS = sa.text(f"""
SELECT {PARTS}, i.name || '/' || f.name AS flow
FROM flows f JOIN integrations i ON i.id = f.integration_id
CROSS JOIN LATERAL (
    SELECT * FROM documents a WHERE a.flow_id = f.id AND a.target_id IS NOT NULL LIMIT :most) d
""")  # noqa: S608  constant parts only


@dataclass(frozen=True, kw_only=True)
class Link:
    """What is bound."""

    document_id: UUID
    flow_id: UUID
    source_key: str
    target_id: str | None
    target_key: str | None

    @classmethod
    def of(cls, row: AnyRow) -> Link:
        """As it stands in the ledger."""
        return cls(**{name: getattr(row, name) for name in cls.__annotations__})


def authenticate(key: bytes, link: Link) -> bytes:
    """Bind a link."""
    statement = [str(link.document_id), str(link.flow_id), link.source_key, link.target_id, link.target_key]
    return hmac.digest(key, canonical.dumps(statement), "sha256")


def problem(key: bytes, link: Link, bound: bytes | None, *, all_bound: bool) -> str:
    """What is wrong with a link, as the end of a sentence; empty when nothing is."""
    if bound is None:
        return "is there without the seal every link has" if all_bound else ""
    fits = hmac.compare_digest(bytes(bound), authenticate(key, link))
    return "" if fits else "is not what was written when the target took the document"


def all_bound(tx: Transaction) -> bool:
    """Whether the trail says so."""
    return bool(tx.value(_ALL_BOUND, subject=SETUP))


def sealed_key(tx: Transaction) -> bytes | None:
    """The key of the links as the vault sealed it; None where there is none."""
    row = tx.row(_SEALED, id=KEY)
    return None if row is None else bytes(row.sealed)


def key_of(tx: Transaction, vault: Vault) -> bytes:
    """The key of the links, made where none ever was; raises ConfigurationError when it is gone or does not open."""
    return opened(vault, made(tx, vault))


def opened(vault: Vault, sealed: bytes) -> bytes:
    """The key of the links; raises ConfigurationError when it does not open."""
    return vault.open(sealed, identity(KEY))


def made(tx: Transaction, vault: Vault) -> bytes:
    """The key of the links as the vault sealed it, made where none ever was; ConfigurationError when it is gone."""
    sealed = sealed_key(tx)
    if sealed is None and all_bound(tx):
        raise ConfigurationError(
            f"The key that binds links was removed behind ml-connector's back, so nothing is posted by them: look at "
            f"`ml-connector audit show {SETUP}`; restore it, or take all links as they are with `ml-connector vault "
            f"confirm {SETUP}`."
        )
    if sealed is None:
        tx.run(_KEEP, id=KEY, sealed=vault.seal(os.urandom(_KEY_BYTES), identity(KEY)))
        sealed = sealed_key(tx)
    assert sealed is not None  # noqa: S101 - it was written in this transaction, or by whoever was first
    return sealed


def named(tx: Transaction, flow_id: UUID, source_key: str) -> str:
    """How the trail calls the link of a document."""
    return f"{KIND}:{tx.value(_NAME, flow=flow_id)}/{source_key}"


def bind_older(begin: Begin, key: bytes) -> int:
    """Bind what earlier releases wrote, many at a time; returns how many. Says so in the trail when none is left."""
    with begin() as connection:
        if all_bound(Transaction(connection)):
            return 0
    done = 0
    while done < _AT_ONCE:
        with begin() as connection:
            tx = Transaction(connection)
            rows = tx.rows(_UNBOUND, most=_BATCH)
            bind(tx, key, rows)
            facts = fact_binding.bind_older(tx, key, _BATCH)
            done += len(rows) + facts
            if max(len(rows), facts) < _BATCH:
                if not tx.value(_OLDER):
                    now = tx.value(sa.text("SELECT clock_timestamp()"))
                    trail.append(tx, trail.event(SETUP, bindings.ALL_BOUND, actor=_ACTOR, at=now, detail={}))
                break
    return done


def confirm(tx: Transaction, key: bytes, name: str) -> Link | None:
    """Bind the link ``integration/flow/source key`` as it is."""
    rows = tx.rows(_ONE, name=name)
    bind(tx, key, rows)
    for row in rows:
        fact_binding.bind_of(tx, key, row.document_id)
    return Link.of(rows[0]) if rows else None


def confirm_all(tx: Transaction, vault: Vault) -> int:
    """Bind all links as they are, under a key that is new where the old one is gone or rubbish; returns how many."""
    try:
        key = key_of(tx, vault)
    except ConfigurationError:
        key = os.urandom(_KEY_BYTES)
        tx.run(bindings.WRITE, id=KEY, sealed=vault.seal(key, identity(KEY)))
    done, after = 0, UUID(int=0)
    while rows := tx.rows(_EVERY, after=after, most=_BATCH):
        bind(tx, key, rows)
        done, after = done + len(rows), rows[-1].document_id
    fact_binding.bind_all(tx, key, _BATCH, UUID(int=0))
    return done


def bind(tx: Transaction, key: bytes, rows: Iterable[AnyRow]) -> None:
    """Bind these links (rows with their ``PARTS``) as they are."""
    links = [Link.of(row) for row in rows]
    if links:
        macs = [None if link.target_id is None else authenticate(key, link) for link in links]
        tx.run(_BIND, ids=[link.document_id for link in links], bound=macs)


def amiss(tx: Transaction, vault: Vault, *, most: int | None = None) -> Iterator[tuple[str, str]]:
    """Links that are not what was written: what each is called, and what is wrong. Of each flow ``most`` at most."""
    try:
        key = key_of(tx, vault)
    except ConfigurationError as error:
        yield SETUP, f"does not bind links: {error.message}"
        return
    everything = all_bound(tx)
    links = tx.stream(_ALL_LINKS) if most is None else tx.stream(_SOME_LINKS, most=most)
    for row in links:
        if why := problem(key, Link.of(row), row.bound, all_bound=everything):
            yield f"{KIND}:{row.flow}/{row.source_key}", why
    for name, why in fact_binding.amiss(tx, key, all_bound=everything, most=most):
        yield f"{KIND}:{name}", why
