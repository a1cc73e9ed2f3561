"""Messages to channels: written down with what they tell, taken by one who sends them, sent once as far as that goes.

Each row is one line. All lines of a channel that are due go in one message (``batch``), and what is tried again goes
together again, under the same id.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain.alert import GIVE_UP, Facts, Hearing, Line
from connector.domain.identity import new_id
from connector.store.postgres.text import json, storable
from connector.store.schema.conditions import UNSENT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from connector.store.postgres.transaction import Transaction

    Alert = tuple[str, str]

#: whoever sends a message has so long; then it is taken for dead
LEASE = dt.timedelta(minutes=5)
#: lines of one message; what is more goes with the next one
MOST_LINES = 50
#: what was told is kept for so long
KEPT = dt.timedelta(days=30)
_FIRST_WAIT, _LONGEST_WAIT = dt.timedelta(minutes=1), dt.timedelta(minutes=30)

_NOW = sa.text("SELECT now()")
_HEARINGS = sa.text("SELECT id, hearing FROM alert_channels ORDER BY id")
_WRITE = sa.text("""
INSERT INTO alert_messages (id, channel_id, kind, name, about, detail, created_at, ended_at, due_at)
VALUES (:id, :channel, :kind, :name, :about, CAST(:detail AS jsonb), :began, :ended, :due)
""")
# What is over before it was told becomes one line; what was told gets another one.
_NEWEST = sa.text("""
SELECT DISTINCT ON (m.channel_id, m.name, m.about) m.id, m.channel_id, m.name, m.about, m.kind, m.detail, m.created_at,
       m.batch IS NULL AS untold, m.gave_up_at IS NOT NULL AS given_up, c.hearing
FROM alert_messages m JOIN alert_channels c ON c.id = m.channel_id
JOIN unnest(CAST(:names AS text[]), CAST(:abouts AS text[])) AS s (name, about) ON s.name = m.name AND s.about = m.about
ORDER BY m.channel_id, m.name, m.about, m.created_at DESC, m.id DESC
""")
_PASSED = sa.text("UPDATE alert_messages SET kind = 'passed', ended_at = now() WHERE id = :id AND batch IS NULL")
# A message that failed and waits keeps what came after it waiting: nobody hears that something is over before it began.
_READY = f"""
FROM alert_channels c CROSS JOIN LATERAL (
     SELECT max(m.tries) AS tries, min(m.due_at) AS due_at FROM alert_messages m
     WHERE m.channel_id = c.id AND {UNSENT} AND m.due_at <= now() HAVING count(*) > 0) m
WHERE NOT EXISTS (
     SELECT FROM alert_messages w WHERE w.channel_id = c.id AND {UNSENT}
       AND (w.leased_until >= now() OR (w.batch IS NOT NULL AND w.due_at > now())))
"""  # noqa: S608  constant parts only
_DUE = sa.text(f"SELECT EXISTS (SELECT {_READY})")
_DIGESTS = sa.text("""
SELECT id, hearing FROM alert_channels WHERE digest_at <= now() ORDER BY id FOR UPDATE SKIP LOCKED
""")
_STANDING = sa.text("SELECT name, about, raised_at, detail FROM alerts ORDER BY raised_at, name, about")
_NEXT_DIGEST = sa.text("UPDATE alert_channels SET digest_at = :next WHERE id = :id")
# Those that failed least come first: one that is away keeps no other one waiting.
_CHANNEL = sa.text(f"""
SELECT c.id, c.name, c.kind, c.hearing, c.sealed {_READY} AND c.id <> ALL(CAST(:but AS uuid[]))
ORDER BY m.tries, m.due_at LIMIT 1 FOR UPDATE OF c SKIP LOCKED
""")
_TAKE = sa.text(f"""
UPDATE alert_messages SET batch = coalesce(batch, :batch), leased_until = now() + CAST(:lease AS interval),
       tries = tries + 1
WHERE id IN (
    SELECT id FROM alert_messages
    WHERE channel_id = :channel AND {UNSENT} AND due_at <= now()
      AND batch IS NOT DISTINCT FROM (
          SELECT batch FROM alert_messages WHERE channel_id = :channel AND {UNSENT} AND due_at <= now()
          ORDER BY batch NULLS LAST LIMIT 1)
    ORDER BY created_at, id LIMIT :most)
RETURNING id, batch, kind, name, about, detail, created_at, ended_at, tries
""")  # noqa: S608  constant parts only
_SENT = sa.text("UPDATE alert_messages SET sent_at = now(), leased_until = NULL, why = '' WHERE batch = :batch")
_FAILED = sa.text("""
UPDATE alert_messages SET leased_until = NULL, why = :why, due_at = now() + CAST(:wait AS interval),
       gave_up_at = CASE WHEN coalesce(ended_at, created_at) < now() - CAST(:give_up AS interval) THEN now() END
