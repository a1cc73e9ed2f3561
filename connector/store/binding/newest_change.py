"""Which change of a subject is its newest: only a change that somebody with a master key vouched for counts.

Whoever may write events could otherwise say that there was a newer change than the one that is sealed, and stop the
subject. So the event of a change carries a vouch for its revision, under the ledger's own key, which the vault seals
(``link_binding``). Changes of a release that did not vouch count where nothing newer is vouched for.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from connector.domain import canonical
from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.ports import Vault

#: in an audit event: which seal came with the change, and who says so
REVISION, VOUCH = "revision", "vouch"
#: the place of the ledger's own key among the bindings
KEY = UUID(int=1)
#: so many changes of a subject are looked through for the newest that is vouched for
MOST = 200
#: what is not the revision of any seal
UNKNOWN = "unknown"

# Each revision where it was first told: whoever may only add to the trail can repeat an older one. Part of other
# statements; read by ix_audit_events_revised.
TOLD = f"""(SELECT jsonb_agg(jsonb_build_array(n.revision, n.vouch) ORDER BY n.id DESC) FROM (
    SELECT f.* FROM (
        SELECT DISTINCT ON (e.detail->>'{REVISION}', e.detail->>'{VOUCH}')
               e.id, e.detail->>'{REVISION}' AS revision, e.detail->>'{VOUCH}' AS vouch
        FROM audit_events e WHERE e.subject = {{subject}} AND e.detail ? '{REVISION}'
        ORDER BY e.detail->>'{REVISION}', e.detail->>'{VOUCH}', e.id) f
    ORDER BY f.id DESC LIMIT {MOST}) n)"""  # noqa: S608  constant parts only
SEALED_KEY = f"(SELECT k.sealed FROM bindings k WHERE k.id = '{KEY}')"  # noqa: S608  constant parts only


@dataclass(frozen=True, kw_only=True)
class Trail:
    """What the audit trail tells of a subject's changes."""

    subject: str
    #: revision and vouch of each, the newest first
    revisions: Sequence[tuple[str, str | None]] = ()
    #: the ledger's own key, as the vault sealed it; None where nothing needed it yet
    key: bytes | None = None

    def newest(self, vault: Vault) -> str | None:
        """The revision of the newest change; None where there was none, ``UNKNOWN`` where nobody can find out."""
        key = self._key(vault)
        for revision, vouch in self.revisions if key is not None else ():
            if vouch is not None and genuine(key or b"", self.subject, revision, vouch):
                return revision
        if len(self.revisions) == MOST:
            return UNKNOWN
        return self.revisions[0][0] if self.revisions else None

    def _key(self, vault: Vault) -> bytes | None:
        try:
            return None if self.key is None else vault.open(self.key, identity(KEY))
        except ConfigurationError:
            return None


def identity(bound: UUID) -> str:
    """The place a binding is sealed for."""
    return f"bindings:{bound}"


def vouch(key: bytes, subject: str, revision: str) -> str:
    """Say that this change was made by somebody with a master key."""
    return hmac.digest(key, canonical.dumps([REVISION, subject, revision]), "sha256").hex()


def genuine(key: bytes, subject: str, revision: str, vouch_given: str) -> bool:
    """Whether that was said."""
    return hmac.compare_digest(vouch_given.encode(), vouch(key, subject, revision).encode())
