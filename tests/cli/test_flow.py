from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    import pytest

    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal

FLOW = "acme/qad_invoices_to_jaggaer"


def test_an_integration_has_every_flow_of_its_kind_switched_off(acme: Terminal) -> None:
    flows = acme.json("flow", "list")

    assert flows[0]["name"] in {"qad_suppliers_to_jaggaer", "qad_accounts_to_jaggaer"}
    assert len(flows) == 5
    assert not any(flow["enabled"] for flow in flows)
    assert FLOW in acme.ok("flow", "list").out.replace("\n", "") or "qad_invoices" in acme.ok("flow", "list").out


def test_enabling_a_flow_fires_it_at_its_next_slot_and_not_at_once(acme: Terminal) -> None:
    before = dt.datetime.now(dt.UTC)
    changed = acme.json("flow", "enable", FLOW)

    assert changed["enabled"] is True
    assert dt.datetime.fromisoformat(changed["next_due_at"]) > before
    assert acme.json("flow", "disable", FLOW)["next_due_at"] is None


def test_a_schedule_that_asks_too_often_is_refused_and_one_that_was_there_goes_on(
    acme: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = " ".join(acme("flow", "schedule", FLOW, "every 9s").err.split())
    assert "is too often" in refused
    assert "ML_CONNECTOR_SHORTEST_SCHEDULE_SECONDS" in refused
    acme.ok("flow", "schedule", FLOW, "every 10s")
    monkeypatch.setenv("ML_CONNECTOR_SHORTEST_SCHEDULE_SECONDS", "60")
    acme.ok("flow", "schedule", FLOW, "every 10 seconds")
    assert acme("flow", "schedule", FLOW, "every 20s").code != 0


def test_what_comes_after_the_next_run_is_not_that_run_again(acme: Terminal) -> None:
    acme.ok("flow", "enable", FLOW)
    acme.ok("flow", "schedule", FLOW, "0 6 * * *")
    lines = " ".join(acme.ok("flow", "show", FLOW).out.split())
    moments = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", lines.partition("next run")[2].partition("has read")[0])
    assert len(moments) == 4
    assert moments == sorted(set(moments))


def test_a_changed_schedule_never_fires_what_is_past(acme: Terminal) -> None:
    acme.ok("flow", "enable", FLOW)
    before = dt.datetime.now(dt.UTC)

    changed = acme.json("flow", "schedule", FLOW, "0 6 * * *", "--timezone", "Europe/Berlin")

    assert changed["schedule"] == "0 6 * * *"
    assert changed["timezone"] == "Europe/Berlin"
    assert dt.datetime.fromisoformat(changed["next_due_at"]) > before
    assert "Europe/Berlin" in acme.ok("flow", "show", FLOW).out


def test_a_flow_shows_what_its_connection_leaves_it_unable_to_check(acme: Terminal) -> None:
    assert acme.json("flow", "show", FLOW)["unchecked"] == []
    assert "not checked" not in acme.ok("flow", "show", FLOW).out

    left_out = "entities: {invoices: {fields: {hold_amount: null}}}\n"
    acme.ok("connection", "rotate", "acme-qad", "--config", acme.file("off.yaml", left_out))

    sentence = "entities.invoices.fields.hold_amount is null: nobody checks whether a part of it is on hold."
    assert acme.json("flow", "show", FLOW)["unchecked"] == [sentence]
    assert "not checked" in acme.ok("flow", "show", FLOW).out
    assert acme.json("flow", "show", "acme/qad_orders_to_jaggaer")["unchecked"] == []


def test_a_flow_says_what_a_site_cannot_do_for_it_before_it_runs(acme: Terminal) -> None:
    address = "qxi_url: https://qad.acme.example/qxi/services/QdocWebService\nreceiver: QADERP\n"
    written = address + "auth: receiver_user\ndomain: 10USA\nentity: 10USACO\nreads: {payments: none}\n"
    acme.ok("connection", "add", "acme-ee", "--system", "qad-ee", "--config", acme.file("ee.yaml", written))
    acme.ok("integration", "add", "old", "--kind", "qad-jaggaer", "--from", "acme-ee", "--to", "acme-j1")

    (sentence,) = acme.json("flow", "show", "old/qad_payments_to_jaggaer")["lacks"]
    assert sentence == "payments are not read from this site (reads.payments: none), so the flow fails."
    assert "does without" in acme.ok("flow", "show", "old/qad_payments_to_jaggaer").out
    assert "payments are not read from this site" in acme.ok("flow", "enable", "old/qad_payments_to_jaggaer").out
    assert acme.json("flow", "enable", FLOW)["lacks"] == []


def test_a_flow_shows_what_it_sends_otherwise_than_its_source_has_it(acme: Terminal) -> None:
    changes = acme.json("flow", "show", FLOW)["changes"]
    assert "without white space around it" in changes[0]
    assert "sent otherwise" in acme.ok("flow", "show", FLOW).out
    assert acme.json("flow", "show", "acme/qad_accounts_to_jaggaer")["changes"] == []


def test_a_shape_that_does_not_exist_is_refused_when_it_is_set(acme: Terminal) -> None:
    wrong = acme.file("wrong.yaml", "entities: {invoices: {shape: {grandTotal: object}}}\n")
    refused = acme("connection", "rotate", "acme-j1", "--config", wrong)
    assert refused.code != 0
    assert "money, value, number or text is expected" in " ".join(refused.err.split())


def test_running_a_flow_queues_a_manual_run_once(acme: Terminal, built: Application) -> None:
    first = acme.json("flow", "run", FLOW, "--limit", "3")
    again = acme.json("flow", "run", FLOW, "--limit", "3")
    other = acme.json("flow", "run", FLOW)

    assert first["run"]["id"] == again["run"]["id"]
    assert again["again"] is True
    assert other["run"]["id"] != first["run"]["id"]
    with built.store.begin() as connection:
        row = connection.execute(sa.text("SELECT * FROM runs WHERE row_limit = 3")).one()
    assert (row.reason, row.status) == ("manual", "queued")
    assert row.requested_by.startswith("operator:")
    assert [run["id"] for run in acme.json("run", "list")] == [other["run"]["id"], first["run"]["id"]]


def test_waiting_for_a_run_that_nobody_executes_gives_up_in_time_and_says_why(acme: Terminal) -> None:
    said = acme("flow", "run", FLOW, "--wait", "--timeout", "0.1")

    assert said.code == 1
    assert "not over yet" in said.err
    assert "no worker and no beat is alive" in said.err


def test_since_is_a_date_or_how_long_ago(acme: Terminal) -> None:
    before = dt.datetime.now(dt.UTC)
    run = acme.json("flow", "run", FLOW, "--since", "3d")["run"]

    since, days = dt.datetime.fromisoformat(run["since"]), dt.timedelta(days=3)
    assert before - days <= since <= dt.datetime.now(dt.UTC) - days


def test_what_operators_change_is_in_the_audit_trail(acme: Terminal) -> None:
    acme.ok("flow", "enable", FLOW)
    acme.ok("flow", "enable", FLOW)
    acme.ok("flow", "disable", FLOW)

    events = acme.json("audit", "show", f"flow:{FLOW}")

    changes = [event["detail"] for event in events if event["name"] == "operator.changed"]
    assert [change["enabled"] for change in changes] == [True, False]
    assert acme.json("audit", "verify")["findings"] == []
