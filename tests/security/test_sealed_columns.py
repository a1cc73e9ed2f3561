"""Every sealed value opens in its own row only, and moves to a new master key while records move."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from connector.domain.errors import ConfigurationError
from connector.domain.exchange import Row
from connector.domain.identity import new_id
from connector.domain.journey import STEP_OF
from connector.domain.piece import Listed
from connector.domain.record import State
from connector.domain.token import Token
from connector.pipeline import pieces
from connector.pipeline.poll import poll
from connector.ports import Message
from connector.store.binding import bindings
from connector.store.connection.rotation import PLACES, SealedColumn
from connector.store.postgres.transaction import Transaction
from connector.store.schema import tables
from connector.vault import EnvelopeVault, new_key, parse_keys
from tests.pipeline.conftest import WORK, Bench
from tests.pipeline.parts import ORDER
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.pipeline.world import World
    from connector.ports import UnitOfWork

OLD, NEW = new_key(), new_key()
#: what the archive has of ``records``: it takes no record that holds its documents itself
ARCHIVED = {"all_records.source_payload", "all_records.target_payload"}
#: binary columns that hold no secret: hashes of the audit trail
HASHES = {
    "all_records.audit_head",
    "records.audit_head",
    "documents.bound",
    "received_messages.digest",
    "audit_events.hash",
    "audit_events.previous",
    "audit_seals.digest",
    "audit_seals.previous",
    "audit_seals.mac",
    "audit_newest_seal.digest",
    "audit_heads.hash",
    "operators.once_digest",
    "operators.bound",
    "operator_sessions.session_digest",
    "operator_tokens.token_digest",
    "sign_in_failures.of_digest",
    "sign_offs.bound",
    "api_answers.request_digest",
}
#: as an earlier release kept documents
EARLIER = """
UPDATE records r SET {0}_payload = p.sealed FROM payloads p WHERE p.record_id = r.id AND p.kind = '{0}'
"""
CHANNEL = "INSERT INTO alert_channels (id, name, kind, sealed) VALUES (:id, :name, 'slack', :sealed)"
#: what people leave behind, each with what is sealed in it
LEFT = {
    "jobs.result": """
        INSERT INTO jobs (id, kind, about, actor, result) VALUES (:id, 'trial', 'Try', 'operator:a', :sealed)
    """,
    "job_files.content": """
        WITH made AS (INSERT INTO jobs (id, kind, about, actor) VALUES (:id, 'file', 'Try', 'operator:a') RETURNING id)
        INSERT INTO job_files (id, job_id, number, content) SELECT :id, id, 0, :sealed FROM made
    """,
    "api_answers.answer": """
        WITH who AS (
            INSERT INTO operators (id, name, role) VALUES (gen_random_uuid(), 'o' || :id, 'viewer') RETURNING id)
        INSERT INTO api_answers (id, operator_id, key, request_digest, answer)
        SELECT :id, id, 'k', 'd', :sealed FROM who
    """,
    "comparisons.found": """
        INSERT INTO comparisons (id, flow_id, first, last, actor, found)
        SELECT :id, f.id, :day, :day, 'operator:a', :sealed FROM flows f ORDER BY f.id LIMIT 1
    """,
    "sign_offs.signed": """
        INSERT INTO sign_offs (id, flow_id, first, last, signed_at, actor, digest, fingerprint, signed, bound)
        SELECT :id, f.id, :day, :day, now(), 'operator:a', 'd', 'f', :sealed, 'b' FROM flows f ORDER BY f.id LIMIT 1
    """,
}
UNDER_WAY = "SELECT id, state FROM records WHERE state IN ('extracted', 'mapped') AND due_at <= now() LIMIT 20"


def vault(*keys: str) -> EnvelopeVault:
    return EnvelopeVault(parse_keys("\n".join(keys)))


@pytest.fixture
def bench(database_url: str) -> Iterator[Bench]:
    """Two connections with secrets and tokens, and the pipeline between them."""
    made = Bench(database_url)
    made.vault = vault(OLD)
    made.world = made.another_world()
    for row in made.rows("SELECT id, name FROM connections"):
        sealed = made.vault.seal(row.name.encode(), f"connections:{row.id}:secrets")
        made.execute("UPDATE connections SET secrets = :sealed WHERE id = :id", sealed=sealed, id=row.id)
        made.ledger.tokens(row.id, made.vault).renew(None, lambda _, name=row.name: Token(access=name))  # type: ignore[misc]
        with made.ledger.begin() as connection:
            bindings.bind(Transaction(connection), made.vault, row.id, {"name": row.name})
        made.ledger.inbox(row.id, made.vault).keep(Message(entity="parts", id="1"), row.name.encode())
        sealed = made.vault.seal(row.name.encode(), f"alert_channels:{row.id}:sealed")
        made.execute(CHANNEL, id=row.id, name=row.name, sealed=sealed)
    made.ledger.transact(partial(two_pieces, made))
    for place, statement in LEFT.items():
        table, _, column = place.partition(".")
        for number in (1, 2):
            row_id = new_id()
            sealed = made.vault.seal(b"{}", f"{table}:{row_id}:{column}")
            values = {"id": row_id, "sealed": sealed, "day": dt.date(2026, 10, number)}
            made.execute(statement, **{name: value for name, value in values.items() if f":{name}" in statement})
    yield made
    assert made.ledger.verify() == []
    made.ledger.close()


def two_pieces(bench: Bench, unit: UnitOfWork) -> None:
    """Orders that were listed and are not read yet."""
    run = unit.runs.claim(bench.run(ORDER), bench.world.worker)
    assert run is not None
    rows = {key: Row(payload={"part": key}) for key in ("o1", "o2")}
    listed = [Listed(key=key, row=row, fingerprint=key, version=0) for key, row in rows.items()]
    unit.pieces.insert(run, pieces.cut(bench.world, run, listed, alone=True))


def parts(first: int, count: int) -> list[dict[str, Any]]:
    return [{"part": f"p{number}", "amount": f"{number}.00"} for number in range(first, first + count)]


def labour(bench: Bench, world: World, ended: threading.Event) -> None:
    """Work like a worker until told to stop."""
    while not ended.is_set():
        for row in bench.rows(UNDER_WAY):
            WORK[STEP_OF[State(row.state)]](world, [row.id])


def test_the_master_key_is_changed_while_old_and_new_processes_work_and_no_record_fails(bench: Bench) -> None:
    both = vault(NEW, OLD)
    restarted = replace(bench.another_world(), vault=both)
    ended = threading.Event()
    bench.read(*parts(0, 40))
    with ThreadPoolExecutor(3) as others:
        working = [others.submit(labour, bench, world, ended) for world in (bench.world, restarted)]
        try:
            for batch in range(1, 5):
                bench.source.batches = [parts(40 * batch, 40)]
                assert poll(restarted if batch % 2 else bench.world, bench.run()) == "read 40"
                bench.ledger.rotate_vault(both, batch=7)
        finally:
            ended.set()
        for one in working:
            one.result(HANG_SECONDS)
    # The last old process has been restarted; what it could not open has waited.
    bench.world = restarted
    for _ in range(10):
        bench.due()
        bench.work()
    bench.ledger.rotate_vault(both, batch=7)

    new = NEW.partition(":")[0]
    assert set(bench.records().values()) == {"done"}
    assert len(bench.records()) == 200
    assert bench.letters_of_the_dead() == {}
    assert bench.rows("SELECT id FROM records WHERE tries > 0 OR crashes > 0") == []
    assert bench.ledger.vault_status(both) == {
        "connections.secrets": {new: 2},
        "alert_channels.sealed": {new: 2},
        "bindings.sealed": {new: 2},
        "tokens.sealed": {new: 2},
        "payloads.source": {new: 200},
        "payloads.target": {new: 200},
        "records.source_payload": {},
        "records.target_payload": {},
        "pieces.rows": {new: 2},
        "received_messages.body": {new: 2},
        **{place: {new: 2} for place in LEFT},
    }
    assert opened(bench, vault(NEW)) == 422
    assert sorted(bench.target.writes) == sorted({*bench.target.writes}), "and nothing was sent twice"


def sealed_in(bench: Bench, place: SealedColumn) -> list[tuple[Any, bytes]]:
    """(key of the row, sealed value) of a column."""
    table = tables.connections.metadata.tables[place.table]
    statement = sa.select(table.c[place.key], table.c[place.column]).order_by(table.c[place.key])
    statement = statement.where(table.c[place.column].is_not(None))
    if place.kind:
        statement = statement.where(table.c.kind == place.kind)
    with bench.ledger.begin() as connection:
        return [(key, bytes(value)) for key, value in connection.execute(statement)]


def opened(bench: Bench, keys: EnvelopeVault) -> int:
    """How many values open with these keys; raises when one does not."""
    values = [(place.identity.format(key), value) for place in PLACES for key, value in sealed_in(bench, place)]
    for identity, value in values:
        keys.open(value, identity)
    return len(values)


def test_every_binary_column_is_sealed_or_a_hash() -> None:
    binary = {
        f"{table.name}.{column.name}"
        for table in tables.connections.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.LargeBinary)
    }
    assert binary == {f"{place.table}.{place.column}" for place in PLACES} | HASHES | ARCHIVED


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_value_copied_into_another_row_or_column_does_not_open(bench: Bench, place: SealedColumn) -> None:
    bench.read(*parts(0, 2))
    bench.work()
    for kind in ("source", "target"):
        bench.execute(EARLIER.format(kind))
    (first, value), (second, _), *_ = sealed_in(bench, place)

    assert bench.vault.open(value, place.identity.format(first))
    for elsewhere in {other.identity.format(row) for other in PLACES for row in (first, second)}:
        if elsewhere != place.identity.format(first):
            with pytest.raises(ConfigurationError, match="does not open there: it was moved, altered"):
                bench.vault.open(value, elsewhere)
            with pytest.raises(ConfigurationError, match="does not open there"):
                vault(NEW, OLD).rewrap(value, elsewhere)


_SWAP = """
UPDATE payloads SET sealed = (SELECT p.sealed FROM payloads p JOIN records r ON r.id = p.record_id
                              WHERE p.kind = '{0}' AND r.source_key = 'p1')
