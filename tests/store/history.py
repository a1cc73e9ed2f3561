"""Much history, and what a statement costs in spite of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.domain.identity import new_id
from connector.store.audit import trail
from connector.store.postgres.transaction import Transaction
from tests.privileged import vacuum, working_as
from tests.scale.costs import counted
from tests.scale.filling import fill
from tests.store.scene import ACTOR, AT, BURIED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.store.scene import Scene

HISTORY = 20_000
VERSIONS = 5000
WAITING = 1000
#: of which Postgres believes a million
TIMES = 50

# The first page of an index holds none of its rows. A GIN index knows of itself how large it is.
_FILES = """
SELECT current_setting('data_directory') AS folder, pg_relation_filepath(c.oid) AS name, c.relpages AS pages,
       CAST(current_setting('block_size') AS integer) AS page, CAST(c.relkind = 'i' AS integer) AS first,
       c.relkind AS kind, CAST(CAST(c.oid AS regclass) AS text) AS table
FROM pg_class c JOIN pg_am m ON m.oid = c.relam LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE c.relkind IN ('r', 'i') AND m.amname <> 'gin' AND c.relpages > 0
  AND CAST(CAST(coalesce(i.indrelid, c.oid) AS regclass) AS text)
      ~ '^(runs|documents|records|dead_letters|summaries|search_terms|(attempts|audit_events|payloads)_.*)$'
"""


def lived_long(scene: Scene) -> Scene:
    """Many ended records, and a few that are due."""
    scene.change(
        "INSERT INTO documents (id, flow_id, source_key, version, fingerprint, target_id) "
        "SELECT gen_random_uuid(), :flow, 'OLD-' || n, 1, 'x', 'T' FROM generate_series(1, :history) n",
        flow=scene.invoices,
        history=HISTORY,
    )
    scene.change(
        "INSERT INTO records (id, document_id, flow_id, integration_id, source_key, version, state, correlation_id, "
        "audit_head, finished_at) "
        "SELECT gen_random_uuid(), d.id, d.flow_id, :integration, d.source_key, 1, 'done', 'c', decode('00', 'hex'), "
        "now() FROM documents d",
        integration=scene.integration_id,
    )
    scene.change(
        "INSERT INTO attempts (id, record_id, document_id, number, key, fingerprint, sent_at, answered_at, answer, "
        "actor) SELECT gen_random_uuid(), r.id, r.document_id, 1, r.source_key, 'x', now(), now(), 'accepted', 'w' "
        "FROM records r"
    )
    scene.read(*((f"INV-{number}", "one") for number in range(5)))
    scene.change("UPDATE records SET queued_until = NULL WHERE queued_until IS NOT NULL")
    vacuum(scene.ledger)
    return scene


def worn_out(scene: Scene, *, waiting: int = WAITING) -> Scene:
    """Nearly everything is done, in one flow; many documents wait for one, and one has many versions."""
    fill(
        scene,
        records=HISTORY,
        sealed=scene.vault.seal(b"a document", "records"),
        versions=VERSIONS,
        waiting=waiting,
    )
    return scene


def grown(scene: Scene, times: int = TIMES) -> Scene:
    """The same ledger, of which Postgres believes that everything in it is there so many times, as unevenly.

    It estimates from the size of a file how many rows there are by now: the files grow, by pages that hold nothing.
    """
    with working_as(scene.ledger) as superuser:
        files = superuser.execute(sa.text(_FILES)).all()
    for file in files:
        if file.kind == "r":  # what is believed stays believed
            scene.alter(f"ALTER TABLE {file.table} SET (autovacuum_enabled = false)")
        with (Path(file.folder) / file.name).open("r+b") as opened:
            opened.truncate(file.page * (file.first + (file.pages - file.first) * times))
    return scene


def costly(scene: Scene, does: Callable[[Scene], object], *, most: int = 150) -> dict[str, int]:
    """Statements that look at more rows than this, and than those that they write are worth.

    A plan that reads what has been done, or all that wait, looks at many times as many.
    """
    with counted(scene.ledger.engine) as costs:
        does(scene)
    assert costs
    return {cost.statement: cost.looked for cost in costs if cost.beyond(most)}


def many_dead(scene: Scene, number: int) -> None:
    """Documents that were read by the product and refused in one stroke, each with its event and its letter."""
    scene.read(*((f"DEAD-{place:05}", "one") for place in range(number)))
    assert BURIED.letter is not None
    letter = BURIED.letter
    with scene.ledger.begin() as connection:
        rows = connection.execute(sa.text("SELECT id, audit_head FROM records WHERE source_key LIKE 'DEAD-%'")).all()
        events = [
            (trail.event(str(row.id), BURIED.event, actor=ACTOR, at=AT, detail={"why": BURIED.why}), bytes(head))
            for row, head in ((row, row.audit_head) for row in rows)
        ]
        trail.insert(Transaction(connection), events)
        connection.execute(
            sa.text(
                """UPDATE records r SET state = 'dead', due_at = NULL, queued_until = NULL, finished_at = now(),
                          why = :why, audit_head = p.head
                     FROM unnest(CAST(:ids AS uuid[]), CAST(:heads AS bytea[])) AS p (id, head) WHERE r.id = p.id"""
            ),
            {
                "ids": [row.id for row in rows],
                "heads": [event.hash_after(previous) for event, previous in events],
                "why": BURIED.why,
            },
        )
        connection.execute(
            sa.text(
                """INSERT INTO dead_letters (id, record_id, flow_id, code, reason, suggestion)
                   SELECT p.id, p.record, :flow, :code, :reason, :suggestion
                     FROM unnest(CAST(:ids AS uuid[]), CAST(:records AS uuid[])) AS p (id, record)"""
            ),
            {
                "ids": [new_id() for _ in rows],
                "records": [row.id for row in rows],
                "flow": scene.invoices,
                "code": letter.code,
                "reason": letter.reason,
                "suggestion": letter.suggestion,
            },
        )


def buffers(scene: Scene, statement: sa.TextClause, **values: object) -> int:
    """Pages the statement touches: what it costs whatever the machine.

    The second time on one connection: what a new one first reads of the catalogue is not the statement's.
    """
    explained = sa.text(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF, FORMAT JSON) {statement.text}")
    with scene.ledger.engine.connect() as connection:
        for _ in range(2):
            told = connection.execute(explained, values).scalar_one()
            connection.rollback()
    plan = told[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
