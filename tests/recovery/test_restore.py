"""A backup is restored after more has happened, by the very commands of docs/operations.md."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from connector import registry
from connector.domain.exchange import Safety
from connector.embedded import roles
from connector.observability import configure_logging
from connector.operations.health import restoring
from sandbox.server import running
from tests.recovery import shell, works
from tests.systems.concur.conftest import Connection as ConcurConnection
from tests.systems.cxml.conftest import Connection as CxmlConnection
from tests.systems.jaggaer.conftest import Connection as JaggaerConnection
from tests.systems.qad.conftest import Connection as QadConnection
from tests.systems.qad.conftest import settings as qad_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from connector.embedded.postgres import EmbeddedPostgres
    from tests.cli.conftest import Terminal

_, BACKUP, RESTORE, _, _, REREAD = range(6)
KINDS = {"expenses": "concur_expenses_to_qad", "cash_advances": "concur_cash_advances_to_qad"}


@pytest.fixture
def deployment(
    postgres_server: EmbeddedPostgres, migrated_template: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The database of the containers, with their names; the directory of its socket."""
    admin = postgres_server.url("postgres", user=roles.SUPERUSER).replace("+psycopg", "")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS ml_connector")
        connection.execute(f"CREATE DATABASE ml_connector OWNER {roles.OWNER} TEMPLATE {migrated_template}".encode())
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", postgres_server.url("ml_connector"))
    yield parse_qs(urlsplit(admin).query)["host"][0]
    with psycopg.connect(admin, autocommit=True) as connection:
        for name in ("ml_connector", "ml_connector_before"):
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


