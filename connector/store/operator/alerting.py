"""Alerts as operators see and set them: what stands, the rules, the channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from connector.domain.errors import UnknownName
from connector.store.postgres.text import json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from uuid import UUID

    from connector.store.operator.transaction import OperatorTransaction


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An alert that stands."""

    name: str
    about: str
    raised_at: dt.datetime
    #: as ``domain.alert.Facts``; empty where an earlier release raised it
    detail: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class RuleSetting:
    """What is set otherwise for a rule, everywhere or for an integration or flow; None is the default."""

    name: str
    scope: str
    enabled: bool | None = None
    threshold: float | None = None
    urgent: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Channel:
    """Where alerts are told, without its secrets."""

    id: UUID
    name: str
    kind: str
    config: Mapping[str, Any]
    #: as ``domain.alert.Hearing``
    hearing: Mapping[str, Any]
    digest_at: dt.datetime | None
    created_at: dt.datetime
    updated_at: dt.datetime
    #: when something last went through
    sent_at: dt.datetime | None
    #: lines that wait although they were tried, since when, and why the last try failed
    waiting: int
    waiting_since: dt.datetime | None
    why: str
    #: lines that were given up since the last one that went through
    given_up: int


@dataclass(frozen=True, kw_only=True)
class Told:
    """One line that a channel was told, or is still to be told."""

    #: what is worked out of it and told with it
    TOLD: ClassVar = ("status",)

    id: UUID
    channel: str
    #: begun, over, passed or digest
    kind: str
    name: str
    about: str
    #: as ``domain.alert.Facts``
    detail: Mapping[str, Any]
    created_at: dt.datetime
    due_at: dt.datetime
    sent_at: dt.datetime | None
    gave_up_at: dt.datetime | None
    tries: int
    why: str

    @property
    def status(self) -> str:
        """told, given up, fails (is tried again) or waits."""
        if self.sent_at:
            return "told"
        if self.gave_up_at:
            return "given up"
        return "fails" if self.why else "waits"


_CHANNELS = """
SELECT c.id, c.name, c.kind, c.config, c.hearing, c.digest_at, c.created_at, c.updated_at, m.sent_at,
       coalesce(w.waiting, 0) AS waiting, w.since AS waiting_since, coalesce(w.why, '') AS why,
       coalesce(w.given_up, 0) AS given_up
  FROM alert_channels c
  LEFT JOIN LATERAL (SELECT max(sent_at) AS sent_at FROM alert_messages WHERE channel_id = c.id) m ON true
  LEFT JOIN LATERAL (
       SELECT count(*) FILTER (WHERE gave_up_at IS NULL) AS waiting, count(gave_up_at) AS given_up,
              min(created_at) AS since, (array_agg(why ORDER BY created_at DESC))[1] AS why
         FROM alert_messages
        WHERE channel_id = c.id AND sent_at IS NULL AND tries > 0
          AND (gave_up_at IS NULL OR m.sent_at IS NULL OR gave_up_at > m.sent_at) AND why <> '') w ON true
"""
_TOLD = """
SELECT m.id, c.name AS channel, m.kind, m.name, m.about, m.detail, m.created_at, m.due_at, m.sent_at, m.gave_up_at,
       m.tries, m.why
  FROM alert_messages m JOIN alert_channels c ON c.id = m.channel_id
 WHERE (:channel = '' OR c.name = :channel)
   AND (CAST(:before AS uuid) IS NULL OR m.id < CAST(:before AS uuid))
 ORDER BY m.id DESC LIMIT :most
"""
_CHANGE = """
UPDATE alert_channels SET config = CAST(:config AS jsonb), hearing = CAST(:hearing AS jsonb), sealed = :sealed,
       digest_at = :digest_at, updated_at = now()
 WHERE id = :id AND updated_at = :seen
"""
_SET = """
INSERT INTO alert_rules AS r (name, scope, enabled, threshold, urgent)
VALUES (:name, :scope, :enabled, :threshold, :urgent)
ON CONFLICT (name, scope) DO UPDATE SET enabled = coalesce(excluded.enabled, r.enabled),
    threshold = coalesce(excluded.threshold, r.threshold), urgent = coalesce(excluded.urgent, r.urgent),
    updated_at = now()
"""
_PUT = """
INSERT INTO alert_channels (id, name, kind, config, hearing, sealed, digest_at)
VALUES (:id, :name, :kind, CAST(:config AS jsonb), CAST(:hearing AS jsonb), :sealed, :digest_at)
ON CONFLICT (name) DO NOTHING
"""