WHERE batch = :batch AND sent_at IS NULL RETURNING gave_up_at IS NOT NULL AS given_up
""")
_FORGET = sa.text("DELETE FROM alert_messages WHERE coalesce(sent_at, gave_up_at) < now() - CAST(:kept AS interval)")


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One message to one channel, taken to be sent."""

    batch: UUID
    channel_id: UUID
    channel: str
    kind: str
    hearing: Hearing
    sealed: bytes
    lines: Sequence[Line]
    tries: int


def announce(tx: Transaction, begun: Mapping[Alert, Facts], over: Collection[Alert]) -> None:
    """Write down for each channel what it is to be told of this, and when."""
    now: dt.datetime = tx.value(_NOW)
    for channel in tx.rows(_HEARINGS) if begun else ():
        heard = hearing(channel.hearing)
        for (name, about), facts in begun.items():
            due = heard.due(now, urgent=facts.urgent) if heard.wants(name, facts.scope) else None
            if due is not None:
                _write(tx, channel.id, "begun", name=name, about=about, detail=asdict(facts), began=now, due=due)
    if not over:
        return
    newest = tx.rows(_NEWEST, names=[name for name, _ in over], abouts=[about for _, about in over])
    for row in newest:
        if row.kind != "begun" or row.given_up:
            continue
        if row.untold and tx.run(_PASSED, id=row.id):  # nobody has begun to send it meanwhile
            continue
        due = hearing(row.hearing).due(now, urgent=bool(row.detail.get("urgent")))
        said = {"name": row.name, "about": row.about, "detail": row.detail, "began": row.created_at, "ended": now}
        _write(tx, row.channel_id, "over", **said, due=due or now)


def due(tx: Transaction) -> bool:
    """Whether anything is to be sent."""
    return bool(tx.value(_DUE))


def write_digests(tx: Transaction) -> int:
    """Write down the digests that are due: what stands now; returns how many."""
    channels = tx.rows(_DIGESTS)
    standing = tx.rows(_STANDING) if channels else ()
    now: dt.datetime = tx.value(_NOW)
    for channel in channels:
        heard = hearing(channel.hearing)
        items = [
            {"name": one.name, "about": one.about, "began": one.raised_at.isoformat(), "facts": one.detail}
            for one in standing
            if heard.wants(one.name, str(one.detail.get("scope", "")))
        ]
        _write(tx, channel.id, "digest", name="", about="", detail={"standing": items}, began=now, due=now)
        tx.run(_NEXT_DIGEST, id=channel.id, next=heard.next_digest(now))
    return len(channels)


def take(tx: Transaction, *, but: Collection[UUID] = ()) -> Outgoing | None:
    """Take the next message to send, of another channel than these; None when there is none."""
    channel = tx.row(_CHANNEL, but=list(but))
    if channel is None:
        return None
    rows = tx.rows(_TAKE, channel=channel.id, batch=new_id(), lease=LEASE, most=MOST_LINES)
    lines = sorted((_line(row) for row in rows), key=lambda line: line.began)
    return Outgoing(
        batch=rows[0].batch,
        channel_id=channel.id,
        channel=channel.name,
        kind=channel.kind,
        hearing=hearing(channel.hearing),
        sealed=bytes(channel.sealed),
        lines=lines,
        tries=max(row.tries for row in rows),
    )


def sent(tx: Transaction, batch: UUID) -> None:
    """It went through; what was told long ago is forgotten."""
    tx.run(_SENT, batch=batch)
    tx.run(_FORGET, kept=KEPT)


def failed(tx: Transaction, outgoing: Outgoing, why: str) -> bool:
    """It did not go through: it is tried again later, or given up after a day; whether it was given up."""
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(outgoing.tries - 1, 10))
    rows = tx.rows(_FAILED, batch=outgoing.batch, why=storable(why), wait=wait, give_up=GIVE_UP)
    return any(row.given_up for row in rows)


def hearing(detail: Mapping[str, Any]) -> Hearing:
    """What a channel hears, as its row says."""
    lists = {name: tuple(detail[name]) for name in ("rules", "integrations") if name in detail}
    return Hearing(**{**detail, **lists})


def _write(tx: Transaction, channel: UUID, kind: str, **said: Any) -> None:  # noqa: ANN401 - columns
    detail = json(said.pop("detail"))
    tx.run(_WRITE, id=new_id(), channel=channel, kind=kind, detail=detail, **{"ended": None, **said})


def _line(row: Any) -> Line:  # noqa: ANN401 - a row of _TAKE
    """A line; in a digest an alert that an earlier release raised says no more than its name."""
    standing = [
        Line(
            kind="begun",
            name=one["name"],
            about=one["about"],
            facts=_facts(one["facts"]),
            began=dt.datetime.fromisoformat(one["began"]),
        )
        for one in row.detail.get("standing", ())
    ]
    said = {} if row.kind == "digest" else {"name": row.name, "about": row.about, "facts": _facts(row.detail)}
    return Line(kind=row.kind, began=row.created_at, ended=row.ended_at, standing=standing, **said)


def _facts(detail: Mapping[str, Any]) -> Facts:
    return Facts(**{"found": "", "advice": "`ml-connector doctor` says more.", **detail})