WHERE kind = '{0}' AND record_id = (SELECT id FROM records WHERE source_key = 'p0')
"""
SWAPS = {"extracted": _SWAP.format("source"), "mapped": _SWAP.format("target")}


@pytest.mark.parametrize(("state", "swap"), SWAPS.items(), ids=SWAPS)
def test_a_record_whose_document_was_swapped_waits_with_one_sentence_and_its_neighbours_go_on(
    bench: Bench, state: str, swap: str
) -> None:
    bench.read(*parts(0, 3))
    if state == "mapped":
        for row in bench.rows(UNDER_WAY):
            WORK[STEP_OF[State.EXTRACTED]](bench.world, [row.id])
    bench.execute(swap)
    bench.work()
    assert bench.records() == {("p0", 1): state, ("p1", 1): "done", ("p2", 1): "done"}
    stuck = bench.record("p0")
    assert stuck.hold == "connection"
    assert "does not open there: it was moved, altered" in stuck.why
    assert len(stuck.why.splitlines()) == 1
    assert sorted(bench.target.writes) == ["p1", "p2"], "nobody is sent the document of somebody else"


def test_swapped_credentials_and_tokens_are_one_sentence(bench: Bench) -> None:
    bench.execute(
        "UPDATE tokens SET sealed = (SELECT sealed FROM tokens t WHERE t.connection_id <> tokens.connection_id)"
    )
    for row in bench.rows("SELECT id FROM connections"):
        with pytest.raises(ConfigurationError, match=f"tokens:{row.id} does not open there"):
            bench.ledger.tokens(row.id, bench.vault).current()
