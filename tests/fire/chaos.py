"""All integrations under fire: everything that runs is killed and both sides misbehave, then the books are compared.

The same seed invents the same documents, strikes in the same order and loses the same answers.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.config import PREFIX
from connector.embedded.places import free_port
from connector.embedded.programs import QUEUES, beat, console, worker
from tests.e2e.buyer import a_buyer
from tests.e2e.company import a_company
from tests.e2e.plant import new_customer
from tests.e2e.starting import a_plant, under_fire
from tests.fire import brokers
from tests.fire.everybody import BILLED, Everybody
from tests.fire.killer import Killer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from connector.domain.comparing import Compared
    from connector.embedded.programs import Program
    from tests.e2e.plant import Plant

WORKERS = 2
_RECEIVING = {f"{PREFIX}RECEIVE_DOCUMENTS": "true"}
#: a QAD and a JAGGAER, or a QAD and a Concur, asked to invent one document of each kind have so many between them
DOCUMENTS_FOR_EACH = 4.0
#: of all documents; some wait for what does not happen under fire
MOST_UNDER_FIRE = 0.9

_EVENTS = """
SELECT name, count(*) AS n FROM audit_events
WHERE name IN ('record.retry', 'record.paused', 'record.rescued', 'record.dead') GROUP BY name
"""
#: what was read to its end or answered, ever
_ENDS = """
SELECT (SELECT count(*) FROM runs WHERE status IN ('done', 'failed'))
     + (SELECT count(*) FROM attempts WHERE answered_at IS NOT NULL) AS n
