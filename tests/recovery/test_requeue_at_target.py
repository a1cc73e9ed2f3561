"""Dead letters whose documents have long arrived: however they are requeued, nothing arrives a second time."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.journey import MOST_TRIES
from sandbox.server import running
from tests.recovery import works

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Terminal

ORDERS = "acme-jaggaer/qad_orders_to_jaggaer"
INVOICES = "acme-jaggaer/qad_invoices_to_jaggaer"
LOST = {
    "jaggaer": [
        {"kind": "reset-after", "match": {"method": "POST", "path": "/ji/v1/invoices/ocr"}},
        {"kind": "reset-after", "match": {"method": "POST", "path": "/ji/v1/purchaseorders"}, "count": 2},
    ],
    "qad": [{"kind": "reset-after", "match": {"method": "POST", "path": "(journalEntries|supplierInvoices)"}}],
}
SILENT = {"kind": "503", "match": {"method": "GET"}}


@pytest.fixture
def systems() -> Iterator[works.Systems]:
    with (
        running("qad", documents=8) as qad,
        running("jaggaer", documents=0) as jaggaer,
        running("concur", documents=4) as concur,
    ):
        yield works.Systems(qad=qad, jaggaer=jaggaer, concur=concur)


@pytest.fixture
def made(
    terminal: Terminal,
    apply: Callable[[dict[str, Any]], None],
    systems: works.Systems,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[works.Works]:
    """Every order, invoice and posting has arrived, and its answer was lost; then nobody could be asked about it."""
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", database_url)
    apply(works.jaggaer_setup(systems.qad, systems.jaggaer))
    apply(works.concur_setup(systems.concur))
    started = works.Works()
    systems.jaggaer.set_faults(*LOST["jaggaer"])
    systems.qad.set_faults(*LOST["qad"])
    started.read()
    started.work_unsent()
    started.read()
    started.work_unsent()
    systems.jaggaer.set_faults(SILENT)
    systems.qad.set_faults(SILENT)
    for _ in range(MOST_TRIES):
        started.work()
    systems.jaggaer.set_faults()
    systems.qad.set_faults()
    yield started
    started.close()


def dead(made: works.Works) -> Counter[str]:
    """Open dead letters by flow."""
    found = made.ask(
        "SELECT i.name || '/' || f.name AS flow FROM dead_letters l JOIN flows f ON f.id = l.flow_id "
        "JOIN integrations i ON i.id = f.integration_id WHERE l.resolved_at IS NULL"
    )
    return Counter(row.flow for row in found)


def posted(systems: works.Systems) -> dict[str, Any]:
    """How often each invoice and each posting was taken."""
    jaggaer, qad = systems.jaggaer.state("counts")["counts"], systems.qad.state("holds")["holds"]
    return {
        "invoices": dict(jaggaer["invoices"]),
        "journals": Counter(entry["reference"] for entry in qad["journal_entries"].values()),
        "supplier invoices": Counter(one["reference"] for one in qad["supplier_invoices"].values()),
    }


def test_however_they_are_requeued_what_has_arrived_is_found_and_not_sent_again(
    terminal: Terminal, systems: works.Systems, made: works.Works
) -> None:
    letters, arrived = dead(made), posted(systems)
    assert {row.code for row in made.ask("SELECT code FROM dead_letters")} == {"retries_exhausted"}
    assert letters[INVOICES] > 1
    assert letters[ORDERS] > 0
    assert letters["acme-concur/concur_expenses_to_qad"] > 0
    assert letters["acme-concur/concur_invoices_to_qad"] > 0
    assert letters[INVOICES] == len(arrived["invoices"]), "each of them is in JAGGAER"

    one = next(row["id"] for row in terminal.json("dead", "list", "--flow", INVOICES))
    for words, left in (
        ((one,), {INVOICES: letters[INVOICES] - 1}),
        (("--flow", INVOICES, "--reason", "retries_exhausted"), {INVOICES: 0}),
        (("--flow", ORDERS), {ORDERS: 0}),
        (("--all",), dict.fromkeys(letters, 0)),
    ):
        meant = terminal.json("dead", "requeue", *words)
        assert meant["requeued"] == meant["meant"] > 0, words
        made.settle()
        assert {flow: dead(made)[flow] for flow in left} == left, words
        now = posted(systems)
        assert {key: times for kind in now for key, times in now[kind].items() if times > 1} == {}, words
    assert {key: now["invoices"][key] for key in arrived["invoices"]} == arrived["invoices"]

    made.read()
    made.settle()
    assert systems.jaggaer_differences() == []
    assert systems.concur_differences() == []
    adopted = made.ask("SELECT count(*) AS n FROM attempts WHERE answer = 'adopted'")[0].n
    assert adopted >= letters[INVOICES]
    assert terminal.json("audit", "verify")["ok"]

    before = posted(systems)
    done = made.ask("SELECT r.id FROM records r JOIN documents d ON d.id = r.document_id WHERE r.state = 'done'")
    for row in done:
        terminal.ok("record", "replay", str(row.id))
    made.settle()
    assert posted(systems) == before, "replay sends nothing twice either"
    assert systems.jaggaer_differences() == []
    assert systems.concur_differences() == []
    assert dead(made) == {}