def told(tx: OperatorTransaction, channel: str, before: UUID | None, *, most: int) -> list[Told]:
    """What a channel, or all, were told and are to be told, the newest first; older than the one ``before``."""
    return [Told(**row) for row in tx.mappings(_TOLD, channel=channel, before=before, most=most)]


def standing(tx: OperatorTransaction) -> list[Standing]:
    """All alerts that stand, the oldest first."""
    return [
        Standing(**row)
        for row in tx.mappings("SELECT name, about, raised_at, detail FROM alerts ORDER BY raised_at, name, about")
    ]


def rules(tx: OperatorTransaction) -> list[RuleSetting]:
    """What is set otherwise."""
    asked = "SELECT name, scope, enabled, threshold, urgent FROM alert_rules ORDER BY name, scope"
    return [RuleSetting(**row) for row in tx.mappings(asked)]


def lock_rules(tx: OperatorTransaction) -> None:
    """Have nobody else set a rule before this transaction has ended."""
    tx.run("LOCK TABLE alert_rules IN SHARE ROW EXCLUSIVE MODE")


def set_rule(
    tx: OperatorTransaction,
    name: str,
    scope: str,
    *,
    enabled: bool | None,
    threshold: float | None,
    urgent: bool | None,
) -> None:
    """Set a rule otherwise; what is None stays as it is."""
    tx.run(_SET, name=name, scope=scope, enabled=enabled, threshold=threshold, urgent=urgent)


def reset_rule(tx: OperatorTransaction, name: str, scope: str) -> bool:
    """Take back what was set; whether anything was."""
    return tx.run("DELETE FROM alert_rules WHERE name = :name AND scope = :scope", name=name, scope=scope) > 0


def channels(tx: OperatorTransaction) -> list[Channel]:
    """All channels, by name."""
    return [Channel(**row) for row in tx.mappings(f"{_CHANNELS} ORDER BY c.name")]


def channel(tx: OperatorTransaction, name: str) -> Channel:
    """The channel of this name; raises UnknownName."""
    row = tx.mapping(f"{_CHANNELS} WHERE c.name = :name", name=name)
    if row is None:
        raise UnknownName.among("alert channel", name, [one.name for one in channels(tx)])
    return Channel(**row)


def add_channel(
    tx: OperatorTransaction,
    *,
    channel_id: UUID,
    name: str,
    kind: str,
    config: Mapping[str, Any],
    hearing: Mapping[str, Any],
    sealed: bytes,
    digest_at: dt.datetime | None,
) -> bool:
    """Write a new channel; False when its name is taken."""
    written = {"id": channel_id, "name": name, "kind": kind, "sealed": sealed, "digest_at": digest_at}
    return tx.run(_PUT, **written, config=json(config), hearing=json(hearing)) > 0


def change_channel(
    tx: OperatorTransaction,
    *,
    channel_id: UUID,
    config: Mapping[str, Any],
    hearing: Mapping[str, Any],
    sealed: bytes,
    digest_at: dt.datetime | None,
    seen: dt.datetime,
) -> bool:
    """Write what a channel is from now on; False when it was changed since it was ``seen``, as ``updated_at`` said."""
    written = {"id": channel_id, "sealed": sealed, "digest_at": digest_at, "seen": seen}
    return tx.run(_CHANGE, **written, config=json(config), hearing=json(hearing)) > 0


def sealed(tx: OperatorTransaction, channel_id: UUID) -> bytes:
    """What its sealed column holds."""
    row = tx.mapping("SELECT sealed FROM alert_channels WHERE id = :id", id=channel_id)
    return b"" if row is None else bytes(row["sealed"])


def remove_channel(tx: OperatorTransaction, channel_id: UUID) -> None:
    """Remove a channel, with what it was still to be told."""
    tx.run("DELETE FROM alert_channels WHERE id = :id", id=channel_id)