"""
_ANSWERS = "SELECT coalesce(answer, 'open') AS answer, count(*) AS n FROM attempts GROUP BY 1"
_NOTHING = {
    "claims of dead workers": "SELECT count(*) AS n FROM records WHERE lease_owner IS NOT NULL",
    "writes still in doubt": "SELECT count(*) AS n FROM attempts WHERE answered_at IS NULL OR answer = 'unknown'",
}


@dataclass(kw_only=True)
class Report:
    """What was done to the product, and what became of the documents."""

    seed: int
    documents: int = 0
    strikes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    happened: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    dead: Counter[str] = field(default_factory=Counter)
    seconds_under_fire: float = 0.0
    seconds_to_drain: float = 0.0
    compared: list[Compared] = field(default_factory=list)
    #: what must be nothing
    left: Counter[str] = field(default_factory=Counter)

    @property
    def clean(self) -> bool:
        """Nothing missing, twice, wrong, uncalled for, or left lying about; and every flow had something to do."""
        return not +self.left and all(line.clean and line.expected for line in self.compared)


def chaos(
    directory: Path,
    *,
    seed: int,
    documents: int,
    workers: Sequence[Program] = tuple(worker(queue, WORKERS) for queue in QUEUES),
    longest_pause: float = 1.2,
    until: float = 0.0,
    patient: bool = False,
    network: bool = False,
    broker: str = "",
    announce: Callable[[str], None] = lambda _: None,
) -> Report:
    """Strike while so many documents are on their way; then let everything come to its end.

    Everything is struck once at least, and then at random until this share of all documents has come to its end, and
    all that may happen under fire has happened; more documents come as long as it has not.
    ``longest_pause`` lies between two strikes, in seconds; ``patient`` sits out what the ledger waits for. With
    ``network`` a supplier network posts at us as well, and the web process is struck, too. ``broker`` names another one
    than the Redis of `up` (`tests.fire.brokers`); it is struck in its place.
    """
    directory.mkdir(exist_ok=True)
    report = Report(seed=seed)
    with ExitStack() as stack:
        programs, web = [*workers, beat()], free_port()
        programs += [console(web)] if network else []
        struck = stack.enter_context(brokers.broker(broker, directory / "broker"))
        fiery = [under_fire(one, FIRE_SEED=str(seed), **_RECEIVING) for one in programs]
        plant = stack.enter_context(a_plant(directory / "stack", fiery, patient=patient))
        plant.beside += [struck.tend] if struck is not None else []
        each = round(documents / (DOCUMENTS_FOR_EACH + network))
        everybody = Everybody(
            customer=stack.enter_context(new_customer(plant, seed=seed, documents=each, patience=2)),
            company=stack.enter_context(a_company(plant, documents=each)),
            buyer=stack.enter_context(a_buyer(plant, documents=each)) if network else None,
            billed=round(BILLED * each),
        )
        everybody.company.receive_everything()
        everybody.customer.set_up(directory, schedule="every 10s")
        everybody.company.set_up(directory, schedule="every 10s" if network else "every 3s")
        if everybody.buyer is not None:
            everybody.buyer.set_up(directory, f"http://127.0.0.1:{web}", schedule="every 10s")
        everybody.misbehave()
        report.documents = sum(line.expected for line in everybody.compared())
        announce(f"{report.documents} documents, seed {seed}: under fire.")
        _fire(report, everybody, Killer(plant, seed, longest_pause=longest_pause, broker=struck), until, announce)
        report.faults = everybody.behave()
        announce("The fire is out; waiting until everything has come to its end.")
        _drain(report, everybody)
        _take_stock(report, everybody)
    return report


def _fire(report: Report, everybody: Everybody, killer: Killer, until: float, announce: Callable[[str], None]) -> None:
    plant = everybody.plant
    began = time.monotonic()
    plant.until(lambda: plant.ask("SELECT 1 FROM records LIMIT 1"), "something to lose")
    killer.every_way()
    billed = False
    while (ended := _ended(plant)) < until * report.documents or not (_all_has_happened(everybody) and billed):
        if not billed:
            billed = everybody.bill()
            report.documents = sum(line.expected for line in everybody.compared())
        if ended > MOST_UNDER_FIRE * report.documents:
            everybody.bring_more()
            report.documents = sum(line.expected for line in everybody.compared())
        _work_goes_on(plant)
        killer.once()
        everybody.go_on()
        announce(f"{ended} of {report.documents} have come to their end, {killer.struck.total()} strikes.")
    report.strikes = killer.struck
    report.seconds_under_fire = time.monotonic() - began


def _work_goes_on(plant: Plant) -> None:
    """Wait for the first that ends from now on: who is struck while they start has nothing to lose, and starts anew."""
    before = plant.ask(_ENDS)[0].n
    plant.until(lambda: plant.ask(_ENDS)[0].n != before, "work goes on")


def _all_has_happened(everybody: Everybody) -> bool:
    """Every system misbehaved, somebody died at work, and something arrived although nobody heard so."""
    return bool(
        all(system.state("faults")["faults"] for system in everybody.systems)
        and everybody.plant.ask("SELECT 1 FROM audit_events WHERE name = 'record.rescued' LIMIT 1")
        and everybody.plant.ask("SELECT 1 FROM attempts WHERE answer = 'adopted' LIMIT 1")
    )


def _ended(plant: Plant) -> int:
    plant.tend()
    return int(plant.ask("SELECT count(*) AS n FROM records WHERE state NOT IN ('extracted', 'mapped', 'loaded')")[0].n)


def _drain(report: Report, everybody: Everybody) -> None:
    began = time.monotonic()
    _settle(report, everybody)
    report.seconds_to_drain = time.monotonic() - began
    everybody.go_on()
    _settle(report, everybody)


def _settle(report: Report, everybody: Everybody) -> None:
    """Whatever was given up after three crashes is requeued, as a person would: others may wait for it."""
    plant = everybody.plant
    moment = plant.now()

    def settled() -> bool:
        if given_up := sum(tenant.dead()["worker_crashed"] for tenant in everybody.tenants):
            report.dead["worker_crashed"] += given_up
            plant.ok("dead", "requeue", "--reason", "worker_crashed")
        return all(tenant.at_rest_since(moment) for tenant in everybody.tenants)

    plant.until(settled, "everybody settled")


def _take_stock(report: Report, everybody: Everybody) -> None:
    plant = everybody.plant
    report.compared = everybody.compared()
    report.documents = sum(line.expected for line in report.compared)
    report.happened = Counter({row.name: row.n for row in plant.ask(_EVENTS)})
    report.answers = Counter({row.answer: row.n for row in plant.ask(_ANSWERS)})
    report.left = Counter({name: plant.ask(statement)[0].n for name, statement in _NOTHING.items()})
    report.left["dead letters"] = sum(tenant.dead().total() for tenant in everybody.tenants)
