"""What statements say of the tables in the same words, kept apart from them: a command says it and needs no table."""

from __future__ import annotations

#: of a flow ``f`` of an integration ``i``: the connection it reads from, and the one it writes to
SOURCE = "CASE WHEN f.reversed THEN i.target_connection_id ELSE i.source_connection_id END"
TARGET = "CASE WHEN f.reversed THEN i.source_connection_id ELSE i.target_connection_id END"
#: both of them, where the integration was not removed
ENDS = f"JOIN connections s ON s.id = {SOURCE} AND i.removed_at IS NULL JOIN connections t ON t.id = {TARGET}"
#: of a flow that a person holds: nothing of it is sent or taken
HELD = "EXISTS (SELECT FROM flows h WHERE h.id = {flow} AND h.held_why <> '')"

#: records that have a step to go
UNDER_WAY = "state IN ('extracted', 'mapped', 'loaded')"
#: the same in other words, which one index has: those of a document. Where nothing was under way when Postgres counted
#: last, it would take any index on what is under way, and look at all of that for each document
NOT_ENDED = "state NOT IN ('done', 'rejected', 'dead', 'superseded', 'cancelled', 'skipped')"
#: of a record ``r`` that is named by its id: somebody has it. Said so that Postgres does not look for it among all that
#: somebody has, which are none when it counts
LEASED = "coalesce(CAST(r.lease_owner AS text), '') <> ''"
#: a worker lives that does not know what this column of ``workers`` says: one of an earlier release
OLDER = """EXISTS (
    SELECT FROM workers o
    WHERE o.kind = 'worker' AND NOT o.{knows} AND o.heartbeat_at > now() - interval '5 minutes')"""
#: pieces that somebody is still to read
OPEN = "error = ''"
#: messages that are kept, and read by nobody before a person has done something about them
QUARANTINED = "problem <> '' AND discarded_at IS NULL"
#: what channels are still to be told of alerts
UNSENT = "sent_at IS NULL AND gave_up_at IS NULL"

#: the beginning of a sealed value, up to the id of its master key; the value itself is not read for it
KEY_ID = "substr(substr({0}, 1, 34), 1, 2 + get_byte(substr({0}, 1, 34), 1))"
