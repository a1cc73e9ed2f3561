from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from connector.store import operator as ledger
from connector.store.operator.transaction import transaction

if TYPE_CHECKING:
    from tests.store.scene import Scene

COMPANY = "11111111-2222-4333-8444-555555555555"
AT_ONCE, LATER = dt.timedelta(), dt.timedelta(seconds=5)


@pytest.fixture
def company(scene: Scene) -> Scene:
    """A company in Concur whose expenses are polled once a day, the next time tomorrow."""
    config = json.dumps({"company_uuid": COMPANY})
    scene.change("UPDATE connections SET system = 'concur', config = CAST(:c AS jsonb) WHERE name = 'qad'", c=config)
    scene.change("UPDATE flows SET enabled = true, schedule = 'every 1d', next_due_at = now() + interval '1 day'")
    return scene


def event(scene: Scene, after: dt.timedelta = AT_ONCE, company: str = COMPANY) -> int:
    with transaction(scene.ledger, actor="webhook") as tx:
        whose = ledger.hints.Whose(system="concur", field="company_uuid", company=company)
        return ledger.hints.bring_forward(tx, whose, flows=["invoices"], after=after)


def due(scene: Scene) -> list[float]:
    """In how many seconds each poll of the flow is due."""
    rows = scene.ask("SELECT extract(epoch FROM due_at - created_at) AS seconds FROM runs ORDER BY due_at")
    return [round(float(row.seconds)) for row in rows]


def test_an_event_brings_a_poll_of_the_flow_it_is_about_at_once(company: Scene) -> None:
    assert event(company, company=COMPANY.upper()) == 1
    [run] = company.ask("SELECT * FROM runs")
    assert (run.flow_id, run.reason, run.requested_by) == (company.invoices, "schedule", "webhook")
    assert due(company) == [0]


def test_who_looks_at_runs_sees_which_were_asked_for_by_an_event(company: Scene) -> None:
    event(company)
    company.change("UPDATE runs SET status = 'done'")
    company.change("UPDATE flows SET next_due_at = now() WHERE name = 'invoices'")
    company.ledger.recovery.fire_due_flows(lambda _schedule, _zone, after: after + dt.timedelta(days=1))
    with transaction(company.ledger, actor="operator:jane") as tx:
        listed = ledger.runs.list_(tx, ledger.runs.Filter(), most=5)
    assert [run.reason for run in listed] == ["schedule", "webhook"]


def test_an_event_during_a_poll_brings_another_one_after_it(company: Scene) -> None:
    event(company)
    [first] = company.ask("SELECT id FROM runs")
    claim = company.claim_run(first.id)
    assert claim is not None
    assert event(company, LATER) == 1, "what is being read may be past the document"
    company.change("UPDATE runs SET due_at = now() WHERE id <> :first", first=first.id)
    [second] = company.ask("SELECT id FROM runs WHERE id <> :first", first=first.id)
    assert company.ledger.recovery.due_runs(5) == []
    assert company.claim_run(second.id) is None, "a flow never runs twice at once"
    with company.ledger.unit() as unit:
        unit.runs.finish(claim)
        unit.commit()
    assert company.ledger.recovery.due_runs(5) == [second.id]


def test_an_event_before_a_poll_began_is_read_by_it(company: Scene) -> None:
    assert event(company, LATER) == 1
    assert event(company, LATER) == 0
    assert due(company) == [5]


@pytest.mark.parametrize(
    "made",
    [
        "UPDATE runs SET since = now()",
        "UPDATE runs SET row_limit = 1",
        "UPDATE runs SET only_key = 'x'",
        "UPDATE runs SET position = CAST('{}' AS jsonb)",
    ],
)
def test_a_run_that_reads_only_a_part_is_no_poll(company: Scene, made: str) -> None:
    company.queue_run()
    company.change(made)
    assert event(company) == 1


def test_an_event_brings_nothing_for_strangers_and_for_flows_that_are_switched_off(company: Scene) -> None:
    assert event(company, company="99999999-2222-4333-8444-555555555555") == 0
    company.change("UPDATE flows SET enabled = false")
    assert event(company) == 0