@contextmanager
def logged(file: Path) -> Iterator[None]:
    """What workers say goes into a file."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    with file.open("a") as stream:
        configure_logging("info", "json", stream)
        yield
    root.handlers[:] = before
    root.setLevel(level)


def waiting_or_under_way(made: works.Works) -> dict[str, int]:
    return {row.state: row.n for row in made.ask("SELECT state, count(*) AS n FROM records GROUP BY state")}


def reread(folder: Path, *, host: str, logs: Path) -> None:
    """The last documented step, for each kind of document."""
    block = shell.blocks("Backup and restore")[REREAD]
    for kind, flow in KINDS.items():
        own = block.replace('"expenses"', f'"{kind}"').replace("concur_expenses_to_qad", flow)
        shell.typed(own, folder, host=host, logs=logs)


def test_a_restored_ledger_goes_on_without_losing_or_posting_twice_what_happened_since(
    terminal: Terminal, apply: Callable[[dict[str, Any]], None], deployment: str, tmp_path: Path
) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "master_keys").write_text("")
    before, since = tmp_path / "said-before.log", tmp_path / "said-since.log"
    with (
        running("qad", documents=5) as qad,
        running("jaggaer", documents=0) as jaggaer,
        running("concur", documents=4) as concur,
    ):
        systems = works.Systems(qad=qad, jaggaer=jaggaer, concur=concur)
        apply(works.jaggaer_setup(qad, jaggaer))
        apply(works.concur_setup(concur))
        terminal.ok("crosswalk", "set", "payment_terms", "N60", "Net sixty", "--integration", "acme-jaggaer")
        with logged(before):
            corrected = half_way(works.Works(), systems)
        shell.typed(shell.blocks("Backup and restore")[BACKUP], tmp_path, host=deployment, logs=before)

        with logged(since):
            lost = the_rest(works.Works(), terminal, systems, corrected)
        codes = ("crosswalk", "export", "--integration", "acme-jaggaer")
        (tmp_path / "acme-jaggaer.csv").write_text(terminal.ok(*codes).out)
        out = shell.typed(shell.blocks("Backup and restore")[RESTORE], tmp_path, host=deployment, logs=since)

        assert "This ledger ends at" in out
        assert "concur_expenses_to_qad" in out
        assert works.TERMS["N60"] in terminal.ok(*codes).out, "codes of today, before anything is mapped"
        made = works.Works()
        made.read()
        made.settle()
        assert systems.jaggaer_differences() == []
        (unposted,) = systems.concur_differences()
        assert unposted.missing == tuple(sorted(lost)), "Concur lists no more what it was told we have"

        reread(tmp_path, host=deployment, logs=since)
        made.settle()
        made.read()
        made.settle()
        assert systems.jaggaer_differences() == []
        assert systems.concur_differences() == []
        assert made.ask("SELECT code, reason FROM dead_letters WHERE resolved_at IS NULL") == []
        assert made.ask("SELECT id FROM attempts WHERE answered_at IS NULL OR answer = 'unknown'") == []
        sent = {entry["correlation"] for entry in qad.state("holds")["holds"]["journal_entries"].values()}
        known = {row.correlation_id for row in made.ask("SELECT correlation_id FROM records WHERE state = 'done'")}
        assert sent <= known, "what is read again is called as it was called when it was sent"
        states = made.ask("SELECT version, state FROM records WHERE source_key = :key ORDER BY version", key=corrected)
        assert [(row.version, row.state) for row in states] == [(1, "cancelled"), (2, "done")]
        assert terminal.json("audit", "show", restoring.SUBJECT)[0]["name"] == "operator.restored"
        assert terminal.json("audit", "verify")["ok"]
        made.close()


def half_way(made: works.Works, systems: works.Systems) -> str:
    """Some documents are done, others anywhere on their way; returns the report that QAD will refuse."""
    qad, jaggaer, concur = systems.qad, systems.jaggaer, systems.concur
    made.read()
    made.settle()
    qad.add_documents({"generate": {"suppliers": 2, "orders": 2, "invoices": 4, "payments": 2}})
    concur.add_documents({"generate": {"expenses": 3, "cash_advances": 2}})
    made.read()
    made.work()
    jaggaer.set_faults({"kind": "reset-after", "match": {"method": "POST", "path": "/j1p/"}, "count": 2})
    qad.set_faults({"kind": "reset-after", "match": {"method": "POST", "path": "journalEntries"}, "count": 1})
    made.work(steps=14)
    jaggaer.set_faults()
    qad.set_faults()
    concur.add_documents({"generate": {"expenses": 1}})
    made.read()
    states = waiting_or_under_way(made)
    assert {"extracted", "mapped", "loaded", "done"} <= set(states), states
    assert made.ask("SELECT id FROM attempts WHERE answer = 'unknown'"), "some are in doubt"
    made.ask("UPDATE records SET lease_owner = :me WHERE state = 'mapped'", me=made.worker)  # stopped in the middle
    refused = made.ask("SELECT source_key FROM records WHERE state = 'extracted' ORDER BY id DESC LIMIT 1")
    made.close()
    key: str = refused[0].source_key
    return key


def the_rest(made: works.Works, terminal: Terminal, systems: works.Systems, corrected: str) -> list[str]:
    """Everything arrives, and more does; returns what was read from Concur and not posted when the ledger was lost."""
    qad, concur = systems.qad, systems.concur
    made.ask("UPDATE records SET lease_owner = NULL")
    qad.set_options(closed_periods=[f"{year}/{month:02}" for year in (2026, 2027) for month in range(1, 13)])
    mine = made.ask("SELECT id FROM records WHERE source_key = :key", key=corrected)
    made.ask("UPDATE flows SET enabled = false")
    made.ask("UPDATE records SET due_at = NULL WHERE id <> :id AND hold IS NULL AND due_at IS NOT NULL", id=mine[0].id)
    made.settle()
    qad.set_options(closed_periods=[])
    made.ask(
        "UPDATE records SET due_at = now() WHERE due_at IS NULL AND state IN ('extracted', 'mapped', 'loaded') "
        "AND hold IS NULL"
    )
    made.ask("UPDATE flows SET enabled = true")
    concur.add_documents({"resubmit": [corrected]})
    terminal.ok("crosswalk", "set", "payment_terms", "N60", works.TERMS["N60"], "--integration", "acme-jaggaer")
    qad.add_documents({"generate": {"suppliers": 2, "orders": 2, "invoices": 4, "payments": 2}})
    concur.add_documents({"generate": {"expenses": 2, "cash_advances": 1}})
    made.read()
    made.settle()
    made.read()
    made.settle()
    assert systems.jaggaer_differences() == []
    assert systems.concur_differences() == []
    known = set(concur.state("expected")["expected"]["expenses"])
    concur.add_documents({"generate": {"expenses": 2}})
    qad.add_documents({"generate": {"invoices": 2}})
    made.read()
    made.close()
    return sorted(set(concur.state("expected")["expected"]["expenses"]) - known)


@pytest.mark.parametrize("flow", [one for one in registry.flows().values() if one.sends], ids=lambda flow: flow.name)
def test_whatever_is_sent_again_after_a_restore_its_target_knows_it(flow: Any) -> None:
    """A target that could neither be asked nor overwrites by key would take a second one from an older ledger."""
    nowhere = "http://127.0.0.1:9"  # nothing is sent to ask this
    connections = {
        "qad": QadConnection(config=qad_settings()),
        "jaggaer": JaggaerConnection(url=nowhere),
        "concur": ConcurConnection(url=nowhere),
        # one that remembers no payloadIDs can do neither: what it did not answer goes to a person
        "cxml": CxmlConnection(url=nowhere, settings={"remembers_payload_ids": "yes"}),
    }
    target = registry.systems()[flow.target.system].target(connections[flow.target.system])
    # A version has one payloadID however often it is read: what a network takes once, it takes once from any ledger.
    assert target.safety(flow.target.entity) in {Safety.NATIVE_KEY, Safety.UNASKED, Safety.ASK_FIRST, Safety.RESENT}
